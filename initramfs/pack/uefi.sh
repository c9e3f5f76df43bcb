#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts into BUILD/tftpboot what UEFI machines load: Debian's signed shim and signed GRUB (so that Secure Boot takes
# them with no key enrolled). Kernel, initramfs and catalog are the same files that BIOS machines load.
#
#   uefi.sh BUILD SUITE
#
# DHCP names shimx64.efi; the shim loads grubx64.efi beside it, and GRUB looks for /grub/grub.cfg on the same server.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

main() {
	[ $# = 2 ] || { echo "usage: uefi.sh BUILD SUITE" >&2; exit 2; }
	build=$1 suite=$2
	out=$build/tftpboot
	"$here/../../kbuild/archive.sh" -b "$build" -s "$suite" deb shim-signed grub-efi-amd64-signed
	mkdir -p "$out/grub"
	put "$build/deb/shim-signed/usr/lib/shim/shimx64.efi.signed" "$out/shimx64.efi"
	put "$build/deb/grub-efi-amd64-signed/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed" "$out/grubx64.efi"
}

main "$@"
