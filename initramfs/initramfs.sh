#!/bin/sh
# Makes BUILD/px.cpio.xz: the tree with /init, its scripts and its files.
#
#   initramfs.sh BUILD SUITE CONFIG
set -eu

conf() {
	sed -n "s/^CONFIG_$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$config"
}

inputs() {
	cat "$build/tree.stamp"
	(cd "$here" && find . -type f | sort | xargs cat) | sha256sum
	conf PX_KEYMAP
}

install_files() {
	mkdir -p "$1/etc/px"
	install -m 755 "$here/init" "$1/init"
	for f in network medium udhcpc.script menu second local shutdown; do
		install -m 755 "$here/$f" "$1/etc/px/$f"
	done
	install -m 644 "$here/inittab" "$here/say.sh" "$1/etc/px/"
	for f in fstab hosts profile mdev.conf; do
		install -m 644 "$here/$f" "$1/etc/$f"
	done
	echo px >"$1/etc/hostname"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
	echo 'root:x:0:' >"$1/etc/group"
}

# The keymap as BusyBox's loadkmap reads it, made with kbd's loadkeys from console-data's files.
install_keymap() {
	keymap=$(conf PX_KEYMAP)
	[ -n "$keymap" ] || return 0
	"$here/../kbuild/archive.sh" -b "$build" -s "$suite" deb kbd console-data
	maps=$build/deb/console-data/usr/share/keymaps
	file=$(find "$maps" -name "$keymap.kmap.gz" | head -n 1)
	[ -n "$file" ] || {
		echo "initramfs.sh: PX_KEYMAP: no keymap '$keymap' in console-data; there are:" >&2
		find "$maps/i386" -name '*.kmap.gz' | sed 's,.*/\(.*\)\.kmap\.gz,\1,' | sort | tr '\n' ' ' >&2
		echo >&2
		exit 1
	}
	lib=$build/debian/root/usr/lib/x86_64-linux-gnu
	LOADKEYS_KEYMAP_PATH="$(dirname "$file"):$maps/include:$maps/i386/include" "$lib/ld-linux-x86-64.so.2" --library-path "$lib" \
		"$build/deb/kbd/usr/bin/loadkeys" -u --bkeymap "$file" >"$1/etc/px/keymap"
}

main() {
	[ $# = 3 ] || { echo "usage: initramfs.sh BUILD SUITE CONFIG" >&2; exit 2; }
	build=$(cd "$1" && pwd) suite=$2 config=$3
	here=$(cd "$(dirname "$0")" && pwd)
	inputs >"$build/initramfs.inputs"
	if cmp -s "$build/initramfs.inputs" "$build/initramfs.stamp" && [ -f "$build/px.cpio.xz" ]; then
		return 0
	fi
	rm -f "$build/initramfs.stamp" # of what will be replaced
	root=$build/root
	rm -rf "$root"
	cp -a "$build/tree" "$root"
	install_files "$root"
	install_keymap "$root"
	du -sm --apparent-size "$root" | cut -f 1 >"$root/etc/px/size_mib"
	: >"$root/etc/px/complete"
	epoch=$(stat -c %Y "$build/tree")
	find "$root" -depth -exec touch -h -d "@$epoch" {} +
	"$here/cpio.sh" "$root" "$build/px.cpio.xz" "$epoch"
	echo "  CPIO    px.cpio.xz: $(stat -c %s "$build/px.cpio.xz") bytes"
	mv "$build/initramfs.inputs" "$build/initramfs.stamp"
}

main "$@"
