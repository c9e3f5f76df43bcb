#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make deb: what the package holds, the same bytes twice, lintian; with PX_LONG=1 in a bare Debian tree of the suite
# that is built (no systemd runs there: its units are verified, what they start is started by hand).
load ../px
load ../boot/network

setup_file() {
	[ -e "$PX_BUILD/tftpboot/SHA256SUMS" ] && command -v go-md2man >/dev/null || return 0
	build_of "$BATS_FILE_TMPDIR/build"
	# a site's own, which must not get into it
	touch "$BATS_FILE_TMPDIR/build/tftpboot/lab.img.zst" "$BATS_FILE_TMPDIR/build/tftpboot/pxelinux.cfg/01-aa"
	"$PX_TOP/kbuild/deb.sh" "$BATS_FILE_TMPDIR/build" >"$BATS_FILE_TMPDIR/path"
}

# build_of DIR: a build folder with what deb.sh takes
build_of() {
	mkdir "$1"
	ln -s "$PX_BUILD/busybox" "$PX_BUILD/manifest.txt" "$1/"
	cp -r "$PX_BUILD/version" "$1/"
	cp -r --reflink=auto "$PX_BUILD/tftpboot" "$1/"
}

setup() {
	need go-md2man dpkg-deb
	[ -e "$PX_BUILD/tftpboot/SHA256SUMS" ] || skip "no $PX_BUILD/tftpboot (make)"
	DEB=$(cat "$BATS_FILE_TMPDIR/path")
	dir=$BATS_TEST_TMPDIR
}

teardown() {
	[ -z "${pid:-}" ] || stop "$pid"
	[ -z "${ns:-}" ] || ip netns del "$ns" || true
	! mountpoint -q "$BATS_TEST_TMPDIR/bare/proc" || umount "$BATS_TEST_TMPDIR/bare/proc"
}

@test "a second build of the package gives the same bytes, in another folder, with another umask and time zone" {
	build_of "$dir/build"
	(umask 077 && TZ=Pacific/Auckland "$PX_TOP/kbuild/deb.sh" "$dir/build")
	cmp "$DEB" "$dir/build/dist/${DEB##*/}"
}

@test "the package holds the tools, the pages and what machines boot, nothing in /srv, and no image or plan" {
	dpkg-deb -c "$DEB" >"$dir/list"
	for file in usr/bin/pxfetch usr/bin/pxwrite usr/bin/pxread usr/bin/pxsend usr/bin/pxcatalog \
		usr/sbin/pxe-imager usr/lib/pxe-imager/busybox etc/pxe-imager/config \
		usr/lib/systemd/system/pxe-imager.service usr/share/man/man5/px-images.5.gz \
		usr/share/man/man8/pxwrite.8.gz usr/lib/pxe-imager/tftpboot/px.cpio.xz \
		usr/lib/pxe-imager/tftpboot/vmlinuz usr/lib/pxe-imager/tftpboot/shimx64.efi; do
		grep -q " \./$file\( ->.*\)\?$" "$dir/list" || { echo "no $file"; false; }
	done
	run grep -E '\./srv|lab\.img|01-aa|root/root [1-9].*\.new' "$dir/list"
	[ -z "$output" ]
	[ "$(dpkg-deb -I "$DEB" conffiles)" = /etc/pxe-imager/config ]
	dpkg-deb -x "$DEB" "$dir/root"
	(cd "$dir/root/usr/lib/pxe-imager/tftpboot" && sha256sum --quiet -c SHA256SUMS)
	"$dir/root/usr/bin/pxwrite" --help
}

@test "lintian finds no error in the package" {
	need lintian
	run lintian --allow-root --fail-on error "$DEB"
	echo "$output"
	[ "$status" -eq 0 ]
}

# --- in a bare Debian tree

long() {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
	need_root
	need mmdebstrap ip dnsmasq
	suite=$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config")
	BARE=$BATS_FILE_TMPDIR/bare
	if [ ! -e "$BATS_FILE_TMPDIR/bare.tar" ]; then
		env -u APT_CONFIG mmdebstrap --aptopt="$PX_BUILD/apt-$suite/mmdebstrap.conf" --variant=minbase \
			--include=systemd,iproute2,dnsmasq-base,ucf "$suite" "$BATS_FILE_TMPDIR/bare.tar" \
			- <"$PX_BUILD/apt-$suite/sources.list.deb"
	fi
	BARE=$dir/bare
	mkdir "$BARE"
	tar -C "$BARE" --exclude=./dev/* -xf "$BATS_FILE_TMPDIR/bare.tar"
	mknod -m 666 "$BARE/dev/null" c 1 3
	mknod -m 444 "$BARE/dev/urandom" c 1 9 # dnsmasq
	mount -t proc proc "$BARE/proc"
}

in_bare() {
	DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$BARE" "$@"
}

install_deb() {
	cp "$1" "$BARE/root/${2:-package.deb}"
	in_bare apt-get install --yes --no-install-recommends "./root/${2:-package.deb}"
}

@test "in a bare Debian apt installs it, its unit is right, and its tools work" {
	long
	install_deb "$DEB"
	(cd "$BARE/srv/pxe-imager" && sha256sum --quiet -c SHA256SUMS)
	run in_bare systemd-analyze verify --man=no pxe-imager.service
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	truncate -s 8M "$BARE/var/tmp/disk.img"
	mke2fs -q -F "$BARE/var/tmp/disk.img"
	in_bare pxe-imager image /var/tmp/disk.img lab 'A lab'
	in_bare pxe-imager check
	in_bare pxe-imager list | grep -q 'lab.*A lab'
	for page in "$BARE"/usr/share/man/man*/px*; do gzip -t "$page"; done
}

@test "what the unit starts serves, and says in one line what is wrong with its settings" {
	long
	install_deb "$DEB"
	ns=pxd$$
	ip netns add "$ns"
	ip -n "$ns" link add s0 type veth peer name c0
	ip -n "$ns" addr add 192.0.2.1/24 dev s0
	for i in lo s0 c0; do ip -n "$ns" link set "$i" up; done
	start=$(sed -n 's/^ExecStart=//p' "$BARE/usr/lib/systemd/system/pxe-imager.service")
	settings() {
		sed -i "s,^INTERFACE=.*,INTERFACE=$1," "$BARE/etc/pxe-imager/config"
	}
	unit() { # as systemd would: the settings, then the words of ExecStart
		ip netns exec "$ns" chroot "$BARE" sh -c 'set -a; . /etc/pxe-imager/config
			PX_SETTINGS=/etc/pxe-imager/config
			INTERFACE=\"$INTERFACE\" RANGE=\"$RANGE\" HTTP=\"$HTTP\"
			eval "exec $(eval "echo \"$0\"")"' "$start"
	}
	run unit
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$output" = "serve.sh: say which network: set INTERFACE=NAME in /etc/pxe-imager/config (there are: \
s0 (192.0.2.1/24)  )" ]
	settings nosuch0
	run unit
	[[ $output == "serve.sh: nosuch0: no such interface: set INTERFACE=NAME in /etc/pxe-imager/config"* ]]
	settings s0
	unit >"$dir/log" 2>&1 3>&- &
	pid=$!
	wait_for 10 grep -q 'started, version' "$dir/log" || { cat "$dir/log"; false; }
	ip netns exec "$ns" "$PX_BUSYBOX" pxfetch -q -t 2 -O "$dir/got" tftp://192.0.2.1/px.cpio.xz
	cmp "$dir/got" "$BARE/srv/pxe-imager/px.cpio.xz"
}

# newer: a package of the next version, whose pxelinux menu has another first line
newer() {
	build_of "$dir/newer"
	echo "$(cat "$PX_BUILD/version")+next" >"$dir/newer/version"
	sed -i '1i # of the next version' "$dir/newer/tftpboot/pxelinux.cfg/default"
	"$PX_TOP/kbuild/deb.sh" "$dir/newer"
}

@test "an upgrade keeps catalog, plans, settings, site and changed menus, and replaces what machines boot" {
	long
	install_deb "$DEB"
	srv=$BARE/srv/pxe-imager
	echo 'Image: mine' >>"$srv/images"
	echo plan >"$srv/pxelinux.cfg/01-52-54-00-12-34-56"
	echo plan >"$srv/grub/01-52-54-00-12-34-56"
	echo site >"$srv/site.cpio.xz"
	echo '# mine' >>"$srv/pxelinux.cfg/default"
	sed -i 's/^INTERFACE=.*/INTERFACE=eth7/' "$BARE/etc/pxe-imager/config"
	echo old >"$srv/vmlinuz"
	before=$(cd "$BARE" && sha256sum srv/pxe-imager/images srv/pxe-imager/*/01-* srv/pxe-imager/site.cpio.xz \
		srv/pxe-imager/pxelinux.cfg/default etc/pxe-imager/config)
	install_deb "$(newer)" newer.deb
	in_bare dpkg-query -W -f '${Version}' pxe-imager | grep -q '+next$'
	diff <(echo "$before") <(cd "$BARE" && sha256sum srv/pxe-imager/images srv/pxe-imager/*/01-* \
		srv/pxe-imager/site.cpio.xz srv/pxe-imager/pxelinux.cfg/default etc/pxe-imager/config)
	(cd "$srv" && sha256sum --quiet -c SHA256SUMS)
}

@test "an upgrade replaces a menu that nobody has changed; purge leaves images, catalog and plans, and nothing else" {
	long
	install_deb "$DEB"
	srv=$BARE/srv/pxe-imager
	install_deb "$(newer)" newer.deb
	grep -q '^# of the next version' "$srv/pxelinux.cfg/default"
	echo 'Image: mine' >>"$srv/images"
	echo image >"$srv/mine.img.zst"
	echo plan >"$srv/pxelinux.cfg/01-52-54-00-12-34-56"
	in_bare apt-get purge --yes pxe-imager
	diff <(cd "$srv" && find . -type f | LC_ALL=C sort) \
		<(printf './%s\n' images mine.img.zst pxelinux.cfg/01-52-54-00-12-34-56 site.cpio.xz)
	run find "$BARE/etc" "$BARE/var/lib" "$BARE/usr" -name '*pxe-imager*' ! -path '*/dpkg/*' ! -path '*/apt/*'
	echo "$output"
	[ -z "$output" ]
}

@test "a machine installs Debian from the package's folder, served as its unit does it" {
	long
	need qemu-system-x86_64
	[ -e "$PX_BUILD/demo/debian.img.zst" ] || skip "no $PX_BUILD/demo/debian.img.zst (make demo)"
	began=$SECONDS
	install_deb "$DEB"
	srv=$BARE/srv/pxe-imager
	cp "$PX_BUILD/demo/debian.img.zst" "$srv/"
	in_bare pxcatalog add /srv/pxe-imager/images /srv/pxe-imager/debian.img.zst Image=debian 'Title=Debian, the demo'
	sed '0,/^ *APPEND.*/s//& px.image=debian px.disk=smallest px.auto px.timeout=1/' "$srv/pxelinux.cfg/default" \
		>"$srv/pxelinux.cfg/01-52-54-00-12-34-56"
	ns=pxd$$
	bridge_network "$ns" tap0
	ip netns exec "$ns" chroot "$BARE" /usr/lib/pxe-imager/initramfs/serve/serve.sh -b /var/lib/pxe-imager \
		-i br0 -r 192.0.2.50,192.0.2.60 >"$dir/log" 2>&1 3>&- &
	pid=$!
	wait_for 10 grep -q 'started, version' "$dir/log"
	truncate -s 4G "$dir/disk"
	run ip netns exec "$ns" "$PX_TOP/tests/boot/demo/boot.sh" -l "$dir/console" -w 900 -M 52:54:00:12:34:56 \
		-N tap,id=n,ifname=tap0,script=no,downscript=no -D "$dir/disk" \
		'px: menu ready|px: installing' 'px: installed debian' 'login:'
	echo "$output"
	echo "from apt install to the login prompt: $((SECONDS - began)) s"
	[ "$status" -eq 0 ]
}
