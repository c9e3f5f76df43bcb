#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pxe-imager COMMAND: what an administrator does with the package's folder, /srv/pxe-imager. See pxe-imager(8).
set -eu

home=/usr/lib/pxe-imager
build=/var/lib/pxe-imager

usage() {
	cat >&2 <<-'USAGE'
		usage: pxe-imager image FILE ID TITLE [FIELD=VALUE]...    FILE becomes an image in the catalog
		       pxe-imager check                                   every file that the catalog names, against it
		       pxe-imager list                                    the images, and why one cannot be used
		       pxe-imager sign KEY [DAYS]                         sign the catalog
		       pxe-imager cast [OPTION]... ID                     send an image to all who listen (multicast)
		       pxe-imager room COMMAND...                         what the machines of a room install (pxroom)
	USAGE
	exit 2
}

main() {
	[ $# -ge 1 ] || usage
	command=$1
	shift
	case $command,$# in
	image,[012]) usage ;;
	image,*) exec $home/initramfs/serve/image.sh $build "$@" ;;
	check,0 | list,0) exec $home/busybox pxcatalog "$command" /srv/pxe-imager/images ;;
	cast,0) usage ;;
	cast,*) exec $home/initramfs/serve/cast.sh -b $build "$@" ;;
	room,*) PX_TFTPBOOT=/srv/pxe-imager PX_ROOM_DIR=$build/room exec $home/initramfs/serve/pxroom "$@" ;;
	sign,[12]) exec $home/initramfs/serve/sign.sh $build "$1" "${2:-30}" ;;
	*) usage ;;
	esac
}

main "$@"
