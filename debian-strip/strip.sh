#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Takes packages and files out of a tree, rule by rule, and prints what each rule saved.
#
#   strip.sh [-k OPTIONS] purge TREE FILES LIST [optional]   the files of the packages in LIST (FILES/PKG lists a
#                                                            package's files)
#   strip.sh [-k OPTIONS] shrink TREE LIST [optional]        the files that match the patterns in LIST
#   strip.sh [-k OPTIONS] rules LIST                         prints "RULE<tab>REASON" of the lines in force
#
# LIST: a rule a line, the option of .config that keeps what it would take (- for none), the reason after #. -k names
# the options that are on. A line that matches nothing is an error (it has outlived its reason), unless "optional". A
# shrink pattern is a shell pattern over the whole path, * crosses /; a leading ! keeps what later lines would take.
set -eu

. "$(dirname "$0")/../kbuild/conf.sh"

# prints "RULE<tab>REASON" of each line, but of those whose option is on
rules() {
	awk -v kept=" $kept " '
		/^[^#[:space:]]/ && !($2 ~ /^PX_/ && index(kept, " " $2 " ")) {
			rule = $1
			sub(/^[^#]*#[[:space:]]*/, "")
			print rule "\t" $0
		}' "$list"
}

# every line is a comment, blank, or a rule with its reason
check_list() {
	option='([[:space:]]+(-|PX_[A-Z0-9_]+))?'
	reason='[[:space:]]+#[[:space:]]*[^[:space:]].*'
	bad=$(grep -nEv "^(#.*|[[:space:]]*|[^#[:space:]]+${option}${reason})\$" "$1" | head -n 1)
	[ -z "$bad" ] || die "$1:${bad%%:*}: not 'RULE [OPTION] # REASON': ${bad#*:}"
}

# removes the files listed on stdin below the tree; prints the KiB that they took
remove() {
	(cd "$tree" && tr '\n' '\0' | xargs -0 -r sh -c '
		stat -c %s -- "$@"
		rm -f -- "$@"' sh) | awk '{ bytes += $1 } END { printf "%d\n", (bytes + 1023) / 1024 }'
}

report() {
	if [ "$2" -gt 0 ]; then
		printf '  %8d KiB  %-24s %s\n' "$2" "$1" "$3"
	fi
}

purge() {
	rules >"$tree.rules"
	while IFS='	' read -r package reason; do
		if [ ! -e "$files/$package" ]; then
			[ -n "$optional" ] ||
				die "$list: no package '$package' in the tree (nothing brings it any more?)"
			continue
		fi
		kib=$(cd "$tree" && while IFS= read -r f; do
			if [ -e "$f" ] || [ -L "$f" ]; then echo "$f"; fi
		done <"$files/$package" | remove)
		report "$package" "$kib" "$reason"
	done <"$tree.rules"
}

# One pass over the list of paths for each rule: what matches is removed, what is kept leaves the list.
shrink() {
	rules >"$tree.rules"
	(cd "$tree" && find . ! -type d | sed 's,^\./,,' | sort) >"$tree.paths"
	while IFS='	' read -r pattern reason; do
		: >"$tree.matched"
		: >"$tree.rest"
		while IFS= read -r path; do
			# the pattern is one: no quotes
			# shellcheck disable=SC2254
			case $path in
			${pattern#!}) echo "$path" >>"$tree.matched" ;;
			*) echo "$path" >>"$tree.rest" ;;
			esac
		done <"$tree.paths"
		[ -s "$tree.matched" ] || [ -n "$optional" ] || die "$list: nothing in the tree matches '$pattern'"
		mv "$tree.rest" "$tree.paths"
		case $pattern in
		!*) ;;
		*) report "$pattern" "$(remove <"$tree.matched")" "$reason" ;;
		esac
	done <"$tree.rules"
}

main() {
	kept='' tree='' files=''
	if [ "${1:-}" = -k ]; then
		kept=$2
		shift 2
	fi
	case ${1:-}:$# in
	purge:4 | purge:5) tree=$2 files=$3 list=$4 optional=${5:-} ;;
	shrink:3 | shrink:4) tree=$2 list=$3 optional=${4:-} ;;
	rules:2) list=$2 ;;
	*) die "usage: see the head of this file" ;;
	esac
	check_list "$list"
	if [ -n "$tree" ]; then tree=$(cd "$tree" && pwd); fi # rules are followed from inside of it
	if [ -n "$files" ]; then files=$(cd "$files" && pwd); fi
	"$1"
	[ "$1" != rules ] || return 0
	find "$tree" -mindepth 1 -type d -empty -delete
	rm -f "$tree.rules" "$tree.paths" "$tree.matched" "$tree.rest"
}

main "$@"
