#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# POST /px/event, and what is made of it, by BusyBox's httpd as make serve runs it.
load ../px
load room

setup() {
	room_setup
	room_start
}

teardown() {
	room_teardown
}

lines() {
	[ ! -e "$PX_ROOM_DIR/log.jsonl" ] || wc -l <"$PX_ROOM_DIR/log.jsonl"
}

@test "an event is a line of log.jsonl, and the last of its machine is its state" {
	[ "$(post "$(event start $MAC ',"run":"ab","seq":1,"image":"kiosk","name":"lab-07","room":"B12"')")" = 200 ]
	[ "$(post "$(event progress $MAC ',"run":"ab","seq":2,"image":"kiosk","bytes":1000,"total":4000,"rate":500')")" = 200 ]
	[ "$(lines)" = 2 ]
	python3 - "$PX_ROOM_DIR" <<-'E'
		import json, sys, time
		log = [json.loads(line) for line in open(sys.argv[1] + "/log.jsonl")]
		assert [e["event"] for e in log] == ["start", "progress"], log
		assert abs(time.time() - log[0]["received"]) < 60 and log[0]["address"] == "127.0.0.1", log
		state = json.load(open(sys.argv[1] + "/state/52:54:00:12:34:56.json"))
		assert (state["event"], state["bytes"], state["total"]) == ("progress", 1000, 4000), state
	E
	[ "$(get image)" = kiosk ]
}

@test "what a later event of the same installation does not say again stays known, and failures are counted" {
	post "$(event progress $MAC ',"run":"ab","seq":2,"bytes":1000,"total":4000,"rate":5,"mirror":"http://a/b"')"
	post "$(event failed $MAC ',"run":"ab","seq":3,"reason":"no"')"
	[ "$(get bytes) $(get total) $(get mirror) $(get failed_total)" = "1000 4000 http://a/b 1" ]
	post "$(event start $MAC ',"run":"cd","seq":1')"
	[ "$(get bytes)|$(get failed_total)" = "|1" ]
	post "$(event failed $MAC ',"run":"cd","seq":2')"
	[ "$(get failed_total)" = 2 ]
}

@test "an event that comes twice counts once" {
	post "$(event failed $MAC ',"run":"ab","seq":7')"
	[ "$(post "$(event failed $MAC ',"run":"ab","seq":7')")" = 200 ]
	[ "$(lines) $(get failed_total)" = "1 1" ]
}

# waiting NUMBER: so many wait for the log's lock
waiting() {
	[ "$(grep -c -- "-> FLOCK .*:$(stat -c %i "$PX_ROOM_DIR/log.jsonl") " /proc/locks)" = "$1" ]
}

@test "a log of more than 64 MiB is put aside once, though several events come at that moment, and none is lost" {
	local last pids=()
	truncate -s 65M "$PX_ROOM_DIR/log.jsonl"
	exec 8>>"$PX_ROOM_DIR/log.jsonl"
	flock 8
	for last in 1 2 3; do
		post "$(event start 52:54:00:12:34:0$last)" 8>&- >"$BATS_TEST_TMPDIR/code$last" &
		pids+=($!)
	done
	wait_for 10 waiting 3
	exec 8>&-
	wait "${pids[@]}"
	[ "$(cat "$BATS_TEST_TMPDIR"/code[123] | tr '\n' ' ')" = '200 200 200 ' ]
	[ "$(stat -c %s "$PX_ROOM_DIR/log.jsonl.1")" = $((65 << 20)) ]
	[ "$(lines)" = 3 ]
}

@test "an event of 1 MB is refused with an answer, and so is one whose length is not said; nothing is kept" {
	head -c 1000000 /dev/zero | tr '\0' a >"$BATS_TEST_TMPDIR/long"
	run curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H Expect: \
		--data-binary @"$BATS_TEST_TMPDIR/long" "$URL/px/event"
	[ "$output" = 413 ]
	[ "$(post "$(event start $MAC)" -H 'Transfer-Encoding: chunked')" = 411 ]
	# the most that is taken
	[ "$(post "$(event start $MAC ",\"reason\":\"$(head -c 16000 /dev/zero | tr '\0' a)\"")")" = 200 ]
	[ "$(lines)" = 1 ]
}

@test "broken JSON, and JSON that could be read in two ways, is refused and leaves nothing" {
	local bad
	while read -r bad; do
		run post "$bad"
		echo "$bad: $output"
		[ "$output" = 400 ]
	done <<-E
		{"event":"start","mac":"$MAC"
		{"event":"start","mac":"$MAC"}}
		{"event":"start","mac":"$MAC"} x
		{"event":"start","mac":"$MAC",}
		{"event":"start" "mac":"$MAC"}
		{"event":"start","mac":"$MAC","mac":"52:54:00:00:00:01"}
		{"event":"start","mac":"$MAC","a":{"b":1}}
		{"event":"start","mac":"$MAC","a":[1]}
		{"event":"start","mac":"$MAC","a":[["b"]]}
		{"event":"start","mac":"$MAC","a":["b"}
		{"event":"start","mac":"$MAC","a":01}
		{"event":"start","mac":"$MAC","a":1.}
		{"event":"start","mac":"$MAC","a":+1}
		{"event":"start","mac":"$MAC","a":NaN}
		{"event":"start","mac":"$MAC","a":truex}
		{"event":"start","mac":"$MAC","a":'b'}
		{"event":"start","mac":"$MAC","a":"\\x"}
		{"event":"start","mac":"$MAC","a":"\\u12g4"}
		{"event":"start","mac":"$MAC","a":"	"}
		{"event":"start","mac":"$MAC","a":"b
		{"event":"start","mac":"$MAC","a b":"c"}
		{"event":"start","mac":"$MAC","":"c"}
		{"event":"begin","mac":"$MAC"}
		{"event":"start"}
		{"event":"start","mac":5}
		["event"]
		"event"
		null
	E
	[ "$(post '')" = 411 ]
	run post "{$(for i in {1..70}; do printf '"a%s":1,' "$i"; done)\"event\":\"start\",\"mac\":\"$MAC\"}"
	[ "$output" = 400 ]
	printf '{"event":"start","mac":"%s","a":"\0"}' "$MAC" >"$BATS_TEST_TMPDIR/nul"
	run curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
		--data-binary @"$BATS_TEST_TMPDIR/nul" "$URL/px/event"
	[ "$output" = 400 ]
	[ ! -s "$PX_ROOM_DIR/log.jsonl" ]
	[ -z "$(ls "$PX_ROOM_DIR/state")" ]
}

@test "a MAC address is one, and never a path" {
	local bad
	for bad in ../../x ../../../../etc/x '52:54:00:12:34:5g' 52-54-00-12-34-56 '52:54:00:12:34:56:78' \
		'52:54:00:12:34/..' ''; do
		[ "$(post "$(event start "$bad")")" = 400 ]
	done
	[ -z "$(ls "$PX_ROOM_DIR/state")" ]
	[ "$(post "$(event start 52:54:00:AB:CD:EF)")" = 200 ]
	[ "$(ls "$PX_ROOM_DIR/state")" = 52:54:00:ab:cd:ef.json ]
	run curl -s -o /dev/null -w '%{http_code}' "$URL/px/log?mac=../../x"
	[ "$output" = 400 ]
}

@test "what a machine says is one line of the log whatever it is, and cannot pass for what is the server's" {
	post '{"event":"failed","mac":"'$MAC'","reason":"a\n{\"mac\":\"x\"}\u0000\u2028\u001b[2J\"\\",
		"received":1,"address":"x","failed_total":99,"both_s":9,"plan":"done","log":["</script>","b\r"]}'
	[ "$(lines)" = 1 ]
	[ "$(get reason)" = 'a?{"mac":"x"}???[2J"\' ]
	[ "$(get failed_total)|$(get both_s)|$(get plan)|$(get address)" = '1|0||127.0.0.1' ]
	curl -sf "$URL/px/log?mac=$MAC" | python3 -c '
import json, sys
log = json.load(sys.stdin)
assert len(log) == 1 and log[0]["log"] == ["</script>", "b?"], log'
	none grep -q '"token"' "$PX_ROOM_DIR/log.jsonl"
}

@test "a page of another site cannot have a browser send events, and each address has its methods" {
	local code
	for code in "415 -H Content-Type:text/plain -d {} /px/event" "405 /px/event" "405 -d {} /px/state.json" \
		"405 -X DELETE /px/metrics" "400 /px/log" "404 /px/nothing" "200 /px/" "200 -I /px/state.json"; do
		set -- $code
		local last=${!#}
		run curl -s -o /dev/null -w '%{http_code}' "${@:2:$#-2}" "$URL$last"
		echo "$code: $output"
		[ "$output" = "$1" ] || [ "$output" = 501 ] # of methods that httpd itself does not know
	done
}

@test "the page is what lies there, whole" {
	curl -sf "$URL/px/" | cmp - "$ROOT/px/index.html"
}

@test "no program that lies in the folder is run" {
	mkdir "$ROOT/cgi-bin"
	printf '#!/bin/sh\necho; echo ran\n' | tee "$ROOT/cgi-bin/a" >"$ROOT/cgi-bin/index.cgi"
	cp "$ROOT/cgi-bin/a" "$ROOT/px/run"
	chmod +x "$ROOT/cgi-bin/"* "$ROOT/px/run"
	mkdir "$ROOT/empty"
	[[ $(curl -s "$URL/cgi-bin/a") == '#!/bin/sh'* ]]
	[[ $(curl -s "$URL/px/run") == '#!/bin/sh'* ]]
	run curl -s -o /dev/null -w '%{http_code}' "$URL/empty/"
	[ "$output" = 404 ]
}

@test "two machines with one MAC address are noticed" {
	post "$(event progress $MAC ',"serial":"A","run":"a","seq":1')"
	[ "$(get both_s)" = 0 ]
	post "$(event progress $MAC ',"serial":"B","run":"b","seq":1')"
	[ "$(get both_s)" -gt 0 ]
}

@test "400 machines at once are all kept, and told to come less often" {
	python3 - "$URL" <<-'E'
		import http.client, sys
		from concurrent.futures import ThreadPoolExecutor
		host = sys.argv[1].split("/")[2]
		def tell(i):
		    body = '{"event":"progress","mac":"52:54:00:00:%02x:%02x","run":"%d","seq":1,"bytes":%d,"total":999999}' \
		        % (i >> 8, i & 255, i, i)
		    connection = http.client.HTTPConnection(host, timeout=60)
		    connection.request("POST", "/px/event", body, {"Content-Type": "application/json"})
		    answer = connection.getresponse()
		    answer.read()
		    return answer.status, answer.getheader("Retry-After")
		with ThreadPoolExecutor(40) as pool:
		    answers = list(pool.map(tell, range(400)))
		assert {status for status, _ in answers} == {200}, answers
		assert answers[0][1] is None and int(answers[399][1]) >= 15, answers[399]
	E
	[ "$(curl -sf "$URL/px/state.json" | grep -c '"mac"')" = 400 ]
	[ "$(lines)" = 400 ]
	python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$PX_ROOM_DIR/log.jsonl"
}

@test "a full disk is said (507, Retry-After), no line is left half, and what was known stays" {
	need_root
	need mount
	mount -t tmpfs -o size=64k none "$PX_ROOM_DIR"
	mkdir "$PX_ROOM_DIR/state"
	[ "$(post "$(event start $MAC ',"image":"kiosk"')")" = 200 ]
	head -c 100000 /dev/zero >"$PX_ROOM_DIR/fill" 2>/dev/null || true
	run post "$(event failed $MAC ",\"reason\":\"$(head -c 9000 /dev/zero | tr '\0' a)\"")"
	grep -i '^retry-after: [0-9]' "$BATS_TEST_TMPDIR/head"
	get image >"$BATS_TEST_TMPDIR/image"
	tail -c 1 "$PX_ROOM_DIR/log.jsonl" | od -An -c >"$BATS_TEST_TMPDIR/end"
	rm "$PX_ROOM_DIR/fill"
	again=$(post "$(event failed $MAC)")
	python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$PX_ROOM_DIR/log.jsonl" || broken=1
	umount "$PX_ROOM_DIR"
	[ "$output" = 507 ]
	[ "$(cat "$BATS_TEST_TMPDIR/image")" = kiosk ]
	[ "$(tr -d ' ' <"$BATS_TEST_TMPDIR/end")" = '\n' ]
	[ "$again" = 200 ]
	[ -z "${broken:-}" ]
}

@test "Prometheus gets each number with its machine and image" {
	post "$(event progress $MAC ',"run":"a","seq":1,"image":"kiosk","bytes":1000,"total":4000,"rate":500')"
	post "$(event failed 52:54:00:00:00:02 ',"image":"a\"b"')"
	curl -sf "$URL/px/metrics" >"$BATS_TEST_TMPDIR/metrics"
	cat "$BATS_TEST_TMPDIR/metrics"
	for line in 'px_state{mac="'$MAC'",image="kiosk"} 2' 'px_state{mac="52:54:00:00:00:02",image="a\"b"} 4' \
		'px_bytes_written_total{mac="'$MAC'",image="kiosk"} 1000' \
		'px_bytes_expected{mac="'$MAC'",image="kiosk"} 4000' 'px_rate_bytes{mac="'$MAC'",image="kiosk"} 500' \
		'px_failed_total{mac="52:54:00:00:00:02",image="a\"b"} 1' '# TYPE px_failed_total counter'; do
		grep -qxF "$line" "$BATS_TEST_TMPDIR/metrics"
	done
	grep -qE '^px_last_event_timestamp_seconds\{mac="'$MAC'",image="kiosk"\} [0-9]{10}$' "$BATS_TEST_TMPDIR/metrics"
	curl -sI "$URL/px/metrics" | grep -qi '^content-type: text/plain; version=0.0.4'
}

@test "httpd hands out what lies behind 4 GiB by Range, right, and a download goes on there" {
	px_install pxfetch
	truncate -s 5G "$ROOT/large"
	printf 'behind 4 GiB' | dd of="$ROOT/large" bs=1 seek=5000000000 conv=notrunc status=none
	[ "$(curl -sf -r 5000000000-5000000011 "$URL/large")" = 'behind 4 GiB' ]
	curl -sf -D "$BATS_TEST_TMPDIR/head" -o /dev/null -r 5000000000-5000000011 "$URL/large"
	grep -q '^HTTP/1.1 206' "$BATS_TEST_TMPDIR/head"
	grep -qi '^content-range: bytes 5000000000-5000000011/5368709120' "$BATS_TEST_TMPDIR/head"
	[ "$(curl -sf -r 5000000000- "$URL/large" | head -c 12)" = 'behind 4 GiB' ]
}
