#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# A machine is installed, used, and imaged again; the power goes in the midst of that; it goes on where it was.
load ../px
load ../fetch/fetch

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	need qemu-system-x86_64 zstd nginx ss python3
	px_install pxread pxwrite
	cd "$BATS_TEST_TMPDIR"
	FETCH_DIR=$BATS_TEST_TMPDIR/servers
	mkdir -p "$FETCH_DIR/nginx" www
	QEMU=
}

teardown() {
	cd /
	[ -z "$QEMU" ] || kill -9 "$QEMU" 2>/dev/null || true
	fetch_stop
}

# nginx, whose log has a line for each request: what was asked for, which part of it, how many bytes went out
serve() {
	PORT=$(free_port tcp)
	cat >"$FETCH_DIR/conf" <<-CONF
		daemon off; master_process off; pid $FETCH_DIR/nginx/pid; error_log stderr;
		events { worker_connections 64; }
		http {
			log_format part '\$uri \$body_bytes_sent \$http_range'; access_log $FETCH_DIR/access part;
			client_body_temp_path $FETCH_DIR/nginx; proxy_temp_path $FETCH_DIR/nginx;
			fastcgi_temp_path $FETCH_DIR/nginx; uwsgi_temp_path $FETCH_DIR/nginx; scgi_temp_path $FETCH_DIR/nginx;
			server { listen 127.0.0.1:$PORT; root $BATS_TEST_TMPDIR/www;
				# of each answer so much a second, so that the power can go in between
				location /slow/ { alias $BATS_TEST_TMPDIR/www/; limit_rate 100k; }
			}
		}
	CONF
	run_server nginx nginx -c "$FETCH_DIR/conf"
	wait_for 10 listening tcp "$PORT"
}

# sent NAME: bytes of that file since the log was emptied
sent() {
	awk -v name="/$1" '$1 == name { sum += $2 } END { print sum + 0 }' "$FETCH_DIR/access"
}

# machine PARAMETERS [FOLDER/]: a TFTP root for it, an empty log of the server; the image is in that folder of it
machine() {
	sed "s|/lab|/${2:-}lab|" catalog >"catalog.${2%/}"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" tftp "catalog.${2%/}" 52:54:00:00:00:01 \
		"px.auto px.timeout=0 px.image=lab px.disk=/dev/vda px.force $1"
	: >"$FETCH_DIR/access"
}

# use: one in five of the disk's MiB that hold data of the image gets other bytes; which ones is in file used
use() {
	python3 - <<'PY'
import random
r = random.Random(17)
with open('disk', 'r+b') as disk, open('image', 'rb') as image, open('used', 'w') as used:
    mib = 0
    while data := image.read(1 << 20):
        if mib > 1 and any(data[512:1024]) and r.random() < 0.2:
            disk.seek((mib << 20) + 4096)
            disk.write(r.randbytes(4096))
            used.write(f'{mib}\n')
        mib += 1
PY
}

# restored: how many percent of these are as in the image again
restored() {
	python3 - <<'PY'
places = [int(line) << 20 for line in open('used')]
with open('disk', 'rb') as disk, open('image', 'rb') as image:
    same = 0
    for at in places:
        disk.seek(at), image.seek(at)
        same += disk.read(65536) == image.read(65536)
print(same * 100 // len(places))
PY
}

in_the_midst() {
	[ "$(restored)" -ge 30 ]
}

# cut: the machine is imaged, and its power goes
cut() {
	# not with run: it would wait for the machine's end, whose output goes into its pipe
	"$BOOT" -k -w 600 -t "$PWD/tftp" -D disk -l log 'px: installing lab on /dev/vda' 3>&-
	QEMU=$(cat log.pid)
	wait_for 300 in_the_midst
	kill -9 "$QEMU"
	while kill -0 "$QEMU" 2>/dev/null; do sleep 0.2; done
	QEMU=
	echo "restored when the power went: $(restored) %"
	[ "$(restored)" -lt 100 ]
}

# boots PATTERN...: from the TFTP root
boots() {
	run "$BOOT" -w 900 -t "$PWD/tftp" -D disk -l log "$@"
	echo "$output"
	grep -a 'px: the disk holds' log || true
	cat "$FETCH_DIR/access"
	[ "$status" -eq 0 ]
}

@test "installed, used, the power gone in the midst of imaging it again: it goes on, the disk is right; and twice is nothing (PX_LONG)" {
	[ "${PX_LONG:-}" = 1 ] || skip "PX_LONG=1 boots it"
	[ -s "$PX_BUILD/demo/debian.img.zst" ] || skip "no build/demo/debian.img.zst (make demo)"
	serve
	zstd -dq --sparse "$PX_BUILD/demo/debian.img.zst" -o image
	{
		printf 'Image: lab\nSource: http://10.0.2.2:%s/lab.img.zst\nBmap: http://10.0.2.2:%s/lab.bmap\n' "$PORT" "$PORT"
		pxread -q -b www/lab.bmap -o www/lab.img.zst image
	} >catalog
	whole=$(stat -c %s www/lab.img.zst)
	truncate -s "$(($(stat -c %s image) + (64 << 20)))" disk plain
	pxwrite -q -f -b www/lab.bmap -B -i www/lab.img.zst plain

	machine px.after=reboot
	boots 'px: installed lab on /dev/vda' 'login:' # it starts, and writes what a Debian writes
	use

	machine px.after=menu slow/
	cut
	cmp -n 1048576 disk /dev/zero # it does not boot
	before=$(restored)

	machine px.after=menu
	boots 'px: installed lab on /dev/vda'
	cmp disk plain
	[ "$(sent lab.img.zst)" -lt $((whole / 2)) ]
	echo "resumed at $before %: $(sent lab.img.zst) of $whole bytes fetched"

	machine px.after=menu
	boots 'px: installed lab on /dev/vda'
	cmp disk plain
	[ "$(sent lab.img.zst)" -eq 65537 ] # a byte, which tells how long it is, and its end with the table
	[ "$(sent lab.bmap)" -eq "$(stat -c %s www/lab.bmap)" ]
	echo "the same image twice: $(sent lab.img.zst) of $whole bytes fetched"

	run "$BOOT" -w 600 -D disk -l log 'login:'
	echo "$output"
	[ "$status" -eq 0 ]
}
