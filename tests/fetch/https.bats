#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# https: against nginx, openssl's s_server and servers that are odd, with certificates made for the run. Who the server
# is comes first; then that all of HTTP works as without TLS; then that no server holds us up.
load ../px
load fetch
load https

setup_file() {
	command -v openssl >/dev/null || return 0 # setup says it
	cd "$BATS_FILE_TMPDIR"
	make_ca ca
	make_ca other
	make_cert good ca "$LOCAL"
	make_cert rsa ca "$LOCAL" rsa:2048
	make_cert name ca DNS:localhost,DNS:elsewhere.example
	make_cert foreign other "$LOCAL"
	make_cert old ca "$LOCAL" "" 20200101000000Z 20200201000000Z
	make_cert early ca "$LOCAL" "" "$(date -u -d '2 days' +%Y%m%d%H%M%SZ)" "$(date -u -d '9 days' +%Y%m%d%H%M%SZ)"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout self.key -out self.pem -days 30 \
		-subj "/CN=self" -addext "subjectAltName=$LOCAL" 2>/dev/null
	cat good.leaf >chain.pem
	for i in $(seq 160); do cat ca.pem; done >>chain.pem # about 64 KiB on the wire
	cp good.key chain.key
}

setup() {
	need openssl nginx ss python3
	px_install pxfetch pxsend
	cd "$BATS_TEST_TMPDIR"
	PKI=$BATS_FILE_TMPDIR
	CA=$PKI/ca.pem
	FETCH_DIR=$BATS_TEST_TMPDIR/servers
	mkdir -p "$FETCH_DIR/root"
	: >"$FETCH_DIR/sites"
	head -c 3000017 /dev/urandom >"$FETCH_DIR/root/file"
	unset http_proxy no_proxy
}

teardown() {
	cd /
	fetch_stop
}

# expect STATUS [TEXT]: of the last run
expect() {
	echo "$output"
	[ "$status" -eq "$1" ]
	[[ $output == *"${2:-}"* ]]
}

# fetches URL [OPTION...]: with status 0, and what comes is the file
fetches() {
	rm -f out
	run timeout 60 pxfetch -t 1 -C "$CA" -O out "${@:2}" "$1"
	expect 0
	cmp out "$FETCH_DIR/root/file"
}

# refuses STATUS TEXT URL [OPTION...]: and nothing comes
refuses() {
	rm -f out
	run timeout 60 pxfetch -t 1 -T 1 -C "$CA" -O out "${@:4}" "$3"
	expect "$1" "$2"
	[ ! -e out ]
}

# logged COUNT: so many requests have been answered
logged() {
	[ "$(wc -l <"$FETCH_DIR/access")" = "$1" ]
}

@test "TLS 1.2 and 1.3, EC and RSA keys, AES and ChaCha: the file comes" {
	tls_site EC good 'ssl_protocols TLSv1.3;'
	tls_site RSA rsa 'ssl_protocols TLSv1.3;'
	tls_site EC12 good 'ssl_protocols TLSv1.2;'
	tls_site RSA12 rsa 'ssl_protocols TLSv1.2;'
	tls_site AES256 good 'ssl_protocols TLSv1.2;' 'ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384;'
	tls_site CHACHA rsa 'ssl_protocols TLSv1.2;' 'ssl_ciphers ECDHE-RSA-CHACHA20-POLY1305;'
	tls_site P384 good 'ssl_ecdh_curve secp384r1;' # its HelloRetryRequest, too
	start_sites
	for url in $EC $RSA $EC12 $RSA12 $AES256 $CHACHA $P384; do
		fetches "$url/file"
	done
	wait_for 5 logged 7
	[ "$(grep -c 'TLSv1.2' "$FETCH_DIR/access")" = 4 ]
	[ "$(grep -c 'TLSv1.3' "$FETCH_DIR/access")" = 3 ]
	[ "$(grep -c 'ECDHE-ECDSA-AES256-GCM-SHA384\|ECDHE-RSA-CHACHA20-POLY1305' "$FETCH_DIR/access")" = 2 ]
}

@test "AES comes first where the processor has it, ChaCha where it has not" {
	tls_site GOOD good
	start_sites
	fetches "$GOOD/file"
	if grep -q ' aes ' /proc/cpuinfo; then
		wait_for 5 grep -q TLS_AES_128_GCM_SHA256 "$FETCH_DIR/access"
	else
		wait_for 5 grep -q TLS_CHACHA20_POLY1305_SHA256 "$FETCH_DIR/access"
	fi
}

@test "a server is known by its name or its address, IPv6 too; only a name is told to it" {
	tls_site GOOD good
	start_sites
	fetches "https://localhost:$GOOD_PORT/file"
	fetches "https://127.0.0.1:$GOOD_PORT/file"
	fetches "https://[::1]:$GOOD_PORT/file"
	wait_for 5 logged 3
	[ "$(sed -n 's/.* TLSv1.3 [^ ]* //p' "$FETCH_DIR/access" | xargs)" = 'localhost - -' ]
}

@test "a certificate for another name or address is refused" {
	tls_site NAME name
	start_sites
	fetches "https://localhost:$NAME_PORT/file"
	refuses 5 "not made for 127.0.0.1" "$NAME/file"
	refuses 5 "not made for ::1" "https://[::1]:$NAME_PORT/file"
	wait_for 5 logged 1 # no request went out to a server that is somebody else
}

@test "another CA's, a self-signed, an expired and a future certificate are refused, in words; one that is pinned is not" {
	tls_site FOREIGN foreign
	tls_site SELF self
	tls_site OLD old
	tls_site EARLY early
	start_sites
	refuses 5 "no certificate in $CA has signed it" "$FOREIGN/file"
	refuses 5 "no certificate in $CA has signed it" "$SELF/file"
	refuses 5 "it has expired; this machine's clock says $(date -u +%Y)-" "$OLD/file"
	refuses 5 "it is not valid yet; this machine's clock says $(date -u +%Y)-" "$EARLY/file"
	CA=$PKI/self.pem fetches "$SELF/file"
	cat "$PKI/other.pem" "$PKI/ca.pem" >both.pem
	CA=both.pem fetches "$FOREIGN/file"
}

@test "without certificates to hold the server against nobody is even asked" {
	run pxfetch -t 1 -C none.pem -O out https://127.0.0.1:1/file
	expect 5 'no none.pem: whose certificates?'
	echo 'not a certificate' >ca.pem
	run pxfetch -t 1 -C ca.pem -O out https://127.0.0.1:1/file
	expect 5 'ca.pem: no certificate in it'
	run pxfetch -t 1 -C . -O out https://127.0.0.1:1/file
	expect 5 'cannot read .: whose certificates?'
	[ ! -e /etc/px/ca.pem ] || skip "this machine has an /etc/px/ca.pem"
	run pxfetch -t 1 -O out -p 3 https://127.0.0.1:1/file 3>words
	expect 5 'no /etc/px/ca.pem: whose certificates?'
	grep -qx 'why=certificate' words
}

@test "TLS 1.1, and TLS 1.2 without forward secrecy, have nothing in common with us" {
	start_s_server rsa -tls1_1 -cipher 'DEFAULT@SECLEVEL=0'
	refuses 4 'no TLS version or cipher in common' "https://127.0.0.1:$PORT/x"
	start_s_server rsa -tls1_2 -cipher AES128-SHA
	refuses 4 'no TLS version or cipher in common' "https://127.0.0.1:$PORT/x"
	start_s_server rsa -tls1_2 -cipher AES128-GCM-SHA256
	refuses 4 'no TLS version or cipher in common' "https://127.0.0.1:$PORT/x"
}

@test "a server that wants a certificate of ours is told apart from one whose own is bad" {
	start_s_server good -Verify 1 -CAfile "$CA" -verify_return_error
	refuses 5 'the server wants a certificate of ours' "https://127.0.0.1:$PORT/x"
}

@test "a chain of 64 KiB is refused, and costs no more memory than 16 KiB" {
	tls_site CHAIN chain
	start_sites
	refuses 5 'larger than 16 KiB' "$CHAIN/file"
}

@test "a server that renegotiates gets no answer to that, and its file still comes or the connection breaks" {
	mkfifo keys
	exec 7<>keys
	PORT=$(free_port tcp)
	stdbuf -o0 openssl s_server -accept "127.0.0.1:$PORT" -cert "$PKI/good.pem" -cert_chain "$PKI/good.pem" \
		-key "$PKI/good.key" -tls1_2 <keys >"$FETCH_DIR/renegotiates.log" 2>&1 3>&- &
	FETCH_PIDS+=($!)
	wait_for 10 listening tcp "$PORT"
	(timeout 60 pxfetch -q -t 1 -T 5 -C "$CA" -O out "https://127.0.0.1:$PORT/x" 2>err || echo $? >status) 3>&- &
	FETCH_PIDS+=($!)
	wait_for 10 grep -q 'GET /x' "$FETCH_DIR/renegotiates.log" # what it gets, it prints
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n012345678\n' >&7
	wait_for 10 grep -qs 012345678 out.part
	printf 'r\n' >&7
	wait_for 30 test -s status
	exec 7>&-
	cat err
	grep -qx 4 status
	grep -q 'the server ends TLS with alert 40' err
}

@test "https never redirects to http; http may to https" {
	tls_site GOOD good 'location = /down { return 302 http://127.0.0.1:1/file; }' 'location = /other { return 302 /file; }'
	port=$(free_port tcp)
	echo "server { listen 127.0.0.1:$port; location / { return 301 $GOOD\$request_uri; } }" >>"$FETCH_DIR/sites"
	start_sites
	wait_for 10 listening tcp "$port"
	refuses 1 'redirected to http://127.0.0.1:1/file: from https only https: is followed' "$GOOD/down"
	fetches "http://127.0.0.1:$port/file"
	refuses 5 'has signed it' "http://127.0.0.1:$port/file" -C "$PKI/other.pem"
	fetches "$GOOD/other"
	# and that went over one connection: it was kept
	wait_for 5 logged 6
	[ "$(grep ' /other \| /file ' "$FETCH_DIR/access" | tail -n 2 | cut -d ' ' -f 1 | uniq | wc -l)" = 1 ]
}

@test "a proxy of http is not asked for https" {
	tls_site GOOD good
	start_sites
	http_proxy=http://127.0.0.1:1 fetches "$GOOD/file"
}

@test "a file goes on where it stopped" {
	tls_site GOOD good
	start_sites
	head -c 1000000 "$FETCH_DIR/root/file" >out.part
	pxfetch -q -t 1 -C "$CA" -O whole "$GOOD/file"
	# cut in the middle by a connection that is closed for its slow reader, then continued by Range
	(pxfetch -q -T 5 -C "$CA" -O - "$GOOD/file" | { head -c 100000; cat; } >through)
	cmp through "$FETCH_DIR/root/file"
	rm -f out.part
	start_odd flips-later
	run timeout 60 pxfetch -q -t 3 -C "$CA" -O out "https://127.0.0.1:$PORT/x"
	expect 0 'the TLS connection broke'
	python3 -c 'import sys; sys.stdout.write("0123456789" * 1000)' | cmp - out
}

@test "an end without close_notify is one when the length is known, and none when it is not" {
	start_odd known-length
	run pxfetch -q -t 1 -C "$CA" -O out "https://127.0.0.1:$PORT/x"
	expect 0
	[ "$(stat -c %s out)" = 10000 ]
	start_odd cut-short
	run pxfetch -q -t 1 -C "$CA" -O out "https://127.0.0.1:$PORT/x"
	expect 4 'closed in the middle'
	start_odd until-notify
	run pxfetch -q -t 1 -s 10000 -C "$CA" -O out "https://127.0.0.1:$PORT/x"
	expect 0
	start_odd until-close
	run pxfetch -q -t 1 -s 10000 -C "$CA" -O out2 "https://127.0.0.1:$PORT/x"
	expect 7 'close_notify'
}

@test "a server that resets, closes, drips, falls silent or talks rubbish in the handshake is left in time" {
	while read -r kind want text; do
		start_odd "$kind"
		refuses "$want" "$text" "https://127.0.0.1:$PORT/x" 3>&-
	done <<-KINDS
		resets 4 reset
		closes 4 closed the connection in the TLS handshake
		resets-after-half 4 cannot receive
		no-tls 7 is not TLS
		noise 7 is not TLS
		flips 7 malformed TLS
		endless-warnings 7 malformed TLS
		endless-changes 7 malformed TLS
		endless-hello 7 TLS
		silent 4 silence for 1 seconds
		silent-after-half 4 silence for 1 seconds
		drips 4 too slow
	KINDS
}

@test "a server whose certificates or key have a wrong bit in them is never believed, whichever it is" {
	start_odd flips-each
	for i in $(seq 80); do
		run timeout 20 pxfetch -q -t 1 -T 5 -C "$CA" -O out "https://127.0.0.1:$PORT/x" 3>&-
		case $status in
		4 | 5 | 7) ;;
		*) expect 5 ;; # a signal, too
		esac
	done
	[ ! -e out ]
}

@test "the ways to misbehave in HTTP are as harmless by TLS" {
	head -c 30011 /dev/urandom >content
	HOSTILE_TLS=$PKI/good run_server hostile python3 "$PX_TOP/tests/fetch/hostile_http.py" content
	wait_for 10 test -s "$FETCH_DIR/hostile.log"
	url=https://127.0.0.1:$(cat "$FETCH_DIR/hostile.log")
	python3 "$PX_TOP/tests/fetch/hostile_http.py" ways >ways
	local jobs=()
	sed -i '/^redirect-to-stranger /d' ways # from https to http, which is another test
	while read -r name expect seconds; do
		(
			set +e # a pipe in between: nothing is taken back
			timeout "$seconds" pxfetch -q -t 2 -T 1 -C "$CA" -O - "$url/$name" 2>"$name.err" | cat >"$name.out"
			echo "${PIPESTATUS[0]}" >"$name.status"
		) 3>&- &
		jobs+=($!)
		[ $((${#jobs[@]} % 12)) != 0 ] || wait "${jobs[@]}"
	done <ways
	wait "${jobs[@]}"
	while read -r name expect seconds; do
		case $expect:$(cat "$name.status") in
		ok:0) cmp "$name.out" content >&2 || echo "$name: other bytes" ;;
		bad:[145789]) ;;
		*) echo "$name: want $expect: $(cat "$name.status") $(cat "$name.err")" ;;
		esac
	done <ways >wrong
	cat wrong
	[ ! -s wrong ]
	[ "$(grep -c ' ok' ways)" -ge 5 ]
}

@test "a clock that is older than this initramfs makes no certificate old or young; another one does" {
	not_under "it needs libraries, which a root of its own does not have" address thread m32
	need_root
	tls_site OLD old
	tls_site EARLY early
	tls_site FOREIGN foreign
	start_sites
	mkdir -p inside/etc/px
	cp "$PX_BUSYBOX" inside/pxfetch
	cp "$CA" inside/etc/px/ca.pem
	try() { # BUILT URL
		echo "$1" >inside/etc/px/built
		run chroot inside /pxfetch -q -t 1 -O /out "$2"
	}
	try "$(date -u -d '3 days' +%FT%TZ)" "$OLD/file"
	expect 0
	try "$(date -u -d '3 days' +%FT%TZ)" "$EARLY/file"
	expect 0
	try "$(date -u -d '3 days' +%FT%TZ)" "$FOREIGN/file"
	expect 5 'no certificate in /etc/px/ca.pem has signed it'
	try "$(date -u -d '20 hours' +%FT%TZ)" "$OLD/file" # zones, and summer time
	expect 5 'it has expired'
	try "$(date -u -d '1 day ago' +%FT%TZ)" "$EARLY/file"
	expect 5 'it is not valid yet'
	try nonsense "$EARLY/file"
	expect 5 'it is not valid yet'
	# pximenu has set the clock to the earliest that can be: the certificate may be younger
	mkdir -p inside/run/px
	: >inside/run/px/no-clock
	try nonsense "$EARLY/file"
	expect 0
}

@test "pxsend stores a file by https, and reads it back" {
	tls_site DAV good 'dav_methods PUT;' 'location /closed/ { dav_methods off; }'
	tls_site FOREIGN foreign 'dav_methods PUT;'
	start_sites
	chmod 777 "$FETCH_DIR/root"
	head -c 5000000 /dev/urandom >new
	run timeout 60 pxsend -C "$CA" -i new "$DAV/new"
	expect 0 'stored and read back'
	cmp new "$FETCH_DIR/root/new"
	run timeout 60 pxsend -C "$CA" "$DAV/piped" <new
	expect 0
	cmp new "$FETCH_DIR/root/piped"
	run timeout 60 pxsend -C "$CA" -i new "$DAV/closed/new"
	expect 8 '405'
	run timeout 60 pxsend -p 3 -C "$CA" -i new "$FOREIGN/foreign" 3>words
	expect 5 'has signed it'
	grep -qx 'why=certificate' words
	[ ! -e "$FETCH_DIR/root/foreign" ]
	[ -e /etc/px/ca.pem ] || { run pxsend -i new "$DAV/new"; expect 5 'whose certificates?'; }
}
