#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/tree, the small Debian: packages in, what is not needed out, BusyBox and the kernel's modules in; and
# BUILD/rootdir.tar, the tree packed. Two builds of the same packages are the same bytes.
#
#   tree.sh BUILD SUITE CONFIG
set -eu

. "$(dirname "$0")/../kbuild/conf.sh"

driver_set() {
	for set in qemu common wired everything; do
		if [ "$(conf "PX_DRIVERS_$(echo $set | tr "[:lower:]" "[:upper:]")")" = y ]; then
			echo "$set"
			return 0
		fi
	done
	die "no driver set chosen in $config"
}

# wanted LIST: its packages whose options are on
wanted() {
	sed -e 's/#.*//' "$1" | while read -r package option; do
		case $option in
		'') ;;
		-) echo "$package" ;;
		*) [ "$(conf "$option")" != y ] || echo "$package" ;;
		esac
	done
}

# what is there beside the packages that the rules were made for
more_packages() {
	wanted "$here/extra.list"
	conf PX_TREE_PACKAGES
}

firmware_names() {
	wanted "$here/firmware.list"
}

# the driver set and the lists beside it: storage networks, and what goes with a package
driver_lists() {
	driver_set
	[ "$(conf PX_DRIVERS_SAN)" != y ] || echo san
	for package in $(more_packages) $(firmware_names); do
		[ ! -e "$here/drivers/$package.list" ] || echo "$package"
	done
}

package_names() {
	wanted "$here/packages.list"
	more_packages
}

# "optional" when a package of packages.list is left out: rules about what it brings then match nothing
rules_optional() {
	sed -n 's/^[^#]*\(PX_TREE_[A-Z0-9]*\).*/\1/p' "$here/packages.list" | while read -r option; do
		[ "$(conf "$option")" = y ] || echo optional
	done | head -n 1
}

kernel_package() {
	"$here/../kbuild/archive.sh" -b "$build" -s "$suite" depends linux-image-amd64
}

# What the tree is made of. It is made anew when this changes.
inputs() {
	cat "$build/debian/stamp" "$build/deb/$kernel.version"
	cat "$here"/*.sh "$here"/*.c "$here"/*.awk "$here"/*.list "$here"/drivers/*.list | sha256sum
	sha256sum <"$build/busybox"
	for package in $(firmware_names); do
		cat "$build/deb/$package.version"
	done
	grep -E '^CONFIG_PX_(TREE|KEEP|DRIVERS|FIRMWARE)' "$config"
}

get_firmware() {
	rm -f "$build"/manifest.d/binary-firmware-*
	if [ -n "$(firmware_names)" ]; then
		# shellcheck disable=SC2046
		"$here/../kbuild/archive.sh" -b "$build" -s "$suite" -c non-free-firmware deb $(firmware_names)
	fi
}

# BUILD/locale: what PX_TREE_LOCALE says
get_locale() {
	wanted_locale="$(conf PX_TREE_LOCALE) $(cat "$build/debian/stamp" "$here/locale.sh" | sha256sum)"
	[ "$(cat "$build/locale.stamp" 2>/dev/null)" != "$wanted_locale" ] || return 0
	rm -f "$build/locale.stamp"
	"$here/locale.sh" "$build" "$suite" "$(conf PX_TREE_LOCALE)" "$build/locale"
	echo "$wanted_locale" >"$build/locale.stamp"
}

# BusyBox reads no locale: its files are for Debian's programs
install_locale() {
	if [ -e "$1/usr/lib/x86_64-linux-gnu/libc.so.6" ]; then
		cp -a "$build/locale/." "$1/"
	else
		cp -a "$build/locale/etc" "$1/"
	fi
}

# /bin, /sbin and /lib are links, as everywhere in Debian 13
make_skeleton() {
	for d in bin sbin lib lib64; do
		mkdir -p "$1/usr/$d"
		ln -s "usr/$d" "$1/$d"
	done
	for d in dev proc sys run tmp mnt root var/log; do
		mkdir -p "$1/$d"
	done
	chmod 1777 "$1/tmp"
	chmod 700 "$1/root"
}

# A link for each applet, unless a package brings a program of that name: Debian's wins.
install_busybox() {
	cp "$build/busybox" "$1/usr/bin/busybox"
	chmod 755 "$1/usr/bin/busybox"
	"$build/busybox" --list-full | while read -r path; do
		applet=${path##*/}
		if [ -e "$1/usr/bin/$applet" ] || [ -e "$1/usr/sbin/$applet" ]; then
			continue
		fi
		case $path in
		*sbin/* | linuxrc) ln -s ../bin/busybox "$1/usr/sbin/$applet" ;;
		*) ln -s busybox "$1/usr/bin/$applet" ;;
		esac
	done
}

# BUILD/extra-purge.list: extra-purge.list without what PX_TREE_PACKAGES asks for
list_extra_purge() {
	cp "$here/extra-purge.list" "$build/extra-purge.list"
	for package in $(conf PX_TREE_PACKAGES); do
		sed -i "/^${package}[[:space:]]/d" "$build/extra-purge.list"
	done
}

# rules COMMAND...: strip.sh, with what .config keeps
rules() {
	"$here/strip.sh" -k "$(sed -n 's/^CONFIG_\(PX_KEEP_[A-Z0-9_]*\)=y$/\1/p' "$config" | tr '\n' ' ')" "$@"
}

# What is kept, and other packages, may need libraries that rules took. Packages that nobody here has looked at may open
# libraries by name, and who keeps libraries wants them: then those that nothing needs stay.
fit_libraries() {
	if [ -n "$(more_packages)" ] || grep -q '^CONFIG_PX_KEEP_[A-Z0-9_]*=y' "$config"; then
		"$here/libraries.sh" restore "$1" "$build/debian/root"
	fi
	if [ -z "$(conf PX_TREE_PACKAGES)" ] && [ "$(conf PX_KEEP_LIBRARIES)" != y ]; then
		"$here/libraries.sh" sweep "$1"
	fi
}

strip() {
	echo "  STRIP   (KiB saved, by package and by rule)"
	optional=$(rules_optional)
	rules purge "$1" "$build/debian/files" "$here/purge.list" "$optional"
	rules shrink "$1" "$here/shrink.list" "$optional"
	if [ -n "$(more_packages)" ]; then
		rules purge "$1" "$build/debian/files" "$build/extra-purge.list" optional
		rules shrink "$1" "$here/extra-shrink.list" optional
	fi
	"$here/selinux.sh" "$1"
	fit_libraries "$1"
}

# One time for all files: that of the newest file in any package.
newest_time() {
	find "$build/debian/root" -type f -printf '%T@\n' | sort -n | tail -n 1 | cut -d . -f 1
}

pack() {
	find "$1" -depth -exec touch -h -d "@${SOURCE_DATE_EPOCH:-$(newest_time)}" {} +
	tar -C "$1" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -cf "$2" .
}

# the packages whose files are in the tree: those that purge.list throws out are not
record() {
	rm -f "$build"/manifest.d/tree-*
	list_extra_purge
	{ rules rules "$here/purge.list"; rules rules "$build/extra-purge.list"; } >"$build/purged"
	while read -r name version _; do
		if ! grep -q "^${name}[[:space:]]" "$build/purged"; then
			echo "binary $name $version" >"$build/manifest.d/tree-$name"
		fi
	done <"$build/debian/packages"
}

main() {
	[ $# = 3 ] || die "usage: tree.sh BUILD SUITE CONFIG"
	build=$(cd "$1" && pwd) suite=$2 config=$3
	here=$(cd "$(dirname "$0")" && pwd)
	kernel=$(kernel_package)
	[ -n "$kernel" ] || die "linux-image-amd64 in $suite depends on no kernel"
	"$here/../kbuild/archive.sh" -b "$build" -s "$suite" deb "$kernel"
	# shellcheck disable=SC2046
	"$here/bootstrap.sh" "$build" "$suite" $(package_names)
	get_firmware
	get_locale
	record
	inputs >"$build/tree.inputs"
	if cmp -s "$build/tree.inputs" "$build/tree.stamp" && [ -f "$build/rootdir.tar" ]; then
		return 0
	fi
	new=$build/tree.new
	rm -rf "$new"
	cp -a "$build/debian/root" "$new"
	strip "$new"
	make_skeleton "$new"
	install_busybox "$new"
	install_locale "$new"
	lists=$(driver_lists)
	"$here/modules.sh" "$build" "$kernel" "$lists" "$new"
	if [ -n "$(firmware_names)" ]; then
		# shellcheck disable=SC2046
		"$here/firmware.sh" "$build" "$new" $(firmware_names)
	fi
	"$here/verify.sh" "$new" "$(conf PX_TREE_BUDGET_KIB)"
	pack "$new" "$build/rootdir.tar.new"
	echo "  TREE    $(driver_set): $(du -sk --apparent-size "$new" | cut -f 1) KiB"
	rm -rf "$build/tree" "$build/tree.stamp" # a build that ends in between must not pass for the one before
	mv "$new" "$build/tree"
	mv "$build/rootdir.tar.new" "$build/rootdir.tar"
	mv "$build/tree.inputs" "$build/tree.stamp"
}

main "$@"
