#!/usr/bin/env bats
# debian-strip: which modules a driver set brings.

load px

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
