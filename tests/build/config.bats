#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One configuration for all: what menuconfig shows, what defaults and edits do.
load ../px

setup() {
	need kconfig-conf kconfig-mconf tmux
	cd "$PX_TOP"
	export KCONFIG_CONFIG=$BATS_TEST_TMPDIR/config
	mkdir "$BATS_TEST_TMPDIR/build"
}

teardown() {
	tmux -L "px$$" kill-server 2>/dev/null || true
}

screen_has() {
	tmux -L "px$$" capture-pane -p | grep -q "$1"
}

@test "menuconfig opens one menu with the applets, the tree, the initramfs and BusyBox" {
	kbuild/config.sh "$BATS_TEST_TMPDIR/build" "$KCONFIG_CONFIG"
	tmux -L "px$$" new-session -d -x 100 -y 40 "TERM=screen kconfig-mconf Config.in"
	wait_for 10 screen_has 'Imager applets'
	screen_has 'Debian tree'
	screen_has 'Initramfs'
	screen_has 'BusyBox'
}

@test "the defaults have every applet, transport and decoder" {
	kbuild/config.sh "$BATS_TEST_TMPDIR/build" "$KCONFIG_CONFIG"
	for symbol in $(sed -n 's/^config \(PX_FETCH\|PX_WRITE\|PX_MENU\|PX_TRANSPORT_[A-Z0-9]*\|PX_DECODE_[A-Z0-9]*\)$/\1/p' \
		applets/Config.in); do
		echo "$symbol"
		grep -qx "CONFIG_$symbol=y" "$KCONFIG_CONFIG"
	done
}

@test "a choice of the user stays when defaults change, an unedited configuration follows them" {
	kbuild/config.sh "$BATS_TEST_TMPDIR/build" "$KCONFIG_CONFIG"
	sed -i 's/^CONFIG_TOP=y/# CONFIG_TOP is not set/' "$KCONFIG_CONFIG"
	kbuild/config.sh "$BATS_TEST_TMPDIR/build" "$KCONFIG_CONFIG"
	grep -qx '# CONFIG_TOP is not set' "$KCONFIG_CONFIG"
	cp "$KCONFIG_CONFIG" "$BATS_TEST_TMPDIR/build/config.default"
	kbuild/config.sh "$BATS_TEST_TMPDIR/build" "$KCONFIG_CONFIG"
	grep -qx 'CONFIG_TOP=y' "$KCONFIG_CONFIG"
}

@test "savedefconfig and back gives the same configuration" {
	kbuild/config.sh "$BATS_TEST_TMPDIR/build" "$KCONFIG_CONFIG"
	sed -i 's/^CONFIG_PX_DECODE_GZIP=y/# CONFIG_PX_DECODE_GZIP is not set/' "$KCONFIG_CONFIG"
	kconfig-conf --olddefconfig Config.in >/dev/null
	kconfig-conf --savedefconfig="$BATS_TEST_TMPDIR/defconfig" Config.in
	cp "$KCONFIG_CONFIG" "$BATS_TEST_TMPDIR/before"
	kconfig-conf --defconfig="$BATS_TEST_TMPDIR/defconfig" Config.in >/dev/null
	diff "$BATS_TEST_TMPDIR/before" "$KCONFIG_CONFIG"
}
