#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/px.cpio.xz: the tree with /init, its scripts and its files. (With PX_INITRAMFS_ZSTD it is zstd under the
# same name, which boot files say in many places: the kernel goes by its first bytes.)
#
#   initramfs.sh BUILD SUITE CONFIG
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

inputs() {
	cat "$build/tree.stamp"
	(cd "$here/.." && find overlay pack -type f | sort | xargs ls -l | cut -c 1-10 &&
		find overlay pack -type f | sort | xargs cat) | sha256sum
	conf PX_KEYMAP
	conf PX_SHELL
	conf PX_INITRAMFS_ZSTD
	conf PX_KEYS
	for key in $(conf PX_KEYS); do
		sha256sum <"$key" || die "PX_KEYS: $key: cannot be read"
	done
}

# The overlay as it stands; its modes are those of git, whatever umask it was checked out with.
install_overlay() {
	(cd "$here/../overlay" && find . -type f | sort) | while read -r f; do
		mode=644
		[ ! -x "$here/../overlay/$f" ] || mode=755
		install -D -m $mode "$here/../overlay/$f" "$1/$f"
	done
}

# The keymap as BusyBox's loadkmap reads it, made with kbd's loadkeys from console-data's files.
install_keymap() {
	keymap=$(conf PX_KEYMAP)
	[ -n "$keymap" ] || return 0
	"$here/../../kbuild/archive.sh" -b "$build" -s "$suite" deb kbd console-data
	maps=$build/deb/console-data/usr/share/keymaps
	file=$(find "$maps" -name "$keymap.kmap.gz" | head -n 1)
	[ -n "$file" ] || {
		echo "initramfs.sh: PX_KEYMAP: no keymap '$keymap' in console-data; there are:" >&2
		find "$maps/i386" -name '*.kmap.gz' | sed 's,.*/\(.*\)\.kmap\.gz,\1,' | sort | tr '\n' ' ' >&2
		echo >&2
		exit 1
	}
	lib=$build/debian/root/usr/lib/x86_64-linux-gnu
	LOADKEYS_KEYMAP_PATH="$(dirname "$file"):$maps/include:$maps/i386/include" \
		"$lib/ld-linux-x86-64.so.2" --library-path "$lib" \
		"$build/deb/kbd/usr/bin/loadkeys" -u --bkeymap "$file" >"$1/etc/px/keymap"
}

# Public keys by the names of their files: two of one name would be one.
install_keys() {
	for key in $(conf PX_KEYS); do
		name=$(basename "$key" .pub).pub
		# secret_key is of conf.sh
		# shellcheck disable=SC2154
		! grep -qE "$secret_key" "$key" ||
			die "PX_KEYS: $key: a private key (its .pub file is what is wanted)"
		[ ! -e "$1/etc/px/keys/$name" ] || die "PX_KEYS: $key: there is another $name"
		install -D -m 644 "$key" "$1/etc/px/keys/$name"
	done
}

main() {
	[ $# = 3 ] || { echo "usage: initramfs.sh BUILD SUITE CONFIG" >&2; exit 2; }
	# conf reads config
	# shellcheck disable=SC2034
	build=$(cd "$1" && pwd) suite=$2 config=$3
	inputs >"$build/initramfs.inputs"
	if cmp -s "$build/initramfs.inputs" "$build/initramfs.stamp" && [ -f "$build/px.cpio.xz" ]; then
		return 0
	fi
	rm -f "$build/initramfs.stamp" # of what will be replaced
	root=$build/root
	rm -rf "$root"
	cp -a "$build/tree" "$root"
	install_overlay "$root"
	install_keymap "$root"
	[ "$(conf PX_SHELL)" = y ] || : >"$root/etc/px/no-shell"
	du -sm --apparent-size "$root" | cut -f 1 >"$root/etc/px/size_mib"
	: >"$root/etc/px/complete"
	epoch=$(stat -c %Y "$build/tree")
	# a clock before that is wrong: whoever checks dates wants to know
	date -u -d "@$epoch" +%FT%TZ >"$root/etc/px/built"
	install_keys "$root"
	find "$root" -depth -exec touch -h -d "@$epoch" {} +
	format=xz
	[ "$(conf PX_INITRAMFS_ZSTD)" != y ] || format=zstd
	"$here/cpio.sh" "$root" "$build/px.cpio.xz" "$epoch" "$format"
	echo "  CPIO    px.cpio.xz: $(stat -c %s "$build/px.cpio.xz") bytes"
	mv "$build/initramfs.inputs" "$build/initramfs.stamp"
}

main "$@"
