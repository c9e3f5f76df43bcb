#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs: a classroom: no shells (PX_SHELL=n), nothing typed at the loaders (PX_LOADER_PROMPT=n); private keys,
# DHCP's option 210.

load ../px
load init

setup() {
	fake_machine
	stub setsid 'echo shell'
	stub sh 'echo shell'
	printf '#!/bin/sh\n' >"$root/etc/px/network"
	: >"$root/etc/px/no-shell"
	bash=$(command -v dash || command -v bash)
}

# menus SHELL PROMPT: what the loaders get
menus() {
	printf 'CONFIG_PX_SHELL=%s\nCONFIG_PX_LOADER_PROMPT=%s\nCONFIG_PX_CONSOLE="console=tty0 a&b"\n' "$1" "$2" \
		>"$BATS_TEST_TMPDIR/config"
	"$PX_TOP/initramfs/pack/menus.sh" "$BATS_TEST_TMPDIR/config" "$PX_TOP/initramfs/tftproot" \
		"$BATS_TEST_TMPDIR/menus"
	pxelinux=$BATS_TEST_TMPDIR/menus/default grub=$BATS_TEST_TMPDIR/menus/grub.cfg
}

@test "the loaders' menus are as they stand when shells and prompt are open" {
	menus y y
	diff <(sed 's/@CONSOLE@/console=tty0 a\&b/' "$PX_TOP/initramfs/tftproot/pxelinux/default") "$pxelinux"
	diff <(sed 's/@CONSOLE@/console=tty0 a\&b/' "$PX_TOP/initramfs/tftproot/grub/grub.cfg") "$grub"
}

@test "with PX_SHELL=n no loader has an entry for a shell" {
	menus n y
	run grep -n shell "$pxelinux"
	[ "$status" = 1 ]
	run grep -n 'px.shell\|--id shell' "$grub"
	[ "$status" = 1 ]
	[ "$(grep -c '^LABEL' "$pxelinux")" = 2 ]
	[ "$(grep -c '^menuentry' "$grub")" = 2 ]
}

@test "with PX_LOADER_PROMPT=n nothing that is typed at a loader counts, and the entries start without a password" {
	menus y n
	for line in 'PROMPT 0' 'NOESCAPE 1' 'ALLOWOPTIONS 0'; do grep -qx "$line" "$pxelinux"; done
	run grep 'PROMPT 1' "$pxelinux"
	[ "$status" = 1 ]
	grep -qx 'set superusers=nobody' "$grub"
	[ "$(grep -c '^menuentry' "$grub")" = "$(grep -c '^menuentry .* --unrestricted {$' "$grub")" ]
	! command -v grub-script-check >/dev/null || grub-script-check "$grub"
}

@test "without shells neither px.shell nor the second screen nor the menu's wrapper gives one" {
	command_line px.shell
	run "$bash" "$PX_TOP/initramfs/overlay/init" </dev/null
	[[ $output == *'px.shell is left out'* ]]
	stub tail 'echo log'
	run "$bash" "$PX_TOP/initramfs/overlay/etc/px/second" <<<''
	[[ $output != *'a shell here'* ]]
	stub pximenu 'exit 4'
	PX_MENU_PAUSE=0 run "$bash" "$PX_TOP/initramfs/overlay/etc/px/menu" <<<$'s\nr'
	[[ $output == *'[m]enu, [r]eboot, [p]ower off?'* ]]
	run grep -E '^(setsid|sh) ' "$calls"
	[ "$status" = 1 ]
}

@test "a private key is refused by name or by content, public ones and all else are packed" {
	need cpio xz
	mkdir -p "$BATS_TEST_TMPDIR/build/tftpboot" "$BATS_TEST_TMPDIR/site/root/.ssh"
	site="$BATS_TEST_TMPDIR/site/root/.ssh"
	echo 'ssh-ed25519 AAAA' >"$site/authorized_keys"
	cp "$site/authorized_keys" "$site/id_ed25519.pub"
	rm -f "$stubs/sh"
	"$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/site"
	before=$(sha256sum "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz")
	for name in id_rsa tls.key store.p12 ssh_host_ed25519_key harmless; do
		echo '-----BEGIN OPENSSH PRIVATE KEY-----' >"$site/$name"
		[ "$name" = harmless ] || echo x >"$site/$name"
		run "$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/site"
		echo "$output"
		[ "$status" = 1 ]
		[[ $output == *"/.ssh/$name: a private key"*'every machine that asks'* ]]
		rm "$site/$name"
	done
	[ "$(sha256sum "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz")" = "$before" ]
}

# what of DHCP's option 210 gets into the kernel command line, by the pattern of grub.cfg
option_210() {
	pattern=$(sed -n "s/.*regexp .*'\(.*\)' \"\$url\"; then/\1/p" "$PX_TOP/initramfs/tftproot/grub/grub.cfg")
	[ -n "$pattern" ]
	run grep -qE -e "$pattern" <<<"$1"
}

@test "DHCP's option 210 puts nothing but a URL into the kernel command line" {
	for url in http://192.0.2.1 http://192.0.2.1:8080/ http://boot.example/px http://boot.example/px/a_b~c-1.2/; do
		option_210 "$url"
		[ "$status" = 0 ]
	done
	for url in 'http://192.0.2.1/ px.auto px.force' 'http://x init=/bin/sh' 'http://x/a b' 'http://x/$(reboot)' \
		'http://x/"' \
		'http://u:p@x/' 'ftp://x/' 'http://' $'http://x/\x1b[2J' 'http://x/a;b' 'http://x/..%2f'; do
		option_210 "$url"
		echo "$url: $status"
		[ "$status" = 1 ]
	done
}

@test "a BIOS, which cannot be told to boot the disk, is said" {
	run "$bash" "$PX_TOP/initramfs/overlay/etc/px/local"
	[ "$status" = 1 ]
	[[ $output == *'a BIOS cannot be told to boot the disk'* ]]
}
