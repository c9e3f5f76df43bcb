#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes the loaders' menus as .config wants them: OUT/default (pxelinux) and OUT/grub.cfg, from the ones in TFTPROOT.
#
#   menus.sh CONFIG TFTPROOT OUT
set -eu

. "$(dirname "$0")/../../kbuild/conf.sh"

# the console is the user's text, no pattern
with_console() {
	sed "s/@CONSOLE@/$(conf PX_CONSOLE | sed 's,[\\/&],\\&,g')/" "$1"
}

# without the entry that starts a shell
without_shell() {
	sed -e '/^LABEL shell$/,/^$/d' -e '/^menuentry .*--id shell {$/,/^}$/d'
}

# nothing that is typed counts; an entry that is marked so starts all the same
without_prompt() {
	sed -e 's/^PROMPT 1$/PROMPT 0\nNOESCAPE 1\nALLOWOPTIONS 0/' -e "s/, 'local' boots the disk\././" \
		-e 's/^set timeout=1$/set timeout=1\nset superusers=nobody\nexport superusers/' \
		-e 's/^menuentry \(.*\) {$/menuentry \1 --unrestricted {/'
}

main() {
	[ $# = 3 ] || { echo "usage: menus.sh CONFIG TFTPROOT OUT" >&2; exit 2; }
	# conf reads config
	# shellcheck disable=SC2034
	config=$1 from=$2 out=$3
	mkdir -p "$out"
	shells=cat prompt=cat
	[ "$(conf PX_SHELL)" = y ] || shells=without_shell
	[ "$(conf PX_LOADER_PROMPT)" = y ] || prompt=without_prompt
	with_console "$from/pxelinux/default" | $shells | $prompt >"$out/default"
	with_console "$from/grub/grub.cfg" | $shells | $prompt >"$out/grub.cfg"
}

main "$@"
