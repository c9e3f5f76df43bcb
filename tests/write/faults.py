#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets each system call of pxwrite that touches the disk fail in turn, and looks at what that leaves behind.

    faults.py PXWRITE IMAGE DISK CALL FAULT [ARGUMENT...]

DISK: the whole path of a block device or a file, filled before each run. CALL: pwrite64, fsync, ioctl, fallocate,
pread64; or read, which is of IMAGE. FAULT: KILL, EIO, ENOSPC; LOST: the call says that 512 bytes are done, and they are
not; TERM: it does its work, and SIGTERM comes meanwhile.
ARGUMENT: more for pxwrite's command line. strace injects FAULT at the k-th CALL of each thread, k = 1, 2, ... until a
run has fewer calls than that. After each run the disk must be one of four: as it was, complete, without a boot sector
and with both ends cleared (unless only the boot sector is missing), or with one of its ends not cleared yet. The exit
status, the last message and the last state= of -p must say which; a pxwrite that was killed has said `unknown` or the
truth. Prints every lie; exit 1 if there was one, or nothing was injected.
"""
import os
import subprocess
import sys
import tempfile

MIB = 1 << 20
STATES = {'disk untouched': 'old', 'disk does not boot': 'none', 'disk written and verified': 'whole',
          'disk written, not read back': 'whole', 'disk state not known: it may boot': 'half'}
KEYWORDS = {'untouched': 'old', 'noboot': 'none', 'verified': 'whole', 'unread': 'whole', 'unknown': 'half'}
MOST_CALLS = 200


def fill(path, data):
    with open(path, 'r+b', buffering=0) as f:
        f.write(data)
        os.fsync(f.fileno())


def content(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        with os.fdopen(fd, 'rb', closefd=False) as f:
            return f.read()
    finally:
        os.close(fd)


class Bench:
    def __init__(self, argv):
        self.pxwrite, self.image, self.disk, self.call, self.fault = argv[:5]
        self.more = argv[5:]
        self.clears = '-z' in self.more   # then a disk that is done does not boot
        size = len(content(self.disk))
        self.old = bytes(b | 1 for b in os.urandom(4096)) * (size // 4096)
        self.trace = tempfile.NamedTemporaryFile(suffix='.strace')
        self.progress = tempfile.NamedTemporaryFile(suffix='.progress')
        fill(self.disk, self.old)
        p = self.run([])
        if p.returncode:
            sys.exit(f'without a fault: exit {p.returncode}: {p.stderr}')
        self.whole = content(self.disk)

    def run(self, before):
        self.progress.truncate(0)
        self.progress.seek(0)
        fd = self.progress.fileno()
        with open(self.image, 'rb') as f:
            return subprocess.run(before + [self.pxwrite, '-f', '-p', str(fd), *self.more, self.disk], stdin=f, text=True,
                                  capture_output=True, check=False, timeout=120, pass_fds=[fd])

    def inject(self, k):
        action = {'KILL': 'signal=SIGKILL', 'TERM': 'signal=SIGTERM', 'LOST': 'retval=512'}.get(self.fault, 'error=' + self.fault)
        fill(self.disk, self.old)
        # those of disk and image alone: glibc's loader has calls of its own
        return self.run(['strace', '-f', '-qq', '-o', self.trace.name, '-P', self.disk, '-P', self.image,
                         '-e', 'trace=' + self.call,
                         '-e', f'inject={self.call}:{action}:when={k}'])

    def injected(self):
        with open(self.trace.name, encoding='utf-8', errors='replace') as f:
            text = f.read()
        return '(INJECTED)' in text or 'killed by SIGKILL' in text or '--- SIGTERM ' in text

    def found(self):
        """What the disk is: old, whole, none (no boot sector), half (that, and an end still has something old) or
        mixed."""
        now = content(self.disk)
        if now == self.old:
            return 'old'
        if now == self.whole:
            return 'none' if self.clears else 'whole'
        if any(now[:512]):
            return 'mixed'
        if not self.clears and now[MIB:-MIB] == self.whole[MIB:-MIB]:
            return 'none'
        return 'half' if any(now[:MIB]) or any(now[-MIB:]) else 'none'

    def said(self):
        """The last state= of -p."""
        with open(self.progress.name, encoding='ascii') as f:
            return [line.rstrip().partition('=')[2] for line in f if line.startswith('state=')][-1]

    def lie(self, p):
        found = self.found()
        said = self.said()
        if found == 'mixed':
            return 'a boot sector on a disk that is not complete'
        if said != 'unknown' and KEYWORDS[said] != found:
            return f'it is {found}, -p said last: {said}'
        if p.returncode < 0 or p.returncode == 137:
            return None if self.fault == 'KILL' else f'died of signal {-p.returncode}'
        last = p.stderr.strip().rpartition('\n')[2].partition(': ')[2].partition(': ')[2]
        if STATES.get(last) != found or KEYWORDS[said] != found:
            return f'it is {found}, said: "{last}", state={said}'
        if (p.returncode == 0 and self.clears and found != 'none') or (
                not self.clears and (p.returncode == 0) != (found == 'whole')):
            return f'it is {found} with exit {p.returncode}'
        if p.returncode not in (0, 3, 9, 10) and (p.returncode, self.fault) != (130, 'TERM'):
            return f'exit {p.returncode}'
        return None


def main():
    bench = Bench(sys.argv[1:])
    lies = count = 0
    for k in range(1, MOST_CALLS):
        p = bench.inject(k)
        if not bench.injected():
            break
        count += 1
        wrong = bench.lie(p)
        if wrong:
            lies += 1
            print(f'{bench.call} {k} {bench.fault}: exit {p.returncode}: {wrong}\n{p.stderr}')
    print(f'{bench.call} {bench.fault}: {count} faults, {lies} lies')
    return 1 if lies or not count or count == MOST_CALLS - 1 else 0


sys.exit(main())
