#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts what comes in and passes on the last MiB of it.

    count_and_tail.py FILE-FOR-THE-NUMBER < in > tail
"""
import sys

MIB = 1 << 20
count, last, before = 0, b"", b""
while True:
    part = sys.stdin.buffer.read(MIB)
    if not part:
        break
    count += len(part)
    before, last = last, part
with open(sys.argv[1], "w") as f:
    f.write("%d\n" % count)
sys.stdout.buffer.write((before + last)[-MIB:])
