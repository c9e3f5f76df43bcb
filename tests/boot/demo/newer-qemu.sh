#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/qemu: the suite's QEMU, which knows machines that an older host's does not (igb came with 8.0). Prints the
# command that runs it; boot.sh takes that as PX_QEMU.
#
#   newer-qemu.sh BUILD SUITE
set -eu

make_root() {
	"$here/../../../kbuild/archive.sh" -b "$build" -s "$suite" mirrors >"$build/qemu.mirrors"
	rm -rf "$build/qemu.new" "$build/qemu"
	env -u APT_CONFIG mmdebstrap --aptopt="$build/apt-$suite/mmdebstrap.conf" --quiet --variant=extract \
		--aptopt='APT::Install-Recommends "false"' \
		--include=qemu-system-x86,seabios,ipxe-qemu "$suite" "$build/qemu.new" "$build/qemu.mirrors" >&2
	rm -f "$build/qemu.mirrors"
}

# its own C library: the host's may be older
write_command() {
	cat >"$build/qemu.new/run" <<-RUN
		#!/bin/sh
		root=$build/qemu
		lib=\$root/usr/lib/x86_64-linux-gnu
		QEMU_MODULE_DIR=\$lib/qemu exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib" "\$root/usr/bin/qemu-system-x86_64" \\
			-L "\$root/usr/share/qemu" -L "\$root/usr/share/seabios" "\$@"
	RUN
	chmod 755 "$build/qemu.new/run"
}

main() {
	build=$(cd "$1" && pwd) suite=$2
	here=$(cd "$(dirname "$0")" && pwd)
	if [ ! -x "$build/qemu/run" ]; then
		make_root
		write_command
		mv "$build/qemu.new" "$build/qemu"
	fi
	echo "$build/qemu/run"
}

main "$@"
