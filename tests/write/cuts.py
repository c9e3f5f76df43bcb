#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills pxwrite -u at each call that touches the disk, kills what goes on then, and lets a third run end.

    cuts.py CALL...    in a folder with img, img.zst and map (pxread's), and the FIFO asks; makes the disk `cut`

strace sends SIGKILL at the k-th CALL of each thread, k = 1, 2, ... until a run has fewer. After each kill the disk must
be as it was, complete, or have no boot sector; in the end complete. Prints every lie; exit 1 if there was one, or
nothing was killed.
"""
import os
import subprocess
import sys

MIB = 1 << 20
MOST = 100


def read(name):
    with open(name, 'rb') as f:
        return f.read()


def write(name, data):
    with open(name, 'wb') as f:
        f.write(data)


def delta(before):
    """pxfetch -R | pxwrite -u; its exit status."""
    data, come = os.pipe()
    fetch = subprocess.Popen(['sh', '-c', 'exec pxfetch -q -R 0 "$PWD/img.zst" <asks'], stdout=come,
                             stderr=subprocess.DEVNULL)
    os.close(come)
    # strace must not keep the pipe of the asks open
    done = subprocess.run(before + ['sh', '-c', 'exec pxwrite -f -q -b map -B -u 5 cut 5>asks'], stdin=data,
                          stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(data)
    fetch.wait()
    return done.returncode


def kill_at(call, k):
    """1: it was killed there."""
    delta(['strace', '-f', '-qq', '-o', 'trace', '-e', 'trace=' + call, '-P', os.path.abspath('cut'),
           '-e', f'inject={call}:signal=SIGKILL:when={k}'])
    return b'killed by SIGKILL' in read('trace')


def main():
    write('cut', read('img') + bytes(4 * MIB))
    if delta([]) != 0:
        sys.exit('without a cut it does not end with 0')
    whole = read('cut')
    old = bytearray(whole)
    for frame in (3, 9, 15, 30, 39):  # 15: zeros in the image
        at = frame * 524288 + 5000
        old[at:at + 3000] = b'old' * 1000
    lies = 0
    for call in sys.argv[1:]:
        for k in range(1, MOST):
            write('cut', old)
            if not kill_at(call, k):
                break
            for again in (0, 1):
                now = read('cut')
                if any(now[:512]) and now not in (old, whole):
                    lies += 1
                    print(f'{call} {k}: a boot sector on a disk that is not complete')
                if not again:
                    kill_at(call, 1 + k * 5 % 11)
            status = delta([])
            if status or read('cut') != whole:
                lies += 1
                print(f'{call} {k}: the run after it ends with {status}, and the disk is not right')
        print(f'{call}: {k - 1} cuts, {lies} lies')
        if k == 1 or k == MOST - 1:
            lies += 1
    return 1 if lies else 0


sys.exit(main())
