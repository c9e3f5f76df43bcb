#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks through what strace -f wrote of a pxwrite whether reading back behind the writers kept its order.

    behind.py TRACE

TRACE has pread64, pwrite64 and fdatasync. The main thread, which has the last call, reads and writes the disk's ends; a
child of it, by descriptor 0, looks what is there. Of all others, each read before the last write must come after a
flush that began when the bytes it reads had been written. Prints how many such reads there were; exit 1 with the first
one that did not.
"""
import re
import sys

LINE = re.compile(r'(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)')
OFFSET = re.compile(r'(\d+)(?:\) *=| <unfinished)')


def calls(path):
    """(begun, ended, thread, call, descriptor, offset), numbers of lines."""
    begun = {}
    with open(path, encoding='ascii', errors='replace') as f:
        for number, line in enumerate(f):
            m = LINE.match(line)
            if not m:
                continue
            thread, call, rest = m.groups()
            if ' resumed>' in line:
                start, descriptor, offset = begun.pop((thread, call))
                # a read's buffer, and with it its offset, is shown when it has ended
                at = OFFSET.search(rest)
                yield start, number, thread, call, descriptor, int(at.group(1)) if at and offset is None else offset
                continue
            at = OFFSET.search(rest)
            offset = int(at.group(1)) if at and call != 'fdatasync' else None
            descriptor = rest.split(',')[0].split(')')[0].split(' ')[0]
            if '<unfinished' in line:
                begun[thread, call] = number, descriptor, offset if call == 'pwrite64' else None
            else:
                yield number, number, thread, call, descriptor, offset


def main(path):
    everything = sorted(calls(path), key=lambda c: c[1])
    main_thread = everything[-1][2]
    threads = [c for c in everything if c[2] != main_thread and c[4] != '0']
    written = {c[5]: c[1] for c in threads if c[3] == 'pwrite64'}
    last_write = max(written.values())
    flushes = [c for c in threads if c[3] == 'fdatasync']
    reads = [c for c in threads if c[3] == 'pread64' and c[1] < last_write]
    for begun, _, _, _, _, offset in reads:
        wrote = written.get(offset, 0)  # zeros are no pwrite64
        if not any(wrote < flush[0] and flush[1] < begun for flush in flushes):
            sys.exit(f'line {begun + 1}: byte {offset} is read, no flush since line {wrote + 1}, where it was written')
    print(len(reads))
    return 0


sys.exit(main(*sys.argv[1:]))
