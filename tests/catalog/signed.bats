#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# catalog/signed.h and menu/load.c: with keys in the initramfs, no byte of a catalog is read that none of them signed.

load ../px
load ../report/report
load ../menu/menu

setup_file() {
	need ssh-keygen minisign signify-openbsd
	export KEYS=$BATS_FILE_TMPDIR/keys
	mkdir "$KEYS"
	cd "$KEYS"
	ssh-keygen -q -t ed25519 -N '' -C joe@desk -f joe
	ssh-keygen -q -t ed25519 -N '' -C spare -f spare
	minisign -G -W -p lab.pub -s lab.key
	signify-openbsd -G -n -p site.pub -s site.sec
	export PRINT
	PRINT=$(ssh-keygen -l -f joe.pub | cut -d ' ' -f 2)
}

setup() {
	menu_setup one
	HEX=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
	mkdir -p "$ROOT/etc/px/keys"
	cp "$KEYS/joe.pub" "$ROOT/etc/px/keys"
	catalog "Serial: 42"
	sign
}

teardown() {
	menu_teardown
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

# catalog FIELD...: one image, and these fields of the header
catalog() {
	printf '%s\n' 'Catalog: lab-west' "$@" '' 'Image: a' 'Source: a.img' "SHA256: $HEX" >"$PX_STUB/images"
}

# sign [KEY]: with ssh-keygen
sign() {
	ssh-keygen -q -Y sign -n px-imager -f "$KEYS/${1:-joe}" <"$PX_STUB/images" >"$PX_STUB/images.sig" 2>/dev/null
}

# in_days N: a time as the catalog has it
in_days() {
	date -u -d "$1 days" +%Y-%m-%dT%H:%M:%SZ
}

# taken: an unattended run would install
taken() {
	dry_run px.image=a px.disk=smallest
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"px: would run: pxfetch "* ]]
}

# refused WORDS: status 5, these words, and no word of what is in the catalog
refused() {
	rm -f "$LOG"
	dry_run px.image=a px.disk=smallest
	echo "$output"
	[ "$status" = 5 ]
	[[ $output == *"px: FAILED: catalog: "*"$1"*"(disk untouched)"* ]]
	[[ $output != *"px: would run"* ]]
	! grep -q ' images, ' "$LOG"
}

@test "a catalog that one of the keys has signed is taken, and the log says whose key and which serial" {
	taken
	grep -qF "px: catalog verified: serial 42, key joe@desk ($PRINT)" "$LOG"
	[ "$(cat "$ROOT/run/px/serial")" = 42 ]
	cp "$KEYS/spare.pub" "$ROOT/etc/px/keys/another.pub"
	sign spare
	taken
	grep -qF 'px: catalog verified: serial 42, key spare (' "$LOG"
}

@test "minisign's and signify's signatures are found as .minisig and .sig" {
	cp "$KEYS"/lab.pub "$KEYS"/site.pub "$ROOT/etc/px/keys"
	rm "$PX_STUB/images.sig"
	minisign -S -s "$KEYS/lab.key" -m "$PX_STUB/images" -x "$PX_STUB/images.minisig" </dev/null
	taken
	grep -qF 'key lab (ID ' "$LOG"
	signify-openbsd -S -s "$KEYS/site.sec" -m "$PX_STUB/images" -x "$PX_STUB/images.sig"
	taken
	grep -qF 'key site (ID ' "$LOG"
}

@test "without keys a catalog is taken as it comes, signed or not, no signature is asked for, and the screen says so" {
	rm -r "$ROOT/etc/px/keys"
	taken
	grep -qF 'px: catalog NOT SIGNED: anybody on this network could have made this list' "$LOG"
	none grep -q 'images\.' "$PX_STUB/calls"
	cmdline px.ui=text
	run timeout 30 pximenu -r "$ROOT" </dev/null
	[[ $output == *"NOT SIGNED: anybody on this network could have made this list"* ]]
}

@test "a catalog without a signature, with another's, or of other bytes is refused with 5" {
	sign spare
	refused "images.sig: made by a key that is not in this initramfs (SHA256:"
	[[ $output == *"); keys here: joe@desk "* ]]
	sign
	echo >>"$PX_STUB/images"
	refused 'images.sig: does not fit this catalog (key joe@desk)'
	rm "$PX_STUB/images.sig"
	refused 'not signed: the server has neither images.sig nor .minisig'
	head -c 5000 /dev/zero >"$PX_STUB/images.sig"
	refused 'images.sig: no signature: '
}

@test "nothing of a catalog that is refused is parsed, and 16 MiB of it cost nothing" {
	{ cat "$PX_STUB/images"; yes ' a folded line that never ends' | head -c 16000000; } >"$BATS_TEST_TMPDIR/long"
	mv "$BATS_TEST_TMPDIR/long" "$PX_STUB/images"
	refused 'images.sig: does not fit this catalog'
}

@test "catalog and signature are both fetched once more when they do not fit, and taken when they fit then" {
	cp "$PX_STUB/images.sig" "$BATS_TEST_TMPDIR/sig"
	rm "$PX_STUB/images.sig"
	# it is there when the catalog is fetched for the second time
	cat >"$PX_STUB/catalog.sh" <<-E
		case \$url in */images)
			[ ! -e "$BATS_TEST_TMPDIR/second" ] || cp "$BATS_TEST_TMPDIR/sig" "$PX_STUB/images.sig"
			: >"$BATS_TEST_TMPDIR/second" ;;
		esac
	E
	taken
	[ "$(grep -c '/images$' "$PX_STUB/calls")" = 2 ]
	rm "$PX_STUB/images.sig" "$PX_STUB/catalog.sh"
	: >"$PX_STUB/calls"
	refused 'not signed'
	[ "$(grep -c '/images$' "$PX_STUB/calls")" = 2 ]
}

@test "a server that fails on the signature is no server without one" {
	cat >"$PX_STUB/catalog.sh" <<-'E'
		case $url in *.sig) echo "pxfetch: $url: no answer" >&2; exit 4 ;; esac
	E
	cmdline px.ui=text
	run timeout 5 pximenu -r "$ROOT" </dev/null
	[[ $output == *"images.sig: pxfetch: "*": no answer"* ]]
	! grep -q ' images, ' "$LOG"
}

@test "a folder of keys in which one cannot be used, or that has none, lets nothing be installed" {
	echo garbage >"$ROOT/etc/px/keys/other.pub"
	refused '/etc/px/keys/other.pub: no public key of OpenSSH, minisign or signify: no catalog is taken until that'
	mkdir "$ROOT/etc/px/keys/folder.pub"
	rm "$ROOT/etc/px/keys/other.pub"
	refused '/etc/px/keys/folder.pub: '
	rmdir "$ROOT/etc/px/keys/folder.pub"
	for i in {1..16}; do cp "$KEYS/spare.pub" "$ROOT/etc/px/keys/$i.pub"; done
	refused 'more than 16 keys in all'
	rm "$ROOT"/etc/px/keys/*.pub
	refused '/etc/px/keys: no .pub file with a key in it'
	rmdir "$ROOT/etc/px/keys"
	: >"$ROOT/etc/px/keys"
	refused '/etc/px/keys: Not a directory'
	[ ! -s "$PX_STUB/calls" ]
	rm "$ROOT/etc/px/keys"
	ln -s nowhere "$ROOT/etc/px/keys"
	refused '/etc/px/keys: No such file or directory'
}

@test "an older serial than that of the keys' folder, or than one that this boot has seen, is refused" {
	echo 43 >"$ROOT/etc/px/keys/serial"
	refused 'images: serial 42 is older than 43'
	rm "$ROOT/etc/px/keys/serial"
	taken
	catalog 'Serial: 41'
	sign
	refused 'images: serial 41 is older than 42'
	rm "$ROOT/run/px/serial"
	taken
	catalog
	sign
	refused 'images: has no Serial, and 41 has been there'
	echo forty >"$ROOT/etc/px/keys/serial"
	refused '/etc/px/keys/serial: not a serial number'
}

@test "what is nonsense in the header is refused" {
	for field in 'Valid-Until: tomorrow' 'Valid-Until: 2099-02-31T10:00:00Z' 'Valid-Until: 2099-02-01' \
		'Valid-Until: 2099-02-01T10:00:00+01:00' 'Date: 2026-13-01T10:00:00Z' \
		'Serial: 0' 'Serial: 12x' 'Serial: -3' 'Serial: 99999999999'; do
		catalog "$field"
		sign
		refused "images: line 2: ${field%%:*}: not a"
	done
	catalog 'Serial: 1' 'Serial: 2'
	sign
	refused 'images: line 3: Serial: twice in one stanza'
}

@test "a catalog is taken until its Valid-Until, and refused behind it" {
	catalog 'Serial: 42' "Date: $(in_days -5)" "Valid-Until: $(in_days 1)"
	sign
	taken
	until=$(in_days -3)
	catalog 'Serial: 42' "Date: $(in_days -5)" "Valid-Until: $until"
	sign
	refused "images: expired 3 days ago (valid until $until; this machine's clock says 20"
}

@test "a clock that is a day behind what is proven is wrong: nothing expires by it, but by what is proven" {
	catalog 'Serial: 42' "Date: $(in_days 5)" "Valid-Until: $(in_days 35)"
	sign
	taken
	[[ $output == *"px: clock was $(date -u +%F): set to $(date -u -d '5 days' +%F); expiry not checked"* ]]
	[ -e "$ROOT/run/px/no-clock" ] # pxfetch, and what it holds certificates against
	rm "$ROOT/run/px/no-clock"
	# the initramfs is younger than the catalog was valid
	in_days 40 >"$ROOT/etc/px/built"
	refused 'images: expired 5 days ago (valid until '
	[[ $output == *"; it cannot be earlier than $(date -u -d '40 days' +%F)"* ]]
	# half a day is a clock in another zone, not a wrong one
	date -u -d '12 hours' +%Y-%m-%dT%H:%M:%SZ >"$ROOT/etc/px/built"
	catalog 'Serial: 42' "Date: $(date -u -d '12 hours' +%Y-%m-%dT%H:%M:%SZ)" "Valid-Until: $(in_days 35)"
	sign
	taken
	[[ $output != *"px: clock was"* ]]
	[ ! -e "$ROOT/run/px/no-clock" ]
}

@test "under a key a stanza that names a file without its hash is unusable, and only that" {
	cat >"$PX_STUB/images" <<-E
		Image: a
		Source: x

		Image: b
		Source: x
		Bmap: y
		SHA256: $HEX

		Image: c
		Init: i
		Archive: t
		SHA256: $HEX

		Image: d
		Init: i
		Init-SHA256: $HEX
		Archive: t

		Image: e
		Source: x
		Source-SHA256: $HEX
		Post: p

		Image: f
		Source: x
		Bmap: y
		Bmap-SHA256: $HEX

		Image: g
		Init: i
		Init-SHA256: $HEX
		Archive: t
		Source-SHA256: $HEX
		Post: p
		Post-SHA256: $HEX

		Image: h
		Source: x
		Source-SHA256: $HEX
	E
	sign
	cmdline px.ui=text
	run timeout 30 pximenu -r "$ROOT" </dev/null
	echo "$output"
	words='missing: a signed catalog names the hash of all it uses)'
	[[ $output == *"1) a (unusable: images:1: SHA256: $words"* ]]
	[[ $output == *"2) b (unusable: images:4: Bmap-SHA256: $words"* ]]
	[[ $output == *"3) c (unusable: images:9: Init-SHA256: $words"* ]]
	[[ $output == *"4) d (unusable: images:14: SHA256: $words"* ]]
	[[ $output == *"5) e (unusable: images:19: Post-SHA256: $words"* ]]
	[[ $output == *"6) f"$'\r'*"7) g"$'\r'*"8) h"$'\r'* ]]
	rm -r "$ROOT/etc/px/keys"
	run timeout 30 pximenu -r "$ROOT" </dev/null
	[[ $output != *unusable* ]]
}

@test "no kernel parameter switches the check off" {
	rm "$PX_STUB/images.sig"
	for parameter in px.insecure px.verify=no px.verify= px.keys=no px.signed=0; do
		dry_run px.image=a px.disk=smallest $parameter
		[ "$status" = 5 ]
	done
}

# the user and password of px.catalog= go to the signature's server, too, and nowhere else
@test "what is refused shows no password of the catalog's URL: not on the screen, in the log, syslog or an event" {
	report_server "$BATS_TEST_TMPDIR/reports"
	cat >"$PX_STUB/catalog.sh" <<-E
		case \$url in *.sig)
			[ ! -e "$PX_STUB/fails" ] || { echo "pxfetch: \$url: no answer" >&2; exit 5; } ;;
		esac
	E
	for why in foreign missing failing; do
		rm -f "$PX_STUB/images.sig" "$PX_STUB/fails" "$ROOT/run/px/auto.done"
		[ $why != foreign ] || sign spare
		[ $why != failing ] || : >"$PX_STUB/fails"
		cmdline px.auto px.timeout=0 px.image=a px.ui=text "px.log=udp://127.0.0.1:$UDP" \
			"px.report=http://127.0.0.1:$HTTP/"
		timeout 60 pximenu -r "$ROOT" -c 'http://joe:hunter2@192.0.2.1/images' </dev/null \
			>"$BATS_TEST_TMPDIR/out" 2>&1 &
		MENU=$!
		wait_for 30 grep -q "images.sig\|not signed" "$BATS_TEST_TMPDIR/out"
		wait_for 30 grep -q '"event":"failed"' "$BATS_TEST_TMPDIR/reports/events"
		grep -q '"event":"failed".*images' "$BATS_TEST_TMPDIR/reports/events"
		none grep -r hunter2 "$BATS_TEST_TMPDIR/out" "$LOG" "$BATS_TEST_TMPDIR/reports" "$ROOT/run"
		stop "$MENU"
		: >"$BATS_TEST_TMPDIR/reports/events"
	done
	grep -q 'joe:hunter2@192.0.2.1/images.sig' "$PX_STUB/calls" # it was asked with them
	MENU=
}

@test "the pages say whose list it is" {
	cmdline px.ui=text
	run timeout 30 pximenu -r "$ROOT" </dev/null
	[[ $output == *"lab-west, signed by joe@desk (${PRINT:0:15}...)"* ]]
	cmdline
	terminal 80 24 xterm
	wait_screen "lab-west, signed by joe@desk (${PRINT:0:15}...)"
	keys Enter
	wait_screen "choose a disk"
	keys Enter
	wait_screen "are you sure?"
	screen | grep -q "Catalog   lab-west, signed by joe@desk (SHA256:"
}
