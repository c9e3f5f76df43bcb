#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""zstd images whose matches reach far back, in one frame and several, through pxwrite: the disk must hold what was
packed.

    zstd_windows.py BUSYBOX FOLDER ROUNDS [SEED]

Decoding straight into the ring's buffers makes them the decoder's window (decode/zstd.c): here windows from 512 KiB to
16 MiB wrap around the ring. The seed is printed; a failure leaves its image in FOLDER.
"""
import os
import random
import subprocess
import sys

LEVELS = [["-1"], ["-3"], ["-9"], ["-3", "--long=22"], ["-3", "--long=23"], ["-3", "--long=24"], ["--fast=5"]]


def make_image(rng):
    most = rng.randint(1 << 20, 40 << 20)
    parts, total = [], 0
    while total < most:
        length = rng.choice([rng.randint(1, 300), rng.randint(1000, 200000), rng.randint(1 << 17, 5 << 20)])
        kind = rng.random()
        if not parts:  # a few bytes before words would be a text, which is refused
            part = rng.randbytes(4096)
        elif kind < .35:
            part = rng.randbytes(min(length, 3 << 20))
        elif kind < .5:
            part = bytes(length)
        elif kind < .75:
            part = (b"%d hello world " % rng.randint(0, 99)) * (length // 16 + 1)
        else:  # what was there before, up to 16 MiB back and more
            old = rng.choice(parts[-40:])
            at = rng.randrange(len(old))
            part = old[at:at + length]
        parts.append(part)
        total += len(part)
    image = b"".join(parts)
    return image + bytes(-len(image) % 512)


def pack_part(rng, part, folder):
    """pzstd makes small frames with their lengths before them; zstd makes one, which says how much it holds if it
    knows."""
    options = rng.choice(LEVELS)
    if rng.random() < .3:
        name = os.path.join(folder, "part")
        with open(name, "wb") as f:
            f.write(part)
        command = ["pzstd", "-q", "-c", "-p", "2", rng.choice(["-1", "-3", "-5"]), name]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, "pzstd"
    options = options + rng.choice([[], ["--no-check"], ["-T2"]]) + rng.choice([[], [f"--stream-size={len(part)}"]])
    packed = subprocess.run(["zstd", "-qc"] + options, input=part, stdout=subprocess.PIPE, check=True).stdout
    return packed, " ".join(options)


def pack(rng, image, folder):
    cuts = sorted(rng.randrange(len(image)) for _ in range(rng.choice([0, 0, 1, 4, 12])))
    parts = [pack_part(rng, image[start:end], folder) for start, end in zip([0] + cuts, cuts + [len(image)])]
    return b"".join(packed for packed, _ in parts), [how for _, how in parts]


def one_round(rng, busybox, folder):
    image = make_image(rng)
    packed, how = pack(rng, image, folder)
    source, disk = os.path.join(folder, "image.zst"), os.path.join(folder, "disk")
    with open(source, "wb") as f:
        f.write(packed)
    with open(disk, "wb") as f:
        f.truncate(len(image) + (4 << 20) + rng.choice([0, 1 << 20, 7 << 20]))
    command = [busybox, "pxwrite", "-q", "-f", "-m", "100M", "-s", str(len(image)), "-i", source, disk]
    status = subprocess.run(command, check=False).returncode
    with open(disk, "rb") as f:
        same = f.read(len(image)) == image
    if status != 0 or not same:
        sys.exit(f"{source}: exit {status}, {'the same' if same else 'other'} bytes, packed with {how}")


def main():
    busybox, folder, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    for _ in range(rounds):
        one_round(rng, busybox, folder)


if __name__ == "__main__":
    main()
