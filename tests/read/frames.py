#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes an image of pxread apart by zstd's seek table and its block map, and holds every number against the bytes.

    frames.py IMAGE.zst IMAGE BMAP     prints the frames' size, their number, and how many the map has
"""
import hashlib
import re
import struct
import subprocess
import sys

packed, image, bmap = (open(name, "rb").read() for name in sys.argv[1:4])
count, descriptor, magic = struct.unpack("<IBI", packed[-9:])
assert magic == 0x8F92EAB1 and descriptor == 0x80, (hex(magic), descriptor)
table = packed[-9 - 12 * count - 8:]
assert struct.unpack("<II", table[:8]) == (0x184D2A5E, 12 * count + 9)
entries = [struct.unpack("<III", table[8 + 12 * i:20 + 12 * i]) for i in range(count)]
assert sum(e[0] for e in entries) + len(table) == len(packed), "packed sizes"
assert sum(e[1] for e in entries) == len(image), "decoded sizes"
frame_bytes = entries[0][1]
assert all(e[1] == frame_bytes for e in entries[:-1]) and 0 < entries[-1][1] <= frame_bytes

ranges = {}
for digest, first, last in re.findall(rb'<Range chksum="([0-9a-f]{64})"> (\d+)(?:-(\d+))? </Range>', bmap):
    ranges[int(first) * 4096] = (digest.decode(), (int(last or first) + 1) * 4096)
at = 0
for i, (packed_bytes, bytes_, checksum) in enumerate(entries):
    frame = packed[at:at + packed_bytes]
    at += packed_bytes
    data = image[i * frame_bytes:i * frame_bytes + bytes_]
    assert frame[4] & 0x04, "no checksum in frame %d" % i
    assert frame[-4:] == struct.pack("<I", checksum), "checksum of frame %d" % i
    if i < 8 or i == count - 1:  # each by itself
        assert subprocess.run(["zstd", "-dcq"], input=frame, capture_output=True, check=True).stdout == data, i
    if i * frame_bytes in ranges:
        digest, end = ranges.pop(i * frame_bytes)
        assert digest == hashlib.sha256(data).hexdigest(), "range of frame %d" % i
        assert end == i * frame_bytes + (bytes_ + 4095) // 4096 * 4096, "end of frame %d" % i
    else:
        assert not any(data), "frame %d has data and no range" % i
assert not ranges, "ranges that are no frames: %s" % ranges
print(frame_bytes, count, len(re.findall(b"<Range", bmap)))
