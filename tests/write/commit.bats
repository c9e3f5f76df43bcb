# SPDX-License-Identifier: GPL-2.0-or-later
# pxwrite -c: no partition table and no boot sector before somebody says that the image has come whole.
load ../px
load ../write/write

setup() {
	need sfdisk
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	gpt_image img 6M
	junk disk 8M
}

# no table at either end, the rest is there
waiting_disk() {
	cmp -n 1048576 disk /dev/zero
	cmp -n 1048576 -i 7340032:0 disk /dev/zero
	cmp -n 4194304 -i 1048576 img disk
}

@test "the word lets the boot sector be written, whatever comes before it" {
	run pxwrite -f -c 4 -i img disk 4< <(printf 'commi\ncommit now\nno commit\n\ncommit\n')
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(last_line)" = "pxwrite: disk: disk written and verified" ]
	sfdisk -d disk | grep -q '^label: gpt'
}

@test "an end without the word is 4, and neither end of the disk has a table" {
	for said in '' 'commit' 'Commit\n' ' commit\n' 'commit \n' 'commi\nt\n'; do
		junk disk 8M
		run pxwrite -f -p 5 -c 4 -i img disk 4< <(printf "$said") 5>progress
		echo "'$said': $output"
		[[ $output == *"has not said that it is whole"* ]]
		no_boot disk 4
		waiting_disk
		[ "$(tail -n 2 progress | xargs)" = "state=noboot why=uncommitted" ]
	done
}

@test "before the word comes nothing of a table is written, and a kill -9 then leaves what -p has said" {
	need strace
	mkfifo word
	exec 6<>word
	strace -f -qq -o trace -e trace=read,pwrite64 pxwrite -q -f -p 5 -c 4 -i img disk 4<word 5>progress 6>&- &
	tracer=$!
	wait_for 20 bash -c 'tail -n 1 trace | grep -q "read(4,"'
	waiting_disk
	[ "$(grep ^state= progress | tail -n 1)" = state=noboot ]
	pkill -KILL -P "$tracer"
	wait "$tracer" || true
	exec 6>&-
	waiting_disk
	[ "$(grep ^state= progress | tail -n 1)" = state=noboot ]
}

@test "a signal while it waits for the word is 130" {
	mkfifo word
	exec 6<>word
	pxwrite -f -p 5 -c 4 -i img disk 4<word 5>progress 2>message 6>&- &
	writer=$!
	wait_for 20 grep -q 'stage=verify' progress
	kill -TERM "$writer"
	status=0
	wait "$writer" || status=$?
	exec 6>&-
	[ "$status" -eq 130 ]
	[[ $(tail -n 1 message) == *"disk does not boot" ]]
	waiting_disk
}

@test "an image that is wrong fails before the word is asked for" {
	image whole 3M
	gzip -c whole | head -c 1500000 >cut.gz
	run pxwrite -f -c 4 -i cut.gz disk 4< <(printf 'commit\n')
	no_boot disk 9
}

@test "a descriptor that is not open is a usage error before the disk is touched, and so is -c without a disk" {
	before=$(sha256_of disk)
	run pxwrite -f -c 77 -i img disk
	untouched disk "$before" 2
	run pxwrite -c 0 -i img -
	[ "$status" -eq 2 ]
}

@test "the word does not make up for the proven end that raw data from a pipe lacks" {
	before=$(sha256_of disk)
	run pxwrite -f -c 4 disk 4< <(printf 'commit\n') < <(cat img)
	untouched disk "$before" 2
}
