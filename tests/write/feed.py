#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An image that comes slowly, as from a network: 400 MiB, mostly zeros, to stdout.

    feed.py [FROM_MIB TO_MIB [STALL_SECONDS]]

A pause after each 4 MiB lets the disk become idle: as long as it took to be rid of these, so that a slow reader (under
a sanitizer, on a busy machine) finds time, too. Only that part of it, if so asked; then it waits, saying nothing,
for so many seconds or until the reader has gone away.
"""
import random
import select
import sys
import time

MIB = 1 << 20


def feed(out, from_mib, to_mib):
    begun = time.monotonic()
    for mib in range(from_mib, to_mib):
        out.write(random.Random(mib).randbytes(MIB) if mib % 8 == 1 else bytes(MIB))
        if mib % 4 == 3:
            time.sleep(max(0.01, time.monotonic() - begun))
            begun = time.monotonic()


def main(from_mib='0', to_mib='400', stall_seconds='0'):
    with open(1, 'wb', buffering=0, closefd=False) as out:
        try:
            feed(out, int(from_mib), int(to_mib))
        except BrokenPipeError:
            return
    poll = select.poll()
    poll.register(1, 0)  # POLLERR comes unasked: nobody reads any more
    poll.poll(int(stall_seconds) * 1000)


main(*sys.argv[1:])
