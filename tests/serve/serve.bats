#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make serve: DHCP or proxyDHCP, and TFTP, on a network of the test's own (two network namespaces and a veth pair).
load ../px

setup() {
	need_root
	need ip dnsmasq python3
	px_install pxfetch udhcpc
	server=pxs$$ client=pxc$$
	mkdir -p "$BATS_TEST_TMPDIR/build/tftpboot"
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
	ip netns exec "$server" "$PX_TOP/initramfs/serve/serve.sh" -b "$BATS_TEST_TMPDIR/build" "$@" \
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
	serve -i s0 -r 192.0.2.50,192.0.2.60
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

# who runs process PID
user_of() {
	stat -c %U "/proc/$1"
}

@test "dnsmasq is not root once its ports are open, and a file that not everybody may read is not handed out" {
	echo secret >"$BATS_TEST_TMPDIR/build/tftpboot/secret"
	chmod 600 "$BATS_TEST_TMPDIR/build/tftpboot/secret"
	chmod 700 "$BATS_TEST_TMPDIR" # as a home is
	serve -i s0 -r 192.0.2.50,192.0.2.60
	[ "$(user_of "$pid")" = nobody ]
	ip -n "$client" addr add 192.0.2.200/24 dev c0
	ip netns exec "$client" pxfetch -q -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/pxelinux.0
	cmp "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/build/tftpboot/pxelinux.0"
	run ip netns exec "$client" pxfetch -q -t 1 -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/secret
	[ "$status" -eq 8 ]
}

@test "the files of another user are handed out by that user, and by TFTP no file of anybody else" {
	chown -R daemon "$BATS_TEST_TMPDIR/build/tftpboot"
	echo other >"$BATS_TEST_TMPDIR/build/tftpboot/other"
	serve -i s0 -r 192.0.2.50,192.0.2.60
	[ "$(user_of "$pid")" = daemon ]
	ip -n "$client" addr add 192.0.2.200/24 dev c0
	ip netns exec "$client" pxfetch -q -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/pxelinux.0
	run ip netns exec "$client" pxfetch -q -t 1 -O "$BATS_TEST_TMPDIR/got" tftp://192.0.2.1/other
	[ "$status" -eq 8 ]
}

@test "each firmware is told its own boot file" {
	serve -i s0 -r 192.0.2.50,192.0.2.60
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
