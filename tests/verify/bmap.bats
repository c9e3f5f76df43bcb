#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# verify/bmap.h: block maps as bmaptool writes them, and everything that is none.
load ../px
load ../disk/disk

setup_file() {
	drivers verify/bmap
	export BMAP=$BATS_FILE_TMPDIR/px-bmap
}

setup() { cd "$BATS_TEST_TMPDIR"; }

# seal: gives map, in which it is all zeros, the checksum that fits its bytes
seal() {
	local sum
	if grep -q '<BmapFile[A-Za-z0-9]*> 0\{40\} <' map; then
		sum=$(sha1sum <map)
	else
		sum=$(sha256sum <map)
	fi
	sed -i "s/\(<BmapFile[A-Za-z0-9]*>\) *0* *</\1 ${sum%% *} </" map
}

# map VERSION [SED]: a small map of 10 blocks of 4096 bytes, the last one cut, with something else in it
map() {
	local sum=0000000000000000000000000000000000000000000000000000000000000000 \
		type="<ChecksumType> sha256 </ChecksumType>" field=BmapFileChecksum attribute=chksum
	case $1 in
	1.3) sum=${sum:24} type= field=BmapFileSHA1 attribute=sha1 ;;
	*-sha1) sum=${sum:24} type="<ChecksumType> sha1 </ChecksumType>" ;;
	esac
	cat >map <<-EOF
		<?xml version="1.0" ?>
		<!-- a -->
		<bmap version="${1%-sha1}">
		  <ImageSize> 40000 </ImageSize>
		  <BlockSize> 4096 </BlockSize>
		  <BlocksCount> 10 </BlocksCount>
		  <MappedBlocksCount> 4 </MappedBlocksCount>
		  $type
		  <$field> $sum </$field>
		  <BlockMap>
		    <Range $attribute="$sum"> 0-1 </Range>
		    <Range> 4 </Range>
		    <Range $attribute='$sum'>9</Range>
		  </BlockMap>
		</bmap>
	EOF
	sed -i "${2-}" map
	seal
}

change() { map 2.0 "$1"; }

# wrong LINE WORDS: the map is refused with status 9
wrong() {
	run "$BMAP" map
	[ "$status" = 9 ] || { echo "status $status: $output"; false; }
	[ "$output" = "bmap: map: line $1: $2" ] || { echo "not '$2' but: $output"; false; }
}

@test "a map of bmaptool gives its ranges and checksums, and their bytes have these" {
	need bmaptool
	truncate -s 3000001 image
	for at in 0 100000 104096 900000 2995000; do
		head -c 5001 /dev/urandom | dd of=image bs=1 seek=$at conv=notrunc status=none
	done
	bmaptool -q create -o map image
	run -0 "$BMAP" map
	says "image=3000001 block=4096 "
	says "kind=sha256 "
	n=0
	while read -r offset len sum; do
		[ "$(tail -c +$((offset + 1)) image | head -c "$len" | sha256sum)" = "$sum  -" ]
		n=$((n + 1))
	done < <(tail -n +2 <<<"$output")
	[ $n = "$(grep -c '<Range' map)" ]
	[ $n -ge 4 ]
}

@test "versions 1.3, 1.4 and 2.0, SHA-1 and SHA-256, are read" {
	for version in 1.3 1.4 2.0 2.0-sha1; do
		map $version
		run -0 "$BMAP" map
		[ "$(sed -n 1p <<<"$output" | cut -d' ' -f1-3)" = "image=40000 block=4096 mapped=15424" ]
		case $version in
		1.3 | *sha1) says "kind=sha1 ranges=3" ;;
		*) says "kind=sha256 ranges=3" ;;
		esac
		says $'\n16384 4096 -\n36864 3136 0000'
	done
}

@test "another byte anywhere outside of comments and blanks is noticed" {
	map 2.0
	run -0 python3 - "$BMAP" <<-'EOF'
		import subprocess, sys
		good = open("map", "rb").read()
		failed = 0
		for i in range(len(good)):
		    bad = bytearray(good)
		    bad[i] ^= 1
		    open("bad", "wb").write(bad)
		    got = subprocess.run([sys.argv[1], "bad"], capture_output=True).returncode
		    if got != 9:
		        print(i, good[i - 5:i + 5], got)
		        failed += 1
		    # and cut there
		    open("bad", "wb").write(good[:i])
		    if i < len(good) - 1 and subprocess.run([sys.argv[1], "bad"], capture_output=True).returncode == 0:
		        print("cut at", i)
		        failed += 1
		sys.exit(failed != 0)
	EOF
}

@test "ranges out of order, overlapping, backwards or past the image are refused with their line" {
	change '12s/> 4 </> 1 </'
	wrong 12 "ranges do not ascend"
	change '12s/> 4 </> 6-5 </'
	wrong 12 "ranges do not ascend"
	change 's/>9</>10</'
	wrong 13 "range past the end of the image"
	change 's/>9</>9-18446744073709551615</'
	wrong 13 "a range that is neither N nor N-M"
	for bad in '' -1 1- a 0x9 '9 9' 9-9-9 ' 9,'; do
		change "s/>9</>$bad</"
		wrong 13 "a range that is neither N nor N-M"
	done
}

@test "impossible and missing numbers are refused with their line" {
	change 's/> 4096 </> 4095 </'
	wrong 5 "impossible BlockSize"
	change 's/> 4096 </> 0 </'
	wrong 5 "impossible BlockSize"
	change 's/> 40000 </> 0 </'
	wrong 4 "impossible ImageSize"
	change 's/> 40000 </> 99999999999999999999 </'
	wrong 4 "ImageSize is no number"
	change 's/> 40000 </> -1 </'
	wrong 4 "ImageSize is no number"
	change 's/> 10 </> 11 </'
	wrong 6 "BlocksCount does not fit ImageSize and BlockSize"
	change 's/Count> 4 </Count> 5 </'
	wrong 7 "MappedBlocksCount is not what the ranges add up to"
	change '/ImageSize/d'
	wrong 9 "no ImageSize before BlockMap"
	change '/BlockSize/p'
	wrong 6 "BlockSize for the second time"
	change 's/sha256/sha512/'
	wrong 8 "ChecksumType is neither sha1 nor sha256: make the bmap with one of these"
	change '/ChecksumType/d'
	wrong 9 "no ChecksumType"
	change 's/chksum="0/chksum="g/'
	wrong 11 "not a checksum of 32 bytes"
	change 's/chksum="00/chksum="/'
	wrong 11 "not a checksum of 32 bytes"
}

@test "a map without its own checksum, or with another one, is refused" {
	map 2.0
	sed -i '/BmapFileChecksum/d' map
	wrong 15 "no checksum of the bmap itself"
	map 2.0
	sed -i 's/<!-- a -->/<!-- b -->/' map
	wrong 9 "the bmap is damaged: its own checksum is wrong"
}

@test "entities, DOCTYPE, CDATA and processing instructions are refused" {
	change 's/<!-- a -->/<!DOCTYPE x [<!ENTITY a "b">]>/'
	wrong 2 "DOCTYPE, CDATA and the like are not taken"
	change '12s/> 4 </> \&#52; </'
	wrong 12 "entities are not taken"
	change '12s/> 4 </><![CDATA[4]]></'
	wrong 12 "DOCTYPE, CDATA and the like are not taken"
	change 's/<!-- a -->/<?php a ?>/'
	wrong 2 "DOCTYPE, CDATA and the like are not taken"
}

@test "other versions and other files are refused" {
	for version in 1.2 3.0 '' 2; do
		change "s/<bmap version=\"2.0\"/<bmap version=\"$version\"/"
		wrong 3 "no bmap of version 1.3 to 2.0"
	done
	printf '<html><body>Not found</body></html>' >map
	wrong 1 "this is no bmap file"
	printf 'Not found\n' >map
	wrong 1 "not XML: text outside of all elements"
	: >map
	wrong 1 "cut short"
	change 's,</BlockMap>,</Map>,'
	wrong 14 "end of an element that is not open"
}

@test "unknown elements beside the known ones are skipped" {
	change 's,<!-- a -->,&<!-- <Range>1</Range> -->,; s,  <ImageSize>,<New a="1"><Range>7</Range><Empty/></New>&,'
	run -0 "$BMAP" map
	says "ranges=3"
}

@test "a file over 16 MiB is refused, one with 100,000 ranges is read quickly" {
	head -c $((17 << 20)) /dev/zero >map
	run "$BMAP" map
	[ "$status" = 9 ]
	says "more than 16777216 bytes"
	python3 - >map <<-'EOF'
		n = 100000
		sum = "0" * 64
		print('<bmap version="2.0"><ImageSize>%d</ImageSize><BlockSize>4096</BlockSize><BlocksCount>%d</BlocksCount>' % (8192 * n, 2 * n))
		print("<MappedBlocksCount>%d</MappedBlocksCount><ChecksumType>sha256</ChecksumType>" % n)
		print("<BmapFileChecksum> %s </BmapFileChecksum><BlockMap>" % sum)
		for i in range(n):
		    print('<Range chksum="%s">%d</Range>' % (sum, 2 * i))
		print("</BlockMap></bmap>")
	EOF
	seal
	run -0 timeout 20 "$BMAP" map
	says "ranges=100000"
}

@test "a map that is not there is a local error" {
	run "$BMAP" none
	[ "$status" = 3 ]
	says "can't open 'none': No such file or directory"
}
