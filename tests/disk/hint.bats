#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# disk/hint.h: a hint means exactly one disk, or it refuses.
load ../px
load ../disk/disk

setup_file() {
	drivers disk/hint
	export HINT=$BATS_FILE_TMPDIR/px-hint
	export FAKE=$BATS_FILE_TMPDIR/root
	"$PX_TOP/tests/fakeroot" "$FAKE"
	# SATA sda and sdf, one NVMe, a USB stick, an eMMC
	export FEW=$BATS_FILE_TMPDIR/few
	"$PX_TOP/tests/fakeroot" "$FEW" sda sdb sdf nvme0n1 mmcblk0
}

# means PATH HINT [ROOT]
means() {
	run "$HINT" "${3:-$FEW}" "$2"
	[ "$status" = 0 ] || { echo "$2: $output"; false; }
	[ "${output% (named)}" = "$1" ] || { echo "$2 means $output, not $1"; false; }
}

# refused MATCHES HINT [ROOT]
refused() {
	run "$HINT" "${3:-$FEW}" "$2"
	[ "$status" = 10 ] || { echo "$2: status $status: $output"; false; }
	[[ "$output" == "refused $1: "* ]] || { echo "$2: $output"; false; }
}

# wrong WORDS HINT
wrong() {
	run "$HINT" "$FEW" "$2"
	[ "$status" = 2 ]
	[ "$output" = "wrong: $1" ] || { echo "$2: $output"; false; }
}

# pci_device ROOT ADDRESS CLASS VENDOR DEVICE: one without a driver
pci_device() {
	local folder=$1/sys/bus/pci/devices/0000:$2
	mkdir -p "$folder"
	echo "$3" >"$folder/class"
	echo "0x$4" >"$folder/vendor"
	echo "0x$5" >"$folder/device"
}

@test "each kind of term finds its disk" {
	means /dev/sda /dev/sda
	means /dev/sda serial=WD-WCC2E1234567
	means /dev/sdf wwn=0x5000cca0bc123456
	means /dev/nvme0n1 wwn=eui.002538b12345678a
	means /dev/sda 'model=WDC*'
	means /dev/nvme0n1 'model=SAMSUNG MZVLB???HBJ[QR]'
	means /dev/sda by-path=pci-0000:00:1f.2-ata-1
	means /dev/sda by-path=pci-0000:00:1f.2-ata-1.0
	means /dev/nvme0n1 by-path=pci-0000:01:00.0-nvme-1
	means /dev/nvme0n1 transport=nvme
	means /dev/mmcblk0 transport=mmc
	means /dev/sdf 'size>=1T'
	means /dev/mmcblk0 'size<=32G'
	means /dev/sda 'rotational,size<=1T'
}

@test "all terms must hold, ! turns one around" {
	means /dev/sda 'transport=ata,size<=1T'
	means /dev/sdf 'transport=ata,!size<=1T'
	means /dev/nvme0n1 '!rotational,!transport=mmc'
	means /dev/sdf 'transport=ata,!serial=WD-WCC2E1234567'
	refused 0 'transport=nvme,rotational'
}

@test "blanks around terms do not matter" {
	means /dev/sda ' transport=ata , ! size>=1T '
}

@test "smallest and largest choose among those that match" {
	means /dev/mmcblk0 smallest
	means /dev/sdf largest
	means /dev/sda rotational,smallest
	means /dev/nvme0n1 '!rotational,largest'
}

@test "none, several and equal sizes are refused, and the table of those is given" {
	refused 2 rotational
	says ': 2 disks match "rotational": /dev/sda /dev/sdf'
	refused 0 serial=none
	says ': no disk of 5 matches "serial=none"'
	refused 2 transport=nvme,smallest "$FAKE"
	says ': 2 disks match "transport=nvme,smallest": /dev/nvme0n1 /dev/nvme10n1'
	refused 2 transport=nvme,largest "$FAKE"
	mkdir -p "$BATS_TEST_TMPDIR/none/sys/block"
	refused 0 smallest "$BATS_TEST_TMPDIR/none"
	says "there is no disk"
	pci_device "$BATS_TEST_TMPDIR/none" 00:1f.2 0x010400 8086 282a
	pci_device "$BATS_TEST_TMPDIR/none" 00:03.0 0x020000 10ec 8029
	pci_device "$BATS_TEST_TMPDIR/none" 00:01.1 0x010180 8086 7010
	mkdir "$BATS_TEST_TMPDIR/none/sys/bus/pci/devices/0000:00:01.1/driver"
	refused 0 smallest "$BATS_TEST_TMPDIR/none"
	says "no driver here for the controller with PCI id 8086:282a"
}

@test "two paths to one disk are several, and a path decides" {
	refused 2 wwn=0x5000c500a1b2c3d4 "$FAKE"
	says "paths to one disk among them"
	means /dev/sdd wwn=0x5000c500a1b2c3d4,/dev/sdd "$FAKE"
}

@test "a USB or removable disk matches only when it is named" {
	refused 0 'size<=16G'
	says "USB and removable ones (1) must be named by path, serial or wwn"
	refused 0 'model=Ultra*'
	refused 0 '!transport=ata,!transport=nvme,!transport=mmc'
	refused 0 'size<=16G,!serial=x'
	means /dev/sdb /dev/sdb
	means /dev/sdb serial=4C530001230203117382
	means /dev/sdb by-path=pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0
	means /dev/sdb transport=usb
	means /dev/sdb removable
	says " (named)"
	means /dev/mmcblk0 '!removable,smallest'
	[ "$output" = /dev/mmcblk0 ]
}

@test "case counts, in values and in terms" {
	refused 0 serial=wd-wcc2e1234567
	refused 0 'model=wdc*'
	wrong 'column 1: "Transport=ata": no such term' Transport=ata
}

@test "a wrong hint is refused with its column" {
	wrong 'column 1: "": a term is missing' ''
	wrong 'column 1: "": a term is missing' ,rotational
	wrong 'column 12: "": a term is missing' rotational,
	wrong 'column 1: "!": a term is missing' '!'
	wrong 'column 13: "sized": no such term' 'rotational, sized'
	wrong 'column 1: "serial=": a value is missing' serial=
	wrong 'column 1: "transport=floppy": no such transport: nvme, ata, scsi, virtio, usb, mmc or loop' \
		transport=floppy
	for size in x 8X 8GB -1 1.5G 99999999999999999999 9999999999999T ' 8' 0x10; do
		wrong "column 1: \"size>=$size\": no size: a number with k, M, G or T" "size>=$size"
	done
	wrong 'column 1: "size=8G": no such term' size=8G
	wrong 'column 10: "rotational": smallest or largest must come last' smallest,rotational
	wrong 'column 10: "largest": smallest or largest must come last' smallest,largest
	wrong 'column 1: "!smallest": cannot be negated' '!smallest'
	wrong 'column 1: "serial?=x": no such term' $'serial\033=x'
	wrong 'column 1: "rotational=1": no such term' rotational=1
}

@test "a size is compared to the byte" {
	means /dev/sdf "size>=4000787030016"
	refused 0 "size>=4000787030017"
	means /dev/mmcblk0 "size<=31268536320"
	refused 0 "size<=31268536319"
	means /dev/mmcblk0 "size<=29820M"
	refused 0 "size<=29819M"
}

@test "a forgotten SD card is not taken for the smallest disk, only when named" {
	local root=$BATS_TEST_TMPDIR/root
	cp -a "$FEW" "$root"
	echo SD >"$root/sys/block/mmcblk0/device/type"
	means /dev/nvme0n1 '!rotational' "$root"
	run "$HINT" "$root" smallest
	[ "$output" != /dev/mmcblk0 ]
	means /dev/mmcblk0 transport=mmc "$root"
	means /dev/mmcblk0 /dev/mmcblk0 "$root"
	echo MMC >"$root/sys/block/mmcblk0/device/type"
	means /dev/mmcblk0 smallest "$root"
}
