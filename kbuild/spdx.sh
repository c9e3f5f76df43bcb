#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Names the source files that say nothing of their licence, and exits with 1 if there are any; -w: gives them the line.
#
#   spdx.sh [-w]
set -eu

line='SPDX-License-Identifier: GPL-2.0-or-later' # COPYING, with what its section 9 grants

# source files that git knows: by name, or because they are scripts. No data (lists, screens, seeds), no links.
sources() {
	git ls-files -s | sed -n 's/^100[0-9]* [0-9a-f]* 0	//p' | while IFS= read -r file; do
		case $file in
		*.c | *.h | *.sh | *.bats | *.bash | *.py | *.awk | *.src | *Config.in | Makefile) echo "$file" ;;
		*.txt | *.png | *.md | *.list) ;;
		*) ! head -c 2 "$file" | grep -q '^#!' || echo "$file" ;;
		esac
	done
}

silent() {
	sources | while IFS= read -r file; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ' || echo "$file"
	done
}

# the line comes first, or behind "#!"
give() {
	case $1 in
	*.c | *.h) sed -i "1i /* $line */" "$1" ;;
	*) if head -n 1 "$1" | grep -q '^#!'; then sed -i "1a # $line" "$1"; else sed -i "1i # $line" "$1"; fi ;;
	esac
}

main() {
	cd "$(dirname "$0")/.."
	found=$(silent)
	[ -n "$found" ] || return 0
	if [ "${1:-}" = -w ]; then
		echo "$found" | while IFS= read -r file; do give "$file"; done
		return 0
	fi
	echo "$found"
	echo "spdx.sh: these files say nothing of their licence: kbuild/spdx.sh -w" >&2
	return 1
}

main "$@"
