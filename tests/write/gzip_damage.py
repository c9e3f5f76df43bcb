#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged gzip files through both decoders of pxwrite: prints each difference in verdict or bytes, then how many files.

    gzip_damage.py PXWRITE FILE...      FILE: good .gz files, small ones

With -m 64k pxwrite has no room for ISA-L and takes zlib. Bits are flipped, bytes replaced, pieces cut off, doubled and
swapped, at places that a fixed seed chooses, more of them in the first 64 bytes and the last 16.
"""
import hashlib
import random
import subprocess
import sys

EACH = 150


def damage(data, r):
    b = bytearray(data)
    at = r.choice((r.randrange(min(64, len(b))), len(b) - 1 - r.randrange(min(16, len(b))), r.randrange(len(b))))
    kind = r.randrange(6)
    if kind < 3:
        b[at] ^= 1 << r.randrange(8)
    elif kind == 3:
        b[at] = r.randrange(256)
    elif kind == 4:
        del b[at:at + r.randrange(1, 20)]
    else:
        b[at:at] = b[at:at + r.randrange(1, 300)]
    return bytes(b)


def verdict(program, data, *options):
    run = subprocess.run([program, "-q", *options, "-"], input=data, capture_output=True, check=False)
    # what came before a failure is nobody's business
    return run.returncode, hashlib.sha256(run.stdout).hexdigest() if run.returncode == 0 else ""


def main(program, *paths):
    r = random.Random(15)
    count = different = bad = 0
    for path in paths:
        with open(path, "rb") as f:
            good = f.read()
        for n in range(EACH + 1):
            data = damage(good, r) if n else good
            for options in ((), ("-H", "0" * 64)) if n % 5 == 0 else ((),):
                isal, zlib = verdict(program, data, *options), verdict(program, data, "-m", "64k", *options)
                if isal != zlib:
                    different += 1
                    print(f"{path} {n} {options}: ISA-L {isal}, zlib {zlib}")
            count += 1
            bad += zlib[0] != 0
    print(f"{count} files, {bad} refused, {different} differences")
    sys.exit(different > 0 or bad == 0)


main(*sys.argv[1:])
