#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts a RAID label on a file, as mdadm --create would: md_label.py FILE 0.90|1.0|1.1|1.2

No array is needed for it: the superblock is written as linux/raid/md_p.h describes it, enough for libblkid to know it.
"""
import os
import struct
import sys

MAGIC = 0xa92b4efc


def checksum_1(block):
    """The sum of all 32-bit words, folded once, without the checksum field itself."""
    total = sum(struct.unpack('<64I', block[:256]))
    return ((total & 0xffffffff) + (total >> 32)) & 0xffffffff


def label_1(offset):
    block = bytearray(512)
    struct.pack_into('<III', block, 0, MAGIC, 1, 0)
    block[16:32] = bytes(range(1, 17))
    block[32:36] = b'host'
    struct.pack_into('<Q', block, 144, offset // 512)  # super_offset
    struct.pack_into('<I', block, 216, checksum_1(block))
    return bytes(block)


def label_0():
    block = bytearray(4096)
    struct.pack_into('<IIII', block, 0, MAGIC, 0, 90, 0)
    struct.pack_into('<I', block, 5 * 4, 0x01020304)
    total = sum(struct.unpack('<1024I', bytes(block)))
    struct.pack_into('<I', block, 38 * 4, ((total & 0xffffffff) + (total >> 32)) & 0xffffffff)
    return bytes(block)


def main():
    path, version = sys.argv[1:]
    size = os.path.getsize(path)
    sectors = size // 512
    offset = {
        '0.90': (size & ~65535) - 65536,
        '1.0': ((sectors - 16) & ~7) * 512,
        '1.1': 0,
        '1.2': 4096,
    }[version]
    with open(path, 'r+b') as f:
        f.seek(offset)
        f.write(label_0() if version == '0.90' else label_1(offset))


main()
