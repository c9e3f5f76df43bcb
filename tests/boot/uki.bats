#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# make uki: one signed program, which a firmware that knows its certificate starts as it is, or not at all. OVMF's
# snakeoil keys, whose private half everybody has, stand for a site's own.
load ../px

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup_file() {
	[ -r /usr/share/ovmf/PkKek-1-snakeoil.key ] || return 0 # setup says it
	cd "$BATS_FILE_TMPDIR"
	openssl rsa -in /usr/share/ovmf/PkKek-1-snakeoil.key -passin pass:snakeoil -out db.key 2>/dev/null
	cp /usr/share/ovmf/PkKek-1-snakeoil.pem db.pem
	openssl req -new -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 30 -subj '/CN=other' 2>/dev/null
	mkdir -p site/etc/px
	echo 'this site' >site/etc/px/ca.pem
}

setup() {
	need sbsign sbverify openssl objcopy cpio xz
	[ -r /usr/share/ovmf/PkKek-1-snakeoil.key ] || lacking "snakeoil keys (package ovmf)"
	[ -e "$PX_BUILD/px.cpio.xz" ] || skip "no px.cpio.xz: run make first"
	cd "$BATS_FILE_TMPDIR"
}

# make_uki NAME KEY [DIR [PARAMETERS]]: NAME/px.efi, in a build folder that has what the real one has
make_uki() {
	local small=$BATS_FILE_TMPDIR/build-$1
	mkdir -p "$small/tftpboot" "$1"
	for file in apt-trixie apt-trixie.lock deb manifest.d px.cpio.xz root version; do
		[ -e "$small/$file" ] || ln -s "$PX_BUILD/$file" "$small/$file"
	done
	ln -sf "$PX_BUILD/tftpboot/vmlinuz" "$small/tftpboot/vmlinuz"
	[ -e "$small/tftpboot/site.cpio.xz" ] || "$PX_TOP/initramfs/pack/site.sh" "$small"
	printf 'Image: a\nSource: a.img\n' >"$1/images" # without a list there is no menu
	"$PX_TOP/initramfs/pack/uki.sh" "$small" trixie "$PX_TOP/.config" "$2.key" "$2.pem" "${@:3}" &&
		cp "$small/tftpboot/px.efi" "$1/px.efi"
}

# section NAME FILE: what is in it
section() {
	objcopy -O binary --only-section="$1" --set-section-flags "$1=alloc" "$2" /dev/stdout
}

@test "the program holds kernel, initramfs, the site's files and the parameters, and is signed" {
	make_uki good db site px.timeout=77
	sbverify --cert db.pem good/px.efi
	run sbverify --cert other.pem good/px.efi
	[ "$status" -ne 0 ]
	# PE pads a section to its alignment
	objdump -h good/px.efi >sections
	for name in .linux .initrd .cmdline .osrel .uname; do
		grep -q " $name " sections
	done
	# one behind the other in memory, too: a firmware loads no program whose sections overlap
	objdump -h good/px.efi | awk '$1 ~ /^[0-9]+$/ { print $4, $3 }' | sort >places
	end=0
	while read -r start size; do
		[ $((0x$start)) -ge "$end" ]
		end=$((0x$start + 0x$size))
	done <places
	objcopy -O binary -j .cmdline good/px.efi cmdline
	grep -aq 'console=.* quiet px.timeout=77' cmdline
	objcopy -O binary -j .initrd good/px.efi initrd
	cmp -n "$(stat -Lc %s "$PX_BUILD/px.cpio.xz")" initrd "$PX_BUILD/px.cpio.xz"
	tail -c "+$(($(stat -Lc %s "$PX_BUILD/px.cpio.xz") + 1))" initrd >rest
	xz -dc rest 2>/dev/null | cpio -t --quiet | grep -qx etc/px/ca.pem
	[ -s build-good/tftpboot/mok/shimx64.efi ]
	[ -s build-good/tftpboot/mok/mmx64.efi ]
	cmp build-good/tftpboot/mok/grubx64.efi good/px.efi
	openssl x509 -inform DER -in build-good/tftpboot/mok/px.cer -noout
}

@test "the same parts give the same bytes" {
	make_uki good db site px.timeout=77
	cp good/px.efi first.efi
	sha256sum <build-good/uki/unsigned.efi >first.sum
	sleep 1.1 # whoever writes the time down writes seconds
	make_uki good db site px.timeout=77
	sha256sum <build-good/uki/unsigned.efi | cmp - first.sum
	cmp good/px.efi first.efi
}

@test "a key and another key's certificate are told apart before anything is made" {
	cp other.pem mixed.pem
	cp db.key mixed.key
	run make_uki mixed mixed
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output == *"another key's certificate"* ]]
	[ ! -e build-mixed/tftpboot/px.efi ]
	run "$PX_TOP/initramfs/pack/uki.sh" build-mixed trixie "$PX_TOP/.config" '' ''
	[ "$status" -eq 2 ]
}

# starts PROGRAM OPTION... PATTERN...: OVMF that believes snakeoil's db gets it by PXE
starts() {
	run "$BOOT" -S -m 512 -N "user,id=n,tftp=$BATS_FILE_TMPDIR/$1,bootfile=px.efi" -l "$BATS_TEST_TMPDIR/log" "${@:2}"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "under Secure Boot it starts by PXE, up to the menu" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
	need qemu-system-x86_64
	make_uki good db '' no_timer_check # QEMU's timer comes late on a busy machine
	starts good 'px: menu ready'
}

@test "under Secure Boot the firmware refuses it with a bit flipped, unsigned, or signed with another key" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
	need qemu-system-x86_64
	make_uki good db '' no_timer_check
	mkdir -p flipped unsigned other
	# in the middle of .initrd
	read -r size offset < <(objdump -h good/px.efi | awk '$2 == ".initrd" { print $3, $6 }')
	cp good/px.efi flipped/px.efi
	at=$((0x$offset + 0x$size / 2))
	byte=$(od -An -tu1 -j$at -N1 good/px.efi)
	printf "\\$(printf %o $((byte ^ 1)))" | dd of=flipped/px.efi bs=1 seek=$at conv=notrunc status=none
	[ "$(cmp -l good/px.efi flipped/px.efi | wc -l)" = 1 ]
	cp build-good/uki/unsigned.efi unsigned/px.efi
	make_uki other other
	for kind in flipped unsigned other; do
		starts "$kind" -x 'px: ' 'Access Denied'
	done
}

# loader FILE: a disk with systemd's boot loader, signed by the key in db, that starts px.efi with px.shell behind it
loader() {
	local boot=$PX_BUILD/deb/systemd-boot-efi/usr/lib/systemd/boot/efi/systemd-bootx64.efi
	sbsign --key db.key --cert db.pem --output loader.efi "$boot"
	printf 'timeout 0\n' >loader.conf
	printf 'title px\nefi /px.efi\noptions console=ttyS0,115200 no_timer_check px.shell\n' >px.conf
	rm -f "$1"
	mkfs.fat -C "$1" 65536
	mmd -i "$1" ::EFI ::EFI/BOOT ::loader ::loader/entries
	mcopy -i "$1" loader.efi ::EFI/BOOT/BOOTX64.EFI
	mcopy -i "$1" loader.conf ::loader/loader.conf
	mcopy -i "$1" px.conf ::loader/entries/px.conf
	mcopy -i "$1" good/px.efi ::px.efi
}

@test "under Secure Boot what a loader adds to the command line has no effect, and without it has" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
	need qemu-system-x86_64 mcopy mkfs.fat
	make_uki good db '' no_timer_check
	loader disk
	for firmware in -S -u; do
		said='px: menu ready'
		[ $firmware = -S ] || said='px.shell: a shell'
		run "$BOOT" $firmware -m 512 -D disk -N "user,id=n,tftp=$BATS_FILE_TMPDIR/good" \
			-l "$BATS_TEST_TMPDIR/log" "$said"
		echo "$output"
		[ "$status" -eq 0 ]
	done
}
