#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
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

# the rule that took a library, as far as it can be told
rule_for() {
	sed -n 's/^\([^#![:space:]][^[:space:]]*\)[[:space:]].*/\1/p' "$(dirname "$0")/shrink.list" |
		while read -r pattern; do
			# the pattern is one: no quotes
			# shellcheck disable=SC2254
			case usr/lib/x86_64-linux-gnu/$1 in
			$pattern) echo "shrink.list: $pattern" ;;
			esac
		done | head -n 1 | grep . || echo "purge.list, or no package brings it"
}

check_libraries() {
	"$(dirname "$0")/libraries.sh" needed "$tree" >"$tree.needed"
	libraries=" $(cd "$tree" && find . -name '*.so*' | sed 's,.*/,,' | sort -u | tr '\n' ' ') "
	while IFS='	' read -r file library; do
		case $library in
		/*) [ -e "$tree$library" ] || wrong "$file needs $library, which is not in the tree" ;;
		*)
			case $libraries in
			*" $library "*) ;;
			*) wrong "$file needs $library, which is not in the tree (taken by: $(rule_for "$library"))" ;;
			esac
			;;
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
		wrong "the tree takes $kib KiB, its budget is $budget_kib KiB" \
			"(PX_TREE_BUDGET_KIB in .config); the largest:"
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
