# SPDX-License-Identifier: GPL-2.0-or-later
# Read by /init, the network script and the menu's wrapper: messages for whoever looks, on whichever console.
# The reader sets root.
# shellcheck shell=sh disable=SC2154

# the kernel's consoles beside /dev/console, which is the last of them
other_consoles() {
	active=$(cat "$root/sys/class/tty/console/active" 2>/dev/null)
	for tty in $active; do
		[ "$tty" != "${active##* }" ] || continue
		[ "$tty" != tty0 ] || tty=tty1
		echo "$root/dev/$tty"
	done
}

# say WORDS...: a line on every console (with PX_QUIET set: on none, the menu is on them) and in the log; a full
# memory or a console that is not there is no reason to fail
say() {
	{ echo "px: $*" >>"$root/var/log/px.log"; } 2>/dev/null || true
	[ -z "${PX_QUIET:-}" ] || return 0
	echo "px: $*"
	for other in $(other_consoles); do
		[ ! -w "$other" ] || echo "px: $*" >>"$other"
	done
}
