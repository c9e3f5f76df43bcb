#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of an NTFS in states that only Windows leaves it in.

    ntfs.py NTFS STATE...   writes a file of that name for each: dirty, open (a log in use), closed, torn
"""
import struct
import sys

with open(sys.argv[1], "rb") as f:
    clean = f.read()
cluster = clean[13] * struct.unpack_from("<H", clean, 11)[0]
mft = struct.unpack_from("<Q", clean, 48)[0] * cluster


def attribute(number, kind):
    record = mft + number * 1024
    at = record + struct.unpack_from("<H", clean, record + 20)[0]
    while struct.unpack_from("<I", clean, at)[0] != kind:
        at += struct.unpack_from("<I", clean, at + 4)[0]
    return at


def log_place():
    at = attribute(2, 0x80)
    run = at + struct.unpack_from("<H", clean, at + 32)[0]
    length, start = clean[run] & 15, clean[run] >> 4
    return int.from_bytes(clean[run + 1 + length:run + 1 + length + start], "little") * cluster


def restart_page(number, in_use, flags):
    page = bytearray(4096)
    page[0:4] = b"RSTR"
    struct.pack_into("<HH", page, 4, 30, 9)
    struct.pack_into("<IIHHH", page, 16, 4096, 4096, 48, 1, 1)
    struct.pack_into("<QHHHH", page, 48, number, 1, 0xFFFF, in_use, flags)
    return page


for state in sys.argv[2:]:
    image = bytearray(clean)
    if state == "dirty":
        value = attribute(3, 0x70)
        image[value + struct.unpack_from("<H", clean, value + 20)[0] + 10] |= 1
    elif state in ("open", "closed"):  # of two pages the newer one counts
        newer = (7, 0, 0) if state == "open" else (7, 0, 2)
        older = (5, 0xFFFF, 2) if state == "open" else (5, 0, 0)
        place = log_place()
        image[place:place + 8192] = restart_page(*older) + restart_page(*newer)
    elif state == "torn":
        image[mft + 3 * 1024 + 510] ^= 0xFF
    with open(state, "wb") as f:
        f.write(image)
