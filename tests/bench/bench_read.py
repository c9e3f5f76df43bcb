#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packs WORK/img with pxread and its peers in turn and prints a table.

    bench_read.py BUSYBOX WORK ROUNDS LEVEL...

Seconds and CPU seconds are medians; size and ratios are to `zstd -T0` of the same level.
"""
import os
import resource
import statistics
import subprocess
import sys
import time

busybox, work, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])


def commands(level):
    read = f"{busybox} pxread -q -l {level} -b {work}/out.bmap"
    yield "zstd -T0", f"zstd -q -T0 -{level} -c {work}/img"
    yield "pzstd", f"pzstd -q -{level} -c {work}/img"
    yield "pxread", f"{read} {work}/img"
    yield "pxread -m", f"{read} -m {work}/map {work}/img"
    yield "partclone|zstd", f"partclone.ext4 -q -c -L /dev/null -s {work}/part -o - 2>/dev/null | zstd -q -T0 -{level} -c"


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command):
    """seconds, CPU seconds, bytes"""
    with open(f"{work}/out", "wb") as out:
        start, before = time.monotonic(), cpu_s()
        subprocess.run(["bash", "-c", "set -o pipefail; " + command], stdout=out, check=True)
        return time.monotonic() - start, cpu_s() - before, os.fstat(out.fileno()).st_size


def main():
    print(f"{os.path.getsize(work + '/img') >> 20} MiB, {os.stat(work + '/img').st_blocks >> 11} of them in use; "
          f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for level in sys.argv[4:]:
        results = {}
        for _ in range(rounds):
            for name, command in commands(level):
                results.setdefault(name, []).append(run(command))
        first = [statistics.median(r[i] for r in results["zstd -T0"]) for i in range(3)]
        print(f"\nlevel {level:16} seconds  ratio    CPU s  ratio      bytes   size")
        for name, runs in results.items():
            median = [statistics.median(r[i] for r in runs) for i in range(3)]
            print(f"  {name:18} {median[0]:9.1f} {median[0] / first[0]:6.2f} {median[1]:8.1f} {median[1] / first[1]:6.2f} "
                  f"{int(median[2]):10d} {median[2] / first[2]:6.3f}")


main()
