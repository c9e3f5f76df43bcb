#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make cast: what udp-sender is told, and what is refused. That the bytes arrive: tests/fetch/multicast.bats.

load ../px

setup() {
	need ip
	cd "$BATS_TEST_TMPDIR"
	mkdir -p bin build/tftpboot
	echo bytes >build/tftpboot/lab.img.zst
	cat >build/tftpboot/images <<-'E'
		# Image: lab
		Source: old.img udpcast://192.0.2.1:9004
		Image: old

		Title: Lab
		source: udpcast://server:9002 http://192.0.2.1/lab.img.zst
		# in between
		 lab.img.zst
		Image: lab

		Image: plain
		Source: lab.img.zst

		Image: odd
		Source: udpcast://192.0.2.1:9001 lab.img.zst

		Image: far
		Source: udpcast://192.0.2.1 http://192.0.2.2/lab.img.zst

		Image: gone
		Source: udpcast://192.0.2.1/ gone.img.zst
	E
	cat >bin/udp-sender <<-'E'
		#!/bin/sh
		echo "$*" >>told
		[ ! -e fails ] || exit 1
	E
	chmod +x bin/udp-sender
	PATH=$PWD/bin:$PATH
}

cast() {
	run "$PX_TOP/initramfs/serve/cast.sh" -b build -i lo "$@"
	echo "$output"
}

@test "the file and the port are the stanza's, whatever the order of its fields" {
	cast -c 2 lab
	[ "$status" = 0 ]
	[ "$(wc -l <told)" = 2 ] # rounds
	grep -q -- '^--file build/tftpboot/lab.img.zst --interface lo --portbase 9002 ' told
	for words in --nokbd --full-duplex '--retries-until-drop 5' '--min-receivers 2 --min-wait 10 --max-wait 30' \
		'--max-bitrate 850m' '--ttl 1' '--mcast-data-address 239.255.'; do
		grep -q -- " $words" told
	done
	[ "$(sort -u told | wc -l)" = 1 ] # the same address each time
	run make -sn -C "$PX_TOP" cast IMAGE=lab IFACE=eth1 MACHINES=40
	# shellcheck disable=SC2086
	[ "$(echo $output)" = 'initramfs/serve/cast.sh -b build -i eth1 -n 40 \ lab' ]
}

@test "rate, machines, seconds, routers and addresses can be chosen" {
	cast -c 1 -r 90m -n 40 -t 4 -a 239.1.2.192/26 lab
	[ "$status" = 0 ]
	grep -q -- '--min-receivers 40 --min-wait 0 --max-wait 30 --max-bitrate 90m --ttl 4 ' told
	address=$(sed 's/.*--mcast-data-address \([0-9.]*\).*/\1/' told)
	[[ $address = 239.1.2.* ]]
	[ "${address##*.}" -ge 192 ]
	cast -c 1 -w 20 -a 239.7.7.7/32 lab
	grep -q -- '--min-receivers 2 --min-wait 20 .*--mcast-data-address 239.7.7.7 ' told
}

@test "two images have two addresses" {
	cast -c 1 lab
	sed -i 's/^Image: lab/Image: lab2/' build/tftpboot/images
	cast -c 1 lab2
	[ "$(sed 's/.*--mcast-data-address \([0-9.]*\).*/\1/' told | sort -u | wc -l)" = 2 ]
}

@test "what cannot be sent is refused with what to do" {
	while IFS=: read -r words reason; do
		# the words are options
		# shellcheck disable=SC2086
		cast -c 1 $words
		[ "$status" = 1 ]
		[[ $output == *"$reason"* ]] || { echo "want: $reason"; false; }
	done <<-'E'
		none:none: build/tftpboot/images has no such image
		plain:plain: no machine listens for it: its Source
		odd:even ports only, not 9001
		far:far: no file of this server in its Source
		gone:gone.img.zst: no such file
		-a 10.0.0.0/8 lab:not a range of multicast addresses
		-a 239.0.0.0/3 lab:want /4 to /32
		-n many lab:many: not a number
		-w 31 lab:machines wait 45 s
		-i px-none lab:px-none: no such interface
	E
	[ ! -e told ]
}

@test "a sender that fails at once ends it, and a signal ends the sender" {
	touch fails
	cast lab
	[ "$status" = 1 ]
	[[ $output == *"udp-sender failed at once (above); is another cast running on port 9002?"* ]]
	printf '#!/bin/sh\necho $$ >sender\nexec sleep 100\n' >bin/udp-sender
	"$PX_TOP/initramfs/serve/cast.sh" -b build -i lo lab 3>&- &
	cast=$!
	wait_for 10 test -s sender
	kill $cast
	wait $cast || true
	wait_for 10 eval "! kill -0 $(cat sender)"
}
