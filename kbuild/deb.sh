#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/dist/pxe-imager_VERSION_ARCH.deb of what was built, by deb/files.list. The same source and packages give
# the same bytes: no time but the commit's, no order but the names'.
#
#   deb.sh BUILD
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/conf.sh"

applets='pxfetch pxwrite pxread pxsend pxcatalog'

# version.sh's words are Debian versions as they stand, but for one that does not begin with a digit
debian_version() {
	case $version in
	[0-9]*) echo "$version" ;;
	*) echo "0~$version" ;;
	esac
}

install_listed() {
	sed 's/#.*//' "$here/deb/files.list" | while read -r from to mode; do
		[ -n "$from" ] || continue
		case $from in
		build/*) from=$build/${from#build/} ;;
		*) from=$top/$from ;;
		esac
		case $to in
		*/) to=$to${from##*/} ;;
		esac
		install -D -m "$mode" "$from" "$root/$to"
	done
}

# What machines boot, and the examples.
install_boot_files() {
	to=$root/usr/lib/pxe-imager/tftpboot
	boot_files "$build" | while read -r file; do
		install -D -m 644 "$build/tftpboot/$file" "$to/$file"
	done
	for file in "$top"/initramfs/tftproot/example/*; do
		install -D -m 644 "$file" "$to/example/${file##*/}"
	done
	install -m 644 "$top/initramfs/tftproot/images" "$to/images"
	"$top/initramfs/pack/site.sh" -o "$to/site.cpio.xz" "$build"
	chmod 644 "$to/site.cpio.xz"
}

install_docs() {
	for page in "$build"/man/*; do
		section=${page##*.}
		install -D -m 644 "$page" "$root/usr/share/man/man$section/${page##*/}"
		gzip -9n "$root/usr/share/man/man$section/${page##*/}"
	done
	doc=$root/usr/share/doc/pxe-imager
	{
		printf 'pxe-imager (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md of the source.\n\n' \
			"$(debian_version)"
		printf ' -- PXE Imager maintainers <pxe-imager@packages.invalid>  %s\n' "$(date -u -R -d "@$time")"
	} | gzip -9n >"$doc/changelog.gz"
	install -m 644 "$top/CHANGELOG.md" "$doc/"
	install -m 644 "$top"/docs/*.md "$doc/"
	gzip -9n "$doc/CHANGELOG.md"
}

link_applets() {
	mkdir -p "$root/usr/bin"
	for applet in $applets; do
		ln -s ../lib/pxe-imager/busybox "$root/usr/bin/$applet"
	done
}

control() {
	mkdir -p "$root/DEBIAN"
	size=$(du -k --apparent-size -s "$root" | cut -f 1)
	sed -e "s/@VERSION@/$(debian_version)/" -e "s/@ARCH@/$(dpkg --print-architecture)/" -e "s/@SIZE@/$size/" \
		"$here/deb/control" >"$root/DEBIAN/control"
	echo /etc/pxe-imager/config >"$root/DEBIAN/conffiles"
	install -m 755 "$here/deb/postinst" "$here/deb/prerm" "$here/deb/postrm" "$root/DEBIAN/"
	(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$build/md5sums"
	mv "$build/md5sums" "$root/DEBIAN/"
	chmod 644 "$root"/DEBIAN/control "$root"/DEBIAN/conffiles "$root"/DEBIAN/md5sums
}

main() {
	[ $# = 1 ] || { echo "usage: deb.sh BUILD" >&2; exit 2; }
	umask 022
	build=$(cd "$1" && pwd)
	top=$(cd "$here/.." && pwd)
	[ -s "$build/tftpboot/SHA256SUMS" ] || die "$1/tftpboot is not complete: run make first"
	version=$(cat "$build/version")
	time=$(commit_time)
	root=$build/deb-root
	rm -rf "$root"
	mkdir -p "$root" "$build/dist"
	install_listed
	install_boot_files
	link_applets
	SOURCE_DATE_EPOCH=$time "$here/man.sh" "$build" "$top"
	install_docs
	control
	name=pxe-imager_$(debian_version)_$(dpkg --print-architecture).deb
	SOURCE_DATE_EPOCH=$time dpkg-deb --root-owner-group -Zxz -z1 --threads-max=1 \
		--build "$root" "$build/dist/.$name" >"$build/deb.log" ||
		{ cat "$build/deb.log" >&2; die "dpkg-deb failed (above)"; }
	mv "$build/dist/.$name" "$build/dist/$name"
	rm -rf "$root"
	echo "$1/dist/$name"
}

main "$@"
