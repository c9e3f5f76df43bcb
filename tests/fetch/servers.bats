#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxfetch with the servers that people have: dnsmasq, tftpd-hpa, atftpd, nginx, in a network of its own.

load ../px

setup_file() {
	if [ "$(id -u)" != 0 ] || ! command -v ip >/dev/null || ! command -v nft >/dev/null; then
		return 0
	fi
	source "$PX_TOP/tests/fetch/fetch.bash"
	head -c 3000001 /dev/urandom >"$BATS_FILE_TMPDIR/content"
	# 65700 blocks of 512 bytes: their numbers wrap
	head -c $((65700 * 512)) /dev/urandom >"$BATS_FILE_TMPDIR/wrap"
	: >"$BATS_FILE_TMPDIR/empty"
	head -c $((1468 * 7)) /dev/urandom >"$BATS_FILE_TMPDIR/multiple"
}

setup() {
	need_root
	need ip nft ss python3
	px_install pxfetch
	unset http_proxy no_proxy
	source "$PX_TOP/tests/fetch/fetch.bash"
	FETCH_DIR=$BATS_TEST_TMPDIR
	ROOT=$BATS_FILE_TMPDIR
	chmod 755 "$ROOT" "$(dirname "$ROOT")" "$(dirname "$(dirname "$ROOT")")"
	chmod 644 "$ROOT"/*
	make_network "fetch$$-$BATS_TEST_NUMBER"
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	[ -z "${FETCH_DIR:-}" ] || { fetch_stop; delete_network; }
}

# from FILE ARGS... URL: fetches from the client's side and compares
from() {
	local file=$1
	shift
	timeout 100 ip netns exec "$FETCH_NET-c" "$BATS_TEST_TMPDIR/bin/pxfetch" -q -t 1 "$@" -O got
	cmp got "$ROOT/$file"
}

# tftp_all URL-PREFIX: what every TFTP server must give
tftp_all() {
	from content "$1/content"
	from content -b 512 -w 1 "$1/content"
	from content -b 1024 -w 8 -s 3000001 "$1/content"
	from empty "$1/empty"
	from multiple "$1/multiple"
	from wrap -b 512 "$1/wrap"
	run timeout 60 ip netns exec "$FETCH_NET-c" bin/pxfetch -q -t 1 -O none "$1/nothing-there"
	[ "$status" = 8 ]
	[ "${#lines[@]}" = 1 ]
	[ ! -e none ]
}

@test "dnsmasq gives every byte by TFTP, block numbers wrapping" {
	need dnsmasq
	start_dnsmasq "$ROOT" 192.0.2.1 69
	tftp_all tftp://192.0.2.1
}

@test "tftpd-hpa gives every byte by TFTP, block numbers wrapping" {
	unpack_deb tftpd-hpa || lacking tftpd-hpa
	start_hpa "$ROOT" 192.0.2.1 69
	tftp_all tftp://192.0.2.1
	from content -b 65464 tftp://192.0.2.1/content
}

@test "atftpd gives every byte by TFTP in windows, block numbers wrapping" {
	unpack_deb atftpd || lacking atftpd
	start_atftpd "$ROOT" 192.0.2.1 69
	tftp_all tftp://192.0.2.1
	from wrap -b 512 -w 64 tftp://192.0.2.1/wrap
	from content -b 65464 tftp://192.0.2.1/content
}

@test "a windowed TFTP transfer survives 3 % loss" {
	unpack_deb atftpd || lacking atftpd
	start_atftpd "$ROOT" 192.0.2.1 69
	lose 3
	from content tftp://192.0.2.1/content
}

@test "a lockstep TFTP transfer survives 1 % loss" {
	need dnsmasq
	start_dnsmasq "$ROOT" 192.0.2.1 69
	lose 1
	from multiple -b 256 tftp://192.0.2.1/multiple
}

@test "nginx gives every byte by HTTP over IPv4" {
	need nginx
	start_nginx "$ROOT" 192.0.2.1 80
	from content http://192.0.2.1/content
	from empty http://192.0.2.1/empty
	from content "http://192.0.2.1:80/x/../content?query"
	from wrap -H "$(sha256sum <"$ROOT/wrap" | cut -d' ' -f1)" http://192.0.2.1/wrap
	from content http://192.0.2.1/moved/content
	from content http://192.0.2.1/ssi/content # chunked
	run ip netns exec "$FETCH_NET-c" bin/pxfetch -q -t 1 http://192.0.2.1/loop
	[ "$status" = 7 ]
	run ip netns exec "$FETCH_NET-c" bin/pxfetch -q -t 1 http://192.0.2.1/nothing-there
	[ "$status" = 8 ]
	[ ! -e nothing-there ]
	[ ! -e nothing-there.part ]
}

@test "nginx gives every byte by HTTP over IPv6" {
	need nginx
	start_nginx "$ROOT" "[2001:db8::1]" 80
	from content "http://[2001:db8::1]/content"
}

@test "a proxy named by the environment is used, but not for no_proxy" {
	need nginx
	start_nginx "$ROOT" 192.0.2.1 80
	http_proxy=http://192.0.2.1 from content http://files.invalid/content
	http_proxy=http://192.0.2.99 no_proxy=example.org,192.0.2.1 from content http://192.0.2.1/content
}

@test "nginx goes on where FILE.part ends" {
	need nginx
	start_nginx "$ROOT" 192.0.2.1 80
	head -c 1000000 "$ROOT/content" >got.part
	from content -c -H "$(sha256sum <"$ROOT/content" | cut -d' ' -f1)" http://192.0.2.1/content
	cp "$ROOT/content" got.part
	from content -c -H "$(sha256sum <"$ROOT/content" | cut -d' ' -f1)" http://192.0.2.1/content
}

@test "a server that goes away and comes back is waited for, the pipe notices nothing" {
	need nginx
	start_nginx "$ROOT" 192.0.2.1 80
	# the reader stops in the middle until the server has been replaced
	mkfifo pipe
	(timeout 100 ip netns exec "$FETCH_NET-c" bin/pxfetch -q -T 5 -O - http://192.0.2.1/wrap >pipe 2>err; echo $? \
		>status) 3>&- &
	local fetcher=$!
	exec 7<pipe
	head -c 1000000 <&7 >got
	fetch_stop
	start_nginx "$ROOT" 192.0.2.1 80
	cat <&7 >>got
	exec 7<&-
	wait $fetcher
	[ "$(cat status)" = 0 ]
	grep -q 'trying again' err
	cmp got "$ROOT/wrap"
}

# large NAME BYTES: a sparse file with 1 MiB of content at its end; large_from NAME BYTES URL ARGS...: fetches and
# compares
large() {
	truncate -s $(($2 - 1048576)) "$ROOT/$1"
	head -c 1048576 "$ROOT/content" >>"$ROOT/$1"
	chmod 644 "$ROOT/$1"
}

large_from() {
	local bytes=$2 url=$3/$1
	shift 3
	timeout 200 ip netns exec "$FETCH_NET-c" "$BATS_TEST_TMPDIR/bin/pxfetch" -q -t 1 "$@" -O - "$url" |
		python3 "$PX_TOP/tests/fetch/count_and_tail.py" counted >tail
	[ "${PIPESTATUS[*]}" = "0 0" ]
	[ "$(cat counted)" = "$bytes" ]
	cmp tail <(head -c 1048576 "$ROOT/content")
}

@test "files over 2 and over 4 GiB come whole by HTTP and by TFTP, whatever is said of their size" {
	need nginx
	unpack_deb atftpd || lacking atftpd
	local three=3000000001 five=$((4294967296 + 1048579))
	large three $three
	large five $five
	# blocks as large as the path takes, to be quick
	ip -n "$FETCH_NET-s" link set px0 mtu 65535
	ip -n "$FETCH_NET-c" link set px0 mtu 65535
	start_nginx "$ROOT" 192.0.2.1 80
	start_atftpd "$ROOT" 192.0.2.1 2069
	large_from five $five http://192.0.2.1
	# atftpd says 1048579 of the one and -1294967295 of the other
	large_from five $five tftp://192.0.2.1:2069
	large_from three $three tftp://192.0.2.1:2069 -s $three
	rm "$ROOT/three" "$ROOT/five"
}

# by_tftp OLD: pxwrite -u of an image that lies on dnsmasq's TFTP, onto a disk that holds OLD; status and output
by_tftp() {
	cp "$1" disk
	truncate -s 8M disk
	run timeout 100 ip netns exec "$FETCH_NET-c" bash -c '
		tee asked <asks | pxfetch -q -t 2 -p 3 -R 0 tftp://192.0.2.1/image.zst 3>&2 |
			pxwrite -f -b tftp/map -u 5 disk 5>asks
		exit "${PIPESTATUS[2]}"'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"no mirror gives parts of a file: all of it is fetched"* ]]
	[[ $output == *whole=ranges* ]]
	[ "$(head -n 1 asked)" = parts ]
	cmp -n 6000000 disk image
	cmp disk plain
}

@test "dnsmasq gives no part by TFTP: -R says so and gets the whole file, and -u makes the disk of that" {
	need dnsmasq zstd
	px_install pxfetch pxread pxwrite
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH
	mkdir tftp
	head -c 6000000 /dev/urandom >image
	pxread -q -b tftp/map -o tftp/image.zst image >/dev/null
	chmod 755 . tftp
	chmod 644 tftp/*
	mkfifo asks
	truncate -s 8M plain
	pxwrite -q -f -b tftp/map -i tftp/image.zst plain
	start_dnsmasq "$BATS_TEST_TMPDIR/tftp" 192.0.2.1 69
	head -c 6000000 /dev/urandom >junk
	by_tftp junk
	cp plain used # most of it is there
	printf x | dd of=used bs=1 seek=3000000 conv=notrunc status=none
	by_tftp used
}

@test "dnsmasq and tftpd-hpa give a file over 4 GiB whole" {
	[ -n "${PX_LONG:-}" ] || skip "takes a minute; set PX_LONG=1"
	need dnsmasq
	unpack_deb tftpd-hpa || lacking tftpd-hpa
	local five=$((4294967296 + 1048579))
	large five $five
	start_dnsmasq "$ROOT" 192.0.2.1 69
	start_hpa "$ROOT" 192.0.2.1 1069
	large_from five $five tftp://192.0.2.1 -s $five
	large_from five $five tftp://192.0.2.1:1069
	rm "$ROOT/five"
}
