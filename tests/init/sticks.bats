#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs: sticks, cards and a site's own cpio as files; which medium a system was booted from. boot/hardware.bats
# boots them.

load ../px
load init

SUITE=$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config")

# a TFTP root with small files, and what a stick needs from Debian
tftp_root() {
	need mcopy mkfs.fat sfdisk
	[ -d "$PX_BUILD/debian/root" ] || skip "no $PX_BUILD/debian/root (make tree)"
	root=$BATS_TEST_TMPDIR/tftp
	mkdir -p "$root/grub" "$root/EFI"
	for f in vmlinuz px.cpio.xz site.cpio.xz pxelinux.0 shimx64.efi grub/grub.cfg EFI/other syslinux.cfg; do
		echo "$f" >"$root/$f"
	done
	printf 'Image: lab\nSource: lab.img\n' >"$root/images"
}

usb() {
	run "$PX_TOP/initramfs/pack/usb.sh" "$PX_BUILD" "$SUITE" "$PX_TOP/.config" "$root" "$BATS_TEST_TMPDIR/usb.img" \
		</dev/null
	echo "$output"
}

# on_stick COMMAND ARGUMENTS: an mtools command on its FAT
on_stick() {
	local command=$1
	shift
	"$command" -i "$BATS_TEST_TMPDIR/usb.img@@1M" "$@"
}

uuid_of_stick() {
	on_stick mdir :: | sed -n 's/.*Serial Number is //p'
}

# the stick was refused, and nothing is left that looks like one
no_stick() {
	[ "$status" -ne 0 ]
	[ -z "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name 'usb.img*')" ]
}

@test "each entry of a stick's menus loads the site's cpio, too, and names the stick by its UUID" {
	tftp_root
	usb
	[ "$status" -eq 0 ]
	uuid=$(uuid_of_stick)
	on_stick mtype ::syslinux.cfg >"$BATS_TEST_TMPDIR/syslinux"
	on_stick mtype ::EFI/debian/grub.cfg >"$BATS_TEST_TMPDIR/grub"
	[ "$(grep -c 'INITRD px.cpio.xz,site.cpio.xz$' "$BATS_TEST_TMPDIR/syslinux")" = 3 ]
	[ "$(grep -c "APPEND .*px.medium=$uuid" "$BATS_TEST_TMPDIR/syslinux")" = 3 ]
	[ "$(grep -c 'initrd /px.cpio.xz /site.cpio.xz$' "$BATS_TEST_TMPDIR/grub")" = 3 ]
	[ "$(grep -c "linux /vmlinuz .*px.medium=$uuid" "$BATS_TEST_TMPDIR/grub")" = 3 ]
	grep -q -- "--set=root $uuid" "$BATS_TEST_TMPDIR/grub"
	# the network's files stay away, and the stick's own are not the user's
	on_stick mdir -b -/ :: >"$BATS_TEST_TMPDIR/files"
	! grep -qE 'pxelinux|shimx64|EFI/other|grub/grub.cfg' "$BATS_TEST_TMPDIR/files"
}

@test "sticks with other contents have other UUIDs, the same contents the same" {
	tftp_root
	usb
	first=$(uuid_of_stick)
	usb
	[ "$(uuid_of_stick)" = "$first" ]
	echo '# another' >>"$root/images"
	usb
	[ "$(uuid_of_stick)" != "$first" ]
}

@test "a stick of which FAT16 and FAT32 could be said is a FAT32 for everybody" {
	tftp_root
	truncate -s 490M "$root/lab.img"
	usb
	[ "$status" -eq 0 ]
	dd if="$BATS_TEST_TMPDIR/usb.img" of="$BATS_TEST_TMPDIR/fat" bs=1M skip=1 conv=sparse status=none
	run fsck.fat -n -v "$BATS_TEST_TMPDIR/fat"
	echo "$output"
	[ "$status" -eq 0 ]
	clusters=$(sed -n 's,.*/\([0-9]*\) clusters,\1,p' <<<"$output" | head -n 1)
	[ "$clusters" -ge 65525 ]
}

@test "a file that FAT has no room for is refused by name" {
	tftp_root
	truncate -s 4G "$root/lab.img"
	usb
	no_stick
	[[ $output == *"lab.img: 4 GiB or more"* ]]
}

@test "names that FAT cannot tell apart are refused, and nobody is asked" {
	tftp_root
	: >"$root/lab.img"
	: >"$root/LAB.img"
	usb
	no_stick
	[[ $output == *"differ only in case"* ]]
}

# --- which medium

medium_machine() {
	fake_machine
	stub blkid "printf '%s\n' '/dev/sda1: UUID=\"1111-2222\" TYPE=\"vfat\"' '$1'"
	export PX_MEDIUM_PATIENCE=0
}

medium() {
	run sh "$root/etc/px/medium" </dev/null
	echo "$output"
}

@test "the medium that the loader names is mounted read-only" {
	medium_machine '/dev/sdb1: LABEL="PXIMAGER" UUID="ABCD-0123" TYPE="vfat"'
	command_line px.medium=ABCD-0123 quiet
	medium
	[ "$status" = 0 ]
	[[ $output == 'px: medium: /dev/sdb1' ]]
	[ "$(grep '^mount' "$calls")" = "mount -t vfat -o ro /dev/sdb1 $root/run/initramfs/live" ]
}

@test "a copy of the medium is mounted, too: neither of them is a target" {
	medium_machine '/dev/sdc1: UUID="1111-2222" TYPE="vfat"'
	command_line px.medium=1111-2222
	medium
	[ "$status" = 0 ]
	[[ $output == *'/dev/sdc1 is a copy of it'* ]]
	grep -qx "mount -t vfat -o ro /dev/sda1 $root/run/initramfs/live" "$calls"
	grep -qx "mount -t vfat -o ro /dev/sdc1 $root/run/initramfs/live.2" "$calls"
}

@test "a medium that does not appear is said" {
	medium_machine ''
	command_line px.medium=9999-9999
	medium
	[ "$status" = 1 ]
	[[ $output == *'nothing with the UUID 9999-9999 appeared'* ]]
	! grep -q '^mount' "$calls"
}

@test "without px.medium nothing is mounted" {
	medium_machine ''
	medium
	[ "$status" = 0 ]
	! grep -q '^mount' "$calls"
}

# --- a site's own files

site() {
	mkdir -p "$BATS_TEST_TMPDIR/build/tftpboot"
	run "$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/site" </dev/null
	echo "$output"
}

@test "a site's files are packed whatever their names are, and nothing else is left in the TFTP root" {
	need cpio xz
	mkdir -p "$BATS_TEST_TMPDIR/site/etc"
	echo here >"$BATS_TEST_TMPDIR/site/etc/a name"$'\n'"of two lines"
	echo there >"$BATS_TEST_TMPDIR/site/-rf"
	site
	[ "$status" = 0 ]
	[ "$(ls "$BATS_TEST_TMPDIR/build/tftpboot")" = site.cpio.xz ]
	mkdir "$BATS_TEST_TMPDIR/out"
	xz -dc "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" >"$BATS_TEST_TMPDIR/cpio"
	(cd "$BATS_TEST_TMPDIR/out" && cpio -id --quiet <"$BATS_TEST_TMPDIR/cpio")
	diff -r "$BATS_TEST_TMPDIR/site" "$BATS_TEST_TMPDIR/out"
}

@test "a site's file that would break the system is refused, and the site.cpio.xz before it stays" {
	need cpio xz
	for path in bin/tool lib64 etc/px/complete init; do
		rm -rf "$BATS_TEST_TMPDIR/site" "$BATS_TEST_TMPDIR/build"
		mkdir -p "$BATS_TEST_TMPDIR/build/tftpboot" "$(dirname "$BATS_TEST_TMPDIR/site/$path")"
		echo x >"$BATS_TEST_TMPDIR/site/$path"
		echo before >"$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz"
		site
		[ "$status" = 1 ]
		[[ $output == *"/site/${path%/tool}"* ]]
		[ "$(cat "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz")" = before ]
	done
}

@test "a site's file that cannot be read fails the build and leaves the site.cpio.xz before it" {
	need cpio xz
	mkdir -p "$BATS_TEST_TMPDIR/site" "$BATS_TEST_TMPDIR/build/tftpboot" "$BATS_TEST_TMPDIR/bin"
	echo secret >"$BATS_TEST_TMPDIR/site/key"
	echo before >"$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz"
	# root reads everything: a cpio that fails as it does
	printf '#!/bin/sh\ncat >/dev/null\necho "cpio: key: Cannot open: Permission denied" >&2\nexit 2\n' \
		>"$BATS_TEST_TMPDIR/bin/cpio"
	chmod 755 "$BATS_TEST_TMPDIR/bin/cpio"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH site
	[ "$status" != 0 ]
	[ "$(cat "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz")" = before ]
	[ "$(ls "$BATS_TEST_TMPDIR/build/tftpboot")" = site.cpio.xz ]
}

# join-site with the machine's own cpio and xz
join_site() {
	mkdir -p "$BATS_TEST_TMPDIR/commands"
	for c in cpio xz; do ln -sf "$PX_BUSYBOX" "$BATS_TEST_TMPDIR/commands/$c"; done
	PATH=$BATS_TEST_TMPDIR/commands:$PATH run sh "$PX_TOP/initramfs/overlay-card/etc/px/join-site" "$@"
	echo "$output"
}

@test "a card's system gets the site's own files, too: new ones, and instead of its own" {
	need cpio xz
	mkdir -p "$BATS_TEST_TMPDIR/site/etc/px/site.d" "$BATS_TEST_TMPDIR/system/etc"
	echo theirs >"$BATS_TEST_TMPDIR/site/etc/motd"
	printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/site/etc/px/site.d/program"
	chmod 755 "$BATS_TEST_TMPDIR/site/etc/px/site.d/program"
	echo ours >"$BATS_TEST_TMPDIR/system/etc/motd"
	echo stays >"$BATS_TEST_TMPDIR/system/etc/hosts"
	site
	join_site "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" "$BATS_TEST_TMPDIR/system"
	[ "$status" = 0 ]
	[ "$(cat "$BATS_TEST_TMPDIR/system/etc/motd")" = theirs ]
	[ "$(cat "$BATS_TEST_TMPDIR/system/etc/hosts")" = stays ]
	[ -x "$BATS_TEST_TMPDIR/system/etc/px/site.d/program" ]
	[ -z "$(ls "$BATS_TEST_TMPDIR/system/run")" ]
}

@test "a site.cpio.xz on a card that is damaged is said, one that is not there is none" {
	mkdir "$BATS_TEST_TMPDIR/system"
	join_site "$BATS_TEST_TMPDIR/no-such" "$BATS_TEST_TMPDIR/system"
	[ "$status" = 0 ]
	echo noise >"$BATS_TEST_TMPDIR/noise"
	mkdir "$BATS_TEST_TMPDIR/site"
	head -c 100000 "$PX_BUSYBOX" >"$BATS_TEST_TMPDIR/site/file"
	site
	head -c 5000 "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" >"$BATS_TEST_TMPDIR/cut"
	for file in noise cut; do
		join_site "$BATS_TEST_TMPDIR/$file" "$BATS_TEST_TMPDIR/system"
		[ "$status" = 1 ]
		[[ $output == *'site.cpio.xz could not be unpacked'* ]]
	done
}
