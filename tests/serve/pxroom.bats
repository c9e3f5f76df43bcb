#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxroom: plans that run once, names, and what turns them over.
load ../px
load room

OTHER=52:54:00:00:00:02

setup() {
	room_setup
	cat >"$PX_ROOM_DIR/machines" <<-E
		# MAC             name    room
		$MAC lab-01 B12
		52:54:00:AA:BB:CC lab-02 B12
		$OTHER door
	E
	BIOS=$ROOT/pxelinux.cfg/01-52-54-00-12-34-56 GRUB=$ROOT/grub/01-52-54-00-12-34-56
}

teardown() {
	room_teardown
}

token() {
	sed -n 's/^token=//p' "$PX_ROOM_DIR/plans/${1:-$MAC}"
}

# done TOKEN [MAC IMAGE]: the event
installed() {
	post "$(event done "${2:-$MAC}" ",\"token\":\"$1\",\"image\":\"${3:-kiosk}\",\"run\":\"$RANDOM$RANDOM\",\"seq\":3")"
}

@test "a plan is a file for each loader, with image, disk, token, name and room, for each machine of a room" {
	run pxroom plan -f -p 'px.after=poweroff' kiosk 'size>=8G,!removable' B12
	echo "$output"
	[ "$status" -eq 0 ]
	words="px.image=kiosk px.disk=size>=8G,!removable px.auto px.token=$(token) px.name=lab-01 px.room=B12"
	words="$words px.force px.after=poweroff"
	grep -qxF "  APPEND console=ttyS0 quiet $words" "$BIOS"
	grep -q '^DEFAULT px$' "$BIOS"
	grep -qxF "set px=\"$words\"" "$GRUB"
	[ "$(token)" != "$(token 52:54:00:aa:bb:cc)" ]
	[[ $(token) =~ ^[0-9a-f]{32}$ ]]
	grep -q 'px.name=lab-02' "$ROOT/pxelinux.cfg/01-52-54-00-aa-bb-cc"
	[ ! -e "$ROOT/pxelinux.cfg/01-52-54-00-00-00-02" ]
	[ "$(stat -c %a "$PX_ROOM_DIR/plans/$MAC")" = 640 ]
}

@test "done with the plan's token turns both files to the local disk, once; again plans it with another token" {
	room_start
	room_keep
	pxroom plan kiosk largest lab-01
	first=$(token)
	[ "$(installed "$first")" = 200 ]
	wait_for 10 grep -q state=done "$PX_ROOM_DIR/plans/$MAC" # a busy machine: the answer waits for 5 s at most
	grep -q '^  LOCALBOOT 0$' "$BIOS"
	none grep -q px.image "$BIOS" "$GRUB"
	grep -q '^set default=local$' "$GRUB"
	[ "$(get plan $MAC)" = done ]
	[[ $(pxroom status lab-01) == *"$MAC  lab-01       B12        done     kiosk                done"* ]]
	pxroom again lab-01
	grep -q 'px.image=kiosk px.disk=largest' "$BIOS"
	[ "$(token)" != "$first" ]
	[ "$(installed "$first")" = 200 ] # late, of the run before
	grep -q px.image=kiosk "$BIOS" "$GRUB"
	[ "$(get plan $MAC)" = planned ]
}

@test "no other token, no other image, no failure and no other machine turns a plan over" {
	room_start
	room_keep
	pxroom plan kiosk largest lab-01 door
	mine=$(token)
	[ "$(installed "$(token $OTHER)")" = 200 ]        # a token of another machine
	[ "$(installed "")" = 200 ]
	[ "$(installed "$mine" $MAC debian-13)" = 200 ]   # somebody chose another image by hand
	[ "$(installed "$mine" $OTHER)" = 200 ]
	[ "$(post "$(event failed $MAC ",\"token\":\"$mine\",\"image\":\"kiosk\"")")" = 200 ]
	[ "$(post "$(event captured $MAC ",\"token\":\"$mine\",\"image\":\"kiosk\"")")" = 200 ]
	sleep 0.2
	grep -q px.image=kiosk "$BIOS" "$GRUB" "$ROOT/pxelinux.cfg/01-52-54-00-00-00-02"
	[ "$(get plan $MAC)|$(get plan $OTHER)" = 'planned|planned' ]
	installed "$mine"
	wait_for 10 grep -q state=done "$PX_ROOM_DIR/plans/$MAC"
	[ "$(get plan $MAC)|$(get plan $OTHER)" = 'done|planned' ]
}

@test "a machine whose menu boots the disk gets that for one boot, and then what was there before" {
	room_start
	room_keep
	pxroom plan kiosk largest lab-01
	cp "$BIOS" "$BATS_TEST_TMPDIR/before"
	[ "$(post "$(event local $MAC)")" = 200 ]
	wait_for 10 grep -q state=once "$PX_ROOM_DIR/plans/$MAC"
	grep -q LOCALBOOT "$BIOS"
	[ "$(get plan $MAC)" = once ]
	post "$(event local $OTHER)"
	wait_for 10 grep -q state=once "$PX_ROOM_DIR/plans/$OTHER"
	grep -q LOCALBOOT "$ROOT/pxelinux.cfg/01-52-54-00-00-00-02"
	sed -i 's/^until=.*/until=1/' "$PX_ROOM_DIR/plans/"*
	wait_for 10 cmp "$BIOS" "$BATS_TEST_TMPDIR/before"
	wait_for 10 test ! -e "$ROOT/pxelinux.cfg/01-52-54-00-00-00-02"
	wait_for 10 eval '[ "$(get plan $MAC)|$(get plan $OTHER)" = "planned|" ]'
}

# once [MAC]: as a loader asks in the midst of that file; prints the status
once() {
	curl -s -o "$BATS_TEST_TMPDIR/answer" -w '%{http_code}' "$URL/px/once?mac=${1-$MAC}"
}

@test "the loader that reads it ends it: the boot after that one is as before, planned, done or neither" {
	room_start
	room_keep
	for before in planned 'done' ''; do
		pxroom cancel lab-01
		[ -z "$before" ] || pxroom plan kiosk largest lab-01
		if [ "$before" = 'done' ]; then
			installed "$(token)"
			wait_for 10 grep -q state=done "$PX_ROOM_DIR/plans/$MAC"
		fi
		if [ -n "$before" ]; then
			cp "$BIOS" "$BATS_TEST_TMPDIR/bios"
			cp "$GRUB" "$BATS_TEST_TMPDIR/grub"
		fi
		[ "$(once)" = 200 ] # nothing to end
		[ "$(post "$(event local $MAC)")" = 200 ]
		wait_for 10 grep -q state=once "$PX_ROOM_DIR/plans/$MAC"
		grep -qxF "INCLUDE $URL/px/once?mac=$MAC" "$BIOS"
		grep -qxF "source \"(http,${URL#http://})/px/once?mac=$MAC\"" "$GRUB"
		[ "$(once $OTHER)|$(once ../x)|$(once '')" = '200|400|400' ]
		grep -q state=once "$PX_ROOM_DIR/plans/$MAC"
		[ "$(once)" = 200 ]
		[ "$(cat "$BATS_TEST_TMPDIR/answer")" = '# this once' ]
		wait_for 10 eval '[ "$(get plan $MAC)" = "$before" ]'
		if [ -n "$before" ]; then
			cmp "$BIOS" "$BATS_TEST_TMPDIR/bios"
			cmp "$GRUB" "$BATS_TEST_TMPDIR/grub"
		else
			[ ! -e "$BIOS" ]
			[ ! -e "$GRUB" ]
		fi
	done
}

@test "without a keeper an event is kept all the same, and the plan stays" {
	room_start
	pxroom plan kiosk largest lab-01
	[ "$(installed "$(token)")" = 200 ]
	[ "$(get event $MAC)|$(get plan $MAC)" = 'done|planned' ]
}

@test "where the BIOS wants it, the disk is booted by chain.c32" {
	run pxroom plan -l chain kiosk largest lab-01
	[ "$status" -eq 1 ]
	[[ $output == *"no chain.c32"* ]]
	touch "$ROOT/chain.c32"
	room_start
	room_keep
	pxroom plan -l chain kiosk largest lab-01
	grep -q px.local=chain "$BIOS"
	installed "$(token)"
	wait_for 10 grep -q '^  COM32 chain.c32$' "$BIOS"
	grep -q '^  APPEND hd0$' "$BIOS"
}

@test "an unknown image, machine or room, a path, and what a loader would read are refused, and nothing is written" {
	local words
	while read -r words; do
		eval "run pxroom $words"
		echo "$words: $status $output"
		[ "$status" -ne 0 ]
		[[ $output == pxroom:* || $output == *"pxroom [-r"* ]]
	done <<-'E'
		plan windows largest lab-01
		plan cx1 largest lab-01
		plan ../images largest lab-01
		plan kiosk largest lab-99
		plan kiosk largest ../lab-01
		plan kiosk largest lab-01 nobody
		plan kiosk 'largest px.force' lab-01
		plan kiosk '"$(reboot)"' lab-01
		plan kiosk '' lab-01
		plan -p 'a;b' kiosk largest lab-01
		plan -l disk kiosk largest lab-01
		plan kiosk largest
		again door
		again
		cancel
		names 52:54:00:00:00:09 ../x
		names 52:54:00:00:00:09 'a b'
		names 52:54:00:00:00:09 x ../../etc
		names 52:54:00:00:00:09 lab-01
		names 52:54:00:00:00:09 B12
		names nonsense x
		publish ../../etc/passwd
		publish nothing
		publish .
		wake
		wake nobody
		nonsense
	E
	[ "$(find "$ROOT/pxelinux.cfg" "$ROOT/grub" "$PX_ROOM_DIR/plans" -type f)" = "$ROOT/pxelinux.cfg/default" ]
	[ "$(grep -c : "$PX_ROOM_DIR/machines")" = 3 ]
}

@test "names are added and changed, and stand in the page's list before a machine has been heard" {
	room_start
	pxroom names 52-54-00-00-00-09 lab-09 B12
	pxroom names 52:54:00:AA:BB:CC lab-22
	[ "$(pxroom names | grep -c .)" = 4 ]
	[ "$(get name 52:54:00:00:00:09)|$(get room 52:54:00:00:00:09)" = 'lab-09|B12' ]
	[ "$(get name 52:54:00:aa:bb:cc)|$(get room 52:54:00:aa:bb:cc)" = 'lab-22|' ]
	grep -q '^# MAC' "$PX_ROOM_DIR/machines"
	post "$(event start $MAC ',"name":"what-it-was-told","room":"C1"')"
	[ "$(get name $MAC)|$(get room $MAC)" = 'lab-01|B12' ]
}

@test "cancel: a machine boots again what all boot" {
	pxroom plan kiosk largest lab-01
	pxroom cancel lab-01
	[ ! -e "$BIOS" ]
	[ ! -e "$GRUB" ]
	[ ! -e "$PX_ROOM_DIR/plans/$MAC" ]
}

@test "an image that a machine has saved is published: files and stanza go beside the catalog, once" {
	mkdir "$PX_ROOM_DIR/up"
	echo image >"$PX_ROOM_DIR/up/lab.img.zst"
	echo map >"$PX_ROOM_DIR/up/lab.bmap"
	run pxroom publish lab
	[ "$status" -eq 1 ]
	[[ $output == *"no lab.stanza"* ]]
	printf 'Image: lab\nSource: lab.img.zst\nBmap: lab.bmap\n' >"$PX_ROOM_DIR/up/lab.stanza"
	pxroom publish lab
	[ "$(cat "$ROOT/lab.img.zst" "$ROOT/lab.bmap")" = $'image\nmap' ]
	"$PX_BUSYBOX" pxcatalog list "$ROOT/images" | grep -q '^lab'
	[ "$(grep -c '^Image:' "$ROOT/images")" = 4 ]
	cp "$ROOT/lab.img.zst" "$PX_ROOM_DIR/up/"
	echo map >"$PX_ROOM_DIR/up/lab.bmap"
	printf 'Image: lab\n' >"$PX_ROOM_DIR/up/lab.stanza"
	run pxroom publish lab
	[ "$status" -eq 1 ]
	[[ $output == *"has an image of that name"* ]]
}

# a network of the test's own: server and one machine on a veth pair
network() {
	need_root
	need ip
	ns=pxr$$ client=pxq$$
	ip netns add "$ns"
	ip netns add "$client"
	ip -n "$ns" link add s0 type veth peer name c0 address $MAC netns "$client"
	ip -n "$ns" addr add 192.0.2.1/24 dev s0
	ip -n "$ns" link set lo up
	ip -n "$ns" link set s0 up
	ip -n "$client" addr add 192.0.2.7/24 dev c0
	ip -n "$client" link set c0 up
}

no_network() {
	ip netns del "$ns"
	ip netns del "$client"
}

@test "a token that comes from another machine's address turns nothing over" {
	network
	ip netns exec "$ns" "$PX_BUSYBOX" httpd -f -p 192.0.2.1:80 -h "$ROOT" 3>&- &
	SERVERS="$SERVERS $!"
	room_keep
	pxroom plan kiosk largest lab-01 door
	wait_for 10 ip netns exec "$client" curl -sf http://192.0.2.1/px/state.json
	for mac in $OTHER $MAC; do
		ip netns exec "$client" curl -s -H 'Content-Type: application/json' \
			-d "$(event done $mac ",\"token\":\"$(token $mac)\",\"image\":\"kiosk\"")" http://192.0.2.1/px/event
	done
	wait_for 10 grep -q state=done "$PX_ROOM_DIR/plans/$MAC"
	no_network
	grep -q state=planned "$PX_ROOM_DIR/plans/$OTHER"
}

@test "wake sends the packet that switches a machine on" {
	need etherwake
	network
	ip netns exec "$client" python3 - >"$BATS_TEST_TMPDIR/got" 3>&- <<-'E' &
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0842))
		s.bind(("c0", 0))
		print("ready", flush=True)
		print(s.recv(2048)[14:].hex(), flush=True)
	E
	SERVERS="$SERVERS $!"
	wait_for 10 grep -q ready "$BATS_TEST_TMPDIR/got"
	ip netns exec "$ns" "$PXROOM" wake -i s0 lab-01
	wait_for 10 grep -q "^ffffffffffff$(printf '525400123456%.0s' {1..16})" "$BATS_TEST_TMPDIR/got"
	no_network
}

@test "cast finds the catalog in the folder that the room lies in, as in the package, where tftpboot is a link" {
	mkdir "$BATS_TEST_TMPDIR/lib"
	mv "$PX_ROOM_DIR" "$BATS_TEST_TMPDIR/lib/room"
	export PX_ROOM_DIR=$BATS_TEST_TMPDIR/lib/room
	mv "$ROOT" "$BATS_TEST_TMPDIR/srv"
	ln -s "$BATS_TEST_TMPDIR/srv" "$BATS_TEST_TMPDIR/lib/tftpboot"
	export PX_TFTPBOOT=$BATS_TEST_TMPDIR/srv
	run pxroom cast kiosk
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"kiosk: no machine listens for it: its Source in $BATS_TEST_TMPDIR/lib/tftpboot/images"* ]]
}
