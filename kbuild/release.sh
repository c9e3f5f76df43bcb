#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/release/VERSION of a clean clone: source archive, package, boot files, bill of materials, the changelog's
# section, SHA256SUMS. All of it is built a second time, elsewhere, of the source archive; a byte that differs is a
# failure, and nothing is left then. (Debian's packages are not fetched again: their signatures were checked.)
#
#   release.sh BUILD CONFIG     BUILD is up to date (make deb)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/conf.sh"

# The section of this version, else the one of what is not released yet.
changes() {
	for heading in "$version" 'Not released yet'; do
		awk -v want="## $heading" '
			/^## / { on = index($0, want) == 1 && substr($0, length(want) + 1) ~ /^( .*)?$/; next }
			on { print }' "$top/CHANGELOG.md" >"$new/CHANGES.md"
		if [ -s "$new/CHANGES.md" ]; then
			return 0
		fi
	done
	die "CHANGELOG.md has no section of $version"
}

build_again() {
	second=$again/pxe-imager-$version
	tar -C "$again" -xf "$build/dist/pxe-imager-$version.tar.xz"
	cp "$config" "$second/.config"
	mkdir "$second/build"
	for cache in "$build"/apt-* "$build/src" "$build/deb"; do
		[ ! -e "$cache" ] || cp -a "$cache" "$second/build/"
	done
	echo "  RELEASE building a second time (log: $1/release.log)"
	make -C "$second" deb KCONFIG_CONFIG=.config >"$build/release.log" 2>&1 ||
		{ tail -n 15 "$build/release.log" >&2; die "the second build failed (above)"; }
}

# same WHAT FIRST SECOND
same() {
	cmp -- "$2" "$3" >&2 || die "$1 is not the same when it is built again"
}

compare() {
	deb=$(cd "$build/dist" && ls pxe-imager_"$version"_*.deb)
	same "$deb" "$build/dist/$deb" "$second/build/dist/$deb"
	same manifest.txt "$build/manifest.txt" "$second/build/manifest.txt"
	boot_files "$build" >"$again/boot-files"
	while read -r file; do
		same "tftpboot/$file" "$build/tftpboot/$file" "$second/build/tftpboot/$file"
	done <"$again/boot-files"
	git -c advice.detachedHead=false clone -q "$top" "$again/clone"
	"$again/clone/kbuild/dist.sh" "$again" >"$again/log"
	same "the source archive" "$build/dist/pxe-imager-$version.tar.xz" "$again/dist/pxe-imager-$version.tar.xz"
}

collect() {
	cp "$build/dist/pxe-imager-$version.tar.xz" "$build/dist/$deb" "$build/manifest.txt" "$new/"
	time=$(commit_time)
	tar -C "$build/tftpboot" --files-from="$again/boot-files" --owner=0 --group=0 --numeric-owner --mtime="@$time" \
		--sort=name --mode=u=rw,go=r --transform="s,^,pxe-imager-$version/," \
		-cf "$new/pxe-imager-$version-tftpboot.tar"
	"$here/sbom.sh" "$build/manifest.txt" "$time" >"$new/pxe-imager-$version.spdx.json"
	changes
	(cd "$new" && LC_ALL=C sha256sum -- * >.sums && mv .sums SHA256SUMS)
}

main() {
	[ $# = 2 ] || { echo "usage: release.sh BUILD CONFIG" >&2; exit 2; }
	build=$(cd "$1" && pwd) config=$2
	top=$(cd "$here/.." && pwd)
	version=$("$here/version.sh")
	"$here/dist.sh" "$build" >"$build/release.log" || exit # says itself what is not committed
	[ "$(cat "$build/version")" = "$version" ] || die "$1 is of $(cat "$build/version"), not of $version: make deb"
	again=$build/release.again new=$build/release.new
	rm -rf "$again" "$new"
	trap 'rm -rf "$again" "$new"' EXIT
	trap 'exit 130' INT TERM
	mkdir "$again" "$new"
	build_again "$1"
	compare
	collect
	mkdir -p "$build/release"
	rm -rf "$build/release/$version"
	mv "$new" "$build/release/$version"
	echo "$1/release/$version"
}

main "$@"
