#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, once, for real: a QEMU machine with an empty disk boots over PXE from BUILD/demo/tftp (build/tftpboot
# with a demo catalog), installs Debian and boots into it. On a terminal (or with -i): the menu, by hand. Else
# unattended, and exit 0 only when the installed Debian printed its login prompt.
#
#   demo.sh [-i|-u] BUILD
set -eu

# two entries: the demo image, and the same with another end
write_catalog() {
	cat "$demo/debian.stanza"
	echo
	sed -e 's/^Image: .*/Image: debian-demo-poweroff/' -e 's/^Title: .*/&, then power off/' "$demo/debian.stanza"
	echo 'After: poweroff'
}

main() {
	mode=$([ -t 0 ] && [ -t 1 ] && echo -i || echo -u)
	case $1 in
	-i | -u) mode=$1; shift ;;
	esac
	build=$(cd "$1" && pwd)
	here=$(cd "$(dirname "$0")" && pwd)
	demo=$build/demo
	write_catalog >"$demo/images"
	rm -f "$demo/disk.img"
	truncate -s 2G "$demo/disk.img"
	if [ "$mode" = -i ]; then
		"$here/root.sh" "$build" "$demo/tftp" "$demo/images"
		ln -f "$demo/debian.img.zst" "$demo/tftp/"
		echo "The machine's serial console follows; Ctrl-A x ends it. Choose an image, then the disk; root has no password."
		exec "$here/boot.sh" -t "$demo/tftp" -D "$demo/disk.img"
	fi
	"$here/root.sh" "$build" "$demo/tftp" "$demo/images" 52:54:00:00:00:01 \
		'px.image=debian-demo px.disk=smallest px.auto px.timeout=3'
	ln -f "$demo/debian.img.zst" "$demo/tftp/"
	rc=0
	"$here/boot.sh" -t "$demo/tftp" -D "$demo/disk.img" -l "$demo/console.log" -w 600 \
		'px: installing debian-demo' 'px: installed debian-demo' 'px-demo login:' || rc=$?
	if [ $rc = 0 ]; then
		echo "demo: the installed Debian is up (console: build/demo/console.log)"
	fi
	return $rc
}

main "$@"
