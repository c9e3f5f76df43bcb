# SPDX-License-Identifier: GPL-2.0-or-later
# pxwrite -B: a block map that somebody vouches for proves the image by itself, and each range before it is written.
load ../px
load ../write/write

setup_file() {
	export IMAGES=$BATS_FILE_TMPDIR
	junk "$IMAGES/img" 20M
	dd if=/dev/zero of="$IMAGES/img" bs=1M seek=12 count=2 conv=notrunc status=none
}

setup() {
	need zstd
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	IMG=$IMAGES/img
	# each byte of the disk is one that no image has there: what has been written shows
	tr '\0' '\252' </dev/zero | head -c 24M >disk
	before=$(sha256_of disk)
}

# map IMAGE FILE FIRST-LAST...: a SHA-256 block map of these MiB of the image
map() {
	python3 - "$@" <<'PY'
import hashlib, sys
image, name, mib = open(sys.argv[1], 'rb').read(), sys.argv[2], 256
ranges, mapped = '', 0
for text in sys.argv[3:]:
    first, last = (int(x) for x in text.split('-'))
    sum = hashlib.sha256(image[first << 20:last + 1 << 20]).hexdigest()
    ranges += f'<Range chksum="{sum}">{first * mib}-{last * mib + mib - 1}</Range>'
    mapped += (last - first + 1) * mib
text = (f'<bmap version="2.0"><ImageSize>{len(image)}</ImageSize><BlockSize>4096</BlockSize><BlocksCount>{len(image) // 4096}'
        f'</BlocksCount><MappedBlocksCount>{mapped}</MappedBlocksCount><ChecksumType>sha256</ChecksumType>'
        f'<BmapFileChecksum>%s</BmapFileChecksum><BlockMap>{ranges}</BlockMap></bmap>')
open(name, 'w').write(text % hashlib.sha256((text % ('0' * 64)).encode()).hexdigest())
PY
}

# without_checksums: bmap without the checksums of its ranges: none
without_checksums() {
	sed 's/ chksum="[0-9a-f]*"//' bmap >none
	python3 - <<'PY'
import hashlib, re
text = re.sub('<BmapFileChecksum>.*?<', '<BmapFileChecksum>%s<', open('none').read())
open('none', 'w').write(text % hashlib.sha256((text % ('0' * 64)).encode()).hexdigest())
PY
}

# bad_at BYTE: a copy of the image with another byte there
bad_at() {
	cp "$IMG" bad
	printf '\1' | dd of=bad bs=1 seek="$1" conv=notrunc status=none
}

# as_it_was FIRST LAST: these MiB of the disk have not been written
as_it_was() {
	cmp -n $((($2 - $1 + 1) << 20)) -i $(($1 << 20)):0 disk <(tr '\0' '\252' </dev/zero | head -c 24M)
}

@test "it proves an image from a pipe, in every format, without -s, -H and -f" {
	map "$IMG" bmap 0-2 3-10 11-11 14-19
	truncate -s 24M blank
	for command in cat "zstd -qc" "gzip -1c"; do
		run bash -c "$command"' "$1" | pxwrite -b bmap -B blank' - "$IMG"
		echo "$output"
		written "$IMG" blank
		truncate -s 0 blank
		truncate -s 24M blank
	done
}

@test "a range that is wrong never touches the disk" {
	map "$IMG" bmap 0-2 3-10 11-11 14-17 18-19
	for byte in 3145728 5000000 $((11 * 1048576 - 1)); do
		tr '\0' '\252' </dev/zero | head -c 24M >disk
		bad_at "$byte"
		run bash -c 'cat bad | pxwrite -f -b bmap -B disk'
		echo "$output"
		[[ $output == *"another checksum than its block map says, in bytes 3145728 to 11534335"* ]]
		no_boot disk 9
		as_it_was 3 22
	done
	tr '\0' '\252' </dev/zero | head -c 24M >disk
	bad_at 20000000
	run bash -c 'zstd -qc bad | pxwrite -f -b bmap -B disk'
	no_boot disk 9
	as_it_was 18 22
}

@test "a range in the first MiB that is wrong is noticed before any other is written" {
	map "$IMG" bmap 0-0 1-19
	bad_at 1000
	run bash -c 'cat bad | pxwrite -f -b bmap -B disk'
	no_boot disk 9
	as_it_was 1 22
}

@test "what the image has in a hole is not written, and that is a warning, also with the hash of what comes" {
	map "$IMG" bmap 0-11 14-19
	bad_at $((13 * 1048576 + 5))
	for more in "" "-H $(sha256_of bad)"; do
		# the options' words
		run bash -c 'cat bad | pxwrite -f -b bmap -B $1 disk' - "$more"
		echo "$output"
		[[ $output == *"warning: the image has data at byte $((13 * 1048576 + 5))"* ]]
		written "$IMG" disk
	done
}

# every MiB of the image is a range but for those of 12 and 13, which the map leaves out when $1 says so
short_ranges() {
	local i all=()
	for i in {0..19}; do
		[ "$i" = 12 ] || [ "$i" = 13 ] && [ -n "${1:-}" ] || all+=("$i-$i")
	done
	map "$IMG" bmap "${all[@]}"
}

@test "short ranges are proven by whoever writes them, zeros too: one that is wrong is named and never touches the disk" {
	short_ranges
	run bash -c 'cat "$1" | pxwrite -f -b bmap -B disk' - "$IMG"
	echo "$output"
	written "$IMG" disk
	for mib in 0 1 5 12 19; do # 12: zeros, and a byte
		tr '\0' '\252' </dev/zero | head -c 24M >disk
		bad_at $((mib * 1048576 + 4711))
		run bash -c 'zstd -qc bad | pxwrite -f -b bmap -B disk'
		echo "$output"
		[[ $output == *"another checksum than its block map says, in bytes $((mib * 1048576)) to $((mib * 1048576 + 1048575))"* ]]
		no_boot disk 9
		[ $mib = 0 ] || as_it_was $mib $mib
	done
	cp "$IMG" bad # zeros where the map has data
	dd if=/dev/zero of=bad bs=1M seek=7 count=1 conv=notrunc status=none
	tr '\0' '\252' </dev/zero | head -c 24M >disk
	run bash -c 'cat bad | pxwrite -f -b bmap -B disk'
	[[ $output == *"another checksum than its block map says, in bytes $((7 * 1048576)) to $((8 * 1048576 - 1))"* ]]
	no_boot disk 9
	as_it_was 7 7
}

# quarters MIB: the map has three ranges in that MiB, two quarters and a half; each other MiB is one
quarters() {
	python3 - "$IMG" bmap "$1" <<'PY'
import hashlib, sys
image, name, at = open(sys.argv[1], 'rb').read(), sys.argv[2], int(sys.argv[3])
mib, ranges = 1 << 20, ''
cuts = sorted([i * mib for i in range(21)] + [at * mib + mib // 4, at * mib + mib // 2])
for first, end in zip(cuts, cuts[1:]):
    ranges += (f'<Range chksum="{hashlib.sha256(image[first:end]).hexdigest()}">'
               f'{first // 4096}-{end // 4096 - 1}</Range>')
text = (f'<bmap version="2.0"><ImageSize>{len(image)}</ImageSize><BlockSize>4096</BlockSize>'
        f'<BlocksCount>{len(image) // 4096}</BlocksCount><MappedBlocksCount>{len(image) // 4096}</MappedBlocksCount>'
        f'<ChecksumType>sha256</ChecksumType><BmapFileChecksum>%s</BmapFileChecksum><BlockMap>{ranges}</BlockMap></bmap>')
open(name, 'w').write(text % hashlib.sha256((text % ('0' * 64)).encode()).hexdigest())
PY
}

@test "ranges that share a MiB are hashed two at a time, and whichever is wrong is named, of several the first one" {
	quarters 5
	run bash -c 'cat "$1" | pxwrite -f -b bmap -B disk' - "$IMG"
	echo "$output"
	written "$IMG" disk
	mib=$((5 * 1048576)) quarter=262144
	while read -r at more first last; do
		tr '\0' '\252' </dev/zero | head -c 24M >disk
		bad_at $((mib + at))
		[ "$more" = - ] || printf '\1' | dd of=bad bs=1 seek=$((mib + more)) conv=notrunc status=none
		run bash -c 'cat bad | pxwrite -f -b bmap -B disk'
		echo "$at $more: $output"
		[[ $output == *"another checksum than its block map says, in bytes $((mib + first)) to $((mib + last - 1))"* ]]
		no_boot disk 9
		as_it_was 5 5
	done <<-END
		1000 - 0 $quarter
		$((quarter + 1)) - $quarter $((2 * quarter))
		$((3 * quarter)) - $((2 * quarter)) $((4 * quarter))
		$((quarter + 1)) $((3 * quarter)) $quarter $((2 * quarter))
		1000 $((quarter + 1)) 0 $quarter
	END
}

@test "with short ranges, too, what the image has in a hole is not written, and that is a warning" {
	short_ranges holes
	bad_at $((13 * 1048576 + 5))
	run bash -c 'cat bad | pxwrite -f -b bmap -B disk'
	echo "$output"
	[[ $output == *"warning: the image has data at byte $((13 * 1048576 + 5))"* ]]
	written "$IMG" disk
}

@test "short ranges, and a disk that fails: that is the disk's failure" {
	need strace
	short_ranges
	# the fifth write of a thread: the first ones of the main thread clear the ends
	run bash -c 'cat "$1" | strace -f -qq -o trace -P "$PWD/disk" -e trace=pwrite64 \
		-e inject=pwrite64:error=EIO:when=5 pxwrite -f -b bmap -B disk' - "$IMG"
	echo "$output"
	grep INJECTED trace
	[[ $output == *"cannot write at byte"* ]]
	no_boot disk 3
}

# threads MASK: how many pxwrite starts where it sees these processors
threads() {
	cat "$IMG" | strace -f -qq -o trace -e trace=clone,sched_getaffinity \
		-e inject=sched_getaffinity:poke_exit=@arg3="$1" pxwrite -q -f -b bmap -B disk
	grep -c CLONE_THREAD trace
}

@test "short ranges: as many threads write and prove as there are processors, two at least and eight at most" {
	not_under "glibc counts processors another way than musl" address thread m32
	need strace
	short_ranges
	two=$(threads 03)
	[ "$(threads 01)" = "$two" ]
	[ "$(threads 0f)" = $((two + 2)) ]
	[ "$(threads ff)" = $((two + 6)) ]
	[ "$(threads ffff)" = $((two + 6)) ]
}

@test "ranges that are longer than pxwrite holds are checked as they come" {
	map "$IMG" bmap 0-19
	run bash -c 'cat "$1" | pxwrite -f -b bmap -B disk' - "$IMG"
	written "$IMG" disk
	bad_at 10000000
	run bash -c 'cat bad | pxwrite -f -b bmap -B disk'
	no_boot disk 9
}

@test "an image that ends, stalls or breaks in a range ends pxwrite, and nothing of that range is written" {
	map "$IMG" bmap 0-2 3-10 11-19
	run bash -c 'head -c 7000000 "$1" | pxwrite -f -b bmap -B disk' - "$IMG"
	echo "$output"
	no_boot disk 9
	as_it_was 3 22
	zstd -qc "$IMG" | head -c 7000000 >cut.zst
	run timeout 60 pxwrite -f -b bmap -B -i cut.zst disk
	no_boot disk 9
}

@test "a disk that fails while a range waits ends it, whichever write that is" {
	need strace
	map "$IMG" bmap 0-2 3-10 11-19
	for k in 1 2 3 5; do
		run timeout 60 strace -f -qq -o trace -e trace=pwrite64 -e inject=pwrite64:error=EIO:when=$k pxwrite -f -b bmap -B -i "$IMG" disk
		echo "$k: $output"
		grep -q INJECTED trace
		[ "$status" -eq 3 ]
	done
}

@test "a map that does not prove all of it, or none at all, is a usage error" {
	map "$IMG" bmap 0-19
	without_checksums
	for more in "-B" "-b none -B"; do
		# the options' words
		run pxwrite -f $more -i "$IMG" disk
		echo "$output"
		untouched disk "$before" 2
	done
}

@test "a map that proves less than the hash leaves the proof to that" {
	map "$IMG" bmap 0-11 14-19
	without_checksums
	run pxwrite -f -b none -B -H "$(sha256_of "$IMG")" -i "$IMG" disk
	written "$IMG" disk
	bad_at $((13 * 1048576 + 5))
	run pxwrite -f -b none -B -H "$(sha256_of bad)" -i bad disk
	echo "$output"
	no_boot disk 9
}
