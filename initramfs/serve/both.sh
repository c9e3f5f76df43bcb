#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs nginx and COMMAND side by side, until one of them ends, or this script is told to.
#
#   both.sh NGINX-CONFIGURATION COMMAND...
set -eu

nginx -c "$1" &
web=$!
shift
"$@" &
other=$!
trap 'kill $web $other 2>/dev/null || true; wait' EXIT
trap 'exit 130' INT TERM
while kill -0 $web 2>/dev/null && kill -0 $other 2>/dev/null; do
	sleep 1 &
	wait $! # so a signal is served at once
done
echo "both.sh: nginx or $1 has ended (above: why)" >&2
exit 1
