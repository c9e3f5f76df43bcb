# SPDX-License-Identifier: GPL-2.0-or-later
# Children that do not end when they are told to, and ends that come half-way: nothing falls silent, and no word about
# the disk is false.
load ../px
load ../menu/menu

setup() {
	menu_setup one
	T=$BATS_TEST_TMPDIR
}

teardown() {
	menu_teardown
	[ ! -s "$T/pid" ] || kill -9 "$(cat "$T/pid")" 2>/dev/null || true
}

said() {
	grep -qF -- "$1" "$LOG"
}

wait_said() {
	wait_for 50 said "$1" || { cat "$LOG" "$T/out" >&2; return 1; }
}

# post_image: the catalog has one image, with a Post that leaves $T/ran
post_image() {
	printf 'Image: a\nSource: a.img.gz\nPost: post.sh\n' >"$PX_STUB/images"
	echo 'case $url in */post.sh) echo "echo ran >>'"$T"'/ran"; exit ;; esac' >"$PX_STUB/fetch.sh"
	rm "$ROOT/sys/block/vda/serial" # a file has none
}

@test "a pxwrite that does not end on SIGTERM is killed, and the unattended run says that it failed" {
	cat >"$PX_STUB/write.sh" <<-SH
		case \$* in *-z*) echo state=noboot >&3; exit ;; esac
		trap '' TERM
		echo \$\$ >"$T/pid"
		echo state=noboot >&3
		while :; do sleep 1; done
	SH
	unattended px.image=debian-13-lab px.patience=1
	wait_said 'px: FAILED: write: no output and no progress for 1 seconds (px.patience=) (disk does not boot)'
	! kill -0 "$(cat "$T/pid")" 2>/dev/null
}

@test "a program that even SIGKILL does not end is left behind, and the failure is said all the same" {
	need strace
	need_root
	echo 'echo $$ >"'"$T/pid"'"; echo state=noboot >&3; while :; do sleep 1; done' >"$PX_STUB/write.sh"
	# this kernel has no disk that hangs: here the signals do not arrive
	rm -f "$ROOT/run/px/auto.done"
	cmdline px.auto px.timeout=0 px.image=debian-13-lab px.patience=1
	timeout 60 strace -qq -o "$T/trace" -e trace=kill -e inject=kill:retval=0 pximenu -r "$ROOT" </dev/null >"$T/out" 2>&1 &
	MENU=$!
	wait_said 'does not end: it hangs in the kernel, and is left behind'
	wait_said 'px: FAILED: write: no output and no progress for 1 seconds (px.patience=)'
	said 'px: and so: pxwrite does not end: it hangs in the kernel, on a disk that does not answer'
}

@test "flush and unmount have patience with a hanging disk for as long as px.patience says, not for ever" {
	need strace
	need_root
	post_image
	cmdline px.auto px.timeout=0 px.image=a px.patience=2
	rm -f "$ROOT/run/px/auto.done"
	timeout 60 strace -f -qq -o "$T/trace" -e trace=fsync -e inject=fsync:delay_enter=40000000 \
		pximenu -r "$ROOT" </dev/null >"$T/out" 2>&1 &
	MENU=$!
	wait_said 'px: FAILED: flush: no output and no progress for 2 seconds (px.patience=)'
	said '(disk written and verified, but what Post wrote may be lost)'
	[ -e "$T/ran" ]
}

@test "whichever fork fails, the run comes to its end, and nothing of it is left running" {
	need strace
	echo 'echo $$ >>"'"$T/pids"'"; exec cat >/dev/null' >"$PX_STUB/write.sh"
	for n in 1 2 3 4 5; do
		rm -f "$ROOT/run/px/auto.done" "$T/pids"
		: >"$LOG"
		cmdline px.auto px.timeout=0 px.image=debian-13-lab
		timeout 60 strace -qq -o "$T/trace$n" -e trace=fork,vfork,clone,clone3 \
			-e inject=fork,vfork,clone,clone3:error=EAGAIN:when=$n pximenu -r "$ROOT" </dev/null >"$T/out" 2>&1 &
		MENU=$!
		wait_for 30 grep -qE 'px: (FAILED|installed)' "$LOG"
		cat "$LOG" | tee -a "$T/logs"
		for pid in $(cat "$T/pids" 2>/dev/null); do
			if kill -0 "$pid"; then
				return 1
			fi
		done
		stop "$MENU"
	done 2>/dev/null
	grep -q INJECTED "$T/trace1"
	grep -q 'px: FAILED: start: Resource temporarily unavailable (disk untouched)' "$T/logs"
}

@test "an abort that comes too late for the image begins no Post: the disk is written and verified, and that is said" {
	post_image
	echo 'trap "" TERM; : >"'"$T/begun"'"; while [ ! -e "'"$T/go"'" ]; do sleep 0.1; done' >"$PX_STUB/write.sh"
	cmdline px.auto px.timeout=0 px.image=a px.ui=text
	terminal 100 40 xterm
	wait_for 20 test -e "$T/begun"
	keys C-c
	wait_screen 'Abort?'
	keys y
	wait_screen aborting
	: >"$T/go"
	wait_said 'px: FAILED: abort: aborted by the user (disk written and verified, but Post did not run)'
	[ ! -e "$T/ran" ]
}

@test "only of a Post that failed is said that it did: one that could not begin did not run" {
	post_image
	echo 'rm -f "'"$ROOT"'/dev/vda"' >"$PX_STUB/write.sh" # the disk is another one now
	unattended px.image=a
	wait_said '(disk written and verified, but Post did not run)'
	none said 'but Post failed'
	[ ! -e "$T/ran" ]
}

# grown SCRIPT: an unattended installation whose pxwrite says grown=2, with that /etc/px/grow
grown() {
	mkdir -p "$ROOT/etc/px"
	echo "$1" >"$ROOT/etc/px/grow"
	echo 'case $* in *-z*) echo state=noboot >&3; echo "pxwrite: $disk: disk does not boot" >&2; exit ;; esac
		echo grown=2 >&3' >"$PX_STUB/write.sh"
	shift
	unattended px.image=debian-13-lab "$@"
}

@test "a file system that may be damaged by its growing is a failure, and the disk is cleared" {
	grown 'echo "/dev/vda2: resize2fs failed, and the file system is damaged" >&2; exit 3'
	wait_said 'px: FAILED: grow: /dev/vda2: resize2fs failed, and the file system is damaged (disk does not boot)'
	grep -q '^pxwrite -z' "$PX_STUB/calls"
}

@test "growing that is ended by px.patience or by a signal is not called verified: the disk is cleared" {
	grown 'exec sleep 60' px.patience=1
	wait_said 'px: FAILED: grow: no output and no progress for 1 seconds (px.patience=) (disk does not boot)'
	stop "$MENU"
	: >"$LOG"
	grown 'kill -9 $$'
	wait_said 'px: FAILED: grow: grow: ended by signal 9 (disk does not boot)'
}
