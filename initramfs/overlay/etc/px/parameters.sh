# SPDX-License-Identifier: GPL-2.0-or-later
# Read with a dot: the kernel command line, read in one way by all scripts. The reader sets root.
# Words are between blanks; of several with one name the last one counts, as for the kernel itself.
# shellcheck shell=sh disable=SC2154

# What a server gives with site.cpio.xz, overruled by the kernel command line; a medium has no server.
read_defaults() {
	defaults=''
	case $words in
	*px.medium=*) ;;
	*) [ ! -r "$root/etc/px/defaults" ] || read -r defaults <"$root/etc/px/defaults" ;;
	esac
}

# parameter NAME: prints the value of NAME=VALUE; nothing when it is not there
parameter() {
	value=''
	read -r words <"$root/proc/cmdline"
	read_defaults
	set -f # a word may hold a *
	for word in $defaults $words; do
		case $word in
		"$1"=*) value=${word#*=} ;;
		esac
	done
	set +f
	printf %s "$value"
}

# has WORD: whether it stands there as it is
has() {
	read -r words <"$root/proc/cmdline"
	case " $words " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}
