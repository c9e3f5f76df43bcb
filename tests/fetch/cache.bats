#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs/serve/cache.conf in front of a server, and presigned URLs.

load ../px

setup() {
	need nginx ss python3
	px_install pxfetch
	unset http_proxy no_proxy
	source "$PX_TOP/tests/fetch/fetch.bash"
	FETCH_DIR=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_TMPDIR"
	chmod 755 . .. ../.. # nginx's workers are nobody
	mkdir root stored
	head -c 30000001 /dev/urandom >root/image.zst
}

teardown() {
	[ -z "${FETCH_DIR:-}" ] || fetch_stop
}

# nginx_with NAME LINES: lines for its http block (sets PORT)
nginx_with() {
	mkdir -p "temp-$1"
	cat >"$1.conf" <<-CONF
		daemon off; pid $PWD/$1.pid; error_log stderr; worker_processes 2;
		events { worker_connections 256; }
		http {
			log_format px '\$body_bytes_sent \$uri'; access_log $PWD/$1.access px;
			client_body_temp_path $PWD/temp-$1; proxy_temp_path $PWD/temp-$1; fastcgi_temp_path $PWD/temp-$1;
			uwsgi_temp_path $PWD/temp-$1; scgi_temp_path $PWD/temp-$1;
			$2
		}
	CONF
	run_server "$1" nginx -c "$PWD/$1.conf"
	wait_for 10 listening tcp "$PORT"
}

# the configuration as it is in the repository, but for names, folder and port
start_cache() { # ORIGIN-PORT
	PORT=$(free_port tcp)
	chmod 777 stored
	nginx_with cache "$(sed -e "s,far\.example,127.0.0.1:$1,; s,listen 80;,listen 127.0.0.1:$PORT;," \
		-e "s,/var/cache/px,$PWD/stored," "$PX_TOP/initramfs/serve/cache.conf")"
}

@test "twelve machines behind the cache, some of them in the middle of the file, ask the server once for each byte" {
	PORT=$(free_port tcp)
	nginx_with origin "server { listen 127.0.0.1:$PORT; root $PWD/root; }"
	start_cache "$PORT"
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		[ $((n % 3)) != 0 ] || head -c $((n * 1500000)) root/image.zst >"got.$n.part"
		pxfetch -q -j -c -O "got.$n" "http://127.0.0.1:$PORT/image.zst" &
		pids[n]=$!
	done
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		wait "${pids[n]}"
		cmp "got.$n" root/image.zst
	done
	sent=$(awk '{ n += $1 } END { print n }' origin.access)
	echo "the server sent $sent bytes"
	[ "$sent" -ge 30000001 ]
	[ "$sent" -le 31500001 ] # 1.05 times
}

@test "the catalog is never the cache's own, and a file that the server does not have is not there" {
	echo one >root/images
	PORT=$(free_port tcp)
	nginx_with origin "server { listen 127.0.0.1:$PORT; root $PWD/root; }"
	start_cache "$PORT"
	pxfetch -q -O first "http://127.0.0.1:$PORT/images"
	echo two >root/images
	pxfetch -q -O second "http://127.0.0.1:$PORT/images"
	[ "$(cat first second)" = "$(printf 'one\ntwo')" ]
	run pxfetch -q -t 1 -O none "http://127.0.0.1:$PORT/none.zst"
	[ "$status" = 8 ]
}

start_store() {
	run_server store "$PX_TOP/tests/fetch/presigned_server.py" root/image.zst port log
	wait_for 10 test -s port
	query='X-Amz-Expires=60&X-Amz-Signature=a%2Fb%2Bc'
}

@test "a presigned URL keeps its query, byte for byte, in each request of a transfer that breaks" {
	start_store
	pxfetch -q -O got "http://127.0.0.1:$(cat port)/bucket/image.zst?$query"
	cmp got root/image.zst
	[ "$(wc -l <log)" = 2 ]
	grep -q '^206 bytes=[1-9][0-9]*-' log
	[ ! -e "got.part" ]
}

@test "a signature that is wrong or over is a no of the server, and the next mirror is taken" {
	start_store
	run pxfetch -q -t 1 -O got "http://127.0.0.1:$(cat port)/bucket/image.zst?X-Amz-Signature=old"
	[ "$status" = 8 ]
	pxfetch -q -O got "http://127.0.0.1:$(cat port)/bucket/image.zst?X-Amz-Signature=old" root/image.zst
	cmp got root/image.zst
}

@test "a presigned URL goes through the cache, with its query" {
	start_store
	start_cache "$(cat port)"
	for n in 1 2; do
		pxfetch -q -O got "http://127.0.0.1:$PORT/bucket/image.zst?$query"
		cmp got root/image.zst
	done
	[ "$(grep -c . log)" = 8 ] # slices, once each
	! grep -q '^403' log
}
