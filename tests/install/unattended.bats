# SPDX-License-Identifier: GPL-2.0-or-later
# Unattended runs with stubs for pxfetch and pxwrite: what is said, what is called, how it ends.

load ../px
load ../menu/menu

setup() {
	menu_setup one
}

teardown() {
	menu_teardown
}

said() {
	grep -qF -- "$1" "$LOG"
}

# waits for a line of the log
wait_said() {
	wait_for 30 said "$1" || { cat "$LOG" "$BATS_TEST_TMPDIR/out" >&2; return 1; }
}

running() {
	kill -0 "$MENU"
}

# the failure page is shown, and stays: the log has one failure and no second try
stays_failed() {
	wait_said "px: FAILED: $1"
	sleep 1
	running
	[ "$(grep -c 'px: FAILED' "$LOG")" -eq 1 ]
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -le 1 ]
	[ "$(grep -c 'sbin/' "$PX_STUB/calls")" -eq 0 ]
}

@test "an installation that went well says so and reboots" {
	unattended px.image=debian-13-lab
	wait "$MENU"
	grep -q 'px: installing debian-13-lab on /dev/vda' "$BATS_TEST_TMPDIR/out"
	grep -q 'px: installed debian-13-lab on /dev/vda' "$BATS_TEST_TMPDIR/out"
	grep -q '/sbin/reboot was called' "$PX_STUB/calls"
	grep -qF 'pxfetch -q -p 3 -O - -j -- tftp://192.0.2.1/debian-13-lab.img.zst http://mirror.example/debian-13-lab.img.zst' "$PX_STUB/calls"
	grep -qE '^pxwrite -q -p 3 -c 4 -d serial=vol-0a1b2c3d,size=21474836480 -k -s 4294967296 -H sha256:[0-9a-f]{64} -g -- /dev/vda$' "$PX_STUB/calls"
}

@test "After in the catalog and px.after decide what follows, px.after first" {
	unattended px.image=kiosk
	wait "$MENU"
	grep -q '/sbin/poweroff was called' "$PX_STUB/calls"
	unattended px.image=kiosk px.after=reboot
	wait "$MENU"
	grep -q '/sbin/reboot was called' "$PX_STUB/calls"
}

@test "px.after=menu leads to the menu" {
	unattended px.image=kiosk px.after=menu
	wait_said 'px: menu ready'
	[ "$(grep -c 'sbin/' "$PX_STUB/calls")" -eq 0 ]
}

@test "px.auto runs once: a menu that is started again says so and installs nothing" {
	unattended px.image=kiosk px.after=menu
	wait "$MENU" || [ $? -eq 1 ] # nobody is there: the menu gives up
	run timeout 30 pximenu -r "$ROOT" </dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"px: menu ready"*"px: px.auto has run already"*"1) Debian 13"* ]]
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 1 ]
	[ "$(grep -c 'px: installing' "$LOG")" -eq 1 ]
}

@test "an unattended run that failed is not begun again by a menu that is started again" {
	echo 'exit 8' >"$PX_STUB/fetch.sh"
	unattended px.image=mapped
	wait_said 'px: FAILED'
	stop "$MENU"
	run timeout 30 pximenu -r "$ROOT" </dev/null
	[[ $output == *"px: px.auto has run already"* ]]
	[ "$(grep -c 'px: FAILED' "$LOG")" -eq 1 ]
}

@test "a dry run does not count as a run, and one that cannot be noted does not begin" {
	dry_run px.image=kiosk
	[ ! -e "$ROOT/run/px/auto.done" ]
	mv "$ROOT/run/px" "$ROOT/run/gone"
	cmdline px.auto px.timeout=0 px.image=kiosk px.catalog=tftp://192.0.2.1/images
	run timeout 30 pximenu -r "$ROOT" </dev/null
	[[ $output == *"px.auto is left out"* ]]
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 0 ]
}

@test "a hang-up during an installation does not end it" {
	echo 'while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; done' >"$PX_STUB/write.sh"
	unattended px.image=kiosk
	wait_said 'px: installing'
	wait_for 10 grep -q '^pxwrite' "$PX_STUB/calls"
	kill -HUP "$(pgrep -P "$MENU" pximenu)"
	: >"$PX_STUB/go"
	wait "$MENU"
	said 'px: installed kiosk on /dev/vda'
}

@test "the block map is fetched first and handed to pxwrite" {
	echo 'for w; do [ "$b" != -b ] || cp "$w" "$PX_STUB/bmap"; b=$w; done' >"$PX_STUB/write.sh"
	unattended px.image=mapped px.after=reboot
	wait "$MENU"
	[ "$(sed -n 2p "$PX_STUB/calls")" = 'pxfetch -q -p 3 -O - -- tftp://192.0.2.1/mapped.bmap' ]
	[ "$(cat "$PX_STUB/bmap")" = 'what tftp://192.0.2.1/mapped.bmap holds' ]
	[ -z "$(ls "$ROOT/tmp")" ]
}

@test "Need is handed to pxwrite beside Size, so that a smaller disk will do" {
	printf 'Image: small\nSource: s.zst\nSize: 900000000000\nNeed: 5000000000\nSHA256: %064d\n' 0 >"$PX_STUB/images"
	unattended px.image=small px.after=reboot
	wait "$MENU"
	grep -qE '^pxwrite .* -s 900000000000 .*-N 5000000000 ' "$PX_STUB/calls"
	said 'px: installed small on /dev/vda'
	sed -i 's/^Need: .*/Need: 50000000000/' "$PX_STUB/images"
	unattended px.image=small
	wait_said 'px: FAILED: disk'
	said 'too small'
}

@test "a block map that cannot be had fails before the disk is touched" {
	echo 'echo "pxfetch: $url: 404 Not Found" >&2; exit 8' >"$PX_STUB/fetch.sh"
	unattended px.image=mapped
	stays_failed 'bmap: pxfetch: tftp://192.0.2.1/mapped.bmap: 404 Not Found (disk untouched)'
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 0 ]
}

@test "when pxfetch fails its message is the reason, pxwrite's the consequence" {
	echo 'echo part; echo "pxfetch: $url: connection reset" >&2; exit 4' >"$PX_STUB/fetch.sh"
	cat >"$PX_STUB/write.sh" <<-'SH'
		echo state=noboot >&3
		cat >/dev/null
		echo why=input >&3
		echo "pxwrite: stdin: cut short" >&2
		echo "pxwrite: $disk: disk does not boot" >&2
		exit 9
	SH
	unattended px.image=debian-13-lab
	stays_failed \
		'download: pxfetch: http://mirror.example/debian-13-lab.img.zst: connection reset (disk does not boot)'
	grep -q 'px: and so: pxwrite: stdin: cut short' "$LOG"
	grep -q '  reason: pxfetch: http' "$BATS_TEST_TMPDIR/out"
	grep -q '  and so: pxwrite: stdin: cut short' "$BATS_TEST_TMPDIR/out"
	grep -q '  disk:   disk does not boot' "$BATS_TEST_TMPDIR/out"
}

@test "pxfetch failing is a failure even when pxwrite is content, and the disk is cleared" {
	echo 'echo all; echo "pxfetch: $url: wrong SHA-256" >&2; exit 9' >"$PX_STUB/fetch.sh"
	echo 'case $* in *-z*) echo state=noboot >&3; echo "pxwrite: $disk: disk does not boot" >&2; exit ;; esac' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	wait_said 'px: FAILED: download: pxfetch: http://mirror.example/debian-13-lab.img.zst: wrong SHA-256 (disk does not boot)'
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 2 ]
	[ "$(grep '^pxwrite' "$PX_STUB/calls" | tail -n 1)" = \
		'pxwrite -z -q -p 3 -f -d serial=vol-0a1b2c3d,size=21474836480 -- /dev/vda' ]
	running
	[ "$(grep -c 'sbin/' "$PX_STUB/calls")" -eq 0 ]
}

@test "a disk that cannot be cleared after such a failure is not called untouched" {
	echo 'echo all; echo "pxfetch: $url: connection reset" >&2; exit 4' >"$PX_STUB/fetch.sh"
	echo 'case $* in *-z*) echo "pxwrite: $disk: in use" >&2; echo "pxwrite: $disk: disk untouched" >&2; exit 10 ;; esac' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	wait_said 'connection reset (disk could not be cleared: it may boot half a system)'
	said 'px: and so: pxwrite: /dev/vda: in use'
	running
}

@test "when pxwrite refuses, pxfetch's broken pipe is not the reason" {
	echo 'while :; do echo data; done; exit 3' >"$PX_STUB/fetch.sh"
	echo 'echo "pxwrite: $disk: in use: swap: swapoff first" >&2; echo "pxwrite: disk untouched" >&2; exit 10' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'write: pxwrite: /dev/vda: in use: swap: swapoff first (disk untouched)'
}

@test "nor is a write error that pxfetch reports itself" {
	echo 'trap "" PIPE; while echo data; do :; done 2>/dev/null; echo "pxfetch: cannot write" >&2; echo why=output >&3; exit 3' >"$PX_STUB/fetch.sh"
	echo 'echo "pxwrite: $disk: too small" >&2; echo "pxwrite: disk untouched" >&2; exit 10' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'write: pxwrite: /dev/vda: too small (disk untouched)'
}

@test "when pxwrite refuses while the server is silent, pxfetch is stopped" {
	echo 'exec sleep 600' >"$PX_STUB/fetch.sh"
	echo 'echo "pxwrite: $disk: too small" >&2; echo "pxwrite: disk untouched" >&2; exit 10' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'write: pxwrite: /dev/vda: too small (disk untouched)'
}

@test "a read-back that fails is the step verify" {
	echo 'cat >/dev/null; echo "bytes=1 total=2 stage=verify rate=1" >&3; echo state=noboot >&3; echo "pxwrite: $disk: byte 4096 differs" >&2; echo "pxwrite: disk does not boot" >&2; exit 3' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'verify: pxwrite: /dev/vda: byte 4096 differs (disk does not boot)'
}

@test "a pxwrite that is killed leaves the disk in the state that it said last, whatever its last words were" {
	echo 'echo "pxwrite: disk written and verified" >&2; kill -9 $$' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'write: pxwrite: disk written and verified (disk untouched)'
	stop "$MENU"
	: >"$LOG"
	: >"$PX_STUB/calls"
	echo 'echo state=noboot >&3; kill -9 $$' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'write: pxwrite: ended by signal 9 (disk does not boot)'
}

@test "without a word from pxwrite nobody knows what is on the disk, and nothing more is written to it" {
	: >"$PX_STUB/mute"
	echo 'kill -9 $$' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'write: pxwrite: ended by signal 9 (disk state not known: it may boot)'
	! grep -q '^pxwrite -z' "$PX_STUB/calls"
}

@test "a pxwrite that is killed while the boot sector is written has its disk cleared" {
	echo 'case $* in *-z*) echo state=noboot >&3; exit ;; esac; echo state=unknown >&3; kill -9 $$' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	wait_said 'px: FAILED: write: pxwrite: ended by signal 9 (disk does not boot)'
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 2 ]
}

@test "a pxwrite that cannot be started leaves the disk untouched" {
	: >"$PX_STUB/mute"
	mkdir "$BATS_TEST_TMPDIR/no"
	printf '\177ELF' >"$BATS_TEST_TMPDIR/no/pxwrite"
	chmod +x "$BATS_TEST_TMPDIR/no/pxwrite"
	PATH=$BATS_TEST_TMPDIR/no:$PATH
	echo 'exec sleep 600' >"$PX_STUB/fetch.sh"
	printf 'Image: a\nSource: a.img.gz\n' >"$PX_STUB/images"
	unattended px.image=a
	wait_said 'px: FAILED: write: '
	said '(disk untouched)'
}

@test "the download that failed first is the cause, though pxwrite failed for lack of data, too" {
	echo 'echo "pxfetch: $url: no answer" >&2; exit 4' >"$PX_STUB/fetch.sh"
	echo 'cat >/dev/null; echo "pxwrite: the image: nothing came" >&2; echo why=input >&3; exit 9' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'download: pxfetch: http://mirror.example/debian-13-lab.img.zst: no answer (disk untouched)'
}

@test "the boot sector waits for the word that pxfetch had all of it" {
	echo '[ "$(cat <&4)" = commit ] || { echo "pxwrite: no word" >&2; exit 4; }; : >"$PX_STUB/heard"' \
		>"$PX_STUB/write.sh"
	echo 'while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; done' >"$PX_STUB/fetch.sh"
	unattended px.image=debian-13-lab
	wait_for 20 grep -q ^pxwrite "$PX_STUB/calls"
	[ ! -e "$PX_STUB/heard" ]
	: >"$PX_STUB/go"
	wait "$MENU"
	said 'px: installed debian-13-lab'
	[ -e "$PX_STUB/heard" ]
}

@test "without that word there is no boot sector: pxfetch failed after the last byte" {
	echo 'echo all; echo "pxfetch: $url: wrong SHA-256" >&2; exit 9' >"$PX_STUB/fetch.sh"
	echo 'cat >/dev/null; echo state=noboot >&3; [ "$(cat <&4)" = commit ] || { echo why=uncommitted >&3; exit 4; }' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed \
		'download: pxfetch: http://mirror.example/debian-13-lab.img.zst: wrong SHA-256 (disk does not boot)'
}

@test "a server that sends nothing more, and a pxfetch that never gives up, end an unattended run after px.patience" {
	echo 'exec sleep 600' >"$PX_STUB/fetch.sh"
	echo 'echo state=noboot >&3' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab px.patience=2
	stays_failed 'write: no output and no progress for 2 seconds (px.patience=) (disk does not boot)'
}

@test "a disk that failed before the download did is the cause" {
	echo 'while [ ! -e "$PX_STUB/gone" ]; do sleep 0.1; done; sleep 0.3; echo "pxfetch: $url: reset" >&2; exit 4' \
		>"$PX_STUB/fetch.sh"
	echo 'echo "pxwrite: $disk: cannot write" >&2; echo why=disk >&3; : >"$PX_STUB/gone"; exit 3' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'write: pxwrite: /dev/vda: cannot write (disk untouched)'
}

@test "a hint that matches several disks shows all disks, stays on the failure page and writes nothing" {
	rm -r "$ROOT"
	menu_setup zoo
	unattended px.image=kiosk px.disk=transport=ata
	stays_failed 'disk: disk hint "transport=ata"'
	said 'px: there is /dev/sda 999.6 GB ata WDC WD10EZEX-08W, serial WD-WCC6Y5ABCDEF: MBR, 1 partition'
	[ "$(grep -c '^/dev/' "$BATS_TEST_TMPDIR/out")" -eq 11 ]
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 0 ]
}

@test "a catalog that the server does not have fails at once" {
	echo 'echo "pxfetch: $url: file not found" >&2; exit 8' >"$PX_STUB/catalog.sh"
	unattended px.image=kiosk
	stays_failed 'catalog: pxfetch: tftp://192.0.2.1/images: file not found (disk untouched)'
}

@test "a network that comes up late is waited for" {
	mv "$ROOT/run/px/network" "$BATS_TEST_TMPDIR/network"
	unattended px.image=kiosk
	wait_for 10 grep -q 'no address yet' "$BATS_TEST_TMPDIR/out"
	mv "$BATS_TEST_TMPDIR/network" "$ROOT/run/px/network"
	wait "$MENU"
	grep -q 'px: installed kiosk on /dev/vda' "$BATS_TEST_TMPDIR/out"
}

@test "a server that answers late is asked again" {
	echo '[ -e "$PX_STUB/asked" ] || { : >"$PX_STUB/asked"; echo "pxfetch: $url: no answer" >&2; exit 4; }' \
		>"$PX_STUB/catalog.sh"
	unattended px.image=kiosk
	wait "$MENU"
	grep -q 'px: installed kiosk on /dev/vda' "$BATS_TEST_TMPDIR/out"
}

@test "what the network script says is missing is the reason" {
	echo 'PX_ERROR=eth0 has no carrier: is the cable in?' >"$ROOT/run/px/network"
	unattended px.image=kiosk
	stays_failed 'catalog: eth0 has no carrier: is the cable in? (disk untouched)'
}

@test "the output of pxfetch and pxwrite never reaches the terminal raw" {
	printf 'printf "pxfetch: \\033[2J\\007\\233evil\\n" >&2; exit 8\n' >"$PX_STUB/fetch.sh"
	echo 'cat >/dev/null; exit 9' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
	stays_failed 'download: pxfetch: ?[2J??evil'
	run grep -c -P '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]' "$BATS_TEST_TMPDIR/out"
	[ "$output" -eq 0 ]
}

@test "after an installation the firmware is asked to boot the disk next, so that the network does not install again" {
	mkdir -p "$ROOT/etc/px"
	printf '#!/bin/sh\necho "$0 was called" >>"%s/calls"\n' "$PX_STUB" >"$ROOT/etc/px/local"
	chmod +x "$ROOT/etc/px/local"
	unattended px.image=debian-13-lab px.force
	wait "$MENU"
	tail -n 2 "$PX_STUB/calls" | head -n 1 | grep -q 'etc/px/local was called'
	tail -n 1 "$PX_STUB/calls" | grep -q 'sbin/reboot was called'
	: >"$PX_STUB/calls"
	unattended px.image=debian-13-lab px.after=local
	wait "$MENU"
	grep -q 'etc/px/local was called' "$PX_STUB/calls"
	: >"$PX_STUB/calls"
	unattended px.image=debian-13-lab px.after=poweroff
	wait "$MENU"
	! grep -q 'etc/px/local was called' "$PX_STUB/calls"
}

@test "the sums of the files as they lie on the server go to pxfetch: Source-SHA256, Bmap-SHA256" {
	sum=$(printf '%064d' 7) bmap_sum=$(printf '%064d' 8)
	printf 'Image: pinned\nSource: p.img.zst\nSize: 4096\nSource-SHA256: %s\nBmap: p.bmap\nBmap-SHA256: %s\n' \
		"$sum" \
		"$bmap_sum" >"$PX_STUB/images"
	unattended px.image=pinned
	wait "$MENU"
	grep -qxF "pxfetch -q -p 3 -O - -H sha256:$bmap_sum -- tftp://192.0.2.1/p.bmap" "$PX_STUB/calls"
	grep -qxF "pxfetch -q -p 3 -O - -R 5 -j -H sha256:$sum -- tftp://192.0.2.1/p.img.zst" "$PX_STUB/calls"
}

@test "a block map that the catalog pins is vouched for to pxwrite, and lets pxfetch join parts; another is not" {
	sum=$(printf '%064d' 8)
	printf 'Image: pinned\nSource: p.img\nBmap: p.bmap\nBmap-SHA256: %s\n\nImage: loose\nSource: p.img\nBmap: p.bmap\n' \
		"$sum" >"$PX_STUB/images"
	unattended px.image=pinned
	wait "$MENU"
	grep -q '^pxfetch .* -j -- tftp://192.0.2.1/p.img$' "$PX_STUB/calls"
	grep -q '^pxwrite .* -b [^ ]* -B ' "$PX_STUB/calls"
	rm "$PX_STUB/calls"
	unattended px.image=loose
	wait "$MENU"
	grep -q '^pxfetch .* -O - -- tftp://192.0.2.1/p.img$' "$PX_STUB/calls"
	grep -q '^pxwrite .* -b [^ ]* ' "$PX_STUB/calls"
	! grep -q '^pxwrite .* -B ' "$PX_STUB/calls"
}

@test "pxwrite is told of all that proves an image, and decides itself: -H always, -P for a file that pxfetch proves, -w for px.verify=whole" {
	sum=$(printf '%064d' 7) bmap_sum=$(printf '%064d' 8) image_sum=$(printf '%064d' 9)
	cat >"$PX_STUB/images" <<-CATALOG
		Image: all
		Source: p.img.zst
		Source-SHA256: $sum
		SHA256: $image_sum
		Bmap: p.bmap
		Bmap-SHA256: $bmap_sum

		Image: raw
		Source: p.img
		Source-SHA256: $sum
		SHA256: $sum
	CATALOG
	unattended px.image=all
	wait "$MENU"
	grep -q "^pxwrite .* -H sha256:$image_sum -b [^ ]* -B -u 5 -P -- " "$PX_STUB/calls"
	rm "$PX_STUB/calls"
	unattended px.image=all px.verify=whole
	wait "$MENU"
	grep -q "^pxwrite .* -H sha256:$image_sum -b [^ ]* -B -u 5 -P -w -- " "$PX_STUB/calls"
	rm "$PX_STUB/calls"
	# the two sums are one: pxwrite computes it, and pxfetch need not
	unattended px.image=raw
	wait "$MENU"
	grep -q '^pxfetch .* -O - -j -- tftp://192.0.2.1/p.img$' "$PX_STUB/calls"
	grep -q "^pxwrite .* -H sha256:$sum -- " "$PX_STUB/calls"
}

@test "the log says what has proven the image, as pxwrite has said it" {
	unattended px.image=debian-13-lab
	wait "$MENU"
	grep -q '^px: proof: the image had the SHA256 of the catalog' "$BATS_TEST_TMPDIR/out"
}

# pinned: an image with a block map that the catalog pins
pinned() {
	printf 'Image: pinned\nSource: p.img\nSHA256: %064d\nBmap: p.bmap\nBmap-SHA256: %064d\n' 7 8 >"$PX_STUB/images"
}

@test "only what differs is fetched where a block map is pinned; not with px.delta=no, nor with any other map" {
	pinned
	unattended px.image=pinned
	wait "$MENU"
	grep '^pxfetch .* -R 5 .*p.img$' "$PX_STUB/calls"
	grep '^pxwrite .* -B -u 5 ' "$PX_STUB/calls"
	for setting in px.delta=no px.after=reboot; do
		rm "$PX_STUB/calls"
		[ $setting != px.after=reboot ] || sed -i '/^Bmap-SHA256/d' "$PX_STUB/images"
		unattended px.image=pinned "$setting"
		wait "$MENU"
		grep '^pxwrite .* -b ' "$PX_STUB/calls"
		none grep '^pxfetch .* -R \|^pxwrite .* -u ' "$PX_STUB/calls"
	done
}

@test "on a disk that is smaller than the image, as Need allows, all of it comes, and nothing is asked for" {
	pinned
	printf 'Size: 900000000000\nNeed: 5000000000\n' >>"$PX_STUB/images"
	unattended px.image=pinned
	wait "$MENU"
	grep '^pxwrite .* -s 900000000000 .*-N 5000000000 .*-B' "$PX_STUB/calls" ||
		grep '^pxwrite .* -B .*-N 5000000000 ' "$PX_STUB/calls"
	none grep '^pxfetch .* -R \|^pxwrite .* -u ' "$PX_STUB/calls"
	sed -i 's/^Size: .*/Size: 6000000000/' "$PX_STUB/images" # it fits as it is
	rm "$PX_STUB/calls"
	unattended px.image=pinned
	wait "$MENU"
	grep '^pxwrite .* -u 5 ' "$PX_STUB/calls"
}

@test "what pxwrite asks for goes to pxfetch, and how much the disk held already is said" {
	pinned
	cat >"$PX_STUB/write.sh" <<-'SH'
		echo 0-41 >&5
		exec 5>&-
		[ "$(cat)" = 'asked for 0-41' ] || exit 9
		echo kept=1395864372 differs=214748364 >&3
		while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; done
	SH
	echo 'case $* in *-R*) printf "asked for %s" "$(cat <&5)"; exit 0;; esac' >"$PX_STUB/fetch.sh"
	unattended px.image=pinned
	wait_said 'px: the disk holds 86 % of this image already: 204.7 MiB of 1.5 GiB to fetch'
	touch "$PX_STUB/go"
	wait "$MENU"
	grep 'px: installed pinned on' "$BATS_TEST_TMPDIR/out"
}
