# SPDX-License-Identifier: GPL-2.0-or-later
# pxwrite's command line: what it takes, what it says, how it exits.
load ../px
load ../write/write

setup_file() {
	export IMAGES=$BATS_FILE_TMPDIR
	image "$IMAGES/img" 2500500
	gzip -k "$IMAGES/img"
	image "$IMAGES/tiny" 5000
	gpt_image "$IMAGES/gpt" 4M
}

setup() {
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	junk disk 6M
	before=$(sha256_of disk)
}

@test "without a disk it says how it is used, and exits 2" {
	run pxwrite
	[ "$status" -eq 2 ]
	[[ $output == *"Usage: pxwrite"* ]]
}

@test "an unknown option, a bad size or a bad hash is 2" {
	for bad in -x "-s 12q" "-s -1" "-s 0" "-H sha256:abc" "-H md5:00000000000000000000000000000000" "-m x" \
		"-p x"; do
		# each word an argument
		run pxwrite $bad disk
		echo "$bad: $output"
		[ "$status" -eq 2 ]
	done
	[ "$(sha256_of disk)" = "$before" ]
}

@test "a raw image from a pipe without size or hash is 2, and the disk is untouched" {
	run bash -c 'cat "$1" | pxwrite -f disk' - "$IMAGES/img"
	[[ $output == *"its end proves nothing"* ]]
	untouched disk "$before" 2
}

@test "a raw image from a pipe is written when its size is given" {
	run bash -c 'cat "$1" | pxwrite -f -s 2500500 disk' - "$IMAGES/img"
	written "$IMAGES/img" disk
}

@test "a raw image from a pipe is written when its hash is given, with or without its name" {
	for hash in "sha256:$(sha256_of "$IMAGES/img")" "$(sha256_of "$IMAGES/img")"; do
		junk disk 6M
		run bash -c 'cat "$1" | pxwrite -f -H "$2" disk' - "$IMAGES/img" "$hash"
		written "$IMAGES/img" disk
	done
}

@test "a wrong hash leaves a disk that does not boot, and names both hashes" {
	wrong=$(echo x | sha256sum | cut -d' ' -f1)
	run pxwrite -f -H "sha256:$wrong" disk <"$IMAGES/img.gz"
	[[ $output == *"got $(sha256_of "$IMAGES/img"), want $wrong"* ]]
	no_boot disk 9
}

@test "a hash is right for images of every length around a MiB and a block" {
	for bytes in 5000 5001 1048575 1048576 1048577 1048639 1048640 1048641 1048704 2097151 2097153 2500500; do
		head -c "$bytes" "$IMAGES/img" >part
		run pxwrite -f -H "$(sha256_of part)" disk <part
		written part disk
	done
}

@test "an image longer than its size is 9" {
	run pxwrite -f -s 2500499 disk <"$IMAGES/img.gz"
	no_boot disk 9
}

@test "an image shorter than its size is 9" {
	run pxwrite -f -s 2500501 disk <"$IMAGES/img.gz"
	no_boot disk 9
}

@test "an image known to be larger than the disk is 10 before the first write" {
	junk disk 2M
	before=$(sha256_of disk)
	run pxwrite -f -i "$IMAGES/img" disk
	untouched disk "$before" 10
	run pxwrite -f -s 2500500 disk <"$IMAGES/img.gz"
	untouched disk "$before" 10
}

@test "an image that turns out to be larger than the disk is 3, and the disk does not boot" {
	junk disk 2M
	run pxwrite -f disk <"$IMAGES/img.gz"
	[[ $output == *"larger than the disk"* ]]
	no_boot disk 3
	[ "$(stat -c %s disk)" -eq 2097152 ]
}

@test "an empty image is 9, and the disk is untouched" {
	run pxwrite -f -i /dev/null disk
	untouched disk "$before" 9
	: | gzip >empty.gz
	run pxwrite -f disk <empty.gz
	untouched disk "$before" 9
	: >empty
	run pxwrite -f -i empty disk
	untouched disk "$before" 9
}

@test "an image shorter than a sector, than a MiB, of just a MiB or two is written" {
	for bytes in 100 512 5000 1048575 1048576 1048577 2097152; do
		junk disk 6M
		head -c "$bytes" "$IMAGES/img" >part
		run pxwrite -f -i part disk
		written part disk
	done
}

@test "an image that is no multiple of the sector is padded with zeros" {
	run pxwrite -f -i "$IMAGES/tiny" disk
	written "$IMAGES/tiny" disk
	cmp -n 120 -i 5000:0 disk /dev/zero
}

@test "both ends of the disk are cleared, whatever the image's size" {
	run pxwrite -f -i "$IMAGES/tiny" disk
	written "$IMAGES/tiny" disk
	cmp -n $((1048576 - 5120)) -i 5120:0 disk /dev/zero
	cmp -n 1048576 -i $((5 * 1048576)):0 disk /dev/zero
}

@test "a disk smaller than a MiB is written" {
	junk disk 64K
	run pxwrite -f -i "$IMAGES/tiny" disk
	written "$IMAGES/tiny" disk
	[ "$(stat -c %s disk)" -eq 65536 ]
}

@test "an image as large as the disk is written" {
	junk disk 6M
	image whole 6M
	run pxwrite -f -i whole disk
	written whole disk
	cmp whole disk
}

@test "-n says what would be done, and touches nothing" {
	run pxwrite -n -f -i "$IMAGES/gpt" disk
	[[ $output == *"GPT, 2 partitions"* ]]
	untouched disk "$before" 0
}

@test "-n says why this machine would not start from the image, in words and as a keyword" {
	if [ -d /sys/firmware/efi ]; then key=no-esp; else key=no-code; fi
	[ "$(uname -m)" = x86_64 ] || skip "no PC"
	run pxwrite -n -f -p 5 -i "$IMAGES/gpt" disk 5>said
	[ "$status" = 0 ] || [ $key = no-esp ]
	if [ $key = no-code ]; then
		[[ $output == *"started by a BIOS, and the image has no boot code in its first sector"* ]]
		grep -q '^warning=no-code ' said
		cp "$IMAGES/gpt" with
		printf '\353\143' | dd of=with conv=notrunc status=none
		run pxwrite -n -f -p 5 -i with disk 5>said
		! grep -q '^warning=no' said || false
	fi
	[ "$(sha256_of disk)" = "$before" ]
}

@test "-q says nothing when all went well" {
	run pxwrite -q -f -i "$IMAGES/gpt" disk
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "-V says that the disk was not read back" {
	run pxwrite -V -f -i "$IMAGES/img" disk
	[ "$status" -eq 0 ]
	[ "$(last_line)" = "pxwrite: disk: disk written, not read back" ]
	cmp -n 2500500 "$IMAGES/img" disk
}

@test "-p writes progress lines that end with all of the image" {
	pxwrite -f -p 3 -i "$IMAGES/img" disk 3>progress
	cat progress
	grep -qE '^bytes=2500500 total=2500500 stage=write rate=[0-9]+ net=[0-9]+ decode=[0-9]+ disk=[0-9]+$' progress
	grep -qE '^bytes=2500500 total=2500500 stage=verify rate=[0-9]+' progress
}

@test "a reader of -p that goes away stops nothing" {
	pxwrite -f -p 3 -i "$IMAGES/img" disk 3> >(:)
	cmp -n 2500500 "$IMAGES/img" disk
}

@test "-i of a file that is not there is 3, and the disk is untouched" {
	run pxwrite -f -i nowhere disk
	untouched disk "$before" 3
}

@test "a disk that is not there is 10" {
	run pxwrite -f -i "$IMAGES/img" nowhere
	[ "$status" -eq 10 ]
	[ ! -e nowhere ]
}

@test "a signal while the image arrives is 130, and the disk does not boot" {
	for signal in INT TERM HUP; do
		junk disk 6M
		mkfifo fifo
		{ head -c 2000000 "$IMAGES/img"; exec sleep 60; } >fifo &
		feeder=$!
		# env: a shell without job control would have it ignore SIGINT
		env --default-signal=INT pxwrite -f -s 2500500 disk <fifo 2>message &
		writer=$!
		wait_for 10 cmp -n 512 disk /dev/zero
		kill -"$signal" "$writer"
		status=0
		wait "$writer" || status=$?
		stop "$feeder"
		rm fifo
		mapfile -t lines <message
		[ "$status" -eq 130 ]
		[[ $(last_line) == *"disk does not boot" ]]
		cmp -n 512 disk /dev/zero
	done
}

@test "a signal before the image arrives is 130, and the disk is untouched" {
	mkfifo fifo
	sleep 60 >fifo &
	feeder=$!
	env --default-signal=INT pxwrite -f -s 2500500 disk <fifo 2>message &
	writer=$!
	# it has opened the disk: then it waits for the first byte
	wait_for 10 bash -c 'ls -l /proc/$1/fd | grep -q /disk' - "$writer"
	kill -INT "$writer"
	status=0
	wait "$writer" || status=$?
	stop "$feeder"
	mapfile -t lines <message
	[ "$status" -eq 130 ]
	[[ $(last_line) == *"disk untouched" ]]
	[ "$(sha256_of disk)" = "$before" ]
}

@test "a bmap gives the size, and its checksums are checked" {
	need bmaptool
	bmaptool create -o bmap "$IMAGES/img"
	run bash -c 'cat "$1" | pxwrite -f -b bmap disk' - "$IMAGES/img"
	written "$IMAGES/img" disk
	cp "$IMAGES/img" bad
	printf X | dd of=bad bs=1 seek=2000000 conv=notrunc status=none
	run bash -c 'cat bad | pxwrite -f -b bmap disk'
	[[ $output == *"checksum"* ]]
	no_boot disk 9
}

@test "a bmap that is damaged is 9, and the disk is untouched" {
	need bmaptool
	bmaptool create -o bmap "$IMAGES/img"
	sed -i 's/<ImageSize> [0-9]*/<ImageSize> 4096/' bmap
	run pxwrite -f -b bmap -i "$IMAGES/img" disk
	untouched disk "$before" 9
}
