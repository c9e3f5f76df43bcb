# SPDX-License-Identifier: GPL-2.0-or-later
# Scripted images: script, archive, script, on a loop device, in a mount namespace of the test's own; every way to go
# wrong. pximenu, pxfetch, pxwrite, tar and the file systems are real.

load ../px
load ../menu/menu

setup() {
	need_root
	need losetup unshare mke2fs tar zstd setfattr getfattr setfacl getfacl
	menu_setup one
	srv=$BATS_TEST_TMPDIR/srv
	mkdir "$srv"
	mkdir "$BATS_TEST_TMPDIR/real"
	ln -s "$PX_BUSYBOX" "$BATS_TEST_TMPDIR/real/pxfetch"
	use_disk "$BATS_TEST_TMPDIR/disk"
	PATH=$BATS_TEST_TMPDIR/real:$PATH
	printf '#!/bin/sh\ncat /proc/self/mountinfo >"%s/mountinfo.new" && mv "%s/mountinfo.new" "%s/mountinfo"\n' \
		"$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR" \
		"$BATS_TEST_TMPDIR" >"$ROOT/sbin/reboot"
	echo 'mke2fs -q -F -t ext4 "$LOOP" && mount -t ext4 "$LOOP" "$PX_TARGET"' >"$srv/init.sh"
	echo 'echo post was here >"$PX_TARGET/post"' >"$srv/post.sh"
}

teardown() {
	[ -z "${MENU:-}" ] || stop "$MENU"
	tmux_do kill-server 2>/dev/null || true
	[ -z "${LOOP:-}" ] || losetup -d "$LOOP"
}

# use_disk FILE: a loop device of 32 MiB, which is the disk that the menu sees (vda of the fake root)
use_disk() {
	local vda=$ROOT/sys/block/vda
	truncate -s 32M "$1"
	LOOP=$(losetup -f --show "$1")
	export LOOP
	cat >"$BATS_TEST_TMPDIR/real/pxwrite" <<-SH
		#!/bin/bash
		"$BATS_TEST_TMPDIR/pxwrite" "\${@/#\/dev\/vda/$LOOP}"
		status=\$?
		[ ! -e "$BATS_TEST_TMPDIR/after.sh" ] || . "$BATS_TEST_TMPDIR/after.sh" >&2
		exit \$status
	SH
	cat >"$BATS_TEST_TMPDIR/pxwrite" <<-SH
		#!/bin/bash
		exec -a pxwrite "$PX_BUSYBOX" "\$@"
	SH
	chmod +x "$BATS_TEST_TMPDIR/pxwrite" "$BATS_TEST_TMPDIR/real/pxwrite"
	rm -f "$vda/serial"
	echo 65536 >"$vda/size"
	cat "/sys/block/${LOOP#/dev/}/diskseq" >"$vda/diskseq"
	ln -sf "$LOOP" "$ROOT/dev/vda"
}

# archive FOLDER [ZSTD-OPTIONS]: srv/a.tar.zst, and its proof for the catalog
archive() {
	tar -C "$1" --format=pax --xattrs --xattrs-include='*' --acls --sparse -cf "$BATS_TEST_TMPDIR/a.tar" .
	pack
}

pack() {
	zstd -q -f "$BATS_TEST_TMPDIR/a.tar" -o "$srv/a.tar.zst"
	PROOF="Size: $(stat -c %s "$BATS_TEST_TMPDIR/a.tar")
SHA256: $(sha256sum "$BATS_TEST_TMPDIR/a.tar" | cut -d ' ' -f 1)"
}

small_archive() {
	mkdir -p "$BATS_TEST_TMPDIR/small"
	echo hello >"$BATS_TEST_TMPDIR/small/file"
	archive "$BATS_TEST_TMPDIR/small"
}

catalog() {
	printf 'Image: box\nInit: init.sh\nArchive: a.tar.zst\nPost: post.sh\n%s\n' "$PROOF" >"$srv/images"
}

over() {
	grep -qE 'px: (installed|FAILED)' "$LOG"
}

# runs it unattended until it says how it ended
install_box() {
	catalog
	rm -f "$ROOT/run/px/auto.done" "$BATS_TEST_TMPDIR/mountinfo" # as if the machine had been started anew
	cmdline px.auto px.timeout=0 px.force px.image=box px.disk=/dev/vda "$@"
	unshare -m timeout 100 pximenu -r "$ROOT" -c "file://$srv/images" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
	wait_for 60 over
	cat "$LOG"
}

# While it is there, as pximenu sees it; after a success, as the reboot sees it that it becomes.
nothing_mounted() {
	local mounts=/proc/$MENU/mountinfo
	if grep -q 'px: installed' "$LOG"; then
		mounts=$BATS_TEST_TMPDIR/mountinfo
		wait_for 30 test -s "$mounts"
	fi
	[ -e "$mounts" ]
	! grep -F " $ROOT/mnt" "$mounts"
}

# both ends of the disk are zero
does_not_boot() {
	cmp -n 1048576 "$LOOP" /dev/zero
	tail -c 1048576 "$LOOP" | cmp -n 1048576 - /dev/zero
}

failed() {
	grep -q "px: FAILED: $1" "$LOG"
	nothing_mounted
}

mark() {
	echo marked | dd of="$LOOP" conv=notrunc,fsync status=none
}

untouched() {
	[ "$(head -c 6 "$LOOP")" = marked ]
}

@test "owners, modes, links, attributes, ACLs, nodes and holes of the archive are on the disk" {
	local t=$BATS_TEST_TMPDIR/tree m=$BATS_TEST_TMPDIR/m
	mkdir -p "$t/dir" "$m"
	echo one >"$t/owned"
	chown 1234:5678 "$t/owned"
	chmod 6751 "$t/owned"
	ln "$t/owned" "$t/dir/linked"
	ln -s /etc/passwd "$t/absolute"
	mknod "$t/null" c 1 3
	mkfifo "$t/fifo"
	echo two >"$t/attributed"
	setfattr -n user.px -v value "$t/attributed"
	setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 "$t/attributed"
	setfacl -m u:4321:rw "$t/attributed"
	truncate -s 8M "$t/sparse"
	echo end >>"$t/sparse"
	touch -d '2006-05-04 03:02:01 UTC' "$t/owned"
	archive "$t"
	install_box
	grep -q 'px: installed box on /dev/vda' "$LOG"
	nothing_mounted
	unshare -m sh -eu -c 'mount -t ext4 -o ro "$LOOP" "$1"; cd "$1"
		stat -c "%n %u:%g %a %h %Y" owned; stat -c "%n %F %t:%T" null fifo; readlink absolute; cat post
		[ owned -ef dir/linked ] && echo hard link; [ "$(stat -c %b sparse)" -lt 64 ] && echo sparse; tail -c 4 sparse
		getfattr -d -m . -e text attributed; getfacl -n attributed' sh "$m" >"$BATS_TEST_TMPDIR/found" 2>&1
	cat "$BATS_TEST_TMPDIR/found"
	grep -q '^owned 1234:5678 6751 2 1146711721$' "$BATS_TEST_TMPDIR/found"
	grep -q '^null character special file 1:3$' "$BATS_TEST_TMPDIR/found"
	grep -q '^fifo fifo' "$BATS_TEST_TMPDIR/found"
	grep -q '^/etc/passwd$' "$BATS_TEST_TMPDIR/found"
	grep -q '^post was here$' "$BATS_TEST_TMPDIR/found"
	grep -q '^hard link$' "$BATS_TEST_TMPDIR/found"
	grep -q '^sparse$' "$BATS_TEST_TMPDIR/found"
	grep -q '^user.px="value"' "$BATS_TEST_TMPDIR/found"
	grep -q '^security.capability=' "$BATS_TEST_TMPDIR/found"
	grep -q '^user:4321:rw-' "$BATS_TEST_TMPDIR/found"
}

@test "the scripts know disk, image, server, MAC and target" {
	small_archive
	echo 'echo "$PX_DISK|$PX_IMAGE|$PX_SERVER|$PX_MAC|$PX_TARGET" >"'"$BATS_TEST_TMPDIR"'/env"' >>"$srv/init.sh"
	install_box
	[ "$(cat "$BATS_TEST_TMPDIR/env")" = "/dev/vda|box|192.0.2.1|52:54:00:12:34:56|$ROOT/mnt" ]
}

@test "a script that fails is shown with its exit status and its last lines, and the disk does not boot" {
	small_archive
	echo 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; done; echo "no luck" >&2; exit 3' >>"$srv/init.sh"
	install_box
	failed 'init: init.sh: exit status 3 (disk does not boot)'
	grep -q 'no luck' "$BATS_TEST_TMPDIR/out"
	grep -q 'line 12' "$BATS_TEST_TMPDIR/out"
	does_not_boot
}

@test "a Post script that fails leaves a disk that does not boot" {
	small_archive
	echo 'dd if=/dev/urandom of="$LOOP" bs=440 count=1 conv=notrunc,fsync 2>/dev/null; kill -9 $$' >>"$srv/post.sh"
	install_box
	failed 'post: post.sh: ended by signal 9 (disk does not boot)'
	does_not_boot
}

@test "a script that is missing, empty, HTML, binary, from Windows or cut in two leaves the disk as it is" {
	small_archive
	mark
	rm "$srv/post.sh"
	install_box
	failed 'post: .*(disk untouched)'
	untouched
	for bad in '' '\n  \n' '<!DOCTYPE html><title>404</title>' 'exit\0 0' 'exit 0\r\n' 'if true; then\n'; do
		printf "$bad" >"$srv/post.sh"
		stop "$MENU"
		: >"$LOG"
		install_box
		failed 'post: .*(disk untouched)'
		untouched
	done
	printf '\177ELF\0' >"$srv/init.sh"
	stop "$MENU"
	: >"$LOG"
	install_box
	failed 'init: init.sh is binary data, not a script (disk untouched)'
	untouched
}

# The fake root's /etc/px/keys makes the catalog a signed one; sh writes down how it was called.
@test "a script that was swapped since the catalog was signed is refused by its hash, before sh sees it" {
	need ssh-keygen
	small_archive
	mark
	printf '#!/bin/bash\necho "$*" >>"%s/sh.calls"\nexec -a sh "%s" "$@"\n' "$BATS_TEST_TMPDIR" "$PX_BUSYBOX" \
		>"$BATS_TEST_TMPDIR/real/sh"
	chmod +x "$BATS_TEST_TMPDIR/real/sh"
	ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/joe"
	mkdir -p "$ROOT/etc/px/keys"
	cp "$BATS_TEST_TMPDIR/joe.pub" "$ROOT/etc/px/keys"
	for script in init post; do
		PROOF+=$'\n'"${script^}-SHA256: $(sha256sum "$srv/$script.sh" | cut -d ' ' -f 1)"
	done
	catalog
	ssh-keygen -q -Y sign -n px-imager -f "$BATS_TEST_TMPDIR/joe" <"$srv/images" >"$srv/images.sig" 2>/dev/null
	for script in post init; do
		cp "$srv/$script.sh" "$BATS_TEST_TMPDIR/right"
		sed -i '1i if true; then' "$srv/$script.sh" # which sh -n would not like
		: >"$LOG"
		: >"$BATS_TEST_TMPDIR/sh.calls"
		install_box
		failed "$script: .*$script.sh: wrong SHA-256: .*(disk untouched)"
		grep -q 'px: catalog verified' "$LOG"
		untouched
		none grep -qF "$script" "$BATS_TEST_TMPDIR/sh.calls"
		stop "$MENU"
		cp "$BATS_TEST_TMPDIR/right" "$srv/$script.sh"
	done
	# as they were signed they run, and sh has looked at both before
	: >"$LOG"
	: >"$BATS_TEST_TMPDIR/sh.calls"
	install_box
	grep -q 'px: installed box' "$LOG"
	[ "$(grep -c '^-n ' "$BATS_TEST_TMPDIR/sh.calls")" = 2 ]
	grep -q '^-n .*init' "$BATS_TEST_TMPDIR/sh.calls"
	MENU=
}

@test "a script that hangs and ignores signals is ended by Ctrl-C" {
	small_archive
	catalog
	mark
	echo "trap '' TERM INT; sleep 1000 & echo hanging; while :; do sleep 1; done" >>"$srv/init.sh"
	cmdline px.auto px.timeout=0 px.force px.image=box px.disk=/dev/vda
	tmux_do new-session -d -x 80 -y 24 "TERM=xterm exec unshare -m pximenu -r '$ROOT' -c 'file://$srv/images'"
	MENU=$(tmux_do list-panes -F '#{pane_pid}')
	wait_for 30 grep -q hanging "$LOG"
	keys C-c
	wait_screen 'Abort?'
	keys y
	wait_for 30 over
	failed 'abort: aborted by the user (disk does not boot)'
	does_not_boot
	MENU=''
}

@test "what a script leaves running is ended and everything is unmounted" {
	small_archive
	echo '(cd "$PX_TARGET"; exec sleep 1000) & mkdir -p "$PX_TARGET/a b"; mount -t tmpfs none "$PX_TARGET/a b"' \
		>>"$srv/init.sh"
	install_box
	grep -q 'px: installed box' "$LOG"
	nothing_mounted
}

@test "a script that mounts nothing does not fill the memory" {
	small_archive
	echo 'exit 0' >"$srv/init.sh"
	install_box
	failed "init: init.sh: exit status 0, but nothing is mounted on"
	[ ! -e "$ROOT/mnt/file" ]
	does_not_boot
}

@test "an archive that is cut, damaged, missing or not the right one leaves a disk that does not boot" {
	mkdir "$BATS_TEST_TMPDIR/big"
	head -c 2000000 /dev/urandom >"$BATS_TEST_TMPDIR/big/noise"
	archive "$BATS_TEST_TMPDIR/big"
	cp "$srv/a.tar.zst" "$BATS_TEST_TMPDIR/good"
	truncate -s 1000000 "$srv/a.tar.zst"
	install_box
	failed 'unpack: pxwrite: .*(disk does not boot)'
	does_not_boot

	cp "$BATS_TEST_TMPDIR/good" "$srv/a.tar.zst"
	printf 'XXXXXXXXXXXXXXXX' | dd of="$srv/a.tar.zst" bs=1 seek=1500000 conv=notrunc status=none
	stop "$MENU"
	: >"$LOG"
	install_box
	failed 'unpack: pxwrite: .*(disk does not boot)'

	cp "$BATS_TEST_TMPDIR/good" "$srv/a.tar.zst"
	PROOF="SHA256: $(echo | sha256sum | cut -d ' ' -f 1)"
	stop "$MENU"
	: >"$LOG"
	install_box
	failed 'unpack: pxwrite: .*wrong SHA-256.*(disk does not boot)'

	rm "$srv/a.tar.zst"
	stop "$MENU"
	: >"$LOG"
	install_box
	failed 'download: pxfetch: .*(disk untouched)'

	cp "$PX_BUSYBOX" "$srv/a.tar.zst"
	PROOF="Size: $(stat -c %s "$PX_BUSYBOX")"
	stop "$MENU"
	: >"$LOG"
	install_box
	failed 'archive: a.tar.zst is no tar archive (disk untouched)'
}

@test "nothing is cleared before the archive is known to be there and to be one" {
	small_archive
	mark
	rm "$srv/a.tar.zst"
	install_box
	failed 'download: pxfetch: .*(disk untouched)'
	untouched
	for bad in '' 'no archive' '<html>404</html>'; do
		printf "$bad" | zstd -q -f -o "$srv/a.tar.zst"
		stop "$MENU"
		: >"$LOG"
		PROOF=''
		install_box
		failed 'archive: .*(disk untouched)'
		untouched
	done
	head -c 100 "$PX_BUSYBOX" >"$srv/a.tar.zst" # raw data without a size
	stop "$MENU"
	: >"$LOG"
	install_box
	failed 'archive: .*(disk untouched)'
	untouched
}

@test "an archive that was cut between two members fails, unless size or hash say that this is all of it" {
	mkdir "$BATS_TEST_TMPDIR/two"
	head -c 3000 /dev/urandom >"$BATS_TEST_TMPDIR/two/a"
	head -c 3000 /dev/urandom >"$BATS_TEST_TMPDIR/two/b"
	tar -C "$BATS_TEST_TMPDIR/two" --format=ustar -b 1 -cf "$BATS_TEST_TMPDIR/a.tar" a b
	truncate -s 3584 "$BATS_TEST_TMPDIR/a.tar" # the header and the data of a
	pack
	cut=$PROOF
	PROOF=''
	install_box
	failed 'unpack: a.tar.zst does not end as an archive does .*(disk does not boot)'
	does_not_boot
	stop "$MENU"
	: >"$LOG"
	PROOF=$cut
	install_box
	grep -q 'px: installed box' "$LOG"
}

@test "an end of zeros is an archive's end only when it is two blocks long" {
	mkdir "$BATS_TEST_TMPDIR/one"
	echo hello >"$BATS_TEST_TMPDIR/one/a"
	tar -C "$BATS_TEST_TMPDIR/one" --format=ustar -b 1 -cf "$BATS_TEST_TMPDIR/a.tar" a
	pack
	PROOF=''
	install_box
	grep -q 'px: installed box' "$LOG"
	stop "$MENU"
	: >"$LOG"
	truncate -s -512 "$BATS_TEST_TMPDIR/a.tar"
	pack
	PROOF=''
	install_box
	failed 'unpack: a.tar.zst does not end as an archive does'
}

@test "more than 64 mounts are all unmounted" {
	small_archive
	echo 'i=0; while [ $i -lt 90 ]; do mkdir "$PX_TARGET/m$i"; mount -t tmpfs none "$PX_TARGET/m$i"; i=$((i + 1)); done' \
		>>"$srv/post.sh"
	install_box
	grep -q 'px: installed box' "$LOG"
	nothing_mounted
}

@test "what is mounted so that it cannot be unmounted is a failure" {
	small_archive
	echo 'mount -t tmpfs none "$PX_TARGET/m" 2>/dev/null || { mkdir "$PX_TARGET/m"; mount -t tmpfs none "$PX_TARGET/m"; }' >>"$srv/post.sh"
	mkdir "$BATS_TEST_TMPDIR/um"
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/um/umount"
	chmod +x "$BATS_TEST_TMPDIR/um/umount"
	PATH=$BATS_TEST_TMPDIR/um:$PATH install_box
	grep -q 'px: FAILED: unmount: ' "$LOG"
}

@test "writes that the disk lost are a failure: no archive, no script and no umount said so" {
	mkdir "$BATS_TEST_TMPDIR/small" "$BATS_TEST_TMPDIR/full"
	mount -t tmpfs -o size=8M none "$BATS_TEST_TMPDIR/full"
	losetup -d "$LOOP"
	use_disk "$BATS_TEST_TMPDIR/full/disk"
	head -c 16000000 /dev/urandom >"$BATS_TEST_TMPDIR/small/noise"
	archive "$BATS_TEST_TMPDIR/small"
	echo true >"$srv/post.sh" # one that wrote would meet the error first, now and then
	install_box
	losetup -d "$LOOP"
	LOOP=
	umount "$BATS_TEST_TMPDIR/full" || umount -l "$BATS_TEST_TMPDIR/full"
	none grep -q 'px: installed' "$LOG"
	grep -q 'px: FAILED: flush: ' "$LOG"
}

@test "a disk that was swapped after it was listed is not cleared, and no script runs" {
	small_archive
	mark
	echo "echo ran >$BATS_TEST_TMPDIR/ran" >"$srv/init.sh"
	echo 1 >"$ROOT/sys/block/vda/diskseq" # what was listed
	install_box
	failed 'clear: pxwrite: .*(disk untouched)'
	grep -q '"status":10\|exit 10\|diskseq' "$LOG"
	untouched
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a disk that is swapped just before Init is left alone" {
	small_archive
	truncate -s 32M "$BATS_TEST_TMPDIR/other"
	echo other | dd of="$BATS_TEST_TMPDIR/other" conv=notrunc status=none
	echo "echo ran >$BATS_TEST_TMPDIR/ran" >"$srv/init.sh"
	echo "losetup -d $LOOP; losetup $LOOP $BATS_TEST_TMPDIR/other; rm $BATS_TEST_TMPDIR/after.sh" \
		>"$BATS_TEST_TMPDIR/after.sh"
	# the look at the archive runs pxwrite, too
	sed -i '1i case "$*" in *-z*) ;; *) exit $status ;; esac' "$BATS_TEST_TMPDIR/after.sh"
	install_box
	failed 'disk: .*this is not the disk that was chosen: '
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	[ "$(head -c 5 "$BATS_TEST_TMPDIR/other")" = other ]
}

@test "a raw image goes to the disk that was listed and to no other" {
	mark
	head -c 4M /dev/urandom | zstd -q >"$srv/a.img.zst"
	printf 'Image: box\nSource: a.img.zst\nSize: 4194304\nSHA256: %s\n' \
		"$(zstd -dc "$srv/a.img.zst" | sha256sum | cut -d ' ' -f 1)" >"$BATS_TEST_TMPDIR/raw"
	catalog() {
		cp "$BATS_TEST_TMPDIR/raw" "$srv/images"
	}
	echo 1 >"$ROOT/sys/block/vda/diskseq"
	install_box
	failed 'write: pxwrite: .*(disk untouched)'
	untouched
	stop "$MENU"
	: >"$LOG"
	cat "/sys/block/${LOOP#/dev/}/diskseq" >"$ROOT/sys/block/vda/diskseq"
	install_box
	grep -q 'px: installed box' "$LOG"
	zstd -dc "$srv/a.img.zst" | cmp -n 4194304 - "$LOOP"
}

@test "a script that hangs ends an unattended run after px.patience, with its last words, and all is cleaned up" {
	small_archive
	echo "trap '' TERM; echo last words; sleep 98766.$$ & while :; do wait; done" >>"$srv/init.sh"
	install_box px.patience=3
	failed 'init: no output and no progress for 3 seconds .*(disk does not boot)'
	grep -q 'last words' "$BATS_TEST_TMPDIR/out"
	does_not_boot
	run pgrep -f "^sleep 98766.$$"
	[ "$status" -ne 0 ]
}

@test "a script that says something now and then is waited for longer than px.patience" {
	small_archive
	echo 'for i in 1 2 3 4 5; do sleep 1; echo "$i"; done' >>"$srv/post.sh"
	install_box px.patience=3
	grep -q 'px: installed box' "$LOG"
}

@test "a scripted image is called written and not read back" {
	small_archive
	install_box
	grep -q 'disk written, not read back\|written, not read back' "$BATS_TEST_TMPDIR/out"
	! grep -q verified "$BATS_TEST_TMPDIR/out"
}

# as if the machine's init held the mounts: a namespace that outlives the menu
@test "when the menu is killed its scripts end, what they have mounted is unmounted and the disk does not boot" {
	small_archive
	echo "sleep 98765.$$ & (sleep 98765.$$; echo) & wait" >>"$srv/init.sh"
	catalog
	cmdline px.auto px.timeout=0 px.force px.image=box px.disk=/dev/vda
	unshare -m sleep 1000 &
	keeper=$!
	wait_for 10 grep -q sleep "/proc/$keeper/comm"
	nsenter -t "$keeper" -m "$BATS_TEST_TMPDIR/bin/pximenu" -r "$ROOT" -c "file://$srv/images" </dev/null \
		>"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
	wait_for 60 pgrep -f "^sleep 98765.$$"
	grep -F " $ROOT/mnt" "/proc/$keeper/mountinfo"
	kill -9 "$MENU"
	wait_for 60 grep -q 'px: the menu has died' "$LOG"
	wait_for 60 is_unmounted "$keeper"
	wait_for 60 does_not_boot
	run pgrep -f "^sleep 98765.$$"
	kill "$keeper"
	[ "$status" -ne 0 ]
}

is_unmounted() {
	! grep -qF " $ROOT/mnt" "/proc/$1/mountinfo"
}

@test "programs that were started leave no descriptor behind" {
	small_archive
	echo 'exit 3' >>"$srv/post.sh"
	install_box
	failed post
	menu=$(pgrep -P "$MENU" pximenu) # below timeout
	ls -l "/proc/$menu/fd"
	# but for those that bats has handed down
	find "/proc/$BASHPID/fd" -lname 'pipe:*' -printf '%l\n' | sort -u >"$BATS_TEST_TMPDIR/ours"
	find "/proc/$menu/fd" -lname 'pipe:*' -printf '%l\n' | sort -u | comm -13 "$BATS_TEST_TMPDIR/ours" \
		- >"$BATS_TEST_TMPDIR/left"
	[ ! -s "$BATS_TEST_TMPDIR/left" ]
	[ "$(find "/proc/$menu/fd" -lname /dev/null | wc -l)" -le 2 ]
}

@test "an archive larger than the file system says that the disk is full" {
	mkdir "$BATS_TEST_TMPDIR/big"
	head -c 40000000 /dev/urandom >"$BATS_TEST_TMPDIR/big/noise"
	echo 'mke2fs -q -F -t ext4 "$LOOP" 16M && mount -t ext4 "$LOOP" "$PX_TARGET"' >"$srv/init.sh"
	archive "$BATS_TEST_TMPDIR/big"
	PROOF='' # Size would be refused before anything is touched
	install_box
	failed 'unpack: tar: .*the file system is full (disk does not boot)'
	does_not_boot
}

# hostile MEMBER-FUNCTION-BODY: an archive made by python's tarfile
hostile() {
	python3 -c 'import io, sys, tarfile
t = tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT)
def file(name):
    i = tarfile.TarInfo(name); i.size = 4; t.addfile(i, io.BytesIO(b"bad\n"))
def link(name, to, kind=tarfile.SYMTYPE):
    i = tarfile.TarInfo(name); i.type = kind; i.linkname = to; t.addfile(i)
base = sys.argv[2]
exec(sys.argv[3])
t.close()' "$BATS_TEST_TMPDIR/a.tar" "$BATS_TEST_TMPDIR" "$1"
	pack
}

@test "no path in an archive leads out of the target" {
	hostile 'file(base + "/escaped")'
	install_box
	grep -q 'px: installed box' "$LOG" # as below the target: absolute paths are taken from there
	[ ! -e "$BATS_TEST_TMPDIR/escaped" ]
	for members in 'file("../../escaped")' 'link("l", base); file("l/escaped")' \
		'link("l", "../.."); file("l/escaped")' \
		'link("h", base + "/disk", tarfile.LNKTYPE)'; do
		hostile "$members"
		stop "$MENU"
		: >"$LOG"
		install_box
		failed 'unpack: tar: .*(disk does not boot)'
		[ ! -e "$BATS_TEST_TMPDIR/escaped" ]
		[ ! -e "$ROOT/../escaped" ]
	done
}

@test "an archive with names of 4096 bytes fails and says why" {
	hostile 'file("n" * 4096)'
	install_box
	failed 'unpack: .*File name too long (disk does not boot)'
	stop "$MENU"
	: >"$LOG"
	hostile 'file("d/" * 2048 + "f")'
	install_box
	over
	nothing_mounted
}

@test "a disk that is in use is refused and stays as it is" {
	small_archive
	mke2fs -q -F -t ext4 "$LOOP"
	mkdir "$BATS_TEST_TMPDIR/m"
	mount -t ext4 "$LOOP" "$BATS_TEST_TMPDIR/m"
	install_box || true
	umount "$BATS_TEST_TMPDIR/m"
	failed 'clear: pxwrite: .*in use.*(disk untouched)'
	e2fsck -fn "$LOOP"
}

@test "a scripted image on a disk that holds data is refused without px.force, and no script runs" {
	small_archive
	# the same on both: what the menu looks at, and what would be written
	printf 'start=2048, type=83\n' | sfdisk -q --label dos "$ROOT/dev/vda"
	mke2fs -q -F -t ext4 "$LOOP"
	sum=$(sha256sum <"$LOOP")
	echo "echo ran >$BATS_TEST_TMPDIR/ran" >"$srv/init.sh"
	catalog
	cmdline px.auto px.timeout=0 px.image=box px.disk=/dev/vda
	unshare -m timeout 100 pximenu -r "$ROOT" -c "file://$srv/images" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
	wait_for 60 over
	cat "$LOG"
	grep -q 'px: FAILED: .*it holds data (.*px.force overwrites it' "$LOG"
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	[ "$(sha256sum <"$LOOP")" = "$sum" ]
}
