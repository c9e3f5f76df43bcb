# SPDX-License-Identifier: GPL-2.0-or-later
# kbuild/apt.sh: what the build machine's own apt is told does not reach the build.
load ../px

setup() {
	need_root
	need apt-get apt-config unshare
	build=$BATS_TEST_TMPDIR/build stubs=$BATS_TEST_TMPDIR/stubs repository=$BATS_TEST_TMPDIR/repository
	mkdir "$stubs" "$repository" "$BATS_TEST_TMPDIR/conf.d"
	real=$(command -v apt-get)
	# an apt that is told to take anything, and to run things
	cat >"$BATS_TEST_TMPDIR/conf.d/zz-hostile" <<-CONF
		APT::Get::AllowUnauthenticated "true";
		Acquire::AllowInsecureRepositories "true";
		Acquire::AllowWeakRepositories "true";
		Acquire::AllowDowngradeToInsecureRepositories "true";
		Acquire::Check-Valid-Until "false";
		APT::Update::Pre-Invoke { "touch $BATS_TEST_TMPDIR/invoked"; };
		APT::Default-Release "sid";
		Acquire::http::Proxy "http://proxy.example:3142";
	CONF
	# apt-get as it is, but that it knows one mirror, and writes down what it would hold to
	cat >"$stubs/apt-get" <<-STUB
		#!/bin/sh
		case "\$*" in
		indextargets*) echo 'Debian|Debian|file:$repository'; exit ;;
		esac
		options=
		for word; do
			case \$word in -o*) options="\$options \$word" ;; esac
		done
		apt-config \$options dump >"$BATS_TEST_TMPDIR/dump"
		exec $real "\$@"
	STUB
	chmod +x "$stubs/apt-get"
}

# hostile COMMAND...: on a machine whose apt.conf.d and APT_CONFIG are such
hostile() {
	run unshare -m sh -c 'mount --bind "$0" /etc/apt/apt.conf.d && exec "$@"' "$BATS_TEST_TMPDIR/conf.d" \
		env APT_CONFIG="$BATS_TEST_TMPDIR/conf.d/zz-hostile" PATH="$stubs:$PATH" "$@"
	echo "$output"
}

# an archive that nobody has signed, with one package
unsigned_archive() {
	mkdir -p "$repository/dists/trixie/main/binary-amd64" "$repository/dists/trixie/main/source"
	printf 'Package: pkg\nVersion: 1.0\nArchitecture: all\nFilename: pkg.deb\nSize: 1\n' \
		>"$repository/dists/trixie/main/binary-amd64/Packages"
	: >"$repository/dists/trixie/main/source/Sources"
	printf 'Origin: Debian\nSuite: trixie\nCodename: trixie\nComponents: main\nArchitectures: amd64\n' \
		>"$repository/dists/trixie/Release"
}

# holds OPTION VALUE: apt was called with it
holds() {
	grep -qxF -- "$1 \"$2\";" "$BATS_TEST_TMPDIR/dump" || { grep -F -- "$1" "$BATS_TEST_TMPDIR/dump"; false; }
}

@test "an archive without a signature is refused, though the machine's own apt would take it" {
	unsigned_archive
	hostile "$PX_TOP/kbuild/archive.sh" -b "$build" -s trixie deb pkg
	[ "$status" = 1 ]
	[[ $output == *'cannot read the indexes of trixie'*"not signed"* ]]
	[ ! -e "$build/deb/pkg" ]
}

@test "no rule and no hook of the machine's own apt is in force, and its proxy is" {
	unsigned_archive
	hostile "$PX_TOP/kbuild/archive.sh" -b "$build" -s trixie update
	while read -r option; do
		holds "${option%%=*}" "${option#*=}"
	done < <(sed -n 's/^\([^#[:space:]]*\).*/\1/p' "$PX_TOP/kbuild/apt-options.list" | grep .)
	[ ! -e "$BATS_TEST_TMPDIR/invoked" ]
	run grep -E 'Pre-Invoke|Default-Release.*sid' "$BATS_TEST_TMPDIR/dump"
	[ "$status" = 1 ]
	holds Acquire::http::Proxy http://proxy.example:3142
}

@test "an index that has run out is taken only by the builder's own word" {
	unsigned_archive
	PX_APT_EXPIRED=yes hostile "$PX_TOP/kbuild/archive.sh" -b "$build" -s trixie update
	holds Acquire::Check-Valid-Until false
	holds Acquire::AllowInsecureRepositories false
}

@test "mmdebstrap, debootstrap's apt and those that make the demo's image get the same rules" {
	unsigned_archive
	printf '#!/bin/sh\nexit 0\n' >"$stubs/apt-get.update" # indexes that are there already
	mkdir -p "$build/apt-trixie"
	sed -i "s,^exec .*,case \"\$*\" in *update*) exit 0 ;; esac\nexec $real \"\$@\"," "$stubs/apt-get"
	printf '#!/bin/sh\nfor w; do case $w in --aptopt=*) cat "${w#*=}" ;; esac; done >"%s"\necho "${APT_CONFIG-unset}" >>"%s"\nexit 1\n' \
		"$BATS_TEST_TMPDIR/aptopt" "$BATS_TEST_TMPDIR/aptopt" >"$stubs/mmdebstrap"
	chmod +x "$stubs/mmdebstrap"
	PX_BOOTSTRAP=mmdebstrap hostile "$PX_TOP/debian-strip/bootstrap.sh" "$build" trixie pkg
	grep -qxF 'Acquire::Check-Valid-Until "true";' "$BATS_TEST_TMPDIR/aptopt"
	grep -qxF 'Acquire::AllowInsecureRepositories "false";' "$BATS_TEST_TMPDIR/aptopt"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/aptopt")" = unset ]
	PX_BOOTSTRAP=debootstrap hostile "$PX_TOP/debian-strip/bootstrap.sh" "$build" trixie pkg
	holds APT::Get::AllowUnauthenticated false
	# no other call of them is anywhere
	run bash -c 'cd "$0" && git grep -nE "(^|[ (!])(mmdebstrap|apt-get|apt-cache) " -- "*.sh" | grep -vE "ours apt-|--aptopt=|#|echo|die|kbuild/setup.sh|indextargets|explain|command -v"' "$PX_TOP"
	echo "$output"
	[ -z "$output" ]
}
