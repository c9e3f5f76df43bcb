#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# debian-strip: which modules a driver set brings.

load ../px

setup() {
	awk=$PX_TOP/debian-strip/closure.awk
	cd "$BATS_TEST_TMPDIR"
	echo 'kernel/drivers/virtio/virtio_pci.ko' >modules.builtin
	echo 'softdep ext4 pre: crc32c' >modules.softdep
	cat >modules.dep <<-DEP
		kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/fs/mbcache.ko
		kernel/fs/jbd2/jbd2.ko:
		kernel/fs/mbcache.ko:
		kernel/crypto/crc32c.ko:
		kernel/drivers/net/ethernet/a/a-one.ko: kernel/drivers/net/mii.ko
		kernel/drivers/net/ethernet/a/a_two.ko:
		kernel/drivers/net/ethernet/b/b.ko: kernel/drivers/net/ethernet/a/a_two.ko
		kernel/drivers/net/mii.ko:
	DEP
}

closure() {
	printf '%s test\n' "$@" >set
	awk -f "$awk" modules.builtin modules.softdep modules.dep set | sort
}

@test "a module brings what it depends on, hard and soft" {
	run closure ext4
	[ "$status" = 0 ]
	[ "$output" = 'kernel/crypto/crc32c.ko
kernel/fs/ext4/ext4.ko
kernel/fs/jbd2/jbd2.ko
kernel/fs/mbcache.ko' ]
}

@test "dash and underscore in a module's name are the same" {
	run closure a_one
	[ "$output" = 'kernel/drivers/net/ethernet/a/a-one.ko
kernel/drivers/net/mii.ko' ]
}

@test "a folder brings all in it, less what is excluded" {
	run closure drivers/net/ethernet/ -drivers/net/ethernet/a/
	# a_two comes back: b depends on it
	[ "$output" = 'kernel/drivers/net/ethernet/a/a_two.ko
kernel/drivers/net/ethernet/b/b.ko' ]
}

@test "a driver that is built into the kernel needs no module" {
	run closure virtio_pci
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "a name that the kernel does not have is an error that names list and entry" {
	printf '%s test\n' ext4 no_such_driver drivers/no/such/folder/ >set
	run awk -f "$awk" modules.builtin modules.softdep modules.dep set
	[ "$status" = 1 ]
	[[ $output == *"drivers/test.list: this kernel has no module 'no_such_driver'"* ]]
	[[ $output == *"drivers/no/such/folder/"* ]]
	[[ $output != *ko* ]]
}

# --- the lists as they are, on the kernel that the build has got

kernel_modules() {
	all=$(echo "$PX_BUILD"/modules/lib/modules/*)
	[ -e "$all/modules.dep" ] || skip "no $PX_BUILD/modules (make tree)"
}

# entries LIST...: as modules.sh reads them
entries() {
	local list
	for list; do
		sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$PX_TOP/debian-strip/drivers/$list.list" \
			| while read -r name rest; do
			if [ "$name" = include ]; then entries "$rest"; else echo "$name $list"; fi
		done
	done
}

brings() {
	entries "$@" >set
	awk -f "$awk" "$all/modules.builtin" "$all/modules.softdep" "$all/modules.dep" set
}

@test "every driver list names modules that this kernel has" {
	kernel_modules
	for list in "$PX_TOP"/debian-strip/drivers/*.list; do
		run brings "$(basename "$list" .list)"
		[ "$status" = 0 ] || { echo "$output"; false; }
	done
}

@test "the wired set has every plain NIC and disk controller, and nothing wireless, of fabrics, CAN or graphics" {
	kernel_modules
	run brings wired
	[ "$status" = 0 ]
	for m in e1000e igb igc ixgbe i40e ice r8169 tg3 bnxt_en mlx4_en mlx5_core atlantic sfc cxgb4 be2net stmmac \
		b44 sky2 \
		r8152 smsc95xx \
		iavf igbvf ixgbevf cxgb4vf ena gve mana idpf hv_netvsc natsemi via-rhine ahci nvme mpt3sas mpi3mr \
		megaraid_sas hpsa \
		smartpqi aacraid pm80xx isci mvsas aic7xxx sata_mv pata_sil680 sdhci-pci virtio_blk; do
		grep -q "/$m\.ko$" <<<"$output" || { echo "no $m"; false; }
	done
	run grep -E \
		'/(wireless|can|infiniband|gpu|bluetooth|wwan|target|ceph)/|/(btrfs|xfs|lpfc|mptfc|bnx2x|qed|dm-mod)\.ko' \
		<<<"$output"
	echo "$output"
	[ "$status" = 1 ]
}

@test "no module of the wired set is there that does nothing, for want of firmware or of a bus in a PC of 64 bits" {
	kernel_modules
	run brings wired
	[ "$status" = 0 ]
	run grep -E '/(typhoon|tehuti|starfire|acenic|vub300|ums-eneub6250|nmclan_cs|xircom_cb|pata_legacy|wbsd|sl811-hcd)\.ko' \
		<<<"$output"
	echo "$output"
	[ "$status" = 1 ]
}

@test "a package's list brings what its set had left out" {
	kernel_modules
	for pair in xfsprogs:xfs btrfs-progs:btrfs mdadm:raid1 lvm2:dm-mod firmware-bnx2:bnx2 firmware-bnx2x:bnx2x \
		firmware-qlogic:qede firmware-misc-nonfree:tehuti firmware-misc-nonfree:advansys san:lpfc san:mptfc; do
		run brings wired "${pair%:*}"
		[ "$status" = 0 ]
		grep -q "/${pair#*:}\.ko$" <<<"$output" || { echo "$pair"; false; }
	done
}

@test "each list of a package is of one that an option adds" {
	for list in "$PX_TOP"/debian-strip/drivers/*.list; do
		name=$(basename "$list" .list)
		case $name in
		qemu | common | wired | everything | card | san) ;;
		*) grep -qE "^$name PX_" "$PX_TOP"/debian-strip/extra.list "$PX_TOP"/debian-strip/firmware.list \
			|| { echo "$name"; false; } ;;
		esac
	done
}

@test "of a firmware package, the files go in that a module of the tree asks for, under every name that it has" {
	tree=$BATS_TEST_TMPDIR/tree
	deb=$BATS_TEST_TMPDIR/build/deb/firmware-x/usr/lib/firmware
	mkdir -p "$tree/usr/lib/modules/1/kernel" "$deb/a"
	printf 'x\0firmware=a/one.fw\0firmware=a/../../../evil\0license=GPL\0firmware=a/link.fw\0' \
		>"$tree/usr/lib/modules/1/kernel/a.ko"
	echo one >"$deb/a/one.fw"
	echo unasked >"$deb/a/wireless.fw"
	ln -s one.fw "$deb/a/link.fw"
	echo evil >"$BATS_TEST_TMPDIR/build/deb/firmware-x/usr/evil"
	run "$PX_TOP/debian-strip/firmware.sh" "$BATS_TEST_TMPDIR/build" "$tree" firmware-x
	[ "$status" = 0 ]
	[[ $output == *"firmware-x"* ]]
	[ "$(cd "$tree/usr/lib/firmware" && find . ! -type d | sort | tr '\n' ' ')" = './a/link.fw ./a/one.fw ' ]
	[ ! -L "$tree/usr/lib/firmware/a/link.fw" ]
}
