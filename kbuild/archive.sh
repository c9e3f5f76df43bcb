#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The one door to Debian's archive: signature-checked packages, by name, through the mirror that this machine's own
# apt uses, in a private apt directory. The host's sources and package state are never touched.
#
#   archive.sh -b BUILD -s SUITE update            fetch the signed indexes (does nothing when they are there)
#   archive.sh -b BUILD -s SUITE source PKG...     unpack source packages into BUILD/src/PKG
#   archive.sh -b BUILD -s SUITE deb PKG...        unpack binary packages into BUILD/deb/PKG (no dependencies)
#   archive.sh -b BUILD -s SUITE mirrors           the deb lines in use, one a line
#   archive.sh -b BUILD -s SUITE depends PKG...    the package that PKG depends on first (for metapackages)
#     -c COMPONENT   of the archive (default main); another one has an apt directory of its own, used when asked for
#                    only
#
# Every package used is recorded as "kind name version" in BUILD/manifest.d/; manifest.txt is their sorted union.
set -eu

kbuild=$(cd "$(dirname "$0")" && pwd)
. "$kbuild/conf.sh"
. "$kbuild/apt.sh"

# Prints "SITE LABEL" of each Debian repository that the host's apt knows.
# (the format is apt's, not the shell's)
# shellcheck disable=SC2016
host_sites() {
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(SITE)' 'Created-By: Packages' | sort -u |
		sed -n 's/^Debian|\([^|]*\)|\(.*\)$/\2 \1/p'
}

site_for() {
	host_sites | sed -n "s,^\(.*\) $1\$,\1,p" | head -n 1
}

# deb and deb-src lines: the suite, and its security updates where the host has a source for those
source_lines() {
	site=$(site_for Debian)
	if [ -z "$site" ]; then
		die "no Debian mirror: apt on this machine knows none" \
			"(run 'apt-get update' once, see /etc/apt/sources.list)"
	fi
	security=$(site_for Debian-Security)
	for kind in deb deb-src; do
		echo "$kind [signed-by=$keyring] $site $suite $component"
		if [ -n "$security" ]; then
			echo "$kind [signed-by=$keyring] $security $suite-security $component"
		fi
	done
}

# apt's configuration in a file: every tool then sees the same directories
write_config() {
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/empty" "$apt/parts"
	: >"$apt/status"
	host_settings >"$apt/parts/host.conf"
	cat >"$apt/apt.conf.new" <<-CONF
		Dir::Etc::main "$apt/empty/apt.conf";
		Dir::Etc::parts "$apt/parts";
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "$apt/empty";
		Dir::Etc::preferences "$apt/empty/preferences";
		Dir::Etc::preferencesparts "$apt/empty";
		Dir::State "$apt";
		Dir::State::status "$apt/status";
		Dir::State::lists "$apt/lists";
		Dir::Cache "$apt";
		Dir::Cache::archives "$apt/archives";
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Update::Error-Mode "any";
		APT::Get::List-Cleanup "true";
	CONF
	if [ "$(id -u)" = 0 ]; then
		echo 'APT::Sandbox::User "root";' >>"$apt/apt.conf.new"
	fi
	mv "$apt/apt.conf.new" "$apt/apt.conf"
	# for its --aptopt: it writes all the rest itself
	{ cat "$apt/parts/host.conf"; strict_options | sed 's/=\(.*\)/ "\1";/'; } >"$apt/mmdebstrap.conf"
}

# the first thing that apt complained of
complaint() {
	sed -n 's/^[EW]: //p' "$apt/log" | grep . || echo "apt-get update failed"
}

# Updates when the sources have changed or a day has passed; otherwise leaves everything as it is. An index that
# cannot be had is an error (APT::Update::Error-Mode): apt by itself goes on with what it has, and be that nothing.
update() {
	lines=$(source_lines)
	write_config
	if [ -f "$apt/updated" ] && [ "$(cat "$apt/sources.list")" = "$lines" ] &&
		[ -z "$(find "$apt/updated" -mtime +0)" ]; then
		return 0
	fi
	if [ "$(cat "$apt/sources.list" 2>/dev/null)" != "$lines" ]; then
		rm -f "$apt/updated" # what is there is of other sources
	fi
	echo "$lines" >"$apt/sources.list"
	if ! ours apt-get -qq update >"$apt/log" 2>&1; then
		hint=''
		[ ! -e "$apt/updated" ] ||
			hint="; to go on with those of $(date -r "$apt/updated" +%F): touch $apt/updated"
		die "cannot read the indexes of $suite, is the mirror reachable?" \
			"$(complaint | head -n 1) (all of it: $apt/log$hint)"
	fi
	: >"$apt/updated"
}

# record KIND PKG VERSION
record() {
	echo "$1 $2 $3" >"$build/manifest.d/$1-$2"
}

# versions_of COMMAND PKG: newest first; a mirror may list a version whose files it has not (or no longer) got
versions_of() {
	ours apt-cache "$@" 2>/dev/null | sed -n 's/^Version: //p' | sort -rVu
}

# fresh KIND PKG DIR: it was looked up after the indexes were read last; apt takes a second for each look
fresh() {
	[ -d "$3" ] && [ -n "$(find "$3.newest" -newer "$apt/updated" 2>/dev/null)" ] || return 1
	record "$1" "$2" "$(cat "$3.version")"
}

# get KIND PKG DIR VERSION...: unpacks the newest version that can be had into DIR
get() {
	kind=$1 pkg=$2 dir=$3
	shift 3
	[ $# -gt 0 ] || die "no $kind package '$pkg' in $suite"
	newest=$1
	if [ -d "$dir" ] && [ "$(cat "$dir.newest" 2>/dev/null)" = "$newest" ]; then
		touch "$dir.newest"
		record "$kind" "$pkg" "$(cat "$dir.version")"
		return 0
	fi
	for version in "$@"; do
		rm -rf "$dir.new" "$dir" "$dir.newest"
		mkdir -p "$dir.new"
		if (cd "$dir.new" && "fetch_$kind" >log 2>&1); then
			mv "$dir.new/tree" "$dir"
			rm -rf "$dir.new"
			echo "$version" >"$dir.version"
			echo "$newest" >"$dir.newest"
			record "$kind" "$pkg" "$version"
			return 0
		fi
		echo "archive.sh: $kind package $pkg $version: $(head -n 1 "$dir.new/log");" \
			"trying the next older one" >&2
	done
	die "cannot get $kind package $pkg from the archive in any version that it lists"
}

fetch_source() {
	ours apt-get -qq source --download-only "$pkg=$version" &&
		dpkg-source --no-check -x ./*.dsc tree
}

fetch_binary() {
	ours apt-get -qq download "$pkg=$version" && dpkg-deb -x ./*.deb tree
}

first_depends() {
	ours apt-cache depends --important "$1" | sed -n 's/^ *Depends: //p' | head -n 1
}

main() {
	build='' suite='' component=main
	while getopts b:s:c: opt; do
		case $opt in
		b) build=$OPTARG ;;
		s) suite=$OPTARG ;;
		c) component=$OPTARG ;;
		*) die "usage: archive.sh -b BUILD -s SUITE [-c COMPONENT]" \
			"update|source|deb|mirrors|depends [PKG...]" ;;
		esac
	done
	shift $((OPTIND - 1))
	if [ -z "$build" ] || [ -z "$suite" ] || [ $# -eq 0 ]; then
		die "usage: archive.sh -b BUILD -s SUITE [-c COMPONENT] COMMAND [PKG...]"
	fi
	mkdir -p "$build/manifest.d"
	build=$(cd "$build" && pwd)
	apt=$build/apt-$suite
	[ "$component" = main ] || apt=$apt-$component
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -r "$keyring" ] || die "no $keyring (apt-get install debian-archive-keyring)"
	command=$1
	shift
	exec 9>"$apt.lock" # two builds (or tests) at once use one folder: one after the other
	flock 9
	update
	# versions_of gives one word a version
	# shellcheck disable=SC2046
	case $command in
	update) ;;
	source) for p in "$@"; do
		fresh source "$p" "$build/src/$p" ||
			get source "$p" "$build/src/$p" $(versions_of showsrc --only-source "$p")
	done ;;
	deb) for p in "$@"; do
		fresh binary "$p" "$build/deb/$p" || get binary "$p" "$build/deb/$p" $(versions_of show "$p")
	done ;;
	mirrors) sed -n '/^deb /p' "$apt/sources.list" ;;
	depends) for p in "$@"; do first_depends "$p"; done ;;
	*) die "unknown command '$command'" ;;
	esac
}

main "$@"
