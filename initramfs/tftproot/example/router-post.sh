# SPDX-License-Identifier: GPL-2.0-or-later
# Post of a router image: see router-init.sh. The console is the serial line, at the speed that these boards come with.
set -eu

boot=$PX_TARGET/boot/extlinux
cat >"$boot/extlinux.conf" <<-CONF
	SERIAL 0 ${PX_ROUTER_BAUD:-38400}
	DEFAULT router
	LABEL router
	  LINUX /boot/vmlinuz
	  INITRD /boot/router.cpio.xz
	  APPEND console=ttyS0,${PX_ROUTER_BAUD:-38400} quiet
CONF
"$boot/extlinux" --install "$boot"
dd if="$boot/mbr.bin" of="$PX_DISK" bs=440 count=1 conv=notrunc,fsync 2>/dev/null
