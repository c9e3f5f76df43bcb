#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make serve: DHCP or proxyDHCP, and TFTP, on a network of the test's own (two network namespaces and a veth pair).
load ../px

setup() {
	need_root
	need ip dnsmasq python3
	px_install pxfetch udhcpc
	server=pxs$$ client=pxc$$ within=()
	mkdir -p "$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.cfg" "$BATS_TEST_TMPDIR/build/tftpboot/grub"
	ln -s "$PX_BUSYBOX" "$BATS_TEST_TMPDIR/build/busybox"
	head -c 100000 "$PX_BUSYBOX" >"$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.0"
	(cd "$BATS_TEST_TMPDIR/build/tftpboot" && sha256sum pxelinux.0 >SHA256SUMS)
	ip netns add "$server"
	ip netns add "$client"
	ip -n "$server" link add s0 type veth peer name c0 netns "$client"
	ip -n "$server" addr add 192.0.2.1/24 dev s0
	ip -n "$server" link set s0 up
	ip -n "$server" link set lo up
	ip -n "$client" link set c0 up
}

teardown() {
	[ -z "${pid:-}" ] || stop "$pid"
	[ -z "${other:-}" ] || stop "$other"
	[ -z "${server:-}" ] || ip netns del "$server" || true
	umount "$BATS_TEST_TMPDIR/build/serve" 2>/dev/null || true # one test mounts it
	[ -z "${client:-}" ] || ip netns del "$client" || true
}

serve() {
	ip netns exec "$server" "${within[@]}" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" "$@" \
		>"$BATS_TEST_TMPDIR/log" \
		2>&1 3>&- &
	pid=$!
	wait_for 10 grep -q 'started, version' "$BATS_TEST_TMPDIR/log"
}

# what a PXE client gets: runs the discovery script in the client's namespace
discover() {
	ip netns exec "$client" python3 "$PX_TOP/tests/serve/pxe_discover.py" c0 "$@"
}

@test "with a range a PXE client gets an address, the boot file, and every byte of it" {
	serve -i s0 -r 192.0.2.50,192.0.2.60 -w none
	run discover
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" =~ yiaddr=192\.0\.2\.(5[0-9]|60)($|[^0-9]) ]]
	[[ "$output" == *"siaddr=192.0.2.1"* ]]
	[[ "$output" == *"file=pxelinux.0"* ]]
	ip -n "$client" addr add 192.0.2.200/24 dev c0
	ip netns exec "$client" pxfetch -q -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/pxelinux.0
	cmp "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.0"
}

# who runs the program of that name that serve.sh has started
user_of() {
	stat -c %U "/proc/$(pgrep -P "$pid" -x "$1" | head -n 1)"
}

@test "dnsmasq is not root once its ports are open, and a file that not everybody may read is not handed out" {
	echo secret >"$BATS_TEST_TMPDIR/build/tftpboot/secret"
	chmod 600 "$BATS_TEST_TMPDIR/build/tftpboot/secret"
	chmod 700 "$BATS_TEST_TMPDIR" # as a home is
	serve -i s0 -r 192.0.2.50,192.0.2.60
	[ "$(user_of dnsmasq)" = nobody ]
	for process in $(pgrep -P "$pid" -f ' httpd -f '); do
		[ "$(stat -c %U "/proc/$process")" = nobody ]
		httpd=yes
	done
	[ -n "$httpd" ]
	ip -n "$client" addr add 192.0.2.200/24 dev c0
	ip netns exec "$client" pxfetch -q -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/pxelinux.0
	cmp "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.0"
	run ip netns exec "$client" pxfetch -q -t 1 -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/secret
	[ "$status" -eq 8 ]
	run ip netns exec "$client" pxfetch -q -t 1 -O "$BATS_TEST_TMPDIR/got" http://192.0.2.1/secret
	[ "$status" -eq 8 ]
}

@test "the files of another user are handed out by that user, and by TFTP no file of anybody else" {
	chown -R daemon "$BATS_TEST_TMPDIR/build/tftpboot"
	echo other >"$BATS_TEST_TMPDIR/build/tftpboot/other"
	serve -i s0 -r 192.0.2.50,192.0.2.60
	[ "$(user_of dnsmasq)" = daemon ]
	ip -n "$client" addr add 192.0.2.200/24 dev c0
	ip netns exec "$client" pxfetch -q -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/pxelinux.0
	run ip netns exec "$client" pxfetch -q -t 1 -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/other
	[ "$status" -eq 8 ]
}

@test "each firmware is told its own boot file" {
	serve -i s0 -r 192.0.2.50,192.0.2.60 -w none
	run discover 7
	[ "$status" -eq 0 ]
	[[ "$output" == *"file=shimx64.efi"* ]]
	run discover 9
	[[ "$output" == *"file=shimx64.efi"* ]]
	[[ "$output" != *"prefix="* ]]
	run discover 0
	[[ "$output" == *"file=pxelinux.0"* ]]
}

@test "with a web server's URL machines fetch the rest by HTTP, and UEFI HTTP boot gets an answer" {
	serve -i s0 -r 192.0.2.50,192.0.2.60 -w http://192.0.2.1:8080
	run discover 0
	echo "$output"
	[[ "$output" == *"file=lpxelinux.0"* ]]
	[[ "$output" == *"prefix=http://192.0.2.1:8080/"* ]]
	run discover 7
	[[ "$output" == *"file=shimx64.efi"* ]]
	[[ "$output" == *"prefix=http://192.0.2.1:8080/"* ]]
	run discover 16
	echo "$output"
	[[ "$output" == *"file=http://192.0.2.1:8080/shimx64.efi"* ]]
	[[ "$output" == *"vendor=HTTPClient"* ]]
}

@test "with a folder in the URL the others use it, and UEFI HTTP boot is told nothing that cannot work" {
	serve -i s0 -r 192.0.2.50,192.0.2.60 -w http://192.0.2.1/lab/
	grep -q 'UEFI HTTP boot gets no answer' "$BATS_TEST_TMPDIR/log"
	run discover 7
	[[ "$output" == *"file=shimx64.efi"* ]]
	[[ "$output" == *"prefix=http://192.0.2.1/lab/"* ]]
	run discover 16
	echo "$output"
	[[ "$output" != *"file=http"* ]]
	[[ "$output" != *"vendor=HTTPClient"* ]]
}

@test "without a range UEFI clients are answered too, beside another DHCP server" {
	serve -i s0
	run discover --pxe 7
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"yiaddr=0.0.0.0"* ]]
	[[ "$output" == *"vendor=PXEClient"* ]]
}

@test "without a range it answers PXE clients beside another DHCP server and gives no address" {
	serve -i s0
	run discover --pxe
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"yiaddr=0.0.0.0"* ]]
	[[ "$output" == *"vendor=PXEClient"* ]]
}

@test "without a range a client that is not PXE gets no answer" {
	serve -i s0
	run discover --plain
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"no answer"* ]]
}

@test "no interface, a wrong one, a bad URL, a damaged or no tftpboot is refused with what there is" {
	run ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build"
	[ "$status" -ne 0 ]
	[[ "$output" == *"s0 (192.0.2.1/24)"* ]]
	run ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" -i nosuch0
	[ "$status" -ne 0 ]
	[[ "$output" == *"nosuch0: no such interface"* ]]
	run ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" -i s0 \
		-w 'http://192.0.2.1,7'
	[ "$status" -ne 0 ]
	[[ "$output" == *"a character that this URL cannot have"* ]]
	truncate -s -1 "$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.0"
	run ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" -i s0
	[ "$status" -ne 0 ]
	[[ "$output" == *"pxelinux.0: FAILED"*"missing or damaged"* ]]
	rm "$BATS_TEST_TMPDIR/build/tftpboot/SHA256SUMS"
	run ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" -i s0
	[ "$status" -ne 0 ]
	[[ "$output" == *"run make first"* ]]
}

@test "with TLS=yes a machine gets the CA in site.cpio.xz, and by that alone knows the web server" {
	need openssl nginx cpio xz
	local root=$BATS_TEST_TMPDIR/build/tftpboot
	mkdir -p "$BATS_TEST_TMPDIR/own/etc"
	echo site >"$BATS_TEST_TMPDIR/own/etc/motd"
	"$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/own"
	head -c 3000000 /dev/urandom >"$root/image"
	serve -i s0 -r 192.0.2.50,192.0.2.60 -t yes
	wait_for 10 ip netns exec "$server" sh -c 'ss -Hltn sport = :443 | grep -q .'
	grep -q 'px.catalog=https://192.0.2.1/images' "$BATS_TEST_TMPDIR/log"
	ip -n "$client" addr add 192.0.2.200/24 dev c0
	ip netns exec "$client" pxfetch -q -O "$BATS_TEST_TMPDIR/site" tftp://192.0.2.1/site.cpio.xz
	mkdir "$BATS_TEST_TMPDIR/machine"
	# as the kernel does it: one archive after the other
	xz -dc "$BATS_TEST_TMPDIR/site" | (cd "$BATS_TEST_TMPDIR/machine" && cpio -i --quiet && cpio -i --quiet)
	[ "$(cat "$BATS_TEST_TMPDIR/machine/etc/motd")" = site ]
	ip netns exec "$client" pxfetch -q -t 1 -C "$BATS_TEST_TMPDIR/machine/etc/px/ca.pem" \
		-O "$BATS_TEST_TMPDIR/got" https://192.0.2.1/image
	cmp "$BATS_TEST_TMPDIR/got" "$root/image"
	run find "$root" "$BATS_TEST_TMPDIR/machine" -name '*.key'
	[ -z "$output" ]
	# a second time the CA and the file are the same; a site packed anew gets it again
	cp "$root/site.cpio.xz" "$BATS_TEST_TMPDIR/first"
	stop "$pid"
	serve -i s0 -t yes
	cmp "$root/site.cpio.xz" "$BATS_TEST_TMPDIR/first"
	stop "$pid"
	"$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/own"
	serve -i s0 -t yes
	cmp "$root/site.cpio.xz" "$BATS_TEST_TMPDIR/first"
}

@test "a site with a CA of its own is not served by another one" {
	need openssl nginx cpio xz
	mkdir -p "$BATS_TEST_TMPDIR/own/etc/px"
	echo mine >"$BATS_TEST_TMPDIR/own/etc/px/ca.pem"
	"$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/own"
	cp "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" "$BATS_TEST_TMPDIR/before"
	run ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" -i s0 -t yes
	[ "$status" -ne 0 ]
	[[ $output == *'site.cpio.xz has an etc/px/ca.pem of its own'* ]]
	cmp "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" "$BATS_TEST_TMPDIR/before"
}

# refused TEXT ARGUMENTS...: serve.sh ends at once, with one line that has TEXT
refused() {
	run ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" "${@:2}"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$1"* ]]
}

# hold ADDRESS PORT: another program has that UDP port
hold() {
	ip netns exec "$server" python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
time.sleep(600)' "$@" 3>&- &
	other=$!
	wait_for 10 ip netns exec "$server" sh -c "ss -Hlun sport = :$2 | grep -q ."
}

@test "a port that another program has is named with that program, and one on another card does not matter" {
	need ss
	hold 192.0.2.1 69
	refused 'port 69 (TFTP) is taken by python3: stop that' -i s0
	stop "$other"
	hold 0.0.0.0 67
	refused 'port 67 (DHCP) is taken by python3: stop that' -i s0 -r 192.0.2.50,192.0.2.60
	stop "$other"
	ip netns exec "$server" python3 -m http.server --bind 192.0.2.1 80 3>&- &
	other=$!
	wait_for 10 ip netns exec "$server" sh -c "ss -Hltn sport = :80 | grep -q ."
	refused 'port 80 (HTTP) is taken by python3: stop that' -i s0
	stop "$other"
	hold 127.0.0.1 69
	serve -i s0
}

@test "an interface without an address says how to give it one, and the package's service names its own settings" {
	ip -n "$server" link add s1 type veth peer name s2
	refused 's1: no IPv4 address on it: ip address add ADDRESS/24 dev s1 (there are: s0 (192.0.2.1/24)' -i s1
	refused 'nosuch0: no such interface: make serve IFACE=NAME' -i nosuch0
	export PX_SETTINGS=/etc/pxe-imager/config
	refused 'say which network: set INTERFACE=NAME in /etc/pxe-imager/config' -i ''
	refused 'nosuch0: no such interface: set INTERFACE=NAME in /etc/pxe-imager/config' -i nosuch0
}

@test "a folder that cannot be written to, and a full one, end with one line that says what to do" {
	mkdir "$BATS_TEST_TMPDIR/build/serve"
	mount -t tmpfs -o ro tmpfs "$BATS_TEST_TMPDIR/build/serve"
	refused "serve: cannot write there: make room (df -h" -i s0
	mount -o remount,rw,size=4k "$BATS_TEST_TMPDIR/build/serve"
	head -c 4096 /dev/zero >"$BATS_TEST_TMPDIR/build/serve/full"
	refused "serve: cannot write there: make room (df -h" -i s0
	umount "$BATS_TEST_TMPDIR/build/serve"
}

# what machines find in site.cpio.xz as the kernel unpacks it, archive after archive: given FILE
given() {
	rm -rf "$BATS_TEST_TMPDIR/unpacked"
	mkdir "$BATS_TEST_TMPDIR/unpacked"
	xz -dc "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" |
		(cd "$BATS_TEST_TMPDIR/unpacked" && while cpio -i --quiet 2>/dev/null; do :; done) || true
	cat "$BATS_TEST_TMPDIR/unpacked/$1"
}

# from the client: code [CURL-OPTION...] URL
code() {
	ip netns exec "$client" curl -s -o "$BATS_TEST_TMPDIR/answer" -w '%{http_code}' "$@"
}

# The room is there: files, page, events, and plans that are turned over.
check_room() {
	local mac=52:54:00:12:34:56 event room=$BATS_TEST_TMPDIR/build/room root=$BATS_TEST_TMPDIR/build/tftpboot
	ip -n "$client" addr add 192.0.2.200/24 dev c0
	wait_for 10 ip netns exec "$client" curl -sf http://192.0.2.1/px/state.json
	[ "$(code http://192.0.2.1/pxelinux.0)" = 200 ]
	cmp "$BATS_TEST_TMPDIR/answer" "$root/pxelinux.0"
	[ "$(code -r 50000-50009 http://192.0.2.1/pxelinux.0)" = 206 ]
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/answer")" = 10 ]
	[ "$(code http://192.0.2.1/px/)" = 200 ]
	cmp "$BATS_TEST_TMPDIR/answer" "$PX_TOP/initramfs/serve/px/index.html"
	[ "$(given etc/px/defaults)" = 'px.catalog=http://192.0.2.1/images px.report=http://192.0.2.1/px/event' ]
	printf 'LABEL px\n  APPEND quiet\n' >"$root/pxelinux.cfg/default"
	printf 'Image: kiosk\nSource: a\n' >"$root/images"
	"$PX_TOP/initramfs/serve/pxroom" -r "$root" -d "$room" plan kiosk largest $mac
	event=$(printf '{"event":"done","mac":"%s","image":"kiosk","token":"%s"}' $mac \
		"$(sed -n 's/^token=//p' "$room/plans/$mac")")
	ip -n "$client" link set c0 down
	ip -n "$client" link set c0 address $mac up
	[ "$(code -H 'Content-Type: application/json' -d "$event" http://192.0.2.1/px/event)" = 200 ]
	wait_for 10 grep -q LOCALBOOT "$root/pxelinux.cfg/01-52-54-00-12-34-56"
	[ "$(code http://192.0.2.1/px/metrics)" = 200 ]
	grep -qxF "px_state{mac=\"$mac\",image=\"kiosk\"} 3" "$BATS_TEST_TMPDIR/answer"
	[ "$(code http://192.0.2.1/../room/log.jsonl --path-as-is)" != 200 ]
}

@test "it serves HTTP by itself: the same files, the room's page and events, and machines are told of it" {
	need cpio xz curl
	serve -i s0 -r 192.0.2.50,192.0.2.60
	check_room
	run discover 0
	[[ "$output" == *"file=lpxelinux.0"* ]]
	[[ "$output" == *"prefix=http://192.0.2.1/"* ]]
	run discover 16
	[[ "$output" == *"file=http://192.0.2.1/shimx64.efi"* ]]
}

@test "what a server gives machines is taken back by one that has no room, and the site's own files stay" {
	need cpio xz
	mkdir -p "$BATS_TEST_TMPDIR/own/etc/px"
	echo site >"$BATS_TEST_TMPDIR/own/etc/motd"
	"$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/own"
	cp "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" "$BATS_TEST_TMPDIR/before"
	serve -i s0
	[ "$(given etc/px/defaults)" = 'px.catalog=http://192.0.2.1/images px.report=http://192.0.2.1/px/event' ]
	[ "$(given etc/motd)" = site ]
	stop "$pid"
	serve -i s0 -w none
	cmp "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" "$BATS_TEST_TMPDIR/before"
	stop "$pid"
	echo px.report=no >"$BATS_TEST_TMPDIR/own/etc/px/defaults"
	"$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/own"
	serve -i s0
	[ "$(given etc/px/defaults)" = px.report=no ]
	grep -q 'has an etc/px/defaults of its own' "$BATS_TEST_TMPDIR/log"
}

@test "with WEB=nginx it is the same room, and images that machines save are taken by PUT" {
	need nginx fcgiwrap cpio xz curl
	serve -i s0 -r 192.0.2.50,192.0.2.60 -W nginx
	check_room
	head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/image"
	[ "$(code -T "$BATS_TEST_TMPDIR/image" http://192.0.2.1/up/lab.img.zst)" = 201 ]
	cmp "$BATS_TEST_TMPDIR/build/room/up/lab.img.zst" "$BATS_TEST_TMPDIR/image"
	[ "$(code -T "$BATS_TEST_TMPDIR/image" http://192.0.2.1/pxelinux.0)" -ge 400 ]
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.0")" = 100000 ]
}

# what the package's unit leaves root: its capabilities, and no way to more
as_the_unit() {
	local names
	names=$(sed -n 's/^CapabilityBoundingSet=//p' "$PX_TOP/kbuild/deb/pxe-imager.service" | tr 'A-Z ' 'a-z,' |
		sed 's/cap_/+/g')
	[ -n "$names" ]
	within=(setpriv --no-new-privs --bounding-set "-all,$names")
	# /srv can be read by all; what cannot wants a mount, which the unit does not allow
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.." "$BATS_TEST_TMPDIR/../.."
}

@test "with no more rights than the package's unit leaves it, it serves the room, looks after its servers and ends them" {
	need setpriv cpio xz curl
	as_the_unit
	serve -i s0 -r 192.0.2.50,192.0.2.60
	check_room
	grep -q '^CapBnd:' "/proc/$pid/status"
	[ "$(awk '/^CapBnd/ { print $2 }' "/proc/$pid/status")" != "$(awk '/^CapBnd/ { print $2 }' /proc/self/status)" ]
	none grep 'has ended' "$BATS_TEST_TMPDIR/log"
	servers=$(pgrep -P "$pid")
	[ "$(echo "$servers" | wc -l)" -ge 3 ]
	stop "$pid"
	pid=
	for server_pid in $servers; do wait_for 10 eval "! kill -0 $server_pid 2>/dev/null"; done
}

@test "with WEB=nginx and TLS=yes together each has its port, the same files, and the room is there" {
	need nginx fcgiwrap openssl cpio xz curl
	serve -i s0 -r 192.0.2.50,192.0.2.60 -W nginx -t yes
	wait_for 10 ip netns exec "$server" sh -c 'ss -Hltn sport = :443 | grep -q .'
	check_room
	[ -s "$BATS_TEST_TMPDIR/unpacked/etc/px/ca.pem" ]
	[ "$(code --cacert "$BATS_TEST_TMPDIR/unpacked/etc/px/ca.pem" https://192.0.2.1/pxelinux.0)" = 200 ]
	cmp "$BATS_TEST_TMPDIR/answer" "$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.0"
	none grep 'has ended' "$BATS_TEST_TMPDIR/log"
}
