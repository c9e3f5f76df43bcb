# SPDX-License-Identifier: GPL-2.0-or-later
# A room on loopback for tests: a TFTP root with three images, BusyBox's httpd with pxevent, and pxroom.
#
#	load ../px
#	load room

PXROOM=$PX_TOP/initramfs/serve/pxroom
MAC=52:54:00:12:34:56

room_setup() {
	need python3 curl
	ROOT=$BATS_TEST_TMPDIR/tftpboot
	export PX_ROOM_DIR=$BATS_TEST_TMPDIR/room PX_TFTPBOOT=$ROOT
	mkdir -p "$ROOT/px" "$ROOT/pxelinux.cfg" "$ROOT/grub" "$PX_ROOM_DIR/state" "$PX_ROOM_DIR/plans"
	cp "$PX_TOP/initramfs/serve/px/index.html" "$ROOT/px/"
	sed 's/@CONSOLE@/console=ttyS0/' "$PX_TOP/initramfs/tftproot/pxelinux/default" >"$ROOT/pxelinux.cfg/default"
	printf 'Image: %s\nSource: a.zst\n\n' debian-13 kiosk c.1 >"$ROOT/images"
	SERVERS=
}

room_teardown() {
	[ -z "${SERVERS:-}" ] || stop $SERVERS
}

# starts httpd, sets PORT and URL
room_start() {
	PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	"$PX_BUSYBOX" httpd -f -p "127.0.0.1:$PORT" -h "$ROOT" 2>"$BATS_TEST_TMPDIR/httpd.log" 3>&- &
	SERVERS="$SERVERS $!"
	URL=http://127.0.0.1:$PORT
	wait_for 10 curl -sf "$URL/px/state.json"
}

# what turns plans over
room_keep() {
	PX_KEEP_S=1 PX_ROOM_URL=${URL:-} "$PX_BUSYBOX" sh "$PXROOM" keep >"$BATS_TEST_TMPDIR/keep.log" 2>&1 3>&- &
	SERVERS="$SERVERS $!"
	wait_for 10 test -p "$PX_ROOM_DIR/keeper"
}

# post JSON [CURL-OPTION...]: prints the status
post() {
	local json=$1
	shift
	printf %s "$json" | curl -s -o "$BATS_TEST_TMPDIR/answer" -D "$BATS_TEST_TMPDIR/head" -w '%{http_code}\n' \
		-H 'Content-Type: application/json' --data-binary @- "$@" "$URL/px/event"
}

# event NAME MAC [,MEMBERS]
event() {
	printf '{"v":1,"event":"%s","mac":"%s"%s}' "$1" "$2" "${3:-}"
}

# get NAME: of the first machine in state.json, or of that with MAC
get() {
	curl -sf "$URL/px/state.json" | python3 -c '
import json, sys
found = [m for m in json.load(sys.stdin)["machines"] if len(sys.argv) < 3 or m["mac"] == sys.argv[2]]
print(found[0].get(sys.argv[1], "") if found else "no machine")' "$@"
}

pxroom() {
	"$PXROOM" "$@"
}
