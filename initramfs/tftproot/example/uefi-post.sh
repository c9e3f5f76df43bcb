# SPDX-License-Identifier: GPL-2.0-or-later
# Post of a scripted image for UEFI: see uefi-init.sh. systemd-boot reads nothing but FAT: the kernel goes onto the
# EFI system partition, too. The loader's name is the one that firmware starts without a boot entry of its own.
set -eu

case $PX_DISK in
*[0-9]) esp=${PX_DISK}p1 ;;
*) esp=${PX_DISK}1 ;;
esac
loader=$PX_TARGET/usr/lib/systemd/boot/efi/systemd-bootx64.efi
if [ ! -e "$loader" ]; then
	echo "the archive has no usr/lib/systemd/boot/efi/systemd-bootx64.efi (package systemd-boot-efi)" >&2
	exit 1
fi
mkdir -p "$PX_TARGET/boot/efi"
mount -t vfat "$esp" "$PX_TARGET/boot/efi"
cd "$PX_TARGET/boot/efi"
mkdir -p EFI/BOOT loader/entries linux
cp -L "$PX_TARGET/vmlinuz" linux/vmlinuz
cp -L "$PX_TARGET/initrd.img" linux/initrd.img
printf 'timeout 0\ndefault linux.conf\n' >loader/loader.conf
cat >loader/entries/linux.conf <<-ENTRY
	title Linux
	linux /linux/vmlinuz
	initrd /linux/initrd.img
	options root=LABEL=px-root ro quiet console=tty0 console=ttyS0,115200
ENTRY
# last of all: without it nothing boots
cp "$loader" EFI/BOOT/BOOTX64.EFI
cd /
