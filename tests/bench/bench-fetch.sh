#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# pxfetch beside other clients, in one run over a veth pair: bytes a second and CPU seconds, as ratios.
#
#   bench-fetch.sh [ROUNDS [http|https|tftp|atftpd|windows|delay|loss...]]     default 5 and all; needs root
set -eu

here=$(cd "$(dirname "$0")" && pwd)
BATS_TEST_TMPDIR=$(mktemp -d)
source "$here/../px.bash"
source "$here/../fetch/fetch.bash"
source "$here/../fetch/https.bash"
http_bytes=1000000000
tftp_bytes=50000001
slow_bytes=5000001
lossy_bytes=25000001

cleanup() {
	fetch_stop
	delete_network
	rm -rf "$BATS_TEST_TMPDIR"
}

measure() { # BYTES REFERENCE, the commands on stdin
	BENCH_ROOT=$$ python3 "$here/measure.py" "$rounds" "$1" "$2"
}

line() { # NAME null|pipe COMMAND...
	local name=$1 where=$2
	shift 2
	printf '%s\t%s\tip netns exec %s-c %s\n' "$name" "$where" "$FETCH_NET" "$*"
}

bench_http() {
	local url=http://192.0.2.1/large
	echo "== HTTP from nginx, $((http_bytes / 1000000)) MB, into a pipe"
	{
		line curl pipe curl -s "$url"
		line pxfetch pipe "$pxfetch" -q -O - "$url"
		[ -z "$busybox" ] || line "busybox wget" pipe "$busybox" wget -q -O - "$url"
	} | measure $http_bytes curl
	echo "== the same to /dev/null"
	{
		line curl null curl -s -o /dev/null "$url"
		line pxfetch null "$pxfetch" -q -O /dev/null "$url"
		line "pxfetch -H" null "$pxfetch" -q -H "$sum" -O /dev/null "$url"
		[ -z "$busybox" ] || line "busybox wget" null "$busybox" wget -q -O /dev/null "$url"
	} | measure $http_bytes curl
}

# The same file from the same program, by TLS: each cipher with the client beside it that says "curl"; and without TLS.
bench_https() {
	local cipher url=https://192.0.2.1:443/large
	PKI=$FETCH_DIR
	(cd "$PKI" && make_ca ca && make_cert server ca IP:192.0.2.1)
	echo "server { listen 192.0.2.1:443 ssl; root $BATS_TEST_TMPDIR/root;
		ssl_certificate $PKI/server.pem; ssl_certificate_key $PKI/server.key; }" >"$FETCH_DIR/sites"
	start_sites
	wait_for 10 listening tcp 443
	echo "== HTTPS from nginx, $((http_bytes / 1000000)) MB, to /dev/null"
	{
		for cipher in AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256; do
			line "curl $cipher" null curl -s --cacert "$PKI/ca.pem" --tls13-ciphers "TLS_$cipher" \
				-o /dev/null "$url"
		done
		line pxfetch null "$pxfetch" -q -C "$PKI/ca.pem" -O /dev/null "$url"
		line "pxfetch http:" null "$pxfetch" -q -O /dev/null http://192.0.2.1/large
	} | measure $http_bytes "curl AES_128_GCM_SHA256"
	echo "taken by pxfetch: $(sed -n 's/.* \(TLSv[0-9.]* [^ ]*\) .*/\1/p' "$FETCH_DIR/access" | tail -n 1)"
}

bench_tftp() {
	bench_tftp_server dnsmasq 69 tftp $tftp_bytes
	bench_tftp_server tftpd-hpa 1069 tftp $tftp_bytes
	bench_tftp_server atftpd 2069 tftp $tftp_bytes
}

# pxfetch and atftp with the same window; PXFETCH_OTHER: another pxfetch beside this one
bench_atftpd() {
	local w url=tftp://192.0.2.1:2069/tftp
	for w in 8 32 64; do
		echo "== TFTP from atftpd, blksize 1468, windowsize $w"
		{
			line atftp null "$FETCH_DEB/atftp/usr/bin/atftp" --option '"blksize 1468"' \
				--option "'\"windowsize $w\"'" -g -r tftp -l /dev/null 192.0.2.1 2069
			line pxfetch null "$pxfetch" -q -t 1 -w $w -O /dev/null $url
			[ -z "${PXFETCH_OTHER:-}" ] || line other null "$PXFETCH_OTHER" -q -t 1 -w $w -O /dev/null $url
		} | measure $tftp_bytes atftp
	done
}

bench_windows() {
	bench_windows_server dnsmasq 69
	bench_windows_server tftpd-hpa 1069
	bench_windows_server atftpd 2069
}

# SERVER PORT FILE BYTES: the best options of each client; rate 1.00 is pxfetch's
bench_tftp_server() {
	local server=$1 port=$2 file=$3 bytes=$4
	echo "== TFTP from $server, $((bytes / 1000000)) MB"
	{
		line pxfetch null "$pxfetch" -q -t 1 -O /dev/null "tftp://192.0.2.1:$port/$file"
		line "curl blksize 1468" null curl -s --tftp-blksize 1468 -o /dev/null "tftp://192.0.2.1:$port/$file"
		[ ! -d "$FETCH_DEB/atftp" ] || line "atftp 1468, window 32" null "$FETCH_DEB/atftp/usr/bin/atftp" \
			--option '"blksize 1468"' --option '"windowsize 32"' -g -r "$file" -l /dev/null 192.0.2.1 \
			"$port"
		[ ! -d "$FETCH_DEB/tftp-hpa" ] || line "tftp-hpa (512)" null "$FETCH_DEB/tftp-hpa/usr/bin/tftp" \
			-m binary \
			192.0.2.1 "$port" -c get "$file" /dev/null
		[ -z "$busybox" ] || line "busybox tftp 1468" null "$busybox" tftp -b 1468 -g -r "$file" -l /dev/null \
			192.0.2.1 \
			"$port"
	} | measure "$bytes" pxfetch
}

# SERVER PORT: each window
bench_windows_server() {
	local w
	echo "== windows: $1"
	for w in 1 4 8 16 32 64 128; do
		line "window $w" null "$pxfetch" -q -t 1 -w $w -O /dev/null "tftp://192.0.2.1:$2/tftp"
	done | measure $tftp_bytes "window 1"
}

# start_path PORT SERVER-PORT DELAY-MS LOSS-PERCENT
start_path() {
	run_server "path$1" python3 "$here/../fetch/delay_proxy.py" "$1" 192.0.2.1 "$2" "$3" "$4"
	wait_for 10 listening udp "$1"
}

# PORT: what windows are worth on a long path
bench_long_path() {
	local w
	{
		line "lockstep" null "$pxfetch" -q -t 1 -w 1 -O /dev/null "tftp://192.0.2.1:$1/slow"
		for w in 8 16 32 64; do
			line "window $w" null "$pxfetch" -q -t 1 -w $w -O /dev/null "tftp://192.0.2.1:$1/slow"
		done
	} | measure $slow_bytes lockstep
}

# PORT LOSSY-PORT: what loss costs, each window beside itself. A request or an answer to it that is lost costs a second:
# the file is large enough that the figure is about the rest.
bench_lossy_path() {
	local w
	for w in 8 16 32 64; do
		line "window $w" null "$pxfetch" -q -t 1 -w $w -O /dev/null "tftp://192.0.2.1:$1/lossy"
		line "window $w, 1 % lost" null "$pxfetch" -q -t 1 -w $w -O /dev/null "tftp://192.0.2.1:$2/lossy"
	done | measure $lossy_bytes pairs
}

start_paths() {
	start_path 3069 2069 1 0
	start_path 3070 2069 1 1
	start_path 3071 4069 1 0
	start_path 3072 4069 1 1
}

bench_delay() {
	echo "== TFTP over a path of 1 ms each way, from a server that does windows and nothing beyond"
	bench_long_path 3071
	echo "== the same from atftpd"
	bench_long_path 3069
}

bench_loss() {
	echo "== TFTP over a path of 1 ms each way, $((lossy_bytes / 1000000)) MB from a server that does windows and nothing beyond"
	bench_lossy_path 3071 3072
	echo "== from atftpd, $((tftp_bytes / 1000000)) MB"
	# long enough that atftpd, which slows down with each broken window, is left for a smaller one
	{
		line "default" null "$pxfetch" -q -O /dev/null tftp://192.0.2.1:3069/tftp
		line "default, 1 % lost" null "$pxfetch" -q -O /dev/null tftp://192.0.2.1:3070/tftp
		line "window kept, 1 % lost" null "$pxfetch" -q -t 1 -O /dev/null tftp://192.0.2.1:3070/tftp
	} | measure $tftp_bytes default
}

main() {
	[ "$(id -u)" = 0 ] || { echo "bench-fetch: needs root" >&2; exit 1; }
	FETCH_DIR=$BATS_TEST_TMPDIR
	px_install pxfetch
	pxfetch=$BATS_TEST_TMPDIR/bin/pxfetch
	unpack_deb tftpd-hpa atftpd atftp tftp-hpa busybox-static || true
	busybox=$(ls "$FETCH_DEB"/busybox-static/bin/busybox 2>/dev/null || true)
	local root=$BATS_TEST_TMPDIR/root
	mkdir "$root"
	chmod 755 "$BATS_TEST_TMPDIR" "$root"
	head -c $http_bytes /dev/urandom >"$root/large"
	head -c $tftp_bytes "$root/large" >"$root/tftp"
	head -c $slow_bytes "$root/large" >"$root/slow"
	head -c $lossy_bytes "$root/large" >"$root/lossy"
	sum=$(sha256sum "$root/large" | cut -d' ' -f1)
	unset http_proxy no_proxy
	make_network "bench-fetch$$"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	start_nginx "$root" 192.0.2.1 80
	start_dnsmasq "$root" 192.0.2.1 69
	start_hpa "$root" 192.0.2.1 1069
	start_atftpd "$root" 192.0.2.1 2069
	run_server window_tftp python3 "$here/../fetch/window_tftp.py" 192.0.2.1 4069 "$root"
	wait_for 10 listening udp 4069
	start_paths
	[ $# -gt 0 ] || set -- http https tftp windows delay loss
	local part
	for part; do
		"bench_$part"
	done
}

rounds=${1:-5}
[ $# = 0 ] || shift
main "$@"
