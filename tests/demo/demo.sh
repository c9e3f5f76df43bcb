#!/bin/sh
# The main job, once, for real: a QEMU machine with an empty disk boots over PXE from BUILD/demo/tftp (build/tftpboot with a
# demo catalog), installs Debian and boots into it. On a terminal (or with -i): the menu, by hand. Else unattended, and
# exit 0 only when the installed Debian printed its login prompt.
#
#   demo.sh [-i|-u] BUILD
set -eu

# BUILD/demo/tftp: the product, with the demo's catalog and image; the machine is told what to do by its own
# pxelinux.cfg/01-MAC, as on a real network
make_root() {
	rm -rf "$demo/tftp"
	cp -al "$build/tftpboot" "$demo/tftp"
	ln "$demo/debian.img.zst" "$demo/tftp/debian.img.zst"
	rm "$demo/tftp/images"
	{
		cat "$demo/debian.stanza"
		echo
		sed -e 's/^Image: .*/Image: debian-demo-poweroff/' -e 's/^Title: .*/&, then power off/' "$demo/debian.stanza"
		echo 'After: poweroff'
	} >"$demo/tftp/images"
}

# boot parameters for the one machine: what the default label says, and more
machine_config() {
	default=$demo/tftp/pxelinux.cfg/default
	sed -e "s/^\([[:space:]]*append .*\)/\1 $*/I" -e 's/^[[:space:]]*prompt .*/prompt 0/I' -e 's/^timeout .*/timeout 1/I' "$default" \
		>"$demo/tftp/pxelinux.cfg/01-$mac"
}

main() {
	mode=$([ -t 0 ] && [ -t 1 ] && echo -i || echo -u)
	case $1 in
	-i | -u) mode=$1; shift ;;
	esac
	build=$(cd "$1" && pwd)
	here=$(cd "$(dirname "$0")" && pwd)
	demo=$build/demo
	mac=52-54-00-00-00-01
	make_root
	rm -f "$demo/disk.img"
	truncate -s 2G "$demo/disk.img"
	if [ "$mode" = -i ]; then
		echo "The machine's serial console follows; Ctrl-A x ends it. Choose an image, then the disk; root has no password."
		exec "$here/boot.sh" -t "$demo/tftp" -D "$demo/disk.img"
	fi
	machine_config 'px.image=debian-demo px.disk=smallest px.auto px.timeout=3'
	rc=0
	"$here/boot.sh" -t "$demo/tftp" -D "$demo/disk.img" -l "$demo/console.log" -w 600 \
		'px: installing debian-demo' 'px: installed debian-demo' 'px-demo login:' || rc=$?
	if [ $rc = 0 ]; then
		echo "demo: the installed Debian is up (console: build/demo/console.log)"
	fi
	return $rc
}

main "$@"
