#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's packages in: BUILD/debian holds every package of the list with its dependencies, unpacked and untouched
# (no package's scripts are run), and the .deb files that it came from, so that each file's package is known.
#
#   bootstrap.sh BUILD SUITE PACKAGE...
#
# mmdebstrap where it is there (no root, seconds), else debootstrap (root, a minute; what Debian's minimal system has
# beyond our packages and their dependencies is left aside, and security updates, of which debootstrap knows nothing,
# are taken from apt): the same packages either way. PX_BOOTSTRAP in the environment names one of them.
set -eu

kbuild=$(cd "$(dirname "$0")/../kbuild" && pwd)
. "$kbuild/conf.sh"
. "$kbuild/apt.sh"

# prints "NAME VERSION FILE" of each package file in DIR
list_debs() {
	for deb in "$1"/*.deb; do
		[ -e "$deb" ] || die "no packages in $1 (see $build/bootstrap.log)"
		# shellcheck disable=SC2016
		dpkg-deb -W --showformat="\${Package} \${Version} ${deb##*/}\\n" "$deb"
	done
}

explain() {
	tail -n 15 "$build/bootstrap.log" >&2
	echo "bootstrap.sh: $1 failed (above: its last lines)" >&2
	if grep -q 'Unable to locate package' "$build/bootstrap.log"; then
		echo "bootstrap.sh: a package of packages.list or PX_TREE_PACKAGES does not exist in $suite" >&2
	fi
	exit 1
}

# The packages land as .deb files in var/cache; unpacking is ours, so that both ways give the same tree.
# It writes an apt configuration of its own: of the host's, nothing but how a mirror is reached, and our rules.
with_mmdebstrap() {
	list=$(echo "$*" | tr ' ' ',')
	env -u APT_CONFIG mmdebstrap --aptopt="$apt/mmdebstrap.conf" --variant=extract --include="$list" --format=tar \
		--skip=cleanup/apt,cleanup/reproducible,download/empty,essential/unlink,chroot/mount,output/dev \
		"$suite" "$new.tar" - <"$build/apt-$suite/sources.list.deb" >"$build/bootstrap.log" 2>&1 ||
		explain mmdebstrap
	mkdir -p "$new/debs"
	tar -C "$new/debs" --strip-components=5 --wildcards -xf "$new.tar" './var/cache/apt/archives/*.deb'
	rm -f "$new.tar"
}

# the packages and all that they depend on, by apt: "NAME VERSION"
dependencies() {
	ours apt-get -s --no-install-recommends install "$@" >"$build/bootstrap.log" 2>&1 ||
		explain apt-get
	sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1 \2/p' "$build/bootstrap.log"
}

# take_deb NAME VERSION: debootstrap's package if it is the version that apt wants, else the one that apt gets; a
# mirror may list one that it has not got (yet): then the older one serves, and that is said
take_deb() {
	cached=$new/root/var/cache/apt/archives
	deb=$(find "$cached" -name "$(echo "$1_$2" | sed 's/:/%3a/')_*.deb")
	if [ -n "$deb" ]; then
		mv "$deb" "$new/debs/"
	elif ! (cd "$new/debs" && ours apt-get -qq download "$1=$2" </dev/null >>"$build/bootstrap.log" 2>&1); then
		mv "$cached/$1"_*.deb "$new/debs/" || die "no package file of $1 $2 (see $build/bootstrap.log)"
		echo "bootstrap.sh: apt cannot get $1 $2 (see $build/bootstrap.log): debootstrap's is older" >&2
	fi
}

with_debootstrap() {
	dependencies "$@" >"$new/wanted"
	[ "$(id -u)" = 0 ] || die "debootstrap needs root (or install mmdebstrap, which does not)"
	list=$(echo "$*" | tr ' ' ',')
	site=$(sed -n '1s/^deb \[[^]]*\] \([^ ]*\) .*/\1/p' "$build/apt-$suite/sources.list.deb")
	debootstrap --foreign --variant=minbase --include="$list" \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		"$suite" "$new/root" "$site" >"$build/bootstrap.log" 2>&1 || explain debootstrap
	mkdir -p "$new/debs"
	while read -r name version; do
		take_deb "$name" "$version"
	done <"$new/wanted"
	rm -rf "$new/root"
}

unpack() {
	mkdir -p "$new/root"
	list_debs "$new/debs" >"$new/packages.unsorted"
	sort -o "$new/packages" "$new/packages.unsorted"
	while read -r name _ deb; do
		dpkg-deb --fsys-tarfile "$new/debs/$deb" >"$new/deb.tar"
		tar -C "$new/root" --no-same-owner --keep-directory-symlink -xpf "$new/deb.tar"
		mkdir -p "$new/files"
		tar -tf "$new/deb.tar" >"$new/paths"
		sed -e 's,^\./,,' -e '/\/$/d' -e '/^$/d' "$new/paths" >"$new/files/$name"
	done <"$new/packages"
	rm -f "$new/deb.tar" "$new/paths" "$new/packages.unsorted"
}

main() {
	[ $# -ge 3 ] || die "usage: bootstrap.sh BUILD SUITE PACKAGE..."
	suite=$2
	"$kbuild/archive.sh" -b "$1" -s "$suite" mirrors >"$1/mirrors.new"
	build=$(cd "$1" && pwd)
	shift 2
	apt=$build/apt-$suite
	mv "$build/mirrors.new" "$build/apt-$suite/sources.list.deb"
	tool=${PX_BOOTSTRAP:-}
	if [ -z "$tool" ]; then
		tool=debootstrap
		if command -v mmdebstrap >/dev/null; then tool=mmdebstrap; fi
	fi
	stamp="$tool $* $(cat "$build/apt-$suite/sources.list.deb")
$(sha256sum <"$0")
$(stat -c %Y "$build/apt-$suite/updated")"
	if [ "$(cat "$build/debian/stamp" 2>/dev/null)" = "$stamp" ]; then
		return 0
	fi
	echo "  DEBIAN  $suite ($tool)"
	new=$build/debian.new
	rm -rf "$new"
	mkdir -p "$new"
	"with_$tool" "$@"
	unpack
	echo "$stamp" >"$new/stamp"
	rm -rf "$build/debian"
	mv "$new" "$build/debian"
}

main "$@"
