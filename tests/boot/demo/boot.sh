#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots a QEMU machine (TCG) over PXE from a TFTP root until its serial console has said all that is expected, in order.
# Prints "SECONDS PATTERN" for each line of it; exit 0: all seen; 1: not within the time, or something fatal was said.
#
#   boot.sh [-u|-s|-S] [-t TFTPROOT] [-d DISK-OPTIONS]... [-D DISKFILE]... [-m MIB] [-n NIC] [-M MAC] [-l LOG]
#           [-w SECONDS] [-x FATAL-REGEX] [-k] [-q QEMU-OPTION]... PATTERN...
#     -u        UEFI firmware (default: BIOS)      -s  UEFI with Secure Boot on; say it before -D
#     -S        the same, and what it believes is not Microsoft's but the key that everybody has (ovmf's snakeoil)
#     -D FILE   a raw virtio disk            -d OPTS  any -drive (id, if, ... as QEMU wants them)
#     -t DIR    PXE from DIR first, after a reboot from disk; without it: from disk
#     -N DEV   another QEMU -netdev than its user network, with id=n; DHCP there names the boot file
#     -x RE     stop at once when the console says that (default: kernel panics and "px: FAILED")
#     -k        leave it running: the pid is in LOG.pid
#   PX_QEMU in the environment names another QEMU (newer-qemu.sh).
#   With no PATTERN: the console on this terminal, by hand (Ctrl-A x ends it).
set -eu

die() {
	echo "boot.sh: $*" >&2
	exit 1
}

# the patterns one after the other; seen: how many
watch() {
	start=$1 seen=0
	shift
	for pattern; do
		until grep -aqE -- "$pattern" "$log"; do
			if [ -n "$fatal" ] && grep -aqE -- "$fatal" "$log"; then
				report "the console said: $(grep -aE -- "$fatal" "$log" | head -n 1)"
				return 1
			fi
			if ! kill -0 "$qemu" 2>/dev/null; then
				report "QEMU ended before '$pattern'"
				return 1
			fi
			if [ $(($(date +%s) - start)) -ge "$limit" ]; then
				report "no '$pattern' within $limit s"
				return 1
			fi
			sleep 0.5
		done
		seen=$((seen + 1))
		echo "$(($(date +%s) - start)) s  $pattern"
	done
}

report() {
	echo "boot.sh: $*; the console's last lines:" >&2
	tr -d '\r' <"$log" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | tr -cd '\n\t -~' | tail -n 25 | sed 's/^/  | /' >&2
}

# A UEFI machine tries its disks first (an empty one cannot boot), then the network; a BIOS machine the network once.
# The firmware's variables are forgotten at the end.
firmware() {
	ovmf=/usr/share/OVMF/OVMF
	case $1 in
	bios) echo "-boot once=n,order=c" ;;
	uefi)
		echo "-machine q35"
		echo "-drive if=pflash,unit=0,format=raw,readonly=on,file=${ovmf}_CODE_4M.fd"
		echo "-drive if=pflash,unit=1,format=raw,snapshot=on,file=${ovmf}_VARS_4M.fd"
		;;
	secure | snakeoil)
		vars=ms
		[ "$1" = secure ] || vars=snakeoil
		echo "-machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on"
		echo "-drive if=pflash,unit=0,format=raw,readonly=on,file=${ovmf}_CODE_4M.secboot.fd"
		echo "-drive if=pflash,unit=1,format=raw,snapshot=on,file=${ovmf}_VARS_4M.$vars.fd"
		;;
	esac
}

# Once in a few hundred boots a kernel finds a breakpoint where it has patched its own code on the other processor just
# now: TCG with a thread for each processor had kept the old code. That is the emulator's doing, and before the first
# pattern nothing has been written.
emulator_stumbled() {
	[ "$seen" = 0 ] && grep -aq 'Oops: int3' "$log"
}

# run QEMU-OPTION...: until all patterns, p1 to p$patterns, have been seen
run() {
	: >"$log"
	"$program" "$@" -serial "file:$log" -monitor none </dev/null &
	qemu=$!
	echo "$qemu" >"$log.pid"
	i=0
	set --
	while [ $i -lt $patterns ]; do
		i=$((i + 1))
		eval "set -- \"\$@\" \"\$p$i\""
	done
	watch "$(date +%s)" "$@"
}

stop() {
	kill "$qemu" 2>/dev/null || true
	wait "$qemu" 2>/dev/null || true
}

main() {
	memory=512 nic=virtio-net-pci mac=52:54:00:00:00:01 log='' limit=300 tftp='' keep='' disks=0 netdev=''
	firmware=bios program=${PX_QEMU:-qemu-system-x86_64}
	fatal='Kernel panic|px: FAILED|Initramfs unpacking failed'
	extra=$(mktemp)
	while getopts usSt:d:D:m:n:N:M:l:w:x:q:k opt; do
		case $opt in
		u) firmware=uefi ;;
		s) firmware=secure ;;
		S) firmware=snakeoil ;;
		t) tftp=$OPTARG ;;
		d) echo "-drive $OPTARG" >>"$extra" ;;
		D) echo "-drive file=$OPTARG,format=raw,if=none,id=disk$disks,cache=unsafe -device virtio-blk-pci,drive=disk$disks,serial=PXDISK$disks$([ $firmware = bios ] || echo ",bootindex=$disks")" >>"$extra"
			disks=$((disks + 1)) ;;
		m) memory=$OPTARG ;;
		n) nic=$OPTARG ;;
		N) netdev=$OPTARG ;;
		M) mac=$OPTARG ;;
		l) log=$OPTARG ;;
		w) limit=$OPTARG ;;
		x) fatal=$OPTARG ;;
		q) echo "$OPTARG" >>"$extra" ;;
		k) keep=yes ;;
		*) die "usage: see the head of this file" ;;
		esac
	done
	shift $((OPTIND - 1))
	# options are words without blanks; those of -q come last, so that they count
	# shellcheck disable=SC2046
	set -- "$@" -- $(firmware $firmware && cat "$extra")
	rm -f "$extra"
	patterns=0
	while [ "$1" != -- ]; do
		patterns=$((patterns + 1))
		eval "p$patterns=\$1"
		shift
	done
	shift
	if [ -n "$tftp$netdev" ]; then
		bootfile=pxelinux.0 index=''
		if [ $firmware != bios ]; then
			# OVMF has a virtio driver; an option ROM would not be signed
			bootfile=shimx64.efi index=,bootindex=99$([ "$nic" != virtio-net-pci ] || echo ,romfile=)
		fi
		set -- -netdev "${netdev:-user,id=n,tftp=$tftp,bootfile=$bootfile}" \
			-device "$nic,netdev=n,mac=$mac$index" "$@"
	else
		set -- -nic none "$@"
	fi
	# One thread for both processors: with two, a processor may still run the breakpoint with which the kernel
	# patches its code when that is gone already, and dies of it (QEMU 7.2; seen once in 150 boots).
	set -- -accel tcg,thread=single -smp 2 -m "$memory" -display none -vga std "$@"
	if [ $patterns = 0 ]; then
		exec "$program" "$@" -serial mon:stdio
	fi
	log=${log:-$(mktemp)}
	[ -n "$keep" ] || trap stop EXIT
	trap 'exit 130' INT TERM
	rc=0
	run "$@" || rc=$?
	if [ $rc != 0 ] && emulator_stumbled; then
		echo "boot.sh: that was QEMU's mistake (Oops: int3): once more" >&2
		stop
		rc=0
		run "$@" || rc=$?
	fi
	exit $rc
}

main "$@"
