#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# Three machines and one cast (make serve's dnsmasq, nginx, make cast), nobody at any of them: one has a slow disk, one
# is switched on when the others receive already.
load ../px
load network

MACHINES='1 2 3'

setup() {
	[ "${PX_LONG:-}" = 1 ] || skip "PX_LONG=1 boots them"
	need_root
	need qemu-system-x86_64 sfdisk ip dnsmasq nginx udp-sender python3
	dir=$BATS_TEST_TMPDIR ns=pxcast$$ pids=()
	chmod 755 "$dir" "$dir/.." "$dir/../.."
	# shellcheck disable=SC2086 # words
	bridge_network "$ns" $(printf 'tap%s ' $MACHINES)
}

teardown() {
	[ -n "${ns:-}" ] || return 0
	for m in $MACHINES; do
		[ ! -s "$dir/log$m.pid" ] || kill "$(cat "$dir/log$m.pid")" 2>/dev/null || true
	done
	stop "${pids[@]}"
	ip netns del "$ns" || true
}

# on_server NAME COMMAND...: in the background
on_server() {
	local name=$1
	shift
	ip netns exec "$ns" "$@" >"$dir/$name.log" 2>&1 3>&- &
	pids+=($!)
}

web() {
	cat >"$dir/nginx.conf" <<-CONF
		daemon off; pid $dir/nginx.pid; error_log stderr;
		events { worker_connections 64; }
		http {
			log_format px '\$remote_addr \$status \$body_bytes_sent'; access_log $dir/access.log px;
			client_body_temp_path $dir/t; proxy_temp_path $dir/t; fastcgi_temp_path $dir/t;
			uwsgi_temp_path $dir/t; scgi_temp_path $dir/t;
			server { listen 192.0.2.1:8000; root $root; }
		}
	CONF
	on_server web nginx -c "$dir/nginx.conf"
}

# an image of 48 MiB that cannot be packed, and a boot file for each machine
tftp_root() { # REPORT-PORT
	root=$dir/build/tftpboot
	mkdir "$dir/build"
	truncate -s 48M "$dir/image"
	printf 'label: gpt\nstart=2048, size=90112\n' | sfdisk -q "$dir/image"
	printf '\353\376' | dd of="$dir/image" conv=notrunc status=none # boot code
	head -c 44M /dev/urandom | dd of="$dir/image" bs=1M seek=1 conv=notrunc iflag=fullblock status=none
	printf '%s: %s\n' Image a Source "udpcast://192.0.2.1:9000 http://192.0.2.1:8000/a.img a.img" Spread no \
		Size "$(stat -c %s "$dir/image")" SHA256 "$(sha256sum "$dir/image" | cut -d ' ' -f 1)" >"$dir/images"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$dir/images" 52:54:00:00:00:00 \
		"px.image=a px.disk=smallest px.auto px.timeout=1 px.after=poweroff px.report=http://192.0.2.1:$1/lab"
	for m in $MACHINES; do
		cp "$root/pxelinux.cfg/01-52-54-00-00-00-00" "$root/pxelinux.cfg/01-52-54-00-00-00-0$m"
	done
	cp "$dir/image" "$root/a.img"
}

# boot MACHINE [DRIVE-OPTIONS]
boot() {
	truncate -s 64M "$dir/disk$1"
	ip netns exec "$ns" "$PX_TOP/tests/boot/demo/boot.sh" -l "$dir/log$1" -M "52:54:00:00:00:0$1" -m 256 -w 600 \
		-d "file=$dir/disk$1,format=raw,if=virtio,cache=unsafe${2:-}" \
		-N "tap,id=n,ifname=tap$1,script=no,downscript=no" "px: installed a on /dev/vda" 'Power down' \
		>"$dir/out$1" 2>&1 3>&- &
	boots[$1]=$!
}

@test "three machines are imaged by one cast: one comes late, one has a disk that takes 4 MB a second (PX_LONG)" {
	mkdir "$dir/reports"
	on_server reports "$PX_TOP/tests/report/report_server" -a 192.0.2.1 "$dir/reports"
	wait_for 10 test -s "$dir/reports/ports"
	read -r _ port <"$dir/reports/ports"
	tftp_root "$port"
	web
	on_server serve "$PX_TOP/initramfs/serve/serve.sh" -b "$dir/build" -i br0 -r 192.0.2.50,192.0.2.60 -w none
	wait_for 10 grep -q 'started, version' "$dir/serve.log"
	on_server cast "$PX_TOP/initramfs/serve/cast.sh" -b "$dir/build" -i br0 -r 60m a
	boots=()
	boot 1
	boot 2 ,throttling.bps-write=4194304
	wait_for 300 grep -q 'Starting transfer' "$dir/cast.log"
	boot 3
	for m in $MACHINES; do
		wait "${boots[m]}" || { cat "$dir/out$m" "$dir/cast.log" >&2; false; }
		cmp -n 46137344 -i 1048576 "$dir/disk$m" "$dir/image"
		[ "$(od -An -tx1 -j 510 -N 2 "$dir/disk$m")" = ' 55 aa' ]
	done
	grep '"progress"' "$dir/reports/events" | grep -q '"source":"multicast"'
	sed 's/^/# /' "$dir/cast.log" "$dir/access.log" >&3
	grep -h 'pxfetch\|source' "$dir"/log? | tr -d '\r' | sed 's/^/# /' >&3 || true
}
