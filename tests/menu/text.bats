# SPDX-License-Identifier: GPL-2.0-or-later
# The menu as lines of text (px.ui=text), by expect: what a dumb terminal, a screen reader and a script see.

load ../px
load ../menu/menu

setup() {
	need expect
	menu_setup zoo
	cmdline px.ui=text
}

teardown() {
	menu_teardown
}

# talk <<E: an expect script; the menu is spawned already. "want TEXT" fails unless it comes.
talk() {
	{
		cat <<-E
			set timeout 20
			log_user 1
			proc want {text} {
				expect {
					-ex \$text {}
					timeout { puts "\n--- did not come: \$text"; exit 1 }
					eof { puts "\n--- ended before: \$text"; exit 1 }
				}
			}
			set env(TERM) dumb
			spawn -noecho pximenu -r $ROOT
		E
		cat
	} >"$BATS_TEST_TMPDIR/talk.exp"
	run expect "$BATS_TEST_TMPDIR/talk.exp"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "an image is installed by numbers, a word and nothing else" {
	talk <<-'E'
		want "px: menu ready"
		want "1) Debian 13, lab workstation"
		want "Image (number"
		send "1\r"
		want "3) /dev/sda  999.6 GB  ata  WDC WD10EZEX-08W  serial WD-WCC6Y5ABCDEF  MBR, 1 partition"
		want "Disk (number"
		send "3\r"
		want "serial WD-WCC6Y5ABCDEF, 999.6 GB, ata"
		want "On it now: MBR, 1 partition"
		want "type the last 4 characters"
		send "CDEF\r"
		want "px: installing debian-13-lab on /dev/sda"
		want "px: installed debian-13-lab on /dev/sda"
		want "px: reboot"
		expect eof
	E
	grep -q 'sbin/reboot was called' "$PX_STUB/calls"
}

@test "a disk controller without a driver is named by its PCI id, with disks and without" {
	folder=$ROOT/sys/bus/pci/devices/0000:02:00.0
	mkdir -p "$folder"
	echo 0x010700 >"$folder/class"
	echo 0x1000 >"$folder/vendor"
	echo 0x0030 >"$folder/device"
	talk <<-'E'
		want "Image (number"
		send "1\r"
		want "1) /dev/"
		want "no driver here for the disk controller with PCI id 1000:0030"
		want "Disk (number"
	E
	rm "$ROOT/sys/block"/*
	talk <<-'E'
		want "Image (number"
		send "1\r"
		want "no disk found"
		want "no driver here for the disk controller with PCI id 1000:0030"
	E
}

@test "an image is chosen by its name" {
	talk <<-'E'
		want "Image (number"
		send "kiosk\r"
		want "Disks for Kiosk:"
	E
}

@test "what cannot be used is not chosen, and a wrong answer asks again" {
	talk <<-'E'
		want "Image (number"
		send "4\r"
		want "A stanza with a wrong size cannot be used"
		want "Image (number"
		send "99\r"
		want "Image (number"
		send "1\r"
		want "Disk (number"
		send "4\r"
		want "/dev/sdb: in use: mounted on /mnt/backup"
		want "Disk (number"
		send "b\r"
		want "Image (number"
	E
}

@test "another word than the last four characters goes back" {
	talk <<-'E'
		want "Image (number"
		send "1\r"
		want "Disk (number"
		send "3\r"
		want "type the last 4 characters"
		send "yes\r"
		want "Disk (number"
	E
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 0 ]
}

@test "a failure says step, reason, consequence and disk, and asks what to do" {
	echo 'echo "pxfetch: $url: connection reset" >&2; exit 4' >"$PX_STUB/fetch.sh"
	echo 'echo state=noboot >&3; cat >/dev/null; echo "pxwrite: stdin: cut short" >&2; echo "pxwrite: disk does not boot" >&2; exit 9' >"$PX_STUB/write.sh"
	talk <<-'E'
		want "Image (number"
		send "1\r"
		want "Disk (number"
		send "3\r"
		want "type the last 4 characters"
		send "CDEF\r"
		want "FAILED: download"
		want "reason: pxfetch"
		want "and so: pxwrite: stdin: cut short"
		want "disk:   disk does not boot"
		want "Now (m menu"
		send "m\r"
		want "Image (number"
	E
}

@test "no control sequence is sent to a dumb terminal" {
	talk <<-'E'
		want "Image (number"
		send "1\r"
		want "Disk (number"
		send "b\r"
		want "Image (number"
	E
	run grep -c -P '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]' <<<"$output"
	[ "$output" -eq 0 ]
}

@test "backspace mends an answer" {
	talk <<-'E'
		want "Image (number"
		send "2\177\1771\r"
		want "Disks for Debian 13"
	E
}

@test "a shell, and the menu again" {
	talk <<-'E'
		want "Image (number"
		send "s\r"
		want "\"exit\" brings the menu back"
		send "echo from-the-\$((40 + 2))-shell\r"
		want "from-the-42-shell"
		send "exit\r"
		want "Image (number"
	E
}

@test "control bytes of an image's name, title or problem reach no terminal" {
	printf 'Image: a\x9b2Jb\x1b[31m\nSource: x\n\nImage: c\x9bd\nTitle: T\xc2\x9bT \x9b1m\nSource: x\nSize: \x9b3\n' \
		>"$PX_STUB/images"
	talk <<-'E'
		want "1) a?2Jb?"
		want "2) T?T"
		want "Image (number"
		send "1\r"
		want "cannot be used"
		want "Image (number"
	E
	run grep -c -P '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]' <<<"$output"
	[ "$output" -eq 0 ]
}

@test "an image whose name is a number is chosen by =NAME, and what could be both is asked about" {
	printf 'Image: one\nSource: x\n\nImage: two\nTitle: The second\nSource: x\n\nImage: 2\nTitle: Called two\nSource: x\n\nImage: 2024\nTitle: The year\nSource: x\n' >"$PX_STUB/images"
	talk <<-'E'
		want "Image (number"
		send "2\r"
		want "2 is the number of \"The second\" and the name of \"Called two\""
		want "Image (number"
		send "=2\r"
		want "Disks for Called two:"
		want "Disk (number"
		send "b\r"
		want "Image (number"
		send "02\r"
		want "Disks for The second:"
		want "Disk (number"
		send "b\r"
		want "Image (number"
		send "2024\r"
		want "Disks for The year:"
	E
}

@test "one Ctrl-C asks, y aborts, any other key goes on" {
	echo 'trap "echo pxwrite: aborted >&2; echo pxwrite: disk does not boot >&2; echo state=noboot >&3; exit 130" TERM; echo "bytes=1 total=2 stage=write rate=1" >&3; while :; do sleep 0.1; done' >"$PX_STUB/write.sh"
	talk <<-'E'
		want "Image (number"
		send "1\r"
		want "Disk (number"
		send "3\r"
		want "type the last 4 characters"
		send "CDEF\r"
		want "px: installing"
		send "\003"
		want "Abort? The disk will not boot then."
		send "n"
		want "going on"
		send "\003"
		want "Abort? The disk will not boot then."
		send "y"
		want "aborting"
		want "FAILED"
		want "aborted by the user"
	E
}

@test "what has to be typed is not printed, but for a disk without a serial number" {
	talk <<-'E'
		want "Image (number"
		send "1\r"
		want "Disk (number"
		send "3\r"
		want "Anything else goes back:"
	E
	[[ $output != *CDEF*CDEF*CDEF* ]] # in the list, and in the serial number of the question
	[[ ${output##*On it now} != *CDEF* ]]
}

@test "lines of text show sizes, descriptions, a filtered list, twins, help, log and network details" {
	talk <<-'E'
		want "1) Debian 13, lab workstation  4.0 GiB"
		want "Image (number"
		send "/kio\r"
		want "  2) Kiosk"
		want "Image (number"
		send "/zzz\r"
		want "nothing has \"zzz\" in its name"
		send "d 1\r"
		want "debian-13-lab, 4.0 GiB, hash known, grows to the disk's end"
		want "LXDE, ssh, ansible key. A folded line goes on, as in deb822."
		want "Image (number"
		send "?\r"
		want "--- help"
		want "/TEXT for"
		want "Image (number"
		send "v\r"
		want "--- log"
		want "px: catalog tftp://192.0.2.1/images: 5 images, 1 of them unusable"
		want "Image (number"
		send "n\r"
		want "Address     192.0.2.15"
		want "Image (number"
		send "2\r"
		want "another path leads to the same disk (multipath)"
		want "Disk (number"
	E
}

@test "progress in lines of text has the time left and the brake, and help and log while writing" {
	echo 'i=0; while [ ! -e "$PX_STUB/go" ] && [ $((i += 1)) -lt 300 ]; do sleep 0.1; echo "bytes=1073741824 total=4294967296 stage=write rate=104857600 net=40 decode=20 disk=95" >&3; done' >"$PX_STUB/write.sh"
	talk <<-E
		want "Image (number"
		send "1\r"
		want "Disk (number"
		send "11\r"
		want "Type yes"
		send "yes\r"
		want "Writing: 1.0 GiB of 4.0 GiB, 100.0 MiB/s, left 0:30, brake disk  (busy: network 40%, decoder 20%, disk 95%)"
		send "?"
		want "--- help"
		send "v"
		want "--- log"
		exec touch "$PX_STUB/go"
		want "is on /dev/vda: written and verified, in "
	E
}

@test "a failure in lines of text says what to do, and which image, disk and machine" {
	echo 'echo "pxfetch: $url: connection reset" >&2; exit 4' >"$PX_STUB/fetch.sh"
	talk <<-'E'
		want "Image (number"
		send "2\r"
		want "Disk (number"
		send "11\r"
		want "Type yes"
		send "yes\r"
		want "FAILED: download"
		want "what to do: Check cable, switch and server"
		want "image:  kiosk"
		want "on:     /dev/vda"
		want "serial vol-0a1b2c3d"
		want "catalog: tftp://192.0.2.1/images"
		want "machine: 52:54:00:12:34:56  serial PF2ABCDE"
		want "exit 4"
	E
}
