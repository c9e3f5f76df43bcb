#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A disk is saved as an image (px.capture): what is in use of it, image and block map and last the stanza; nothing is
# written to the disk; what would be a bad image is refused before anything is sent.
load ../px
load ../menu/menu
load ../fetch/fetch
load ../report/report
load capture

setup() {
	cd "$BATS_TEST_TMPDIR"
	capture_setup
}

teardown() {
	capture_teardown
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

@test "a disk is saved: what is in use of it, in three files, the stanza last, and a machine can install that" {
	need partclone.ext4
	make_disk
	capture "px.capture=$URL/up/" px.disk=/dev/vda
	ended
	grep -q 'px: saved /dev/vda as lab' "$LOG"
	grep -q 'machine-id' "$LOG"
	[ "$(grep '^PUT' "$FETCH_DIR/access" | cut -d ' ' -f 2,3 | tr '\n' ' ')" = \
		'/up/lab.img.zst 201 /up/lab.bmap 201 /up/lab.stanza 201 ' ]
	pxcatalog check www/up/lab.stanza
	zstd -dcq --sparse -o image www/up/lab.img.zst
	cmp -n $((34 << 20)) image "$DISK" # tables, loader, the first partition, the gap
	dd if=image of=back bs=1M skip=34 count=64 status=none
	e2fsck -fn back
	debugfs -R 'dump file out.file' back 2>/dev/null
	cmp file out.file
	cmp -n 65536 -i 60000000:0 image /dev/zero # not in use
	cmp -n 65536 -i 900000000:0 image /dev/zero
	[ "$(stat -c %s www/up/lab.img.zst)" -lt 4000000 ]
	need=$(sed -n 's/^Need: //p' www/up/lab.stanza)
	[ "$need" -ge $((98 << 20)) ] && [ "$need" -lt $((100 << 20)) ]
	[ -z "$(ls "$ROOT/tmp")" ] || [ "$(ls "$ROOT/tmp" | grep -vc '^px\.')" -eq 0 ]
}

@test "an NTFS keeps its second boot sector, which lies behind what partclone's map knows" {
	need partclone.ntfs mkntfs ntfsinfo ntfscp ntfscat
	make_disk
	truncate -s 64M ntfs
	mkntfs -F -q ntfs >/dev/null 2>&1
	ntfscp -q ntfs file file
	partition 2 34 ntfs
	capture "px.capture=$URL/up/" px.disk=/dev/vda
	ended
	grep -q 'px: saved' "$LOG"
	grep -q 'pxread .* -m ' "$PX_STUB/calls"
	zstd -dcq --sparse -o image www/up/lab.img.zst
	dd if=image of=back bs=1M skip=34 count=64 status=none
	cmp -i $(((64 << 20) - 512)) ntfs back
	ntfsinfo -m back >/dev/null
	ntfscat back file | cmp - file
}

@test "nothing is written to the disk, by nobody: every program opens it read-only, and its bytes stay" {
	need strace partclone.ext4
	make_disk
	before=$(sha256sum <"$DISK") part=$(sha256sum <"$DISK"2)
	rm -f "$ROOT/run/px/auto.done"
	cmdline px.auto px.timeout=0 "px.catalog=$URL/images" px.capture.name=lab "px.capture=$URL/up/" px.disk=/dev/vda px.after=menu
	timeout 100 strace -f --seccomp-bpf -qq -e trace=open,openat,openat2,creat,truncate,ioctl -o trace pximenu -r "$ROOT" </dev/null >out 2>&1 3>&- &
	MENU=$!
	ended
	grep -q 'px: saved /dev/vda as lab' "$LOG"
	[ "$(sha256sum <"$DISK")" = "$before" ]
	[ "$(sha256sum <"$DISK"2)" = "$part" ]
	grep -F "$DISK" trace >opens
	grep -q 'O_RDONLY' opens
	grep -q "$DISK"2 opens # partclone was there, too
	none grep -E 'O_RDWR|O_WRONLY|O_CREAT|O_TRUNC|creat\(|truncate\(' opens
	! grep -E 'BLK(DISCARD|ZEROOUT|SECDISCARD),' trace
}

@test "without partclone all that is not zero is read" {
	make_disk
	rm -f "$ROOT/run/px/auto.done"
	cmdline px.auto px.timeout=0 "px.catalog=$URL/images" px.capture.name=lab "px.capture=$URL/up" px.disk=/dev/vda
	mkdir none # no partclone is there
	ln -s "$(command -v cat)" "$(command -v sh)" none/
	(
		bin=$BATS_TEST_TMPDIR/bin
		PATH=$bin:$PWD/none exec /usr/bin/timeout 100 pximenu -r "$ROOT" </dev/null >out 2>&1 3>&-
	) &
	MENU=$!
	ended
	grep -q 'px: saved' "$LOG"
	none grep -q 'pxread.* -m ' "$PX_STUB/calls"
	zstd -dcq --sparse -o image www/up/lab.img.zst
	cmp image "$DISK"
}

@test "what was not unmounted is refused, by name, before anything is sent" {
	make_disk
	debugfs -w -R 'feature needs_recovery' ext 2>/dev/null
	partition 2 34 ext
	capture "px.capture=$URL/up/"
	ended
	grep -q 'FAILED: survey: .*dev/vda2 (ext4): it was not unmounted' "$LOG"
	nothing_sent
	grep -q 'disk untouched' "$LOG"
}

@test "an encrypted partition is refused unless px.capture.raw says so; LVM and RAID members are refused always" {
	make_disk
	printf 'LUKS\xba\xbe' | dd of="$DISK" bs=1M seek=34 conv=notrunc status=none
	capture "px.capture=$URL/up/"
	ended
	grep -q 'FAILED: survey: .*dev/vda2 (LUKS): it is encrypted.*px.capture.raw' "$LOG"
	nothing_sent
	stop "$MENU"
	rm "$LOG"
	capture "px.capture=$URL/up/" px.capture.raw
	ended
	grep -q 'px: saved /dev/vda as lab' "$LOG"
	zstd -dcq --sparse -o image www/up/lab.img.zst
	cmp -i $((34 << 20)) -n $((64 << 20)) image "$DISK"
	stop "$MENU"
	rm -r "$LOG" www/up/*
	: >"$FETCH_DIR/access"
	dd if=/dev/zero of="$DISK" bs=1M seek=34 count=1 conv=notrunc status=none
	printf 'LABELONE                LVM2 001' | dd of="$DISK" oflag=seek_bytes seek=$(((34 << 20) + 512)) bs=1M conv=notrunc status=none
	capture "px.capture=$URL/up/" px.capture.raw
	ended
	grep -q 'FAILED: survey: .*dev/vda2 (LVM2 member): it is a part of' "$LOG"
	nothing_sent
}

@test "a name that the server has is refused, and its files stay" {
	make_disk
	echo 'Image: lab' >www/up/lab.stanza
	echo old >www/up/lab.img.zst
	capture "px.capture=$URL/up/"
	ended
	grep -q 'FAILED: name: .*lab.stanza: the server has an image of that name' "$LOG"
	[ "$(cat www/up/lab.img.zst)" = old ]
	wait_for 10 grep -q 'what to do: Choose another name' out
	! grep -q '^PUT' "$FETCH_DIR/access"
}

@test "a reader that is killed leaves no image on the server, and no stanza" {
	make_disk
	cat >"$PX_STUB/read.sh" <<-'SH'
		case $* in -n*) ;; *) head -c 200000 /dev/urandom; kill -9 $$ ;; esac
	SH
	capture "px.capture=$URL/up/"
	ended
	grep -q 'FAILED: read: pxread: ended by signal 9' "$LOG"
	[ -z "$(ls "$WWW/up")" ]
}

@test "a block map that is larger than a machine takes is said, and no stanza is sent" {
	make_disk
	cat >"$PX_STUB/read.sh" <<-'SH'
		case $* in -n*) ;; *)
			"$PX_BUSYBOX" pxread "$@" || exit
			while [ "$1" != -b ]; do shift; done
			truncate -s 17M "$2"
			exit 0
		esac
	SH
	capture "px.capture=$URL/up/"
	ended
	grep -q 'FAILED: read: the block map has more than 16 MiB' "$LOG"
	[ ! -e "$WWW/up/lab.stanza" ] && [ ! -e "$WWW/up/lab.bmap" ]
}

@test "a server that takes nothing, or no more, is the reason, and no stanza is sent" {
	make_disk
	capture "px.capture=$URL/limited/"
	ended
	grep -qE 'FAILED: send: pxsend: .*/limited/lab.img.zst: the server said: 413' "$LOG"
	stop "$MENU"
	rm "$LOG"
	capture "px.capture=$URL/closed/"
	ended
	grep -qE 'FAILED: send: pxsend: .*/closed/lab.img.zst: the server said: 403' "$LOG"
	none grep -qE 'PUT .*(bmap|stanza)' "$FETCH_DIR/access"
	stop "$MENU"
	rm "$LOG"
	capture "px.capture=http://127.0.0.1:$(free_port tcp)/up/"
	ended
	grep -qE 'FAILED: name: pxfetch: .*127.0.0.1' "$LOG"
}

@test "captured is an event, with the warnings; a failed one is failed" {
	make_disk
	report_server reports
	capture "px.capture=$URL/up/" "px.report=http://127.0.0.1:$HTTP/"
	wait "$MENU"
	grep -q '"event":"captured".*"image":"lab","disk":"/dev/vda"' reports/events
	none grep -q '"event":"done"' reports/events
	grep -q '/sbin/reboot was called' "$PX_STUB/calls"
}

@test "by hand it asks for name and disk, shows what is in use, wants a yes, and says what makes an image general" {
	need expect partclone.ext4
	make_disk
	cmdline px.ui=text "px.catalog=$URL/images" "px.capture=$URL/up/"
	cat >talk <<-E
		set timeout 60
		proc want {text} {
			expect {
				-ex \$text {}
				timeout { puts "\n--- did not come: \$text"; exit 1 }
				eof { puts "\n--- ended before: \$text"; exit 1 }
			}
		}
		set env(TERM) dumb
		spawn pximenu -r "$ROOT"
		want "save: this disk becomes an image"
		send "save\r"
		want "Name of the image"
		send "Not A Name\r"
		want "not an image's name"
		send "by-hand\r"
		want "2) /dev/vda"
		send "2\r"
		want "dev/vda1  32.0 MiB  FAT16"
		want "dev/vda2  64.0 MiB  ext4"
		want "In use: "
		want "Type yes"
		send "no\r"
		want "Image (number or name"
		send "save\r"
		want "Name of the image"
		send "by-hand\r"
		want "2) /dev/vda"
		send "2\r"
		want "Type yes"
		send "yes\r"
		want "by-hand is on the server"
		want "rm /etc/ssh/ssh_host_*"
		want "sysprep"
		send "\r"
		want "Image (number or name"
	E
	run timeout --foreground 90 expect talk 3>&- </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
	[ -s www/up/by-hand.stanza ]
	pxcatalog check www/up/by-hand.stanza
}

@test "a dry run says what would be run, and runs nothing" {
	cmdline px.auto px.timeout=0 "px.catalog=$URL/images" px.capture.name=lab "px.capture=$URL/up" px.disk=/dev/vda
	run timeout 60 pximenu -n -r "$ROOT" </dev/null
	[ "$status" -eq 0 ]
	[[ $output == *"px: would run: pxread -n -- /dev/vda; pxread -b BMAP -m MAP -- /dev/vda | pxsend -- $URL/up/lab.img.zst"* ]]
	[ ! -s "$PX_STUB/calls" ]
}

@test "by https a disk is saved on a server that is known, and nothing is sent to another one" {
	need openssl
	source "$PX_TOP/tests/fetch/https.bash"
	make_ca ca
	make_ca other
	make_cert good ca "$LOCAL"
	export CA=$PWD/ca.pem
	for applet in pxfetch pxsend; do # the machine has these certificates in /etc/px/ca.pem
		rm "bin/$applet"
		printf '#!/bin/sh\nexec "$PX_BUSYBOX" %s -C "$CA" "$@"\n' $applet >"bin/$applet"
		chmod +x "bin/$applet"
	done
	make_disk
	fetch_stop
	TLS=$(free_port tcp)
	start_dav "$WWW" "$WWW/up/.temp" "listen 127.0.0.1:$TLS ssl; ssl_certificate $PWD/good.pem;
		ssl_certificate_key $PWD/good.key;"
	URL=http://127.0.0.1:$PORT # the catalog
	capture "px.capture=https://127.0.0.1:$TLS/up/"
	ended
	grep -q 'px: saved /dev/vda as lab' "$LOG"
	[ "$(grep -c '^PUT .* 201$' "$FETCH_DIR/access")" = 3 ]
	pxcatalog check www/up/lab.stanza
	stop "$MENU"
	rm www/up/lab.* "$LOG" "$FETCH_DIR/access"
	CA=$PWD/other.pem
	capture "px.capture=https://127.0.0.1:$TLS/up/"
	ended
	grep -q 'FAILED: name: .*certificate' "$LOG"
	[ -z "$(ls www/up)" ]
}
