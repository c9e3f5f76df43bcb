#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What it costs to re-image a machine that has most of the image: pxfetch -R and pxwrite -u beside the whole stream, one
# after the other in the same run, over a veth that tbf holds to 1 Gbit/s, onto a loop device.
#
#   bench-delta.sh BUILD [MIB]      an image of so many MiB (1024), 45 % zeros; 13 % of its frames with data are changed
#
# Prints times, bytes and ratios, and the goals of issue 17. Needs root, nginx, zstd, pzstd, tc.
set -eu

RATE=1gbit

die() {
	echo "bench-delta: $*" >&2
	exit 1
}

# seconds since the epoch, with fractions
now() {
	date +%s.%N
}

ratio() {
	awk "BEGIN { printf \"%.2f\", ($1) / ($2) }"
}

in_client() {
	ip netns exec "pxdc-$$" "$@"
}

network() {
	ip netns add "pxds-$$"
	ip netns add "pxdc-$$"
	ip -n "pxds-$$" link add px0 type veth peer name px0 netns "pxdc-$$"
	ip -n "pxds-$$" addr add 192.0.2.1/24 dev px0
	ip -n "pxdc-$$" addr add 192.0.2.2/24 dev px0
	ip -n "pxds-$$" link set px0 up
	ip -n "pxdc-$$" link set px0 up
	tc -n "pxds-$$" qdisc add dev px0 root tbf rate $RATE burst 256k latency 50ms
}

server() {
	cat >"$dir/nginx.conf" <<-CONF
		daemon off; master_process off; pid $dir/nginx.pid; error_log $dir/nginx.err;
		events { worker_connections 64; }
		http { access_log off; sendfile on; server { listen 192.0.2.1:80; root $dir/www; } }
	CONF
	ip netns exec "pxds-$$" nginx -c "$dir/nginx.conf" &
	nginx=$!
	until in_client "$dir/pxfetch" -q -t 1 -T 1 -O /dev/null http://192.0.2.1/map 2>/dev/null; do sleep 0.1; done
}

# what was done to the disk is on it: else the first flush of what is measured waits for that
settle() {
	blockdev --flushbufs "$loop"
	sync "$loop" # fsync
}

# changed FRACTION-PERCENT: that many of the disk's frames with data get other bytes; sets changed_bytes: how long these
# frames are, packed, as the seek table has it
changed() {
	changed_bytes=$(python3 - "$loop" "$dir/image" "$1" "$dir/www/image.zst" <<-'PY'
		import os, struct, sys
		disk, image, percent = sys.argv[1], sys.argv[2], int(sys.argv[3])
		step, frame, seen, packed = 100 / percent, 0, 0.0, 0
		with open(sys.argv[4], 'rb') as f:
		    f.seek(-9, 2)
		    count = struct.unpack('<I', f.read(4))[0]
		    f.seek(-9 - 12 * count, 2)
		    sizes = [struct.unpack('<III', f.read(12))[0] for _ in range(count)]
		with open(disk, 'r+b') as d, open(image, 'rb') as f:
		    while data := f.read(524288):
		        if any(data[512:1024]):
		            seen += 1
		            if seen >= step:
		                seen -= step
		                d.seek(frame * 524288 + 4096)
		                d.write(os.urandom(4096))
		                packed += sizes[frame]
		        frame += 1
		    os.fsync(d.fileno())
		print(packed)
	PY
	)
	settle
}

# whole, delta: one run each; set seconds and bytes
whole() {
	start=$(now)
	in_client "$dir/pxfetch" -q -O - http://192.0.2.1/image.zst |
		"$dir/pxwrite" -q -f -b "$dir/map" -B "$loop" || die "the whole stream failed"
	seconds=$(ratio "$(now) - $start" 1)
	bytes=$(stat -c %s "$dir/www/image.zst")
}

# shellcheck disable=SC2094 # asks is a FIFO
delta() {
	start=$(now)
	in_client "$dir/pxfetch" -q -R 3 http://192.0.2.1/image.zst 3<"$dir/asks" |
		"$dir/pxwrite" -q -f -b "$dir/map" -B -p 5 -u 4 "$loop" 4>"$dir/asks" 5>"$dir/progress" || die "delta failed"
	seconds=$(ratio "$(now) - $start" 1)
	bytes=$(sed -n 's/.*fetched=\([0-9]*\).*/\1/p' "$dir/progress" | tail -n 1)
	cmp -n "$image_bytes" "$loop" "$dir/image" || die "the disk is not the image"
}

# full MAP|SOURCE FILE: the whole of it from this machine, proven by the map alone, or by Source-SHA256; sets seconds
full() {
	settle
	start=$(now)
	if [ "$1" = map ]; then
		"$dir/pxfetch" -q -O - "$2" |
			"$dir/pxwrite" -q -f -b "$dir/map" -B "$loop" || die "by the map it failed"
	else
		{
			"$dir/pxfetch" -q -H "sha256:$(cat "$2.sum")" -O - "$2" && echo commit >"$dir/word"
		} | "$dir/pxwrite" -q -f -s "$image_bytes" -P -c 6 "$loop" 6<>"$dir/word" ||
			die "by its source it failed"
	fi
	seconds=$(ratio "$(now) - $start" 1)
}

# what each way of proof costs when the network is no limit
proofs() {
	pzstd -q -c "$dir/image" >"$dir/image.pzst"
	for file in "$dir/www/image.zst" "$dir/image.pzst"; do
		sha256sum "$file" | cut -d ' ' -f 1 >"$file.sum"
		for turn in 1 2 3; do
			full source "$file"
			by_source=$seconds
			full map "$file"
			echo "$turn: all of ${file##*/} by Source-SHA256 ${by_source} s | by its block map" \
				"${seconds} s:" \
				"$(ratio "$by_source" "$seconds") times as fast (goal 1)"
		done
	done
}

# junk: nothing of the image is left
junk() {
	"$dir/pxwrite" -q -z -f "$loop"
	openssl enc -aes-128-ctr -pass pass:junk -nosalt </dev/zero 2>/dev/null |
		dd of="$loop" bs=1M count="$((image_bytes >> 20))" iflag=fullblock conv=notrunc status=none 2>/dev/null
	settle
}

# power_cut: as if the power had gone when 60 % of it were written
power_cut() {
	"$dir/pxwrite" -q -z -f "$loop"
	dd if=/dev/urandom of="$loop" bs=1M seek=$((mib * 6 / 10)) count=$((mib * 4 / 10)) conv=notrunc status=none
	settle
}

clean_up() {
	[ -z "${nginx:-}" ] || kill "$nginx" 2>/dev/null || true
	[ -z "${loop:-}" ] || losetup -d "$loop" || true
	ip netns del "pxds-$$" 2>/dev/null || true
	ip netns del "pxdc-$$" 2>/dev/null || true
	rm -rf "$dir"
}

make_image() {
	python3 - "$dir/image" "$1" <<-'PY'
		import os, random, sys
		r = random.Random(17)
		with open(sys.argv[1], 'wb') as f:
		    for mib in range(int(sys.argv[2])):
		        if mib == 0 or r.random() > 0.45:  # half of it compresses
		            f.write(bytes(512) + r.randbytes((1 << 19) - 512) + bytes(r.randbytes(8192) * 64))
		        else:
		            f.write(bytes(1 << 20))
	PY
	mkdir "$dir/www"
	"$dir/pxread" -q -b "$dir/map" -o "$dir/www/image.zst" "$dir/image" >/dev/null
	cp "$dir/map" "$dir/www"
	image_bytes=$(stat -c %s "$dir/image")
}

# how fast the disk is hashed for comparison: the same image twice, beside dd and all cores' sha256
hashing() {
	delta
	delta_s=$seconds
	settle
	start=$(now)
	dd if="$loop" of=/dev/null bs=1M iflag=direct count="$((image_bytes >> 20))" status=none
	dd_s=$(ratio "$(now) - $start" 1)
	start=$(now)
	"$dir/busybox" sha256sum "$dir/image" >/dev/null
	sha_s=$(ratio "$(now) - $start" "$(nproc)")
	echo "same image again      ${delta_s} s, $bytes bytes of the image fetched"
	echo "dd iflag=direct       ${dd_s} s; busybox sha256sum of it, divided by $(nproc) cores: ${sha_s} s"
}

main() {
	build=$(cd "$1" && pwd)
	mib=${2:-1024}
	[ "$(id -u)" = 0 ] || die "needs root"
	dir=$(mktemp -d -p "${TMPDIR:-/tmp}" bench-delta.XXXXXX)
	trap clean_up EXIT
	for applet in busybox pxfetch pxwrite pxread; do
		ln -s "$build/busybox" "$dir/$applet"
	done
	mkfifo "$dir/asks" "$dir/word"
	make_image "$mib"
	truncate -s "$((mib + 64))M" "$dir/disk"
	loop=$(losetup -f --show --direct-io=on "$dir/disk")
	network
	server
	echo "image $image_bytes bytes, $(stat -c %s "$dir/www/image.zst") packed; $(nproc) processors," \
		"load $(cut -d ' ' -f 1 /proc/loadavg)"
	for turn in 1 2 3; do
		junk
		whole
		whole_s=$seconds whole_bytes=$bytes
		junk
		delta
		echo "$turn: whole ${whole_s} s | all of it in pieces ${seconds} s: $(ratio "$whole_s" "$seconds") times as fast"
		changed 13
		delta
		echo "$turn: whole ${whole_s} s $whole_bytes bytes | 13 % changed ${seconds} s $bytes bytes: time" \
			"$(ratio "$seconds" "$whole_s") (goal 0.35), bytes $(ratio "$bytes" "$whole_bytes") of all," \
			"$(ratio "$bytes" "$changed_bytes") of the changed frames (goal 1.1); at 1 Gbit/s these take" \
			"$(ratio "$changed_bytes" 118000000) s"
		power_cut
		delta
		echo "$turn: after a cut at 60 % ${seconds} s: time $(ratio "$seconds" "$whole_s") (goal 0.45)"
	done
	hashing
	proofs
}

main "$@"
