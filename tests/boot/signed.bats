#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# Machines with keys in their site.cpio.xz: what they install from, what they refuse, and what they do when their clock
# is wrong. With PX_PICTURES=docs the screens that refuse go there (docs/trust.md shows them).
load ../px

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup_file() {
	[ -n "${PX_LONG:-}" ] || return 0
	need ssh-keygen minisign signify-openbsd || return 0 # setup says it
	export KEYS=$BATS_FILE_TMPDIR/keys
	mkdir "$KEYS"
	cd "$KEYS" || return 1
	ssh-keygen -q -t ed25519 -N '' -C joe@desk -f joe
	ssh-keygen -q -t ed25519 -N '' -C mallory -f mallory
	minisign -G -W -p lab.pub -s lab.key
	signify-openbsd -G -n -p site.pub -s site.sec
}

setup() {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set (tests/catalog/signed.bats needs no machine)"
	need qemu-system-x86_64 ssh-keygen minisign signify-openbsd zstd sfdisk python3
	[ -e "$PX_BUILD/tftpboot/px.cpio.xz" ] || skip "no px.cpio.xz: run make first"
	px_install pxcatalog
	cd "$BATS_TEST_TMPDIR" || return 1
	monitor=$BATS_TEST_TMPDIR/monitor root=$BATS_TEST_TMPDIR/tftp
	truncate -s 64M disk
	truncate -s 8M image
	printf 'label: gpt\nstart=2048, size=12000\n' | sfdisk -q image
	printf '\353\376' | dd of=image conv=notrunc status=none # boot code: what no machine starts from is refused
	dd if="$PX_BUSYBOX" of=image bs=1M seek=1 count=2 conv=notrunc status=none
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
}

# machine PARAMETERS [STANZA-LINE...]: a TFTP root with a catalog, and all public keys but mallory's in site.cpio.xz
machine() {
	{
		printf '%s\n' 'Catalog: lab-west' '' 'Image: small' 'Title: A small image' 'Source: image.zst' \
			'After: menu' '' "${@:2}"
	} >catalog
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" catalog 52:54:00:00:00:01 "$1"
	zstd -q image -o "$root/image.zst"
	mkdir -p site/etc/px/keys
	cp "$KEYS"/{joe,lab,site}.pub site/etc/px/keys
	"$PX_TOP/initramfs/pack/site.sh" -o "$root/site.cpio.xz" "$PX_BUILD" site
}

sign() {
	pxcatalog sign -k "$KEYS/$1" "$root/images"
}

# by_hand KEY FIELD=VALUE...: the header as nobody's pxcatalog writes it
by_hand() {
	local field key=$1
	for field in "${@:2}"; do
		sed -i "s/^${field%%=*}: .*/${field%%=*}: ${field#*=}/" "$root/images"
	done
	ssh-keygen -q -Y sign -n px-imager -f "$KEYS/$key" <"$root/images" >"$root/images.sig" 2>/dev/null
}

# days N: a time as the catalog has it
days() {
	date -u -d "$1 days" +%Y-%m-%dT%H:%M:%SZ
}

# boots OPTION... PATTERN...: until its console has said all of it
boots() {
	run "$BOOT" -t "$root" -D disk -l log "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

untouched() {
	cmp -n 67108864 disk /dev/zero
}

# starts OPTION... PATTERN...: the same, and it runs on, with its screen at hand
starts() {
	"$BOOT" -k -t "$root" -D disk -l log -m 256 -x 'Kernel panic' \
		-q "-chardev socket,id=monitor,path=$monitor,server=on,wait=off" -q '-mon chardev=monitor' "$@" 3>&-
}

vga() {
	"$PX_TOP/tests/boot/demo/vga" "$monitor" "$@"
}

# The picture counts when the words stood there before and after it.
vga_shows() {
	vga text >screen
	grep -qF -- "$1" screen || return 1
	vga picture "$2"
	vga text >screen
	grep -qF -- "$1" screen
}

# shows WORDS NAME: on the screen, and photographed
shows() {
	wait_for 120 vga_shows "$1" "$BATS_TEST_TMPDIR/$2.png" || { grep . screen; return 1; }
	[ -z "${PX_PICTURES:-}" ] || cp "$BATS_TEST_TMPDIR/$2.png" "$PX_PICTURES/$2.png"
}

UNATTENDED='px.image=small px.disk=/dev/vda px.auto px.timeout=1'

@test "a machine with 128 MB installs from a catalog that ssh-keygen, minisign or signify has signed" {
	for key in joe lab.key site.sec; do
		machine "$UNATTENDED"
		sign "$key"
		truncate -s 0 disk
		truncate -s 64M disk
		boots -m 128 "lab-west, signed by ${key%.*}" 'px: installed small'
		cmp -i 1048576 -n 4194304 disk image # the table before it is fitted to the disk
	done
}

@test "an unsigned, a foreign, an expired and a replayed catalog are refused on the screen, and the right one is taken" {
	machine ''
	starts 'px: '
	shows 'not signed: the server has neither images.sig nor .minisig' trust-unsigned
	sign mallory
	shows 'images.sig: made by a key that is not in this initramfs' trust-foreign
	by_hand joe Serial=7 "Date=$(days -40)" "Valid-Until=$(days -10)"
	shows 'images: expired 10 days ago' trust-expired
	by_hand joe Serial=7 "Date=$(days 0)" "Valid-Until=$(days 30)"
	shows 'lab-west, signed by joe@desk (SHA256:' trust-signed
	by_hand joe Serial=6
	vga keys end up up up up up ret # the catalog once more
	shows 'images: serial 6 is older than 7' trust-replayed
	untouched
}

@test "unattended, a foreign catalog ends on the failure page with status 5, and the disk is untouched" {
	machine "$UNATTENDED"
	sign mallory
	starts 'px: FAILED: catalog: images.sig: made by a key that is not in this initramfs'
	shows 'exit 5' trust-failed
	grep -qF 'The installation failed: disk untouched.' screen
	untouched
}

@test "a clock of 1970 or of last year is set to what is proven, one of 2037 makes the catalog an expired one" {
	machine "$UNATTENDED"
	sign joe
	boots -q '-rtc base=1970-01-01T00:00:00' 'px: clock was 1970-01-01: set to 20' 'px: installed small'
	truncate -s 0 disk
	truncate -s 64M disk
	boots -q '-rtc base=2024-02-29T12:00:00' 'px: clock was 2024-02-29: set to 20' 'px: installed small'
	truncate -s 0 disk
	truncate -s 64M disk
	boots -x 'Kernel panic' -q '-rtc base=2037-01-01T00:00:00' 'px: FAILED: catalog: images: expired 36[0-9][0-9] days ago' \
		'clock says 2037-01-01'
	untouched
}

@test "an order in the signed catalog is followed by the machine with that serial number, while it lasts" {
	local order=('Machine: serial=PX-0042' 'Image: small' 'Disk: /dev/vda' "Auto: until $(days 2)")
	machine '' "${order[@]}"
	sign joe
	boots -q '-smbios type=1,serial=PX-0042' 'px: images:.* is for this machine' 'px: installed small'
	cmp -i 1048576 -n 4194304 disk image # the table before it is fitted to the disk
	truncate -s 0 disk
	truncate -s 64M disk
	boots -q '-smbios type=1,serial=PX-0043' 'px: menu ready'
	starts -q '-smbios type=1,serial=PX-0042' -q "-rtc base=$(date -u -d '3 days' +%FT%T)" 'px: FAILED: order: '
	shows 'Auto: over since 20' trust-order
	untouched
	kill "$(cat log.pid)"
	boots -x 'Kernel panic' -q '-smbios type=1,serial=PX-0042' -q '-rtc base=1970-01-01T00:00:00' \
		'px: FAILED: order: images:[0-9]+: Auto: until .*nobody knows'
	untouched
}
