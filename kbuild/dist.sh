#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/dist/pxe-imager-VERSION.tar.xz, the source as it is committed, and SHA256SUMS. One commit gives the same
# bytes everywhere. It builds without git: kbuild/version, which only the archive has, says what it is.
#
#   dist.sh BUILD
set -eu

die() {
	echo "dist.sh: $*" >&2
	exit 1
}

# What would not be in the archive must not be thought to be in it.
check_clean() {
	[ -e "$top/.git" ] || die "no git here: a source archive is made of a clone"
	changed=$(git -C "$top" status --porcelain)
	[ -z "$changed" ] || die "not committed: $(echo "$changed" | sed -n '1s/^...//p')"
}

# Owner, times (the commit's) and order come from git; the mode mask is a setting of the user's, so it is set here.
archive() {
	git -C "$top" -c tar.umask=0022 archive --format=tar --add-virtual-file="$name/kbuild/version:$version
" --prefix="$name/" HEAD
}

main() {
	[ $# = 1 ] || { echo "usage: dist.sh BUILD" >&2; exit 2; }
	mkdir -p "$1/dist"
	out=$(cd "$1/dist" && pwd)
	top=$(cd "$(dirname "$0")/.." && pwd)
	check_clean
	version=$("$top/kbuild/version.sh")
	name=pxe-imager-$version
	archive >"$out/$name.tar.new"
	xz -9e -T1 <"$out/$name.tar.new" >"$out/$name.tar.xz.new" # one thread: blocks would depend on their number
	rm "$out/$name.tar.new"
	mv "$out/$name.tar.xz.new" "$out/$name.tar.xz"
	(cd "$out" && sha256sum "$name.tar.xz" >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS)
	echo "$1/dist/$name.tar.xz"
}

main "$@"
