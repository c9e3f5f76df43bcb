#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# A machine is saved over HTTP to nginx, and a second, empty one is installed from what came.
load ../px
load ../fetch/fetch

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	need qemu-system-x86_64 zstd nginx ss
	cd "$BATS_TEST_TMPDIR"
	FETCH_DIR=$BATS_TEST_TMPDIR/servers
	mkdir -p "$FETCH_DIR/temp" www/up
	chmod 777 . www www/up
}

teardown() {
	cd /
	fetch_stop
}

start_dav() {
	PORT=$(free_port tcp)
	cat >"$FETCH_DIR/dav.conf" <<-CONF
		daemon off; master_process off; pid $FETCH_DIR/pid; error_log stderr;
		events { worker_connections 64; }
		http {
			access_log off; client_body_temp_path $BATS_TEST_TMPDIR/www/up/.temp; client_max_body_size 0;
			proxy_temp_path $FETCH_DIR/temp; fastcgi_temp_path $FETCH_DIR/temp;
			uwsgi_temp_path $FETCH_DIR/temp; scgi_temp_path $FETCH_DIR/temp;
			server { listen 127.0.0.1:$PORT; root $BATS_TEST_TMPDIR/www; dav_methods PUT; }
		}
	CONF
	run_server nginx nginx -c "$FETCH_DIR/dav.conf"
	wait_for 10 listening tcp "$PORT"
}

# machine PARAMETERS: a TFTP root whose catalog is empty
machine() {
	: >images
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$BATS_TEST_TMPDIR/tftp" images 52:54:00:00:00:01 "$1"
}

@test "a disk is saved over HTTP, unchanged, and a second machine that had nothing boots from its image (PX_LONG)" {
	[ "${PX_LONG:-}" = 1 ] || skip "PX_LONG=1 boots it"
	[ -s "$PX_BUILD/demo/debian.img.zst" ] || skip "no build/demo/debian.img.zst (make demo)"
	start_dav
	url=http://10.0.2.2:$PORT/up
	zstd -dq --sparse "$PX_BUILD/demo/debian.img.zst" -o source
	truncate -s +64M source
	before=$(sha256sum <source)
	machine "px.auto px.timeout=0 px.capture=$url/ px.capture.name=lab px.disk=/dev/vda px.after=menu"
	run "$BOOT" -w 900 -t "$BATS_TEST_TMPDIR/tftp" -D source -l log 'px: saving /dev/vda' 'px: saved /dev/vda as lab'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(sha256sum <source)" = "$before" ]
	ls -l www/up
	[ -s www/up/lab.stanza ]
	truncate -s "$(stat -c %s source)" empty
	machine "px.auto px.timeout=0 px.catalog=$url/lab.stanza px.image=lab px.disk=/dev/vda"
	run "$BOOT" -w 900 -t "$BATS_TEST_TMPDIR/tftp" -D empty -l log 'px: installed lab on /dev/vda' 'login:'
	echo "$output"
	[ "$status" -eq 0 ]
}
