# SPDX-License-Identifier: GPL-2.0-or-later
# Reports: syslog over UDP and JSON events by HTTP POST, to a server on loopback; and that no server can hurt.

load ../px
load ../menu/menu
load report

setup() {
	menu_setup one
	REPORTS=$BATS_TEST_TMPDIR/reports
	mkdir "$REPORTS"
}

teardown() {
	menu_teardown
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

start_server() {
	report_server "$REPORTS" "$@"
}

# the value of a key in the event of that name
event() {
	python3 - "$REPORTS/events" "$1" "$2" <<-'E'
		import json, sys
		events = [json.loads(line) for line in open(sys.argv[1])]
		found = [e for e in events if e["event"] == sys.argv[2]]
		assert found, "no such event among " + ", ".join(e["event"] for e in events)
		value = found[-1][sys.argv[3]]
		print("\n".join(value) if isinstance(value, list) else value)
	E
}

@test "an installation is reported with who the machine is: start, done, and every line of the log" {
	start_server
	unattended px.image=debian-13-lab "px.log=udp://127.0.0.1:$UDP" \
		"px.report=http://127.0.0.1:$HTTP/lab/report?x=1"
	wait "$MENU"
	[ "$(event start image)" = debian-13-lab ]
	[ "$(event done disk)" = /dev/vda ]
	[ "$(event done mac)" = 52:54:00:12:34:56 ]
	[ "$(event done serial)" = PF2ABCDE ]
	[ "$(event done uuid)" = 4c4c4544-0042-3510-8054-b4c04f4a3432 ]
	[ "$(event done ip)" = 192.0.2.15 ]
	"$PX_BUSYBOX" | grep -qF "(PXE Imager $(event done version))"
	grep -q "^/lab/report?x=1 application/json 127.0.0.1:$HTTP\$" "$REPORTS/requests"
	grep -qF '<30>1 - 192.0.2.15 pximenu - - [px@32473 mac="52:54:00:12:34:56" serial="PF2ABCDE" uuid="4c4c4544-0042-3510-8054-b4c04f4a3432"] px: installed debian-13-lab on /dev/vda' "$REPORTS/syslog"
	grep -qF 'pxwrite: /dev/vda: disk written and verified' "$REPORTS/syslog"
}

@test "done says what did not stop the installation, but somebody should know" {
	start_server
	echo 'echo "warning=table the \"table\" is broken" >&3' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/"
	wait "$MENU"
	[ "$(event done warnings)" = 'the "table" is broken' ]
}

@test "a failure is reported with step, reason, status, disk and the last lines of the log" {
	start_server
	echo 'printf "pxfetch: \"quoted\" back\\\\slash \\033[2J\n" >&2; exit 4' >"$PX_STUB/fetch.sh"
	echo 'echo state=noboot >&3; cat >/dev/null; echo "pxwrite: disk does not boot" >&2; exit 9' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/"
	wait_for 20 grep -q '"failed"' "$REPORTS/events"
	[ "$(event failed step)" = download ]
	[ "$(event failed reason)" = 'pxfetch: "quoted" back\slash ?[2J' ]
	[ "$(event failed status)" = 4 ]
	[ "$(event failed disk_state)" = 'disk does not boot' ]
	event failed log | grep -q 'px: installing debian-13-lab on /dev/vda'
}

@test "progress is reported at most every five seconds" {
	start_server
	echo 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "bytes=$i total=99 stage=write rate=1" >&3; sleep 0.5; done' \
		>"$PX_STUB/write.sh"
	echo 'echo "bytes=1 total=9 stage=fetch rate=1 net=50 source=multicast" >&3' >"$PX_STUB/fetch.sh"
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/"
	wait "$MENU"
	[ "$(event progress total)" = 99 ]
	[ "$(event progress source)" = multicast ] # how the bytes come, and lines of text say it, too
	grep -q 'Writing: .*, source multicast' "$LOG" "$BATS_TEST_TMPDIR/out"
	[ "$(grep -c '"progress"' "$REPORTS/events")" -eq 1 ]
}

@test "each event has the version of its form, its run and a number in it, and what the command line says of the machine" {
	start_server
	echo 'for i in 1 2 3 4 5 6 7; do
		echo "bytes=$i total=99 stage=write rate=1 net=70 decode=20 disk=10" >&3; sleep 1; done
		echo state=verified >&3' >"$PX_STUB/write.sh"
	echo 'echo bytes=12345 total=0 stage=fetch rate=1 >&3; echo mirror=1 >&3' >"$PX_STUB/fetch.sh"
	printf 'Image: two\nSpread: no\nSource: http://joe:geheim@192.0.2.8/a http://joe:geheim@192.0.2.9/a\nSize: 8\n' \
		>"$PX_STUB/images"
	unattended px.image=two px.name=lab-07 px.room=B12 px.token=abc123 "px.report=http://127.0.0.1:$HTTP/"
	wait "$MENU"
	python3 - "$REPORTS/events" <<-'E'
		import json, sys
		events = [json.loads(line) for line in open(sys.argv[1])]
		# no "local": with a plan the server has the disk booted
		assert [e["event"] for e in events] == ["start", "progress", "done"], events
		assert [e["seq"] for e in events] == [1, 2, 3], events
		assert len({e["run"] for e in events}) == 1 and len(events[0]["run"]) == 16, events
		for e in events:
		    assert (e["v"], e["name"], e["room"], e["token"]) == (1, "lab-07", "B12", "abc123"), e
		    assert e["version"] and isinstance(e["time"], int), e
		progress, done = events[1], events[2]
		assert (progress["limit"], progress["fetched_bytes"]) == ("network", 12345), progress
		assert progress["mirror"] == done["mirror"] == "http://192.0.2.9/a", events
		assert done["state"] == "verified", done
	E
	grep -o '"run":"[^"]*"' "$REPORTS/events" | sort -u >"$REPORTS/first"
	unattended px.image=two "px.report=http://127.0.0.1:$HTTP/"
	wait "$MENU"
	[ "$(grep -o '"run":"[^"]*"' "$REPORTS/events" | sort -u | wc -l)" -eq 2 ]
	[[ $(tail -n 1 "$REPORTS/events") != *'"token"'* ]]
}

@test "a server that asks for it (Retry-After) gets no progress until then, but the end" {
	start_server busy
	echo 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "bytes=$i total=99 stage=write rate=1" >&3; sleep 0.5; done' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/"
	wait "$MENU"
	[ "$(event done disk)" = /dev/vda ]
	none grep -q '"progress"' "$REPORTS/events"
}

@test "a server whose disk is full is told the end again, until it has taken it" {
	start_server full
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/"
	wait_for 20 eval '[ "$(grep -c "\"done\"" "$REPORTS/events")" -ge 2 ]'
	none grep -q 'reboot was called' "$PX_STUB/calls"
	: >"$REPORTS/answer"
	wait "$MENU"
	grep -q 'reboot was called' "$PX_STUB/calls"
	none grep -q 'was not answered' "$LOG"
}

@test "a px.name=, px.room= or px.token= that is no plain word, and an unknown px.local=, stop an unattended run" {
	local wrong
	for wrong in px.name=a/b 'px.room="a b"' px.token= px.local=disk "px.token=$(printf 'a%.0s' {1..64})"; do
		unattended px.image=debian-13-lab "$wrong"
		wait_for 20 grep -q 'px: FAILED: kernel command line: px' "$LOG"
		stop "$MENU"
		rm "$LOG"
	done
	none grep -q '^pxwrite' "$PX_STUB/calls"
}

@test "a server that is not there, or no URL at all, does not fail an installation" {
	unattended px.image=debian-13-lab px.report=http://127.0.0.1:9/ px.log=udp://127.0.0.1:9
	wait "$MENU"
	grep -q 'px: installed debian-13-lab on /dev/vda' "$BATS_TEST_TMPDIR/out"
	unattended px.image=debian-13-lab px.report=nonsense px.log=nonsense
	wait "$MENU"
	[ "$(grep -c 'px: installed debian-13-lab on /dev/vda' "$LOG")" -eq 2 ]
}

@test "an event of many long lines full of quotes is still JSON, and holds the last of them" {
	start_server
	printf 'i=0; while [ $i -lt 14 ]; do i=$((i + 1)); echo "pxfetch: line $i %s" >&2; done; exit 4\n' \
		"$(printf '\\"%.0s' {1..240})" >"$PX_STUB/fetch.sh"
	echo 'echo state=noboot >&3; cat >/dev/null; echo "pxwrite: disk does not boot" >&2; exit 9' \
		>"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/"
	wait_for 20 grep -q '"failed"' "$REPORTS/events"
	[[ $(event failed reason) == 'pxfetch: line 14 """"'* ]]
	[[ $(event failed log) == *'px: FAILED: download: pxfetch: line 14 """"'* ]]
}

@test "names with quotes and backslashes, and what looks like a quote, are still JSON" {
	start_server
	printf 'Image: a\\q"\342\200\234\nSource: x\n' >"$PX_STUB/images"
	printf 'PX_SERVER=192.0.2.1\nPX_IP=192.0.2.15\342\200\234\\q\nPX_MAC=52:54:00:12:34:56\n' \
		>"$ROOT/run/px/network"
	unattended "px.image=a\\q"$'\342\200\234' px.force "px.report=http://127.0.0.1:$HTTP/"
	wait_for 20 grep -q '"failed"' "$REPORTS/events"
	[ "$(event failed ip)" = '192.0.2.15"\q' ]
	printf 'Image: a\\q\342\200\234\nSource: x\n' >"$PX_STUB/images"
	stop "$MENU"
	unattended "px.image=a\\q"$'\342\200\234' px.force "px.report=http://127.0.0.1:$HTTP/"
	wait_for 20 eval '[ "$(grep -c failed "$REPORTS/events")" = 2 ]'
	[ "$(event failed image)" = 'a\q"' ]
}

@test "a catalog that cannot be had is reported, with who the machine is" {
	start_server
	echo 'echo "pxfetch: $url: file not found" >&2; exit 8' >"$PX_STUB/catalog.sh"
	unattended px.image=kiosk "px.report=http://127.0.0.1:$HTTP/"
	wait_for 20 grep -q '"failed"' "$REPORTS/events"
	[ "$(event failed step)" = catalog ]
	[ "$(event failed mac)" = 52:54:00:12:34:56 ]
}

@test "a failure is reported once the server is there again" {
	start_server
	stop "$SERVER"
	rm "$REPORTS/ports"
	echo 'exit 4' >"$PX_STUB/fetch.sh"
	unattended px.image=mapped "px.report=http://127.0.0.1:$HTTP/"
	wait_for 20 grep -q 'px: FAILED' "$LOG"
	port=$HTTP start_server
	wait_for 30 grep -q '"failed"' "$REPORTS/events"
	[ "$(event failed step)" = bmap ]
}

@test "a px.log= or px.report= that cannot be meant is said in the log" {
	unattended px.image=debian-13-lab px.report=ftp://192.0.2.1/ px.log=192.0.2.1
	wait "$MENU"
	grep -q 'px: px.report=ftp://192.0.2.1/: not http://HOST' "$LOG"
	grep -q 'px: px.log=192.0.2.1: not udp://HOST' "$LOG"
	unattended px.image=debian-13-lab 'px.report="http://a b/"'
	wait "$MENU"
	grep -q 'px: px.report=http://a b/: not http://HOST' "$LOG"
}

@test "user and password of px.report= are sent as Authorization, and stand in no log, screen, report or message" {
	start_server
	secret="joe:geheim@127.0.0.1"
	echo 'echo "script: http://$secret/x: no" >&2; exit 8' >"$PX_STUB/fetch.sh"
	export secret
	unattended px.image=debian-13-lab "px.catalog=http://$secret/lab/images" "px.report=http://$secret:$HTTP/r" \
		"px.log=udp://127.0.0.1:$UDP" "px.nonsense=http://$secret/"
	wait_for 20 grep -q '"failed"' "$REPORTS/events"
	stop "$MENU"
	unattended px.image=debian-13-lab "px.catalog=http://$secret/lab/images" "px.report=http://$secret:$HTTP/r" \
		"px.log=udp://127.0.0.1:$UDP"
	wait_for 20 eval '[ "$(grep -c failed "$REPORTS/events")" = 2 ]'
	[ "$(event failed reason)" = 'script: http://127.0.0.1/x: no' ]
	[ "$(sort -u "$REPORTS/authorizations")" = "Basic $(printf joe:geheim | base64)" ]
	grep -qF 'px: catalog http://127.0.0.1/lab/images: ' "$REPORTS/syslog"
	run grep -rl geheim "$ROOT" "$REPORTS" "$BATS_TEST_TMPDIR/out"
	[ "$output" = "$ROOT/proc/cmdline" ]
}

@test "a restart waits until the report of done is answered, and says so" {
	start_server late
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/" "px.log=udp://127.0.0.1:$UDP"
	wait_for 20 grep -q 'px: waiting until the report of this installation is answered' "$LOG"
	wait_for 20 grep -q '"done"' "$REPORTS/events"
	none grep -q 'reboot was called' "$PX_STUB/calls"
	: >"$REPORTS/answer"
	wait "$MENU"
	grep -q 'reboot was called' "$PX_STUB/calls"
	none grep -q 'was not answered' "$LOG"
}

@test "done arrives although the server was away when it was first sent, and lines of the log come after it" {
	start_server
	stop "$SERVER"
	rm "$REPORTS/ports"
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/" "px.log=udp://127.0.0.1:$UDP"
	wait_for 20 grep -q 'px: reboot' "$LOG"
	port=$HTTP start_server
	wait "$MENU"
	[ "$(event done disk)" = /dev/vda ]
	[ "$(event local disk)" = /dev/vda ] # this machine is a BIOS: the server may let it boot its disk
	grep -q 'reboot was called' "$PX_STUB/calls"
}

@test "a server that never answers holds up the restart only for a while, which is said" {
	start_server slow
	unattended px.image=debian-13-lab "px.report=http://127.0.0.1:$HTTP/"
	wait "$MENU"
	grep -q 'px: installed debian-13-lab on /dev/vda' "$BATS_TEST_TMPDIR/out"
	grep -q 'px: the last report was not answered: going on without' "$LOG"
	grep -q 'reboot was called' "$PX_STUB/calls"
}

@test "by https a report goes to whoever is known by /etc/px/ca.pem, to nobody else, and to nobody without that file" {
	need openssl
	cd "$BATS_TEST_TMPDIR"
	source "$PX_TOP/tests/fetch/https.bash"
	make_ca ca
	make_ca other
	make_cert good ca "$LOCAL"
	mkdir -p "$ROOT/etc/px"
	cp ca.pem "$ROOT/etc/px/ca.pem"
	REPORT_TLS=$PWD/good start_server
	unattended px.image=debian-13-lab "px.report=https://joe:pw@127.0.0.1:$HTTP/lab"
	wait "$MENU"
	[ "$(event done disk)" = /dev/vda ]
	grep -q "^/lab application/json 127.0.0.1:$HTTP\$" "$REPORTS/requests"
	grep -q '^Basic am9lOnB3$' "$REPORTS/authorizations"
	rm "$REPORTS"/[er]*
	cp other.pem "$ROOT/etc/px/ca.pem"
	echo 'exit 4' >"$PX_STUB/fetch.sh" # a failure's report is waited for only shortly
	unattended px.image=debian-13-lab "px.report=https://127.0.0.1:$HTTP/lab"
	wait_for 20 grep -q 'px: FAILED' "$LOG"
	[ ! -e "$REPORTS/events" ]
	rm "$ROOT/etc/px/ca.pem"
	unattended px.image=debian-13-lab "px.report=https://127.0.0.1:$HTTP/lab"
	wait_for 20 grep -q "px: px.report=https: no $ROOT/etc/px/ca.pem: whose certificates?" "$LOG"
	[ ! -e "$REPORTS/events" ]
}
