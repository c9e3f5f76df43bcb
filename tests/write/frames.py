#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damages an image of several zstd frames here and there; what pxwrite says of it must be true.

    frames.py ROUNDS IMAGE PACKED DISK COMMAND...      COMMAND reads PACKED's damaged copy from stdin and writes DISK

After each run: exit 0 and the disk holds the image, or exit 9 and it has no boot sector. Prints how many were refused;
exit 1 with the first lie.
"""
import os
import random
import subprocess
import sys


def damaged(rng, packed):
    if rng.random() < .4:
        return packed[:rng.randrange(len(packed))]
    at = rng.randrange(len(packed))
    return packed[:at] + bytes([packed[at] ^ 1 << rng.randrange(8)]) + packed[at + 1:]


def main(rounds, image_path, packed_path, disk, *command):
    with open(image_path, 'rb') as f:
        image = f.read()
    with open(packed_path, 'rb') as f:
        packed = f.read()
    refused = 0
    rng = random.Random(11)
    for number in range(int(rounds)):
        p = subprocess.run(command, input=damaged(rng, packed), capture_output=True, check=False, timeout=60)
        with open(disk, 'rb') as f:
            content = f.read(len(image))
        boots = any(content[:4096])
        if p.returncode == 0 and content != image or p.returncode not in (0, 9) or p.returncode == 9 and boots:
            sys.exit(f'round {number}: exit {p.returncode}, boots: {boots}: {p.stderr.decode()}')
        refused += p.returncode == 9
    print(refused)
    return 0


sys.exit(main(*sys.argv[1:]))
