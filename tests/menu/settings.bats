# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel command line: what pximenu -n would do.

load ../px
load ../menu/menu

setup() {
	menu_setup one
}

teardown() {
	menu_teardown
}

@test "px.auto with px.image= and px.disk= says what it would run and touches nothing" {
	dry_run px.image=debian-13-lab px.disk=/dev/vda
	[ "$status" -eq 0 ]
	[[ $output == *"px: would run: pxfetch "*" | pxwrite "*" -s 4294967296 -H sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 -g -- /dev/vda"* ]]
	[ "$(grep -c pxwrite "$PX_STUB/calls")" -eq 0 ]
}

@test "px.force passes -f" {
	dry_run px.image=debian-13-lab px.disk=/dev/vda px.force
	[[ $output == *" -f -- /dev/vda"* ]]
	dry_run px.image=debian-13-lab px.disk=/dev/vda px.force=0
	[[ $output != *" -f -- /dev/vda"* ]]
}

@test "a value may be quoted, and the last of two counts" {
	dry_run px.image=kiosk px.image=debian-13-lab 'px.disk="serial=vol-0a1b2c3d"'
	[ "$status" -eq 0 ]
	[[ $output == *"-- /dev/vda"* ]]
}

@test "without px.disk the image's own hint counts, without that the only disk" {
	dry_run px.image=debian-13-lab
	[[ $output == *"-- /dev/vda"* ]]
	dry_run px.image=kiosk
	[[ $output == *"-- /dev/vda"* ]]
}

@test "a parameter that cannot be meant stops an unattended run" {
	bad() {
		dry_run px.image=kiosk "$1"
		[ "$status" -eq 2 ] || { echo "$1: $output" >&2; return 1; }
		[[ $output == *"FAILED: kernel command line: $1"* || $output == *"FAILED: kernel command line: px."* ]]
		[[ $output == *"(disk untouched)"* ]]
	}
	bad px.timeout=soon
	bad px.after=party
	bad px.disc=/dev/vda
	[[ $output == *"no such parameter"* ]]
	dry_run
	[ "$status" -eq 2 ]
	[[ $output == *"px.image= is missing"* ]]
}

@test "a switch knows 1, yes, on, 0, no and off; any other word switches nothing on and stops an unattended run" {
	for word in =1 =yes =on ''; do
		dry_run px.image=debian-13-lab px.disk=/dev/vda "px.force$word"
		[ "$status" -eq 0 ]
		[[ $output == *" -f -- /dev/vda"* ]]
	done
	for word in 0 no off; do
		dry_run px.image=debian-13-lab px.disk=/dev/vda px.force "px.force=$word"
		[ "$status" -eq 0 ]
		[[ $output == *" -g -- /dev/vda"* ]]
		dry_run px.image=debian-13-lab "px.auto=$word"
		[[ $output == *"px: menu ready"* && $output != *"would run"* ]]
	done
	for word in 2 true YES n; do
		dry_run px.image=debian-13-lab px.disk=/dev/vda "px.force=$word"
		[ "$status" -eq 2 ]
		[[ $output == *"FAILED: kernel command line: px.force=$word: not one of 1, yes, on, 0, no, off (disk untouched)"* ]]
		dry_run px.image=debian-13-lab "px.auto=$word"
		[[ $output == *"px: menu ready"*"px: kernel command line: px.auto=$word: not one of"* \
			&& $output != *"would run"* ]]
	done
}

@test "an empty px.image= or px.disk= stops an unattended run: no other is taken in its place" {
	dry_run px.image=
	[ "$status" -eq 2 ]
	[[ $output == *"FAILED: kernel command line: px.image=: empty (disk untouched)"* ]]
	dry_run px.image=debian-13-lab px.disk=
	[ "$status" -eq 2 ]
	[[ $output == *"FAILED: kernel command line: px.disk=: empty (disk untouched)"* ]]
}

@test "an image that is not in the catalog, or cannot be used, stops an unattended run" {
	dry_run px.image=nobody
	[ "$status" -eq 10 ]
	[[ $output == *"px: FAILED: image: px.image=nobody: no such image"*"(disk untouched)"* ]]
	dry_run px.image=broken
	[ "$status" -eq 7 ]
	[[ $output == *"images:28: Size: "* ]]
}

@test "every form of hint finds its disk among ten kinds" {
	rm -r "$ROOT"
	menu_setup zoo
	finds() { # HINT DISK
		dry_run px.image=kiosk "px.disk=$1" px.force
		[[ $output == *"-- /dev/$2"* ]] || { echo "$1: $output" >&2; return 1; }
	}
	finds /dev/nvme0n1 nvme0n1
	finds serial=WD-WCC6Y5ABCDEF sda
	finds wwn=0x50014ee2b5d01234 sda
	finds 'model=SAMSUNG*' nvme0n1
	finds transport=nvme nvme0n1
	finds transport=mmc mmcblk0
	finds transport=virtio vda
	finds 'size>=3T' sdg
	finds '!rotational,size<=30G,!transport=mmc' vda
	finds 'transport=ata,rotational,smallest' sda
	finds 'removable,size>=10G' sdc
}

@test "a hint that matches none or several refuses and names them" {
	rm -r "$ROOT"
	menu_setup zoo
	dry_run px.image=kiosk px.disk=transport=ata
	[ "$status" -eq 10 ]
	[[ $output == *"px: FAILED: disk: disk hint \"transport=ata\""*"/dev/sda"*"/dev/sdg"*"(disk untouched)"* ]]
	dry_run px.image=kiosk px.disk=serial=nobody
	[ "$status" -eq 10 ]
	[[ $output == *"disk hint \"serial=nobody\": no"* ]]
	dry_run px.image=kiosk px.disk=sized=8G
	[ "$status" -eq 10 ]
	dry_run px.image=kiosk
	[ "$status" -eq 10 ]
}

@test "a disk that is in use, read-only, too small or the boot medium is refused, with force too" {
	rm -r "$ROOT"
	menu_setup zoo
	refuses() { # DISK REASON
		dry_run px.image=debian-13-lab "px.disk=/dev/$1" px.force
		[ "$status" -eq 10 ] || { echo "$1: $output" >&2; return 1; }
		[[ $output == *"/dev/$1: "*"$2"*"(disk untouched)"* ]] || { echo "$1: $output" >&2; return 1; }
	}
	refuses sdb 'mounted on /mnt/backup'
	refuses sdf 'read-only'
	refuses sdh ''
}

@test "a disk that holds data is refused unless px.force" {
	rm -r "$ROOT"
	menu_setup data
	dry_run px.image=debian-13-lab
	[ "$status" -eq 10 ]
	[[ $output == *"/dev/sda: "*"MBR, 1 partition"* ]]
	dry_run px.image=debian-13-lab px.force
	[ "$status" -eq 0 ]
}

@test "px.capture wants an http: or https: folder, and a run by itself a name and no image" {
	for words in px.capture=tftp://192.0.2.1/up px.capture=httpsx://192.0.2.1/up px.capture px.capture.name=Lab px.capture.raw=perhaps; do
		dry_run px.image=kiosk "$words"
		[ "$status" -eq 2 ]
		[[ $output == *"px.${words#px.}"* ]]
	done
	dry_run px.capture=http://192.0.2.1/up
	[[ $output == *"px.image= or px.capture.name= is missing"* ]]
	dry_run px.capture=http://192.0.2.1/up px.image=kiosk px.capture.name=lab
	[[ $output == *"one of them is too much"* ]]
	dry_run px.capture.name=lab
	[[ $output == *"px.capture= is missing"* ]]
	dry_run px.capture=http://192.0.2.1/up px.image=kiosk
	[ "$status" -eq 0 ]
	dry_run px.capture=https://192.0.2.1/up px.image=kiosk
	[ "$status" -eq 0 ]
}
