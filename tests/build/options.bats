# SPDX-License-Identifier: GPL-2.0-or-later
# What can be left out in menuconfig can be left out: BusyBox compiles and links without it. A copy of the tree is
# configured anew; only what looks at an option is compiled again.
load ../px
. "$BATS_TEST_DIRNAME/../../kbuild/conf.sh"

setup_file() {
	need gcc
	tree=$BATS_FILE_TMPDIR/tree
	config=$tree/.config # which extra_libs reads
	export tree config
	cp -a "$PX_BUILD/busybox-tree" "$tree"
	cp "$tree/.config" "$BATS_FILE_TMPDIR/all"
}

# Our options that somebody can turn off in menuconfig: those with a prompt, of what is built at all.
options() {
	awk '$1 == "config" { name = $2 } $1 == "bool" && NF > 1 && name { print name; name = "" }' \
		"$PX_TOP/applets/Config.in" | while read -r option; do
		! grep -qx "CONFIG_$option=y" "$BATS_FILE_TMPDIR/all" || echo "$option"
	done
}

# without OPTION...: builds BusyBox without these and what depends on them
without() {
	local option
	cp "$BATS_FILE_TMPDIR/all" "$tree/.config"
	for option; do
		sed -i "s/^CONFIG_$option=y/# CONFIG_$option is not set/" "$tree/.config"
	done
	make -s -C "$tree" oldconfig </dev/null >"$BATS_TEST_TMPDIR/log" 2>&1 || { cat "$BATS_TEST_TMPDIR/log"; return 1; }
	for option; do
		! grep "^CONFIG_$option=y" "$tree/.config" || { echo "$option came back"; return 1; }
	done
	make -s -C "$tree" -j2 CC="$PX_BUILD/musl/px-gcc" HOSTCC=gcc CONFIG_EXTRA_LDLIBS="$(extra_libs)" busybox \
		>"$BATS_TEST_TMPDIR/log" 2>&1 || { echo "without $*:"; grep -v '^  ' "$BATS_TEST_TMPDIR/log"; return 1; }
}

applets() {
	"$tree/busybox" --list | grep '^px' | tr '\n' ' '
}

@test "without signatures, TLS, multicast, parts and the room the applets build, and each is there" {
	without PX_SIGNED PX_SIGNED_MINISIGN PX_CATALOG_SIGN PX_TRANSPORT_HTTPS PX_TRANSPORT_UDPCAST PX_FETCH_RANGES \
		PX_WRITE_MISSING PX_CAPTURE PX_ROOM PX_GZIP_ISAL
	[ "$(applets)" = 'pxcatalog pxfetch pximenu pxread pxsend pxwrite ' ]
}

@test "pxfetch and pxwrite alone build, with one transport and one decoder" {
	without $(options | grep -vx -e PX_IMAGER -e PX_FETCH -e PX_WRITE -e PX_TRANSPORT_HTTP -e PX_DECODE_ZSTD)
	[ "$(applets)" = 'pxfetch pxwrite ' ]
}

@test "without any one option, and what depends on it, BusyBox builds" {
	[ -n "${PX_LONG:-}" ] || skip "builds BusyBox once for each option; set PX_LONG=1"
	failed=
	for option in $(options); do
		without "$option" || failed="$failed $option"
	done
	echo "does not build without:$failed"
	[ -z "$failed" ]
}
