#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a TFTP root for one machine: the product (BUILD/tftpboot), another catalog, and boot parameters of the machine's
# own in pxelinux.cfg/01-MAC (BIOS) and grub/01-MAC (UEFI), as on a real network.
#
#   root.sh BUILD DEST CATALOG [MAC PARAMETERS]
set -eu

main() {
	build=$1 dest=$2 catalog=$3
	rm -rf "$dest"
	cp -a "$build/tftpboot" "$dest"
	cp "$catalog" "$dest/images"
	# on a busy machine QEMU's timer comes late, and the kernel would panic: "IO-APIC + timer doesn't work"
	sed -i 's/^\( *APPEND\) /\1 no_timer_check /' "$dest/pxelinux.cfg/default"
	sed -i 's,^\(.linux [^ ]*/vmlinuz\) ,\1 no_timer_check ,' "$dest/grub/grub.cfg"
	if [ $# -gt 3 ]; then
		file=01-$(echo "$4" | tr ':A-Z' '-a-z')
		# what the default label says, and more; no prompt, no wait
		sed -e "s;^\([[:space:]]*append .*\);\1 $5;I" -e 's/^[[:space:]]*prompt .*/prompt 0/I' \
			-e 's/^timeout .*/timeout 1/I' \
			"$dest/pxelinux.cfg/default" >"$dest/pxelinux.cfg/$file"
		printf 'set px="%s"\nset timeout=0\n' "$5" >"$dest/grub/$file"
	fi
}

main "$@"
