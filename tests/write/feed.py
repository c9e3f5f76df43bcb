#!/usr/bin/env python3
"""An image that comes slowly, as from a network: 400 MiB, mostly zeros, to stdout.

    feed.py COUNT_FILE

A pause after each 4 MiB lets the disk become idle. COUNT_FILE gets the number of bytes that the reader took before it went away.
"""
import random
import sys
import time

MIB = 1 << 20
fed = 0
try:
    for mib in range(400):
        block = random.Random(mib).randbytes(MIB) if mib % 8 == 1 else bytes(MIB)
        sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
        fed += MIB
        if mib % 4 == 3:
            time.sleep(0.01)
except BrokenPipeError:
    sys.stderr.close()
finally:
    with open(sys.argv[1], 'w', encoding='ascii') as f:
        f.write(str(fed))
