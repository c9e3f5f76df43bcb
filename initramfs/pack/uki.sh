#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/tftpboot/px.efi: kernel, initramfs, a site's own files and a command line in one program for UEFI, signed,
# so that a firmware (or shim) that knows the certificate starts all of that or nothing. And BUILD/tftpboot/mok/: the
# same for machines whose firmware knows Microsoft only, where the certificate is enrolled as a machine owner's key.
#
#   uki.sh BUILD SUITE CONFIG KEY CERT [DIR [PARAMETERS]]
#                                         make uki KEY=db.key CERT=db.pem [DIR=site] [CMDLINE='px.catalog=URL']
#
# The program is systemd's stub with sections behind it. An .initrd is always there: a stub without one takes one from
# whoever loads it. There is a .cmdline: under Secure Boot the stub then takes no other (with Secure Boot off, anybody
# can say anything to it, and anybody can start anything). The same parts give the same bytes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

# a number as objdump writes it
hex() {
	printf '0x%x' "$1"
}

# Where the stub's last section ends, rounded up to a page: what comes next must not overlap it.
end_of_stub() {
	objdump -h "$1" | awk '$1 ~ /^[0-9]+$/ { print $3, $4 }' | while read -r size vma; do
		echo $((0x$size + 0x$vma))
	done | sort -n | tail -n 1
}

# section NAME FILE: one more option for objcopy, behind those before
section() {
	set -- "$1" "$2" "$(stat -Lc %s "$2")"
	sections="$sections --add-section $1=$2 --set-section-flags $1=data,readonly"
	sections="$sections --change-section-vma $1=$(hex "$at")"
	at=$(((at + $3 + 4095) / 4096 * 4096))
}

assemble() {
	stub=$1
	at=$(end_of_stub "$stub")
	at=$(((at + 4095) / 4096 * 4096))
	sections=''
	section .osrel "$work/osrel"
	section .cmdline "$work/cmdline"
	section .uname "$work/uname"
	section .linux "$build/tftpboot/vmlinuz"
	section .initrd "$work/initrd"
	# a list of words; paths of the build have no blanks in them (make would not do, either)
	# shellcheck disable=SC2086
	objcopy $sections "$stub" "$work/unsigned.efi"
	header=$(od -An -tu4 -j60 -N4 "$work/unsigned.efi" | tr -d ' ')
	zero $((header + 8))  # TimeDateStamp
	zero $((header + 88)) # CheckSum: nobody looks, and sbsign makes it anew
}

# zero OFFSET: four bytes of what objcopy made, which are about the time of day
zero() {
	printf '\0\0\0\0' | dd of="$work/unsigned.efi" bs=1 seek="$1" conv=notrunc status=none
}

# A signature holds its time, so the same parts would give other bytes: what is there and signed stays.
sign() {
	cat "$work/unsigned.efi" "$cert" | sha256sum >"$work/parts"
	if cmp -s "$work/parts" "$build/uki.parts" &&
		sbverify --cert "$cert" "$build/tftpboot/px.efi" >"$work/log" 2>&1; then
		return 0
	fi
	sbsign --key "$key" --cert "$cert" --output "$work/px.efi" "$work/unsigned.efi" >"$work/log" 2>&1 ||
		die "sbsign: $(tail -n 1 "$work/log")"
	sbverify --cert "$cert" "$work/px.efi" >"$work/log" 2>&1 || die "sbverify: $(tail -n 1 "$work/log")"
	put "$work/px.efi" "$build/tftpboot/px.efi"
	mv "$work/parts" "$build/uki.parts"
}

# The certificate must be that key's: else the firmware would say no, and nobody would know why.
check_pair() {
	[ -r "$key" ] || die "$key: no such key (KEY=FILE, in PEM; openssl req -new -x509 -newkey rsa:2048 -nodes" \
		"-keyout db.key -out db.pem -days 3650 -subj '/CN=our site')"
	[ -r "$cert" ] || die "$cert: no such certificate (CERT=FILE, in PEM)"
	openssl x509 -in "$cert" -noout -pubkey >"$work/cert.pub" || die "$cert: not a certificate in PEM"
	openssl pkey -in "$key" -pubout >"$work/key.pub" || die "$key: not a private key in PEM"
	cmp -s "$work/cert.pub" "$work/key.pub" || die "$cert: another key's certificate, not $key's"
	openssl x509 -in "$cert" -noout -checkend 0 >"$work/log" ||
		echo "uki.sh: $cert has expired: most firmware does not look, some does" >&2
}

# The firmware loads shim, which Microsoft has signed; shim loads grubx64.efi beside it, which is ours here, and asks
# for the certificate's enrolling (mmx64.efi) when it does not know it yet.
make_mok() {
	out=$build/tftpboot/mok
	"$here/../../kbuild/archive.sh" -b "$build" -s "$suite" deb shim-signed shim-helpers-amd64-signed
	mkdir -p "$out"
	put "$build/deb/shim-signed/usr/lib/shim/shimx64.efi.signed" "$out/shimx64.efi"
	put "$build/deb/shim-helpers-amd64-signed/usr/lib/shim/mmx64.efi.signed" "$out/mmx64.efi"
	put "$build/tftpboot/px.efi" "$out/grubx64.efi"
	openssl x509 -in "$cert" -outform DER -out "$work/px.cer"
	put "$work/px.cer" "$out/px.cer"
}

main() {
	if [ $# -lt 5 ] || [ -z "$4" ] || [ -z "$5" ]; then
		echo "usage: make uki KEY=FILE.key CERT=FILE.pem [DIR=FOLDER, as for make site]" \
			"[CMDLINE='px.catalog=URL']" >&2
		exit 2
	fi
	# conf reads config
	# shellcheck disable=SC2034
	build=$(cd "$1" && pwd) suite=$2 config=$3 key=$4 cert=$5 dir=${6:-} parameters=${7:-}
	work=$build/uki
	rm -rf "$work"
	mkdir -p "$work"
	check_pair
	"$here/../../kbuild/archive.sh" -b "$build" -s "$suite" deb systemd-boot-efi
	if [ -n "$dir" ]; then
		"$here/site.sh" -o "$work/site.cpio.xz" "$build" "$dir"
	else
		cp "$build/tftpboot/site.cpio.xz" "$work/site.cpio.xz"
	fi
	cat "$build/px.cpio.xz" "$work/site.cpio.xz" >"$work/initrd"
	printf '%s' "$(conf PX_CONSOLE) quiet${parameters:+ $parameters}" >"$work/cmdline"
	printf 'ID=pxe-imager\nNAME="PXE Imager"\nPRETTY_NAME="PXE Imager %s"\n' "$(cat "$build/version")" \
		>"$work/osrel"
	basename "$build/root/usr/lib/modules"/* | tr -d '\n' >"$work/uname"
	assemble "$build/deb/systemd-boot-efi/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
	sign
	make_mok
	echo "  UKI     px.efi: $(stat -c %s "$build/tftpboot/px.efi") bytes," \
		"for machines with $(openssl x509 -in "$cert" -noout -subject) in db; mok/ for the others"
}

main "$@"
