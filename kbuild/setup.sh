#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing of the packages in the lists (one a line, the reason after #), when root; else prints the one
# command to run and fails. Quick when nothing is missing.
#
#   setup.sh LIST...
set -eu

missing() {
	sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$@" | sort -u | while read -r pkg; do
		status=$(dpkg-query -W -f '${Status}' "$pkg" 2>/dev/null) || status=none
		case $status in
		'install ok installed') ;;
		*) printf '%s ' "$pkg" ;;
		esac
	done
}

main() {
	packages=$(missing "$@")
	if [ -z "$packages" ]; then
		return 0
	fi
	command="apt-get install --yes --no-install-recommends $packages"
	if [ "$(id -u)" != 0 ]; then
		echo "setup.sh: some packages are missing; run this, then make again:" >&2
		echo "  sudo $command" >&2
		exit 1
	fi
	echo "  SETUP   $packages"
	log=$(mktemp)
	export DEBIAN_FRONTEND=noninteractive
	if ! apt-get update >"$log" 2>&1; then
		# a foreign source that is down does not matter if what we need can be had: install decides
		echo "setup.sh: apt-get update: $(grep '^[EW]:' "$log" | head -n 1)" >&2
	fi
	# daemons that come along must not start here (invoke-rc.d asks this script)
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		trap 'rm -f $policy' EXIT
		trap 'exit 130' INT TERM # or the shell ends without it, and no daemon would ever start here again
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod +x $policy
	fi
	# shellcheck disable=SC2086 # a list of words
	if ! $command >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "setup.sh: '$command' failed (above)" >&2
		exit 1
	fi
	rm -f "$log"
}

main "$@"
