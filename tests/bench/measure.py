#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs commands in turn, several rounds, and prints a table of ratios to the first one.

    measure.py ROUNDS BYTES REFERENCE < commands

Each line of input: a name, a tab, `null` or `pipe` (where its output goes), a tab, a shell-like command. Per command:
median MB/s, median CPU seconds (of the client alone), largest memory seen, and both as ratios to the command named
REFERENCE; `pairs`: every second command to the one before it. Before each command the machine must be idle; the rounds
in which it did something else (foreign CPU: machine.py; BENCH_ROOT is the script whose children the servers are) do not
count, and a row without any other is marked with "!".
"""
import os
import select
import shlex
import statistics
import subprocess
import sys
import time

import machine


def run(where, command, size, box):
    box.wait_until_idle()
    before = box.look()
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
    return status == 0, size / seconds / 1e6, usage.ru_utime + usage.ru_stime, peak, machine.Span(before, box.look())


def main():
    rounds, size, reference = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    commands = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    results = {name: [] for name, _, _ in commands}
    box = machine.Machine(int(os.environ.get("BENCH_ROOT", os.getppid())))
    for _ in range(rounds):
        for name, where, command in commands:
            results[name].append(run(where, command, size, box))
    table = {name: line for name, runs in results.items() if (line := line_of(runs))}
    print(box.state())
    print("%-28s %9s %7s %9s %8s %8s %8s %6s" % ("client", "MB/s", "CPU s", "KiB", "rate", "CPU", "foreign", "quiet"))
    for i, (name, _, _) in enumerate(commands):
        base = table.get(commands[i - i % 2][0] if reference == "pairs" else reference)
        if name not in table:
            print("%-28s failed every time" % name)
            continue
        rate, cpu, peak, foreign, quiet, failed = table[name]
        ratios = "%8.2f %8.2f" % (rate / base[0], cpu / base[1] if base[1] else 0) if base else " " * 17
        print("%-28s %9.1f %7.2f %9d %s %6.1f %% %6s%s" % (
            name if quiet else "! " + name, rate, cpu, peak, ratios, foreign, "%d/%d" % (quiet, rounds),
            "  (%d failed)" % failed if failed else ""))


def line_of(runs):
    """Median MB/s and CPU seconds, peak KiB, median foreign CPU, how many runs were quiet, how many failed; None: all."""
    good = [r for r in runs if r[0]]
    if not good:
        return None
    counted, quiet = machine.quiet_ones(good, lambda r: r[4])
    return (statistics.median(r[1] for r in counted), statistics.median(r[2] for r in counted),
            max(r[3] for r in counted), statistics.median(r[4].foreign for r in counted),
            len(counted) if quiet else 0, len(runs) - len(good))


main()
