#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make release: what is in it, and that a byte that differs in the second build is a failure. The builds here are small
# ones (a Makefile that makes a few files); the real one takes minutes: PX_LONG=1.
load ../px

setup() {
	export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
	need git xz python3
	[ -e "$PX_TOP/.git" ] || skip "a source archive: no git"
	CLONE=$BATS_TEST_TMPDIR/clone
}

# small: a clone whose `make deb` takes no time; with an argument that is what its px.cpio.xz has in it
small() {
	git -c advice.detachedHead=false clone -q "$PX_TOP" "$CLONE"
	cp "$PX_TOP"/kbuild/*.sh "$CLONE/kbuild/"
	cat >"$CLONE/Makefile" <<-'MAKE'
		.RECIPEPREFIX := >
		deb:
		>mkdir -p build/tftpboot/pxelinux.cfg build/tftpboot/grub build/dist
		>kbuild/version.sh >build/version
		>echo "product pxe-imager $$(cat build/version)" >build/manifest.txt
		>echo 'source busybox 1:1.37.0-6' >>build/manifest.txt
		>echo 'binary libstdc++6 14.2.0-19' >>build/manifest.txt
		>echo menu >build/tftpboot/pxelinux.cfg/default
		>echo menu >build/tftpboot/grub/grub.cfg
		>echo @WHAT@ >build/tftpboot/px.cpio.xz
		>cd build/tftpboot && sha256sum px.cpio.xz >SHA256SUMS
		>cp build/manifest.txt build/dist/pxe-imager_$$(cat build/version)_all.deb
	MAKE
	sed -i "s|@WHAT@|${1:-kernel}|" "$CLONE/Makefile"
	git -C "$CLONE" add -A
	git -C "$CLONE" commit -q -m small
	: >"$BATS_TEST_TMPDIR/config"
	make -C "$CLONE" deb
	VERSION=$("$CLONE/kbuild/version.sh")
}

release() {
	run "$CLONE/kbuild/release.sh" "$CLONE/build" "$BATS_TEST_TMPDIR/config"
	echo "$output"
}

@test "a release has source, package, boot files, bill of materials and the changelog's section, with their sums" {
	small
	release
	[ "$status" -eq 0 ]
	cd "$CLONE/build/release/$VERSION"
	diff <(printf '%s\n' CHANGES.md SHA256SUMS manifest.txt "pxe-imager-$VERSION-tftpboot.tar" \
		"pxe-imager-$VERSION.spdx.json" "pxe-imager-$VERSION.tar.xz" "pxe-imager_${VERSION}_all.deb" |
		LC_ALL=C sort) <(LC_ALL=C ls)
	sha256sum -c SHA256SUMS
	[ "$(wc -l <SHA256SUMS)" -eq 6 ]
	grep -q 'pxfetch' CHANGES.md
	run grep '^## ' CHANGES.md
	[ "$status" -eq 1 ]
	tar -xf "pxe-imager-$VERSION-tftpboot.tar" -C "$BATS_TEST_TMPDIR"
	(cd "$BATS_TEST_TMPDIR/pxe-imager-$VERSION" && sha256sum -c SHA256SUMS)
}

@test "the changelog's section of a tagged version is that version's" {
	small
	sed -i '0,/^## /s//## 9.1 (2026-12-01)\n\n- nine one\n\n## 9.10\n\n- nine ten\n\n## /' "$CLONE/CHANGELOG.md"
	git -C "$CLONE" commit -q -a -m 9.1
	git -C "$CLONE" tag v9.1
	make -C "$CLONE" deb
	release
	[ "$status" -eq 0 ]
	[ "$(grep . "$CLONE/build/release/9.1/CHANGES.md")" = '- nine one' ]
}

@test "a boot file that is another one in the second build is named, and nothing is released" {
	small '$$PPID.$$$$'
	release
	[ "$status" -eq 1 ]
	[[ $output == *"is not the same when it is built again"* ]]
	[ ! -e "$CLONE/build/release" ]
	[ ! -e "$CLONE/build/release.again" ]
}

@test "what is not committed, and a build of another version, are not released" {
	small
	echo '# changed' >>"$CLONE/kbuild/conf.sh"
	release
	[ "$status" -ne 0 ]
	[[ $output == *"not committed: kbuild/conf.sh"* ]]
	git -C "$CLONE" commit -q -a -m changed
	release
	[ "$status" -ne 0 ]
	[[ $output == *"make deb"* ]]
	[ ! -e "$CLONE/build/release" ]
}

@test "the bill of materials is SPDX: each line of the manifest is a package of its version, once" {
	[ -e "$PX_BUILD/manifest.txt" ] || skip "no $PX_BUILD/manifest.txt (make tftpboot)"
	"$PX_TOP/kbuild/sbom.sh" "$PX_BUILD/manifest.txt" 1700000000 >"$BATS_TEST_TMPDIR/sbom"
	python3 - "$BATS_TEST_TMPDIR/sbom" "$PX_BUILD/manifest.txt" <<-'PY'
		import json, re, sys
		bom, manifest = json.load(open(sys.argv[1])), [line.split() for line in open(sys.argv[2])]
		assert bom["spdxVersion"] == "SPDX-2.3" and bom["dataLicense"] == "CC0-1.0"
		assert bom["creationInfo"]["created"] == "2023-11-14T22:13:20Z"
		found = [(p["name"], p["versionInfo"]) for p in bom["packages"]]
		assert found == [(name, version) for kind, name, version in manifest], found
		ids = [p["SPDXID"] for p in bom["packages"]]
		assert len(set(ids)) == len(ids)
		assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids)
		ends = {r["relatedSpdxElement"] for r in bom["relationships"]}
		assert ends == set(ids), set(ids) - ends
		locators = [r["referenceLocator"] for p in bom["packages"] for r in p.get("externalRefs", [])]
		assert len(locators) == len(ids) - 1
		assert all(re.fullmatch(r"pkg:deb/debian/[\w.%-]+@[\w.%~-]+(\?arch=source)?", x) for x in locators), locators
	PY
}

@test "a manifest that is damaged or names no product gives no bill of materials" {
	printf 'source busybox\n' >"$BATS_TEST_TMPDIR/short"
	run "$PX_TOP/kbuild/sbom.sh" "$BATS_TEST_TMPDIR/short" 0
	[ "$status" -eq 1 ]
	[ "$output" = "sbom.sh: line 1 of the manifest is no package: source busybox" ]
	printf 'source busybox 1\n' >"$BATS_TEST_TMPDIR/none"
	run "$PX_TOP/kbuild/sbom.sh" "$BATS_TEST_TMPDIR/none" 0
	[ "$status" -eq 1 ]
	[ "$output" = "sbom.sh: the manifest has no product line" ]
}

@test "make release of this source succeeds" {
	[ -n "${PX_LONG:-}" ] || skip "builds all of it again: set PX_LONG=1"
	[ -z "$(git -C "$PX_TOP" status --porcelain)" ] || skip "this clone has changes that are not committed"
	run make -C "$PX_TOP" release
	echo "$output"
	[ "$status" -eq 0 ]
}
