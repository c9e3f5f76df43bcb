#!/bin/sh
# Says whether a stripped tree still holds together: every library that any program or library in it needs is there,
# no link points to nothing, and the whole is within its budget.
#
#   verify.sh TREE BUDGET-KIB
#
# Exit status 1 with one line for each thing that is wrong.
set -eu

wrong() {
	echo "verify.sh: $*" >&2
	failed=1
}

# prints "FILE<tab>LIBRARY" of each library that an ELF file asks for, its program interpreter too
needed() {
	(cd "$tree" && find . -type f ! -name '*.ko' -size +0 | sort | while read -r f; do
		if [ "$(head -c 4 "$f" | tail -c 3)" = ELF ]; then
			readelf -dlW "$f" 2>/dev/null | sed -n -e "s,.*(NEEDED).*\[\(.*\)\],${f#./}	\1," \
				-e "s,.*program interpreter: \(/.*\)\],${f#./}	\1,p" -e '/	/p' | sort -u
		fi
	done)
}

check_libraries() {
	needed >"$tree.needed"
	while IFS='	' read -r file library; do
		case $library in
		/*) [ -e "$tree$library" ] || wrong "$file needs $library, which is not in the tree" ;;
		*) [ -e "$tree/usr/lib/x86_64-linux-gnu/$library" ] || [ -e "$tree/usr/lib/$library" ] ||
			wrong "$file needs $library, which is not in the tree (a rule of purge.list or shrink.list took it)" ;;
		esac
	done <"$tree.needed"
	rm -f "$tree.needed"
}

# A link's target counts from the tree's root; /proc, /run and /dev are filled when it runs.
check_links() {
	(cd "$tree" && find . -type l | sort) >"$tree.links"
	while read -r link; do
		target=$(readlink "$tree/$link")
		case $target in
		/proc/* | /run/* | /dev/*) continue ;;
		/*) target=$tree$target ;;
		*) target=$tree/${link%/*}/$target ;;
		esac
		[ -e "$target" ] || wrong "${link#./} points to $(readlink "$tree/$link"), which is not in the tree"
	done <"$tree.links"
	rm -f "$tree.links"
}

check_size() {
	kib=$(du -sk --apparent-size "$tree" | cut -f 1)
	if [ "$kib" -gt "$budget_kib" ]; then
		wrong "the tree takes $kib KiB, its budget is $budget_kib KiB (PX_TREE_BUDGET_KIB in .config); the largest:"
		(cd "$tree" && find . -type f -printf '%k KiB %P\n' | sort -rn | head -n 5) >&2
	fi
}

main() {
	[ $# = 2 ] || { echo "usage: verify.sh TREE BUDGET-KIB" >&2; exit 2; }
	tree=$1 budget_kib=$2 failed=0
	check_libraries
	check_links
	check_size
	return $failed
}

main "$@"
