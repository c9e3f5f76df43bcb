#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs commands side by side, until one of them ends, or this script is told to.
#
#   together.sh COMMAND... -- COMMAND... [-- COMMAND...]
set -eu

# first WORD...: becomes the command in front of the first --
first() {
	count=0
	for word; do
		[ "$word" != -- ] || break
		count=$((count + 1))
	done
	rest=$(($# - count)) i=0
	while [ $i -lt $count ]; do # behind the others, which go
		set -- "$@" "$1"
		shift
		i=$((i + 1))
	done
	shift $rest
	exec "$@"
}

# all of them live
live() {
	for pid in $pids; do
		kill -0 "$pid" 2>/dev/null || return 1
	done
}

# by the trap
# shellcheck disable=SC2317
stop() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || true
	done
	wait
}

main() {
	pids=''
	trap stop EXIT
	trap 'exit 130' INT TERM
	while [ $# -gt 0 ]; do
		first "$@" &
		pids="$pids $!"
		while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done
		[ $# = 0 ] || shift
	done
	while live; do
		sleep 1 &
		wait $! # so a signal is served at once
	done
	echo "together.sh: one of the servers has ended (above: why)" >&2
	exit 1
}

main "$@"
