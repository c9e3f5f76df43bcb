# SPDX-License-Identifier: GPL-2.0-or-later
# pxwrite -u: only what the disk lacks is asked for; what is there in the end is, byte for byte, what pxwrite makes of
# the whole image; and no wrong range ever touches the disk. pxfetch -R is on the other side.
load ../px
load ../write/write

setup_file() {
	need zstd
	px_install pxread
	export IMAGES=$BATS_FILE_TMPDIR
	image "$IMAGES/img" 20M
	pxread -q -b "$IMAGES/map" -o "$IMAGES/img.zst" "$IMAGES/img" >/dev/null
}

setup() {
	need zstd python3
	px_install pxwrite pxfetch pxread
	unset http_proxy no_proxy
	cd "$BATS_TEST_TMPDIR"
	cp "$IMAGES"/* .
	truncate -s 24M disk
	mkfifo asks
}

teardown() {
	[ -z "${SERVER:-}" ] || stop "$SERVER"
	loop_gone
}

# change FRAME...: other bytes in these 512 KiB of the disk
change() {
	python3 - "$@" <<'PY'
import random, sys
with open('disk', 'r+b') as f:
    for frame in sys.argv[1:]:
        f.seek(int(frame) * 524288 + 1000)
        f.write(random.Random(frame).randbytes(2000))
PY
}

# holding: the disk has been imaged before
holding() {
	pxwrite -q -f -b map -i img.zst disk
}

# plain: what pxwrite makes of the whole image, onto what the disk is now: in file plain
plain() {
	cp disk plain
	pxwrite -q -f -b map -i img.zst "$@" plain
}

# delta PXWRITE-OPTION... -- MIRROR...: status and output; -p's lines in progress; what came in came, what was asked in
# asked
delta() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run bash -c '
		n=$1
		shift
		tee asked <asks | pxfetch -q -t 1 -T 5 -R 0 "${@:n+1}" | tee came |
			pxwrite -f -b map -B -p 4 -u 5 "${@:1:n}" 4>progress 5>asks 3>&-
		exit "${PIPESTATUS[3]}"' - ${#options[@]} "${options[@]}" "$@"
	echo "$output"
	cat progress
}

# fact KEY: of the last line that has it
fact() {
	grep -o "\b$1=[0-9a-z]*" progress | tail -n 1 | cut -d = -f 2
}

right() {
	[ "$status" -eq 0 ]
	[ "$(fact state)" = verified ]
	cmp disk plain
}

# traced STRACE-OPTION...: that pxwrite under strace, which must not keep the pipe of the asks open; something was
# injected
traced() {
	run bash -c '
		pxfetch -q -R 0 "$PWD/img.zst" <asks |
			strace -f -qq -o trace "$@" sh -c "exec pxwrite -f -b map -B -u 5 disk 5>asks"
		exit "${PIPESTATUS[1]}"' - "$@"
	echo "$output"
	grep INJECTED trace
}

serve_parts() {
	mkdir -p root
	cp img.zst root
	python3 "$PX_TOP/tests/fetch/part_server.py" root log >port 2>server.err 3>&- &
	SERVER=$!
	wait_for 10 test -s port
	URL=http://127.0.0.1:$(cat port)
}

@test "only what differs is asked for, fetched and written, and the disk is as the whole image would have made it" {
	holding
	change 3 9 30 39
	plain
	delta disk -- "$PWD/img.zst"
	right
	[ "$(grep -c - asked)" -eq 4 ]
	[ "$(fact kept)" -eq $((24 * 524288)) ] # 40 frames, 12 of them zeros
	[ "$(fact written)" -eq $((4 * 524288)) ]
	[ "$(fact fetched)" -lt $((4 * 524288 * 11 / 10)) ]
	[ "$(fact differs)" -eq $((4 * 524288)) ]
}

@test "the same image twice: nothing of it is asked for" {
	holding
	plain
	delta -e any disk -- "$PWD/img.zst"
	right
	[ "$(cat asked)" = parts ]
	[ "$(stat -c %s came)" -eq 40 ] # parts can be had
}

@test "a GPT that was fitted to the disk is no difference" {
	need sfdisk
	rm img img.zst map
	gpt_image img 20M
	junk part 3M
	dd if=part of=img bs=1M seek=3 conv=notrunc status=none
	pxread -q -b map -o img.zst img >/dev/null
	holding
	plain
	delta disk -- "$PWD/img.zst"
	right
	[ "$(stat -c %s came)" -eq 40 ]
}

@test "a partition that has grown costs the first frame, and grows again" {
	need sfdisk
	rm img img.zst map
	gpt_image img 20M
	junk part 3M
	dd if=part of=img bs=1M seek=3 conv=notrunc status=none
	pxread -q -b map -o img.zst img >/dev/null
	pxwrite -q -f -g -i img.zst disk
	plain -g
	delta -g disk -- "$PWD/img.zst"
	right
	[ "$(grep -c - asked)" -eq 1 ]
}

@test "junk where the image has zeros becomes zeros, without asking; so does the old image's own backup of its table" {
	need sfdisk
	gpt_image old 11M
	dd if=old of=disk conv=notrunc status=none
	plain
	dd if=img of=disk conv=notrunc status=none bs=1M skip=1 seek=1
	dd if=old of=disk conv=notrunc status=none bs=512 skip=$((11 * 2048 - 33)) seek=$((11 * 2048 - 33))
	change 14 17
	delta disk -- "$PWD/img.zst"
	right
	[ "$(grep -c - asked)" -eq 2 ] # the first MiB
}

@test "holes of the map, and junk in them" {
	# a disk with a GPT, of which most is free
	rm img img.zst map
	truncate -s 20M img
	printf 'label: gpt\nstart=2048, size=4096\n' | sfdisk -q img
	junk part 2M
	dd if=part of=img bs=1M seek=1 conv=notrunc status=none
	pxread -q -b map -o img.zst img >/dev/null
	[ "$(grep -c '<Range' map)" -lt 40 ]
	holding
	change 10 20
	plain
	delta disk -- "$PWD/img.zst"
	right
	! grep -- - asked
}

@test "an image that is as long as the disk: its last MiB is found before it is cleared, or fetched" {
	truncate -s 20M disk
	holding
	plain
	delta disk -- "$PWD/img.zst"
	right
	[ "$(cat asked)" = parts ]
	change 38
	delta disk -- "$PWD/img.zst"
	right
	[ "$(grep -c - asked)" -eq 1 ]
	dd if=/dev/zero of=disk bs=1M seek=19 count=1 conv=notrunc status=none # as after a cut behind step 1
	dd if=/dev/zero of=disk bs=1M count=1 conv=notrunc status=none
	delta disk -- "$PWD/img.zst"
	right
	[ "$(grep -c - asked)" -eq 4 ]
}

@test "a range that crosses the end of the first MiB, an odd end, and disks with sectors of 4096 bytes" {
	need_root
	rm img img.zst map
	junk img 9M
	truncate -s 9437000 img
	dd if=/dev/zero of=img bs=1 seek=446 count=64 conv=notrunc status=none
	printf '\125\252' | dd of=img bs=1 seek=510 conv=notrunc status=none
	pxread -q -c 1536k -b map -o img.zst img >/dev/null
	loop_disk disk 4096
	pxwrite -q -f -b map -i img.zst "$LOOP"
	blockdev --flushbufs "$LOOP"
	change 2 5 16
	plain
	delta "$LOOP" -- "$PWD/img.zst"
	blockdev --flushbufs "$LOOP"
	[ "$status" -eq 0 ]
	cmp -n 9437000 disk img
	[ "$(grep -c - asked)" -eq 3 ]
}

@test "a disk that has nothing of the image is noticed early: all of it but its zeros is asked for, nothing is compared" {
	junk disk 24M
	plain
	delta disk -- "$PWD/img.zst"
	right
	[ "$(fact holds)" -eq 0 ]
	[ "$(fact kept)" -eq 0 ]
	[ "$(grep -c - asked)" -eq 28 ] # of 40 frames
}

# places: in which MiB the reads begin that are not the first ones of their place: the sample's come before
places() {
	sed -n 's/.*pread64.*, \(1048576\|524288\), \([0-9]*\)).*/\2/p' trace |
		awk '$1 >= 1048576 && seen[$1]++ == 1 { printf "%d ", $1 / 1048576 }'
}

@test "comparing begins where the sample finds that something is missing, as after a cut, and goes once around" {
	need strace
	holding
	change 30 31 39
	plain
	run bash -c '
		tee asked <asks | pxfetch -q -R 0 "$PWD/img.zst" |
			strace -f -qq -o trace -e trace=pread64 sh -c "exec pxwrite -f -b map -B -u 5 disk 5>asks"
		exit "${PIPESTATUS[2]}"'
	echo "$output"
	[ "$status" -eq 0 ]
	cmp disk plain
	for frame in 30 31 39; do echo "$((frame * 524288))-$((frame * 524288 + 524287))"; done >want
	tail -n +2 asked | cmp - want
	around=$(places)
	echo "read for comparison: $around"
	[[ $around == *" 17 "*" 2 "* ]]
	[[ $around != *" 2 "*" 17 "* ]]
}

@test "a server without Range gives the whole stream" {
	serve_parts
	holding
	change 3
	plain
	delta disk -- "$URL/whole/img.zst"
	right
	[ "$(stat -c %s came)" -eq $(($(stat -c %s img.zst) + 40)) ]
}

@test "the hash of the whole is computed of the disk when it is wanted, too (-w)" {
	holding
	change 3
	plain
	delta -w -H "sha256:$(sha256_of img)" disk -- "$PWD/img.zst"
	right
	[ "$(grep -c - asked)" -eq 1 ]
	change 4
	delta -w -H "sha256:$(sha256_of map)" disk -- "$PWD/img.zst"
	no_boot disk 9
}

@test "with ranges of more than 8 MiB it is the whole stream" {
	holding
	plain
	pxread -q -c 16M -b map -o img.zst img >/dev/null || skip "pxread makes no frames of 16 MiB"
	delta disk -- "$PWD/img.zst"
	[ "$status" -eq 0 ]
	cmp disk plain
	[ "$(cat asked)" = all ]
}

@test "a mirror that lies is named and left out, the next one gives the range, and the disk is right" {
	serve_parts
	holding
	change 3 9 30
	plain
	delta disk -- "$URL/lie/img.zst" "$URL/good/img.zst"
	right
	[[ $output == *"$URL/lie/img.zst: bytes "*" are not the image's: this mirror is left out"* ]]
}

@test "a range that is wrong from everybody is never written, and the disk does not boot" {
	serve_parts
	holding
	change 9
	cp disk before
	delta disk -- "$URL/lie/img.zst"
	no_boot disk 9
	[ "$(fact why)" = input ]
	cmp -n 524288 -i $((9 * 524288)) disk before
}

@test "a file that changes while it is fetched ends with a disk that does not boot; the next run finds what is there" {
	serve_parts
	holding
	change 3 9 20 30 36
	plain
	delta disk -- "$URL/changes/img.zst"
	no_boot disk 9
	delta disk -- "$URL/good/img.zst"
	right
}

@test "a map of an image of another length is refused, the disk is untouched" {
	holding
	before=$(sha256_of disk)
	cp img longer
	junk more 1M
	cat more >>longer
	pxread -q -o img.zst longer >/dev/null
	delta disk -- "$PWD/img.zst"
	untouched disk "$before" 9
	[[ $output == *"the image has 22020096 bytes, its block map is of one of 20971520"* ]]
}

@test "what comes and is no piece, or stops early, is 9 and a disk that does not boot" {
	for input in /dev/null img; do
		holding
		delta disk -- "$PWD/img.zst"
		{ head -c 40 came && head -c 5000 "$input"; } >parts
		change 3 30
		run bash -c 'pxwrite -f -b map -B -u 5 disk <parts 5>/dev/null'
		echo "$output"
		no_boot disk 9
		run bash -c 'pxwrite -f -b map -B -u 5 disk <parts 5>/dev/null' # now its first MiB is gone, and asked for
		echo "$output"
		[[ $output == *": disk untouched" ]]
	done
}

# One read of each thread that compares; whoever reads back has fewer than nine: only these places are written.
@test "a disk of which some places cannot be read gets them written" {
	need strace
	holding
	plain
	traced -e trace=pread64 -e inject=pread64:error=EIO:when=9 -P "$PWD/disk"
	[ "$status" -eq 0 ]
	cmp disk plain
}

@test "a disk that keeps none of what is written to it is found by reading back" {
	need strace
	holding
	change 3 4 5 6 9 10 11
	traced -e trace=pwrite64 -e inject=pwrite64:retval=524288:when=4 -P "$PWD/disk" # the first three clear
	[ "$status" -eq 3 ]
	[[ $output == *"does not give back what was written"* ]]
}

@test "a disk that gives back something else when it is read again is found by the sample" {
	holding
	change 9
	mkfifo pieces
	pxfetch -q -R 0 "$PWD/img.zst" <asks >pieces 3>&- &
	{
		dd bs=40 count=1 iflag=fullblock status=none # that parts can be had
		wait_for 20 grep -q '^kept=' progress        # all of the disk has been read, and frame 9 is awaited
		change 2                                     # the one of the first 128 MiB that is read twice
		cat
	} <pieces 3>&- | (
		status=0 # no other process may have the pipe of the asks open
		sh -c 'exec pxwrite -f -b map -B -p 4 -u 5 disk 4>progress 5>asks' >said 2>&1 3>&- || status=$?
		echo $status >status
	)
	cat said progress
	[ "$(cat status)" = 3 ]
	grep -q 'does not give back what it gave before from byte 1048576 on: it is failing' said
	[ "$(fact state)" = noboot ]
	[ "$(fact why)" = readback ]
	cmp -n 4096 disk /dev/zero
}

@test "with -u all of the image must fit: -N does not make a disk large enough, and none of it is touched" {
	truncate -s 16M small
	yes old | dd of=small bs=1M count=16 conv=notrunc iflag=fullblock status=none
	sum=$(sha256sum <small)
	size=$(stat -c %s img)
	delta -s "$size" -N 12M small -- "$PWD/img.zst"
	[ "$status" -eq 10 ]
	[[ $output == *"too small"* ]]
	[ "$(fact state)" = untouched ]
	[ "$(sha256sum <small)" = "$sum" ]
}

@test "-u wants a block map with checksums, and an open file" {
	sed 's/ chksum="[0-9a-f]*"//' map >none
	for options in "-u 5" "-b none -u 5" "-b map -n -u 5" "-b map -z -u 5" "-b map -u 77"; do
		run bash -c "pxwrite $options disk </dev/null 5>/dev/null"
		echo "$output"
		[ "$status" -eq 2 ] || { [ "$options" = "-b none -u 5" ] && [ "$status" -eq 9 ]; } # its own checksum is wrong
	done
}

@test "a cut at any write, flush or read, and a second one while it goes on: never half a disk that boots, and the end is right" {
	need strace
	python3 "$PX_TOP/tests/write/cuts.py" pwrite64 fsync pread64
}
