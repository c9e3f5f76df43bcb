#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs commands in turn, several rounds, and prints a table of ratios to the first one.

    measure.py ROUNDS BYTES REFERENCE < commands

Each line of input: a name, a tab, `null` or `pipe` (where its output goes), a tab, a shell-like command. Per command:
median MB/s, median CPU seconds (of the client alone), largest memory seen, and both as ratios to the command named
REFERENCE; `pairs`: every second command to the one before it.
"""
import os
import select
import shlex
import statistics
import subprocess
import sys
import time


def run(where, command, size):
    sink = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) if where == "pipe" else None
    out = sink.stdin if sink else subprocess.DEVNULL
    start = time.monotonic()
    p = subprocess.Popen(shlex.split(command), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
    if sink:
        sink.stdin.close()
    peak = 0
    ended = select.poll()
    pidfd = os.pidfd_open(p.pid)
    ended.register(pidfd, select.POLLIN)
    while not ended.poll(10):
        try:
            with open("/proc/%d/status" % p.pid) as f:
                peak = max([peak] + [int(line.split()[1]) for line in f if line.startswith("VmHWM")])
        except OSError:
            pass
        if time.monotonic() - start > 120:
            p.kill()
    os.close(pidfd)
    _, status, usage = os.wait4(p.pid, 0)
    if sink:
        sink.wait()
    seconds = time.monotonic() - start
    p.returncode = 0
    return status == 0, size / seconds / 1e6, usage.ru_utime + usage.ru_stime, peak


def main():
    rounds, size, reference = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    commands = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    results = {name: [] for name, _, _ in commands}
    for _ in range(rounds):
        for name, where, command in commands:
            results[name].append(run(where, command, size))
    table = {}
    for name, runs in results.items():
        good = [r for r in runs if r[0]]
        if good:
            table[name] = (statistics.median(r[1] for r in good), statistics.median(r[2] for r in good),
                           max(r[3] for r in good), len(good))
    print("%-28s %9s %7s %9s %8s %8s" % ("client", "MB/s", "CPU s", "KiB", "rate", "CPU"))
    for i, (name, _, _) in enumerate(commands):
        base = table.get(commands[i - i % 2][0] if reference == "pairs" else reference)
        if name not in table:
            print("%-28s failed every time" % name)
            continue
        rate, cpu, peak, good = table[name]
        ratios = "%8.2f %8.2f" % (rate / base[0], cpu / base[1] if base[1] else 0) if base else ""
        print("%-28s %9.1f %7.2f %9d %s%s" % (name, rate, cpu, peak, ratios,
                                              "" if good == rounds else "  (%d of %d failed)" % (rounds - good, rounds)))


main()
