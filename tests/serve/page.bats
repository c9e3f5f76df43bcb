#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The room's page in a real browser (chromium without a screen). PX_SCREENSHOTS=FOLDER keeps the pictures of docs/.
load ../px
load room

PAGE=$PX_TOP/initramfs/serve/px/index.html

setup() {
	room_setup
}

teardown() {
	room_teardown
}

browser() {
	"$PX_TOP/tests/serve/browser.py" "$URL/px/" "$@"
}

machines() {
	"$PX_TOP/tests/serve/machines.py" "$URL" "$@"
}

shot() {
	[ -z "${PX_SCREENSHOTS:-}" ] || echo "shot=$PX_SCREENSHOTS/$1"
}

@test "the page is one file under 30 KB that writes no HTML and asks nobody else" {
	[ "$(stat -c %s "$PAGE")" -lt 30000 ]
	run grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?://' "$PAGE"
	[ "$status" -eq 1 ]
}

@test "40 machines: trouble is on top, the page follows by itself, and a machine's page has its log" {
	need chromium
	room_start
	machines 40 begin
	for i in {1..40}; do
		printf '52:54:00:00:00:%02x lab-%02d B12\n' "$i" "$i"
	done >"$PX_ROOM_DIR/machines"
	echo '52:54:00:00:01:00 door' >>"$PX_ROOM_DIR/machines"
	export URL PX_TOP
	# the machines go on while the page is open
	(
		until [ -e "$BATS_TEST_TMPDIR/seen" ]; do sleep 0.1; done
		machines 40 midst
	) 3>&- &
	SERVERS="$SERVERS $!"
	run browser 1280x800 'wait=document.body.dataset.machines === "41"' \
		'true=document.querySelectorAll(".run").length === 40' \
		'true=document.getElementById("counts").textContent.includes("40 at work")' $(shot room-begin.png) \
		"shot=$BATS_TEST_TMPDIR/seen" \
		'wait=document.querySelectorAll(".bad").length === 3 && document.querySelectorAll(".good").length >= 10' \
		'true=[...document.querySelectorAll(".machine")].slice(0, 3).every(m => m.classList.contains("bad"))' \
		'true=document.querySelector(".machine .name").textContent === "lab-07 · B12"' \
		'true=document.querySelector(".machine .more").textContent.includes("I/O error (disk does not boot)")' \
		'true=document.title.startsWith("(3) ")' \
		'true=/% of 4.0 GiB, .* MiB\/s, .* left, brake: /.test(document.querySelectorAll(".run .line")[1].textContent)' \
		$(shot room-midst.png) \
		'go=52:54:00:00:00:13' 'wait=!document.getElementById("one").hidden' \
		'wait=document.querySelectorAll("#log li").length === 3' \
		'true=document.getElementById("log").firstChild.textContent.includes("no mirror is left")' \
		'true=document.getElementById("who").textContent === "lab-19 · B12: failed: download"' \
		$(shot room-machine.png) requests
	echo "$output"
	[ "$status" -eq 0 ]
	# nothing but this server, and what a page needs
	[ -z "$(echo "$output" | grep -vE "^$URL/px/(|state.json|log\?mac=.*)$" | grep -v '/favicon.ico$')" ]
	# a phone
	machines 40 end
	run browser 390x844 'wait=document.querySelectorAll(".good").length === 37' \
		'true=document.documentElement.scrollWidth <= 390' $(shot room-phone.png)
	echo "$output"
	[ "$status" -eq 0 ]
	run browser 1280x800 'wait=document.querySelectorAll(".good").length === 37' $(shot room-end.png)
	[ "$status" -eq 0 ]
}

@test "script in every field is shown as text" {
	need chromium
	room_start
	bad='<img src=x onerror=document.body.dataset.hit=1><script>document.body.dataset.hit=1</script>\"\u0027`${alert(1)}'
	members=
	for name in name room serial uuid image disk stage step reason disk_state warnings source limit version run state \
		proof; do
		members="$members,\"$name\":\"$bad\""
	done
	for i in 1 2 3 4 5; do
		event=$(echo start progress 'done' failed captured | cut -d ' ' -f "$i")
		[ "$(post "$(event "$event" 52:54:00:00:00:0$i "$members,\"log\":[\"$bad\"]")")" = 200 ]
	done
	run browser 1280x800 'wait=document.body.dataset.machines === "5"' 'go=52:54:00:00:00:04' \
		'wait=document.querySelectorAll("#log li").length === 1' \
		'true=document.body.dataset.hit === undefined' 'true=document.querySelectorAll("img").length === 0' \
		'true=document.querySelectorAll("script").length === 1' \
		'true=document.getElementById("log").textContent.includes("<img src=x onerror")' \
		'true=document.querySelector(".machine .name").textContent.includes("<script>")'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a server that is gone is said, and what is shown stays" {
	need chromium
	room_start
	machines 3 begin
	(
		until [ -e "$BATS_TEST_TMPDIR/seen" ]; do sleep 0.1; done
		kill "${SERVERS##* }"
	) 3>&- &
	run browser 1280x800 'wait=document.body.dataset.machines === "3"' "shot=$BATS_TEST_TMPDIR/seen" \
		'wait=document.getElementById("note").textContent.startsWith("no news from the server")' \
		'true=document.querySelectorAll(".machine").length === 3'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "400 machines are drawn (how long that takes is printed)" {
	need chromium
	room_start
	machines 400 begin
	run browser 1280x800 'wait=document.body.dataset.machines === "400"' \
		'true=document.querySelectorAll(".machine").length === 400' 'print=document.body.dataset.ms'
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# 400 machines drawn and laid out: $output ms" >&3
}
