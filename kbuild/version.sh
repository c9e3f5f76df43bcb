#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the version of this source, the only place that knows it:
#
#   1.2                    the commit that the tag v1.2 stands on
#   1.2+5.g0123456789      5 commits behind it (0+...: there is no tag yet)
#   ...+dirty              with changes that are not committed
#
# Only commits that touch what goes into the product count, and the last of those is named: a change of tests or texts
# makes nobody build the tree again. A source archive (make dist) has no git; its file kbuild/version says what is said
# here.
set -eu

product='applets kbuild debian-strip initramfs Config.in Makefile'

# safe.directory: `sudo make` in somebody's clone; what git would run from its configuration, make runs from the
# Makefile anyway
in_git() {
	GIT_OPTIONAL_LOCKS=0 git -C "$top" -c safe.directory='*' "$@"
}

# the newest tag vNUMBER that HEAD descends from; nothing when there is none
last_tag() {
	in_git describe --tags --abbrev=0 --match 'v[0-9]*' HEAD 2>/dev/null || true
}

from_git() {
	tag=$(last_tag)
	version=${tag#v}
	# shellcheck disable=SC2086 # several folders
	count=$(in_git rev-list --count "${tag:+$tag..}HEAD" -- $product)
	if [ "$count" != 0 ]; then
		# shellcheck disable=SC2086
		# git's own abbreviation grows with the clone
		commit=$(in_git log -1 --format=%H HEAD -- $product | cut -c 1-10)
		version=${version:-0}+$count.g$commit
	fi
	# shellcheck disable=SC2086
	[ -z "$(in_git status --porcelain -- $product)" ] || version=$version+dirty
	echo "${version:-0}"
}

main() {
	top=$(cd "$(dirname "$0")/.." && pwd)
	if [ -s "$top/kbuild/version" ]; then
		version=$(cat "$top/kbuild/version")
	elif [ -e "$top/.git" ] && command -v git >/dev/null; then # its own, not that of a folder around it
		version=$(from_git)
	else
		version=unknown
	fi
	# it goes into C and JSON as it is
	case $version in
	*[!0-9A-Za-z.+~-]* | "" | ????????????????????????????????????????*)
		echo "version.sh: '$version' is no version: under 40 letters, digits and .+~-" >&2
		exit 1
		;;
	esac
	echo "$version"
}

main "$@"
