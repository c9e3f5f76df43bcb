#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# debian-strip: what menuconfig says that options cost, beside what they take in the tree that the build made.

load ../px

setup() {
	tree=$PX_BUILD/tree
	texts="$PX_TOP/debian-strip/Config.in"
}

# told OPTION: the KiB that its help text names first
told() {
	awk -v option="$1" '
		/^config / { on = $2 == option }
		on && match($0, /[0-9]+ KiB/) { print substr($0, RSTART, RLENGTH) + 0; exit }' "$texts"
}

# near OPTION KIB: what is told is right within a quarter
near() {
	local told_kib
	told_kib=$(told "$1")
	echo "$1: told $told_kib KiB, measured $2 KiB"
	[ "$2" -gt 0 ]
	[ $((told_kib * 4)) -ge $(($2 * 3)) ]
	[ $((told_kib * 4)) -le $(($2 * 5)) ]
}

need_tree() {
	[ -e "$PX_BUILD/rootdir.tar" ] || skip "no $PX_BUILD/rootdir.tar (make tree)"
}

# kib_of PACKAGE...: their files that are still in the tree
kib_of() {
	(cd "$PX_BUILD/debian/files" && cat "$@") | (
		cd "$tree"
		while IFS= read -r file; do
			if [ -f "$file" ] && [ ! -L "$file" ]; then stat -c %s "$file"; fi
		done
	) | awk '{ bytes += $1 } END { print int((bytes + 1023) / 1024) }'
}

@test "every option of the tree and of the applets says what it costs in KiB, and how much of that is left when compressed" {
	awk '
		function check() { if (on && !(text ~ /[0-9] KiB/ && text ~ /(compressed|1 GB of RAM)/)) print option }
		/^(config|menu|endmenu|choice|endchoice)/ { check(); on = 0 }
		/^config / { option = $2; text = "" }
		/^\t(bool "|string "Locale)/ { on = 1 }
		{ text = text " " $0 }
		END { check() }' "$texts" "$PX_TOP/applets/Config.in" >"$BATS_TEST_TMPDIR/silent"
	cat "$BATS_TEST_TMPDIR/silent"
	[ ! -s "$BATS_TEST_TMPDIR/silent" ]
	[ "$(grep -c '^	bool "' "$texts")" -gt 20 ]
}

@test "the packages that are on by default, and the locale, take what their options say" {
	need_tree
	blkid='libblkid1 libuuid1'
	# shellcheck disable=SC2086
	while read -r option packages; do
		grep -qx "CONFIG_$option=y" "$PX_TOP/.config" || continue
		near "$option" "$(kib_of $packages)"
	done <<-EOF
		PX_TREE_E2FSPROGS e2fsprogs libext2fs2t64 libcom-err2 $blkid
		PX_TREE_SFDISK fdisk libfdisk1 libsmartcols1 libreadline8t64 libtinfo6 $blkid
		PX_TREE_DOSFSTOOLS dosfstools
		PX_TREE_TAR tar libacl1
	EOF
	if [ -e "$tree/usr/lib/locale/C.utf8" ]; then
		near PX_TREE_LOCALE "$(du -sk --apparent-size "$tree/usr/lib/locale" | cut -f 1)"
	fi
}

@test "what the lists take is what the options that keep it say" {
	need_tree
	local list kept=$BATS_TEST_TMPDIR/tree option kib
	cp -a "$PX_BUILD/debian/root" "$kept"
	for list in purge shrink; do
		if [ $list = purge ]; then set -- "$PX_BUILD/debian/files"; else set --; fi
		"$PX_TOP/debian-strip/strip.sh" $list "$kept" "$@" "$PX_TOP/debian-strip/$list.list" optional
	done >"$BATS_TEST_TMPDIR/taken"
	# "KIB KiB RULE REASON", and the rule's option
	awk 'FNR == NR { if (/^[^#]/) option[$1] = $2; next }
		$2 == "KiB" { kib[option[$3]] += $1 }
		END { for (o in kib) print o, kib[o] }' <(cat "$PX_TOP"/debian-strip/{purge,shrink}.list) "$BATS_TEST_TMPDIR/taken" \
		>"$BATS_TEST_TMPDIR/kib"
	# (what PX_KEEP_HOST keeps is folders more than files: only costs.sh measures these)
	for option in DOC MESSAGES CHARSETS LIBRARIES E2FSPROGS FDISK TAR; do
		kib=$(sed -n "s/^PX_KEEP_$option //p" "$BATS_TEST_TMPDIR/kib")
		near "PX_KEEP_$option" "$kib"
	done
}

# modules_kib SETS: the modules of these with all that they depend on
modules_kib() {
	rm -rf "$BATS_TEST_TMPDIR/modules-tree"
	mkdir "$BATS_TEST_TMPDIR/modules-tree"
	"$PX_TOP/debian-strip/modules.sh" "$BATS_TEST_TMPDIR" "$kernel" "$1" "$BATS_TEST_TMPDIR/modules-tree"
	du -sk --apparent-size "$BATS_TEST_TMPDIR/modules-tree" | cut -f 1
}

@test "the driver sets take what their options say" {
	need_tree
	kernel=$(basename "$(echo "$PX_BUILD"/deb/linux-image-[0-9]*.version)" .version)
	for shared in deb debian modules; do ln -s "$PX_BUILD/$shared" "$BATS_TEST_TMPDIR/$shared"; done
	for set in qemu common wired everything; do
		near "PX_DRIVERS_${set^^}" "$(modules_kib $set)"
	done
	near PX_DRIVERS_SAN $(($(modules_kib 'common san') - $(modules_kib common)))
}

@test "costs.sh measures a package, a firmware and what is kept as their options say" {
	[ -n "${PX_LONG:-}" ] || skip "takes minutes; set PX_LONG=1"
	need_tree
	run "$PX_TOP/debian-strip/costs.sh" "$PX_BUILD" \
		"$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config")" \
		"$PX_TOP/.config" \
		PX_TREE_EFIBOOTMGR PX_FIRMWARE_REALTEK PX_KEEP_FDISK
	echo "$output"
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 3 ]
	for line in "${lines[@]}"; do
		# shellcheck disable=SC2086
		set -- $line
		near "$1" "$2"
	done
}
