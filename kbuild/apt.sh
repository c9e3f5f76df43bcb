# SPDX-License-Identifier: GPL-2.0-or-later
# Read with a dot by the scripts that call apt. The reader sets apt (a private apt directory below BUILD) and kbuild
# (this folder).
#
# Of the build machine's own configuration nothing is used but how a mirror is reached (proxies, ForceIPv4, whether
# the clock can be trusted). apt reads the file that APT_CONFIG names first, then apt.conf.d, then -o: that file
# therefore names an apt.conf.d of ours, and what must hold (apt-options.list) is given by -o on each call as well.
# shellcheck shell=sh disable=SC2154

# what is taken over from the host, as lines of an apt.conf
host_settings() {
	apt-config dump | grep -E '^Acquire::((http|https)::.*|ForceIPv[46]|Check-Date) ' || true # there may be none
}

# strict_options: those of apt-options.list, one a line. A builder whose mirror is a snapshot can say so:
# PX_APT_EXPIRED=yes.
strict_options() {
	sed -n 's/^\([^#[:space:]]*\).*/\1/p' "$kbuild/apt-options.list" | grep . | while read -r option; do
		case $option,${PX_APT_EXPIRED:-} in
		Acquire::Check-Valid-Until=*,yes) echo "${option%=*}=false" ;;
		*) echo "$option" ;;
		esac
	done
}

# ours APT-TOOL ARGUMENTS...: apt-get or apt-cache with our sources and our rules
ours() {
	tool=$1
	shift
	# options are words
	# shellcheck disable=SC2046
	APT_CONFIG=$apt/apt.conf "$tool" $(strict_options | sed 's/^/-o/') "$@"
}
