#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs: /init on a fake machine.

load ../px
load init

setup() {
	fake_machine
	stub setsid 'echo shell'
	printf '#!/bin/sh\necho network >>"%s"\n' "$calls" >"$root/etc/px/network"
}

init() {
	run sh "$PX_TOP/initramfs/overlay/init" </dev/null
}

@test "init mounts, loads drivers, brings up the network, and becomes init, in this order" {
	init
	[ "$status" = 0 ] || { echo "$output"; false; }
	run awk '{ print $1 }' "$calls"
	[ "$(uniq <<<"$output" | tr '\n' ' ')" = 'mount dmesg mdev modprobe network init ' ]
	run grep '^mount' "$calls"
	for fs in proc sysfs devtmpfs devpts tmpfs; do [[ $output == *"-t $fs "* ]]; done
}

# device BUS-OR-CLASS NAME MODALIAS: as sysfs shows one, e.g. bus/pci/devices
device() {
	mkdir -p "$root/sys/devices/$2" "$root/sys/$1"
	echo "$3" >"$root/sys/devices/$2/modalias"
	ln -s "$root/sys/devices/$2" "$root/sys/$1/"
}

@test "a driver is asked for each modalias of the machine, once" {
	device bus/pci/devices a 'pci:v00008086d0000100Esv*'
	device bus/pci/devices b 'pci:v00008086d0000100Esv*'
	device bus/usb/devices c usb:v1234p5678
	init
	[ "$(grep -c 'modprobe .*pci:v00008086d0000100Esv\* usb:v1234p5678$' "$calls")" = 1 ]
}

@test "network cards get their drivers first and are brought up before the disks' drivers load" {
	device bus/pci/devices a pci:v00001000d00000030sv0sd0bc01sc00i00
	device bus/pci/devices b pci:v00008086d0000100Esv0sd0bc02sc00i00
	device bus/virtio/devices c virtio:d00000001v00001AF4
	card eth0 52:54:00:00:00:01 1
	init
	run grep -E '^modprobe .*(bc0|virtio)|^ip link' "$calls"
	echo "$output"
	[ "${lines[0]% }" = 'modprobe -qab pci:v00008086d0000100Esv0sd0bc02sc00i00 virtio:d00000001v00001AF4' ]
	up=$(grep -n '^ip link set dev eth0 up' "$calls" | head -n 1 | cut -d : -f 1)
	[ "$up" -lt "$(grep -n 'modprobe .*bc01' "$calls" | head -n 1 | cut -d : -f 1)" ]
}

@test "devices that are on no bus (a keyboard's keys, the board, the processor) are asked for, too" {
	device class/input input0 input:b0011v0001
	device class/dmi id dmi:bvnSeaBIOS
	mkdir -p "$root/sys/devices/system/cpu"
	echo cpu:type:x86 >"$root/sys/devices/system/cpu/modalias"
	init
	[ "$(grep -c 'modprobe -qab cpu:type:x86 dmi:bvnSeaBIOS input:b0011v0001$' "$calls")" = 1 ]
}

@test "drivers are looked for again when a driver brought up new devices" {
	device bus/usb/devices hub usb:hub
	stub modprobe "case \$* in *usb:hub*) mkdir -p $root/sys/bus/usb/devices/key; echo usb:key >$root/sys/bus/usb/devices/key/modalias ;; esac"
	init
	[ "$(grep -c 'modprobe .*usb:hub' "$calls")" = 1 ]
	grep -q 'modprobe -qab usb:key$' "$calls"
}

# somebody presses Enter
held() {
	run sh "$PX_TOP/initramfs/overlay/init" <<<''
	echo "$output"
	grep -q '^reboot -f' "$calls"
	! grep -qE '^(modprobe|network|init)' "$calls"
}

@test "an initramfs that was not unpacked to its end says so, names the memory, and starts nothing" {
	rm "$root/etc/px/complete"
	held
	[[ $output == *"this system is incomplete"* ]]
	[[ $output == *"64 MB of RAM"*"needs 42 MB"* ]]
	[[ $output == *"Add memory"* ]]
}

@test "an initramfs that was cut short is not taken for too little memory, and the kernel's reason is shown" {
	rm "$root/etc/px/complete"
	echo 'MemTotal:         524288 kB' >"$root/proc/meminfo"
	stub dmesg '[ $# != 0 ] || echo "[    1.0] Initramfs unpacking failed: XZ-compressed data is corrupt"'
	held
	[[ $output == *"this system is incomplete"*"XZ-compressed data is corrupt"* ]]
	[[ $output == *"cut short or damaged"* ]]
	[[ $output != *"Add memory"* ]]
}

@test "a site.cpio.xz that the kernel could not unpack is named, and nothing starts" {
	stub dmesg '[ $# != 0 ] || echo "[    1.0] Initramfs unpacking failed: write error"'
	held
	[[ $output == *"site.cpio.xz could not be unpacked"*"write error"* ]]
}

@test "the last message stays where no keyboard is: the machine does not reboot by itself" {
	rm "$root/etc/px/complete"
	stub sleep '[ "$1" != 60 ] || kill -9 $PPID'
	init
	[ "$status" = 137 ]
	grep -q '^sleep 60' "$calls"
	! grep -q '^reboot' "$calls"
}

@test "px.shell gives a shell before the network, and goes on after it" {
	command_line console=ttyS0 px.shell
	init
	run grep -E '^(setsid|network|init)' "$calls"
	[ "${lines[0]}" = 'setsid cttyhack sh' ]
	[ "${lines[1]}" = network ]
	[ "${lines[2]% }" = init ]
}

@test "px.shellx is not px.shell" {
	command_line px.shellx=1
	init
	run grep setsid "$calls"
	[ "$status" = 1 ]
}

@test "a network that fails does not stop the menu" {
	printf '#!/bin/sh\nexit 1\n' >"$root/etc/px/network"
	init
	grep -q '^init' "$calls"
}

@test "on serial consoles alone, the menu has them and nothing else reads from them" {
	echo 'ttyS0 ttyS1' >"$root/sys/class/tty/console/active"
	init
	[ "$(grep -c respawn "$root/etc/inittab")" = 1 ]
	grep -qx '::respawn:/etc/px/menu' "$root/etc/inittab"
	run grep -E 'askfirst|ttyS' "$root/etc/inittab"
	[ "$status" = 1 ]
}

@test "a machine with a screen has the log on tty2, and a shell there a key-press away" {
	echo 'tty0 ttyS0' >"$root/sys/class/tty/console/active"
	init
	[ "$(grep tty2 "$root/etc/inittab")" = 'tty2::respawn:-/etc/px/second' ]
	echo 'px: an old line' >>"$root/var/log/px.log"
	mkfifo "$root/keys"
	timeout 60 sh "$PX_TOP/initramfs/overlay/etc/px/second" <"$root/keys" >"$root/screen" 2>&1 3>&- &
	pid=$!
	exec 4>"$root/keys"
	wait_for 20 grep -q 'px: an old line' "$root/screen"
	echo 'px: a new line' >>"$root/var/log/px.log"
	wait_for 20 grep -q 'px: a new line' "$root/screen"
	printf '\necho in-the-$((40 + 2))-shell\n' >&4
	exec 4>&-
	wait "$pid"
	grep -q 'in-the-42-shell' "$root/screen"
}

@test "Ctrl-Alt-Del reboots and a shutdown unmounts" {
	init
	grep -qx '::ctrlaltdel:reboot' "$root/etc/inittab"
	grep -qx '::shutdown:/etc/px/shutdown' "$root/etc/inittab"
	sh "$PX_TOP/initramfs/overlay/etc/px/shutdown"
	grep -q '^umount -a' "$calls"
}

@test "what init starts has the locale of the build in its environment, and none where there is none" {
	unset LANG
	stub init 'echo "LANG=${LANG-none}" >&2'
	init
	[[ $output == *"LANG=none"* ]]
	echo LANG=fr_FR.UTF-8 >"$root/etc/locale.conf"
	init
	[[ $output == *"LANG=fr_FR.UTF-8"* ]]
}

@test "the keymap is loaded when there is one, and one that cannot be loaded is said" {
	init
	run grep loadkmap "$calls"
	[ "$status" = 1 ]
	echo map >"$root/etc/px/keymap"
	stub loadkmap 'exit 1'
	init
	[[ $output == *"cannot load the keymap"* ]]
	grep -q '^init' "$calls"
}

@test "what is said before the menu is said on every console" {
	echo 'tty0 ttyS0' >"$root/sys/class/tty/console/active"
	: >"$root/dev/tty1"
	init
	[ -n "$output" ]
	[ "$(cat "$root/dev/tty1")" = "$output" ]
}

@test "a log that cannot be written stops nothing" {
	rmdir "$root/var/log"
	: >"$root/var/log" || true
	stub mkdir 'true'
	init
	[ "$status" = 0 ]
	grep -q '^init' "$calls"
}

@test "what is said on the console is in the log" {
	init
	while read -r line; do grep -qxF "$line" "$root/var/log/px.log"; done <<<"$output"
}

# --- the menu's wrapper

menu() {
	PX_MENU_PAUSE=${pause:-0} run timeout 30 sh "$PX_TOP/initramfs/overlay/etc/px/menu" <<<"$1"
}

menu_without_input() {
	PX_MENU_PAUSE=${pause:-0} run timeout 30 sh "$PX_TOP/initramfs/overlay/etc/px/menu" </dev/null
}

@test "when pximenu dies the console says so and waits: it is not started again by itself" {
	stub pximenu 'exit 4'
	menu ''
	[[ $output == *"pximenu ended with status 4"* ]]
	[[ $output == *"[m]enu, [s]hell, [r]eboot"* ]]
	# once, and once more for the Enter that was pressed
	[ "$(grep -c '^pximenu' "$calls")" = 2 ]
}

@test "a terminal that a killed menu left raw is mended" {
	need script
	stub pximenu 'stty raw -echo; kill -9 $$'
	PX_MENU_PAUSE=0 run timeout 30 script -qec "sh '$PX_TOP/initramfs/overlay/etc/px/menu'; stty -a" /dev/null <<<r
	echo "$output"
	[[ $output == *' icanon'*' echo '* ]]
}

@test "a console without input waits before init starts the menu again" {
	stub pximenu 'exit 1'
	pause=1 menu_without_input
	[ "$status" -eq 1 ]
	[[ $output == *'/dev/console has no input: the menu comes again in 1 s'* ]]
	[ "$(grep -c '^pximenu' "$calls")" = 1 ]
}

@test "after a reboot was asked for no question is shown" {
	stub sleep 'kill $PPID' # until init ends everything
	pause=60 menu r
	[[ $output != *'[m]enu'* ]]
	grep -q '^sleep 60' "$calls"
}

@test "the menu's wrapper reboots when asked" {
	menu r
	grep -q '^reboot' "$calls"
	[ "$(grep -c '^pximenu' "$calls")" = 1 ]
}

@test "the other consoles are told that the menu died, and where the question is" {
	echo 'tty0 ttyS0' >"$root/sys/class/tty/console/active"
	: >"$root/dev/tty1"
	stub pximenu 'exit 4'
	menu r
	[[ $(cat "$root/dev/tty1") == 'px: pximenu ended with status 4'*'/dev/console asks what to do' ]]
	grep -q '^pximenu -a' "$calls"
}
