#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# disk/identity.h: a disk is told by what it is, not by its name.
load ../px
load disk

setup_file() {
	drivers disk/identity
	export IDENTITY=$BATS_FILE_TMPDIR/px-identity
	export FAKE=$BATS_FILE_TMPDIR/root
	"$PX_TOP/tests/fakeroot" "$FAKE"
	echo 12 >"$FAKE/sys/block/sda/diskseq"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	PATH=$PATH:/usr/sbin:/sbin
	px_install
}

teardown() { unloop; }

# wrong TEXT WHY
wrong() {
	run -2 "$IDENTITY" parse "$1"
	says "wrong: $2"
}

@test "an identity names all that the kernel knows of a disk, and no more" {
	run -0 "$IDENTITY" print "$FAKE" /dev/sda
	[ "$output" = diskseq=12,serial=WD-WCC2E1234567,wwn=0x50014ee2b1234567,size=500107862016 ]
	run -0 "$IDENTITY" print "$FAKE" /dev/sde
	[ "$output" = size=8589934592 ]
	truncate -s 1M file
	run -0 pxwrite -l file
	[ "$output" = size=1048576 ]
}

@test "odd bytes of a serial number travel escaped, and mean the same at the other end" {
	run -0 "$IDENTITY" print "$FAKE" /dev/sdaa
	[ "$output" = serial=S1D5NSBF%07,size=120034123776 ]
	run -0 "$IDENTITY" differs "$FAKE" /dev/sdaa "$output"
	run -10 "$IDENTITY" differs "$FAKE" /dev/sdaa serial=S1D5NSBF
	[ "$output" = 'its serial number is S1D5NSBF?, not S1D5NSBF' ]
	run -0 "$IDENTITY" parse 'serial=a%2cb c=d%25'
	[ "$output" = serial=a%2Cb%20c%3Dd%25,size=0 ]
}

@test "what an identity says is compared, what it leaves out is not" {
	for text in diskseq=12 serial=WD-WCC2E1234567 wwn=0x50014ee2b1234567 size=500107862016 \
		size=500107862016,diskseq=12; do
		run -0 "$IDENTITY" differs "$FAKE" /dev/sda "$text"
		[ "$output" = same ]
	done
	for text in diskseq=13 serial=WD-WCC2E123456 wwn=0x50014EE2B1234567 size=500107862017 \
		serial=WD-WCC2E1234567,size=1; do
		run -10 "$IDENTITY" differs "$FAKE" /dev/sda "$text"
	done
}

@test "a disk that does not say its serial number is not the one whose number was asked for" {
	run -10 "$IDENTITY" differs "$FAKE" /dev/sde serial=X
	[ "$output" = 'its serial number is not known, not X' ]
	run -10 "$IDENTITY" differs "$FAKE" /dev/sde diskseq=1
}

@test "an identity that says nothing, or nothing sensible, is an error of use" {
	wrong '' 'no field in it'
	wrong ',' 'no such field'
	wrong 'size=8,' 'no such field'
	wrong 'serial=' 'a value is missing'
	wrong 'serial' 'a value is missing'
	wrong 'model=x' 'no such field'
	wrong 'Serial=x' 'no such field'
	wrong 'serial=a,serial=a' 'a field stands twice'
	for text in size=0 size=-1 size=x size=1kk size=+1 'size= 1' size=18446744073709551616 size=8388608T diskseq=0 \
		diskseq=1k; do
		wrong "$text" 'no number'
	done
	for text in serial=% serial=%0 serial=%00 serial=%zz wwn=a%2; do
		wrong "$text" '% without two hexadecimal digits'
	done
}

@test "a loop device that was taken away and made again is another disk, though all else is equal" {
	need_root
	truncate -s 8M one
	dev=$(loop one)
	run -0 pxwrite -l "$dev"
	before=$output
	says size=8388608
	says diskseq=
	run -0 "$IDENTITY" open "$dev" "$before"
	unloop_one "$dev"
	again=$(loop one)
	[ "$again" = "$dev" ] || skip "the loop device has another number now"
	run -10 "$IDENTITY" open "$dev" "$before"
	says "put in later (diskseq "
}

@test "what is open is compared, whatever its path names by then" {
	need_root
	truncate -s 8M one
	truncate -s 9M two
	one=$(loop one)
	two=$(loop two)
	ln -s "$one" disk
	run -0 "$IDENTITY" open disk "$(pxwrite -l "$one")" "ln -sf $two disk"
	run -10 "$IDENTITY" open disk "$(pxwrite -l "$one")"
	says 'it has 9437184 bytes, not 8388608'
}
