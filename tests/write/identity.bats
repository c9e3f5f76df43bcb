# SPDX-License-Identifier: GPL-2.0-or-later
# pxwrite -d: the disk that was chosen, and not the one that has its name by now.
load ../px
load ../write/write

setup() {
	need_root
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	image img 2500500
	junk disk 6M
	before=$(sha256_of disk)
	loop_disk disk
	identity=$(pxwrite -l "$LOOP")
	size=${identity##*size=}
	size=${size%%,*}
}

teardown() {
	loop_gone
}

# another DISK IDENTITY MORE...: 10, named, keyword, untouched
another() {
	run pxwrite -f -p 5 -d "$2" "${@:3}" "$1" 5>progress
	echo "$output"
	[[ $output == *"this is another disk than the one that was chosen: "* ]]
	untouched "$1" "$before" 10
	[ "$(tail -n 1 progress)" = why=identity ]
}

@test "the disk that was meant is written, and cleared" {
	echo "$identity"
	[ "$size" = 6291456 ]
	run pxwrite -f -d "$identity" -i img "$LOOP"
	written img "$LOOP"
	run pxwrite -f -d "$identity" -z "$LOOP"
	no_boot "$LOOP" 0
	junk disk2 6M
	run pxwrite -f -d size=6M -i img disk2
	written img disk2
}

@test "another size, serial number, wwn or diskseq is 10, for an image, for -n and for -z" {
	for wrong in size=6291457 serial=S123 wwn=eui.12 diskseq=999999999 "size=$size,serial=S123"; do
		another "$LOOP" "$wrong" -i img
		another "$LOOP" "$wrong" -n -i img
		another "$LOOP" "$wrong" -z
	done
}

@test "a medium that was put in again under the same name is another disk" {
	[[ $identity == *diskseq=* ]] || skip "this kernel counts no media"
	losetup -d "$LOOP"
	losetup "$LOOP" disk
	another "$LOOP" "$identity" -i img
	another "$LOOP" "$identity" -z
}

# strace lets the open of the disk wait; meanwhile the loop device gets another file
@test "a disk that is swapped between the look and the open is another disk" {
	need strace
	[[ $identity == *diskseq=* ]] || skip "this kernel counts no media"
	junk disk2 6M
	strace -qq -o trace -P "$LOOP" -e trace=open,openat -e inject=open,openat:delay_enter=5000000:when=1 \
		pxwrite -f -d "$identity" -z "$LOOP" 2>message &
	writer=$!
	wait_for 20 grep -q 'O_EXCL' trace
	losetup -d "$LOOP"
	losetup "$LOOP" disk2
	status=0
	wait "$writer" || status=$?
	cat trace message
	[ "$status" -eq 10 ]
	grep -q "this is another disk than the one that was chosen" message
	[ "$(sha256_of "$LOOP")" = "$before" ]
}

@test "what is no identity is a usage error, and so is one of standard output" {
	for wrong in '' size= size=x colour=red size=1,size=1; do
		run pxwrite -f -d "$wrong" -i img "$LOOP"
		echo "$output"
		untouched "$LOOP" "$before" 2
	done
	run pxwrite -d "$identity" -i img -
	[ "$status" -eq 2 ]
}
