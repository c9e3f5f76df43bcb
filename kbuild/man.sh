#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the manual pages BUILD/man/NAME.SECTION of docs/man/NAME.SECTION.md, with go-md2man. What the applets say of
# themselves is taken from BUILD/busybox, what tables of docs/ say from there, so that no page says something else:
#
#   @usage APPLET@       how it is called            @options APPLET@     its options or commands
#   @exit APPLET@        its exit status             @rows FILE NAME@     FILE's table whose first row begins with NAME
#   @header SCRIPT@      how a script says in its first comment that it is called
#
#   man.sh BUILD [PX_TOP]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/conf.sh"

help_of() {
	"$busybox" "$1" --help 2>&1
}

usage() {
	help_of "$1" | awk '
		/^Usage: / { on = 1; sub(/^Usage: /, "") }
		on && /^$/ { exit }
		on { sub(/^or: /, ""); print "    " $0 }'
}

# "<tab>-O FILE<tab>text" and lines that go on with "<tab><tab>text", as a definition list
options() {
	help_of "$1" | awk -F '\t+' '
		function out() { if (name != "") print mark(name) "\n\n:   " plain(text) "\n"; name = "" }
		function mark(s,    n, w, i, r) {
			n = split(s, w, " ")
			r = "**" w[1] "**"
			for (i = 2; i <= n; i++) r = r " *" w[i] "*"
			return r
		}
		function plain(s) { gsub(/[][*_<>|]/, "\\\\&", s); return s }
		/^\t[^\t]/ && blank >= 2 { out(); name = $2; text = $3; next }
		/^\t\t/ && name != "" { text = text " " $2; next }
		/^$/ { blank++ }
		{ out() }
		END { out() }'
}

exit_status() {
	help_of "$1" | sed -n '/^Exit status: /,/^$/{s/^Exit status: //;p}' | tr '\n' ' ' |
		awk '{ gsub(/, ([0-9]+) /, ";&"); n = split($0, part, ";")
			for (i = 1; i <= n; i++) {
				sub(/^, /, "", part[i]); sub(/ $/, "", part[i])
				number = part[i]; sub(/ .*/, "", number)
				text = part[i]; sub(/^[0-9]+ /, "", text)
				print "**" number "**\n\n:   " text "\n"
			} }'
}

# from the first line that is indented by three blanks behind # to the end of that comment, as a block of code
header() {
	sed -n '/^#   [a-z]/,/^[^#]/{/^#/!q;s/^#//;s/^ \{0,3\}/    /;p}' "$top/$1"
}

# A name that ends with a dot (px.) is that of any first row's cell that begins so.
rows() {
	awk -v name="$2" '
		/^\|/ { n = split($0, cell, / *\| */); head = cell[2] }
		/^\|---/ { next }
		!/^\|/ { table = 0; next }
		!table { table = 1; wanted = head == name; next }
		table++ == 1 && index(head, "`" name) == 1 && name ~ /\.$/ { wanted = 1 }
		wanted && head ~ /^`/ {
			text = $0
			sub(/^\| *`[^`]*` *\| */, "", text); sub(/ *\|$/, "", text)
			while (match(text, /\[[^]]*\]\([^)]*\)/)) {
				link = substr(text, RSTART + 1, RLENGTH - 1); sub(/\].*/, "", link)
				text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
			}
			print head "\n\n:   " text "\n"
		}' "$top/$1"
}

expand() {
	while IFS= read -r line; do
		# shellcheck disable=SC2086
		case $line in
		@*@)
			line=${line#@}
			set -- ${line%@}
			case $1 in
			usage) usage "$2" ;;
			options) options "$2" ;;
			exit) exit_status "$2" ;;
			rows) rows "$2" "$3" ;;
			header) header "$2" ;;
			*) die "@$1@: no such thing" ;;
			esac >"$work/part"
			[ -s "$work/part" ] || die "@$*@ gives nothing"
			cat "$work/part"
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

# one page: title line for go-md2man, then what it leaves to be mended: fonts of old troffs, hyphens that are minus
page() {
	name=$(basename "$1" .md)
	section=${name##*.}
	{
		printf '%% %s %s "%s" "PXE Imager %s" "PXE Imager"\n\n' "${name%.*}" "$section" "$date" "$version"
		expand <"$1"
	} >"$work/page.md"
	go-md2man -in "$work/page.md" -out "$work/page"
	sed -e 's/\\fB\\fC/\\fB/g' -e 's/\\fR\\&/\\fR/g' -e '/^\\fB-/s/-/\\-/g' -e 's/\\fB-/\\fB\\-/g' "$work/page" \
		>"$build/man/$name.new"
	mv "$build/man/$name.new" "$build/man/$name"
}

main() {
	[ $# -ge 1 ] || { echo "usage: man.sh BUILD [TOP]" >&2; exit 2; }
	build=$(cd "$1" && pwd)
	top=$(cd "${2:-$here/..}" && pwd)
	busybox=${PX_BUSYBOX:-$build/busybox}
	command -v go-md2man >/dev/null || die "no go-md2man (apt-get install go-md2man)"
	version=$(cat "$build/version")
	date=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(commit_time 2>/dev/null || echo 0)}" +%Y-%m-%d)
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	mkdir -p "$build/man"
	for md in "$top"/docs/man/*.md; do
		page "$md"
	done
}

main "$@"
