#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What pxfetch -R delivered: pieces.py FILE IMAGE

Prints a line for each piece, START-END MIRROR right|wrong: its frames, decoded by zstd, are or are not IMAGE's bytes
there; "parts of" and the image's length; "whole" and how many bytes follow; "garbage" for what is neither.
"""
import struct
import subprocess
import sys
import zlib

data = open(sys.argv[1], "rb").read()
image = open(sys.argv[2], "rb").read()
at = 0
while at < len(data):
    head = data[at:at + 40]
    if len(head) < 40 or head[:16] != struct.pack("<II", 0x184D2A5D, 32) + b"PXPIECE1" \
            or struct.unpack("<I", head[36:])[0] != zlib.crc32(head[:36]):
        print("garbage", len(data) - at)
        break
    start, length, packed, mirror = struct.unpack("<QIII", head[16:36])
    at += 40
    if length == 0 and start:
        print("parts of", start)
        continue
    if length == 0:
        print("whole", len(data) - at)
        break
    got = subprocess.run(["zstd", "-dcq"], input=data[at:at + packed],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    right = got.stdout == image[start:start + length] and len(got.stdout) == length
    print("%d-%d %d %s" % (start, start + length - 1, mirror, "right" if right else "wrong"))
    at += packed
