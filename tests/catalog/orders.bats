#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# menu/order.h: what the Machine: stanzas of a signed catalog order this machine to do, and when it does not.

load ../px
load ../report/report
load ../menu/menu

setup_file() {
	need ssh-keygen
	export KEYS=$BATS_FILE_TMPDIR/keys
	mkdir "$KEYS"
	ssh-keygen -q -t ed25519 -N '' -C joe@desk -f "$KEYS/joe"
}

setup() { # [KIND of machine]
	menu_setup "${1:-one}"
	HEX=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
	mkdir -p "$ROOT/etc/px/keys"
	cp "$KEYS/joe.pub" "$ROOT/etc/px/keys"
}

teardown() {
	menu_teardown
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

# orders LINE...: a signed catalog of today with two images and these lines behind them; the first order is in line 14
orders() {
	printf '%s\n' 'Catalog: lab-west' 'Serial: 1' "Date: $(now)" "Valid-Until: $(now 30 days)" '' \
		'Image: a' 'Source: a.img' "SHA256: $HEX" '' 'Image: b' 'Source: b.img' "SHA256: $HEX" '' "$@" \
		>"$PX_STUB/images"
	ssh-keygen -q -Y sign -n px-imager -f "$KEYS/joe" <"$PX_STUB/images" >"$PX_STUB/images.sig" 2>/dev/null
}

# now [DISTANCE]: a time as the catalog has it
now() {
	date -u -d "now ${*:+$*}" +%Y-%m-%dT%H:%M:%SZ
}

# with PARAMETER...: what a machine with these on its kernel command line would do, and nobody at the keyboard
with() {
	rm -f "$LOG" "$ROOT/run/px/serial"
	cmdline "$@"
	run timeout 30 pximenu -n -r "$ROOT" </dev/null
	echo "$output"
}

would_install() {
	[ "$status" = 0 ]
	[[ $output == *"px: would run: pxfetch "*"/$1.img | pxwrite "*"$2"* ]]
}

# it asks, with this in the log
would_ask() {
	[[ $output != *"px: would run"* ]]
	[[ $output == *"px: menu ready"* ]]
	grep -qF -- "$1" "$LOG"
}

# refused STATUS WORDS
refused() {
	[ "$status" = "$1" ]
	[[ $output == *"px: FAILED: order: $2"*"(disk untouched)"* ]]
	[[ $output != *"px: would run"* ]]
}

@test "an order with Auto is followed by the machine that has its MAC, serial number or UUID" {
	for who in 52:54:00:12:34:56 serial=PF2ABCDE uuid=4C4C4544-0042-3510-8054-b4c04f4a3432 \
		'52:54:00:00:00:99 serial=PF2ABCDE'; do
		orders 'Machine: 52:54:00:00:00:01' 'Image: b' "Auto: until $(now 1 hour)" '' \
			"Machine: $who" 'Image: a' 'Disk: /dev/vda' "Auto: until $(now 1 hour)"
		with
		would_install a /dev/vda
		grep -q 'px: images:18 is for this machine: image a, disk /dev/vda, unattended until 20' "$LOG"
	done
}

@test "an order for other machines is none" {
	for who in 52:54:00:12:34:57 serial=PF2ABCD serial=PF2ABCDEF uuid=4c4c4544-0042-3510-8054-b4c04f4a3433; do
		orders "Machine: $who" 'Image: a' "Auto: until $(now 1 hour)"
		with
		would_ask '2 images'
		none grep -q 'is for this machine' "$LOG"
	done
}

@test "without Auto the order's image is the one that the menu begins with, and somebody is asked" {
	orders 'Machine: serial=PF2ABCDE' 'Image: b'
	with
	would_ask 'px: images:14 is for this machine: image b, disk as the image says, with questions'
	cmdline
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys Enter
	wait_screen 'choose a disk'
	keys Enter
	wait_screen 'are you sure?'
	screen | grep -q 'Image  *b$'
}

@test "an order that is over is refused with 5, on each kind of screen, and from there one gets into the menu" {
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 1 minute ago)"
	with
	refused 5 'images:14: Auto: over since 20'
	cmdline
	terminal 80 24 xterm
	wait_screen 'images:14: Auto: over since 20'
	shows 'The installation failed: disk untouched.'
	shows 'Set the clock in the'
	keys m
	wait_screen 'choose an image'
	! grep -q pxwrite "$PX_STUB/calls"
}

@test "without a clock nobody knows whether an order is over, and it is refused, also by a menu that init starts anew" {
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 5 days)"
	now 2 days >"$ROOT/etc/px/built"
	with
	refused 5 'images:14: Auto: until 20'
	[[ $output == *"nobody knows whether that is over, for the clock of this machine was wrong"* ]]
	# the first one has set the clock
	rm "$ROOT/etc/px/built"
	[ -e "$ROOT/run/px/no-clock" ]
	with
	refused 5 'images:14: Auto: until 20'
	rm "$ROOT/run/px/no-clock"
	with
	would_install a
}

@test "an order of more than seven days, without Image, of nonsense, or beside another for this machine is refused" {
	long="$(now 7 days 1 hour)"
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $long"
	with
	refused 7 "images:14: Auto: more than 7 days behind the catalog's Date"
	orders 'Machine: serial=PF2ABCDE' "Auto: until $(now 1 hour)"
	with
	refused 7 'images:14: Auto: without Image'
	for line in 'Auto: yes' 'Auto: until tomorrow' 'Disk: size>' 'After: lunch' 'Force: perhaps' 'Image:'; do
		orders 'Machine: serial=PF2ABCDE' "$line"
		with
		refused 7 "images:14: ${line%%:*}: "
	done
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 1 hour)" '' 'Machine: 52:54:00:12:34:56' 'Image: b'
	with
	refused 7 'images:14: line 18 is for this machine, too'
	orders 'Machine: serial=PF2ABCDE 525400123456' 'Image: a' "Auto: until $(now 1 hour)"
	with
	refused 7 'images:14: Machine: not MACs like'
}

@test "an order for an image that is not there is an unattended run that fails" {
	orders 'Machine: serial=PF2ABCDE' 'Image: c' "Auto: until $(now 1 hour)"
	with
	[ "$status" = 10 ]
	[[ $output == *"px: FAILED: image: images:14: Image: c: no such image in "*"(disk untouched)"* ]]
}

@test "without a signature nobody follows an order, whatever it says" {
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 1 hour)" 'Report: http://192.0.2.1/'
	rm -r "$ROOT/etc/px/keys"
	with
	would_ask 'px: images:14 is for this machine, and left out: the catalog is not signed'
}

@test "what the kernel command line says to install, it says alone: an order's Force does not meet its image" {
	orders 'Machine: serial=PF2ABCDE' 'Image: a' 'Disk: /dev/vda' 'Force: yes' "Auto: until $(now 1 hour)"
	for parameter in px.image=b px.disk=smallest px.auto=no px.force; do
		with "$parameter"
		would_ask 'px: images:14 is for this machine, and left out: the kernel command line says what to install'
	done
	with px.auto px.image=b
	would_install b
}

@test "Force lets an order go over a disk with data, and without it the order is refused as px.auto is" {
	rm -r "$ROOT"
	setup data
	disk=$(cd "$ROOT/sys/block" && echo *)
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 1 hour)" "Disk: /dev/${disk%% *}"
	with
	[ "$status" = 10 ]
	[[ $output == *"px: FAILED: disk: /dev/${disk%% *}: "* ]]
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 1 hour)" "Disk: /dev/${disk%% *}" 'Force: yes'
	with
	would_install a "/dev/${disk%% *}"
}

@test "Report, Log and After of an order are taken, the countdown says who has ordered it, and it is done once" {
	report_server "$BATS_TEST_TMPDIR/reports"
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 1 hour)" "Report: http://127.0.0.1:$HTTP/" \
		"Log: udp://127.0.0.1:$UDP" 'After: poweroff'
	cmdline px.timeout=2
	terminal 80 24 xterm
	wait_screen 'Ordered by the signed catalog, images:14'
	wait_for 20 grep -q 'poweroff was called' "$PX_STUB/calls"
	wait_for 20 grep -q 'installed a on' "$BATS_TEST_TMPDIR/reports/syslog"
	grep '"event":"done"' "$BATS_TEST_TMPDIR/reports/events" | grep -q '"catalog_serial":1'
	tmux_do kill-server
	with
	would_install a # -n claims nothing
	cmdline
	run timeout 30 pximenu -r "$ROOT" </dev/null
	[[ $output == *"px: the catalog's order for this machine has run already"* ]]
	[[ $output == *"px: menu ready"* ]]
}

@test "an order that is refused is told to the server that it names" {
	report_server "$BATS_TEST_TMPDIR/reports"
	orders 'Machine: serial=PF2ABCDE' 'Image: a' "Auto: until $(now 1 hour ago)" "Report: http://127.0.0.1:$HTTP/"
	cmdline
	timeout 60 pximenu -r "$ROOT" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
	wait_for 20 grep -q '"event":"failed"' "$BATS_TEST_TMPDIR/reports/events"
	grep '"event":"failed"' "$BATS_TEST_TMPDIR/reports/events" | grep -q '"step":"order".*images:14: Auto: over since'
}

@test "pxcatalog check and sign tell what is wrong with an order, and who has two of them" {
	px_install pxcatalog
	cd "$BATS_TEST_TMPDIR"
	echo hello >a.img
	catalog() {
		printf '%s\n' 'Image: a' 'Source: a.img' "SHA256: $(sha256sum <a.img | cut -d ' ' -f 1)" '' "$@" >images
	}
	wrong() {
		run pxcatalog sign -k "$KEYS/joe" images
		echo "$output"
		[ "$status" = 7 ]
		[[ $output =~ pxcatalog:\ images:$1 ]]
		[ ! -e images.sig ]
	}
	catalog 'Machine: serial=x' 'Image: b' "Auto: until $(now 1 hour)"
	wrong '12: Image: no such image in this catalog' # the header is before it now, and sums
	catalog 'Machine: serial=x' 'Image: a' "Auto: until $(now 9 days)"
	wrong "1[0-9]: Auto: more than 7 days behind the catalog's Date"
	catalog 'Machine: serial=x uuid=4' 'Image: a'
	wrong '12: Machine: not MACs like 52:54:00:12:34:56, serial= or uuid='
	catalog 'Machine: serial=x 52:54:00:AA:00:01' 'Image: a' '' 'Machine: 52:54:00:aa:00:01' 'Image: a'
	wrong '15: Machine: 52:54:00:aa:00:01: named in line 12, too'
	catalog 'Machine: serial=x 52:54:00:AA:00:01' 'Image: a' "Auto: until $(now 6 days)"
	pxcatalog sign -k "$KEYS/joe" images
	pxcatalog check images -k "$KEYS/joe.pub"
}
