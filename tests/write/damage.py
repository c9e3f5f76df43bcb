#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Feeds pxwrite every damaged version of a small compressed image and looks at what it leaves behind.

    damage.py PXWRITE IMAGE COMPRESSED DIR bits|cuts [OPTION...]

OPTION: more for pxwrite's command line.
bits: each bit of COMPRESSED flipped in turn; cuts: each shorter version. Whatever pxwrite says must be true: exit 0
only with the complete image on the disk (a flipped bit in a time stamp harms nobody), "disk untouched" only when it is,
"disk does not boot" only with an empty first sector. Prints every lie; exit 1 if there was one.
"""
import os
import subprocess
import sys

DISK_BYTES = 64 * 1024


def versions(data, mode):
    if mode == 'cuts':
        for n in range(1, len(data)):
            yield f'cut to {n} bytes', data[:n]
        return
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield f'bit {bit % 8} of byte {bit // 8}', bytes(flipped)


def lie(code, last, disk, old, image):
    state = last.rpartition(': ')[2]
    if code == 0:
        if disk[:len(image)] != image:
            return 'exit 0 with another image on the disk'
        return None if state == 'disk written and verified' else 'exit 0 without its words'
    if code not in (2, 9, 10, 11):
        return f'exit {code}'
    if state == 'disk untouched':
        return None if disk == old else 'touched'
    if state == 'disk does not boot' and code in (9, 11):
        return None if not any(disk[:512]) else 'a boot sector'
    return f'exit {code} with these words'


def main():
    pxwrite, image_path, packed_path, folder, mode, *more = sys.argv[1:]
    image = open(image_path, 'rb').read()
    packed = open(packed_path, 'rb').read()
    old = bytes(range(1, 129)) * (DISK_BYTES // 128)
    disk_path = os.path.join(folder, 'disk')
    lies = count = 0
    for name, data in versions(packed, mode):
        with open(disk_path, 'wb') as f:
            f.write(old)
        p = subprocess.run([pxwrite, '-f', *more, disk_path], input=data, capture_output=True, check=False)
        last = p.stderr.decode(errors='replace').strip().rpartition('\n')[2]
        with open(disk_path, 'rb') as f:
            wrong = lie(p.returncode, last, f.read(), old, image)
        if mode == 'cuts' and p.returncode == 0:
            wrong = 'exit 0'
        if wrong:
            print(f'{name}: {wrong}: {p.stderr.decode(errors="replace")}')
            lies += 1
        count += 1
    print(f'{count} versions, {lies} lies')
    return 1 if lies or not count else 0


sys.exit(main())
