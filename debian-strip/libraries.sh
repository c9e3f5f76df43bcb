#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which library of a tree is needed by what is in it: read from the ELF headers, so dlopen() is not seen.
#
#   libraries.sh needed TREE         prints "FILE<tab>LIBRARY" for each library a program or library asks for, and for
#                                    each program interpreter (a path)
#   libraries.sh sweep TREE          removes libraries that nothing needs
#   libraries.sh restore TREE FULL   brings back from FULL what rules took and PX_TREE_PACKAGES need
set -eu

folder=usr/lib/x86_64-linux-gnu

needed() {
	(cd "$tree" && find usr -type f ! -name '*.ko' -size +0 | LC_ALL=C sort | while read -r f; do
		if [ "$(head -c 4 "$f" | tail -c 3)" = ELF ]; then
			readelf -dlW "$f" 2>/dev/null | sed -n -e "s,.*(NEEDED).*\[\(.*\)\],$f	\1,p" \
				-e "s,.*program interpreter: \(/.*\)\],$f	\1,p" | sort -u
		fi
	done)
}

names() {
	needed | sed 's,.*[	/],,' | sort -u
}

# the libraries of the tree, files and links, by name
present() {
	(cd "$tree/$folder" 2>/dev/null && find . -maxdepth 1 -name '*.so*' | sed 's,^\./,,' | sort)
}

# A library is a file and links to it: it stays when any of its names is needed. Taking one may leave others unneeded.
sweep() {
	while :; do
		names >"$tree.names"
		kept=$(while read -r name; do
			if [ -e "$tree/$folder/$name" ]; then basename "$(readlink -f "$tree/$folder/$name")"; fi
		done <"$tree.names")
		taken=''
		for name in $(present); do
			case "
$kept
" in
			*"
$(basename "$(readlink -f "$tree/$folder/$name")")
"*) ;;
			*) taken="$taken $name" ;;
			esac
		done
		rm -f "$tree.names"
		if [ -z "$taken" ]; then
			find "$tree/usr/lib64" -xtype l -delete 2>/dev/null || true # the interpreter's other name
			return 0
		fi
		for name in $taken; do
			printf '  %8d KiB  %-24s %s\n' $((($(stat -c %s "$tree/$folder/$name") + 1023) / 1024)) \
				"$name" "nothing needs it (any more)"
			rm -f "$tree/$folder/$name"
		done
	done
}

restore() {
	while :; do
		back=''
		for name in $(names); do
			if [ ! -e "$tree/$folder/$name" ] && [ -e "$full/$folder/$name" ]; then
				back="$back $name"
			fi
		done
		[ -n "$back" ] || return 0
		for name in $back; do
			file=$(readlink -f "$full/$folder/$name")
			mkdir -p "$tree/$folder"
			cp -a "$file" "$tree/$folder/"
			[ "$name" = "${file##*/}" ] || ln -s "${file##*/}" "$tree/$folder/$name"
			printf '  %8d KiB  %-24s %s\n' $((($(stat -c %s "$file") + 1023) / -1024)) "$name" \
				"back: $(needed | grep "	$name\$" | head -n 1 | cut -f 1) needs it"
		done
	done
}

main() {
	# without it nothing would be needed, and everything be swept out
	command -v readelf >/dev/null || { echo "libraries.sh: no readelf (apt-get install binutils)" >&2; exit 1; }
	case ${1:-}:$# in
	needed:2 | sweep:2) tree=$2 ;;
	restore:3) tree=$2 full=$3 ;;
	*) echo "usage: libraries.sh needed TREE | sweep TREE | restore TREE FULL" >&2; exit 2 ;;
	esac
	"$1"
}

main "$@"
