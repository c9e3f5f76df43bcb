#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rounds and the table of bench-write.sh.

    bench.py BUSYBOX DIR ROUNDS          BENCH_ONLY=REGEX: only rows with it in "group: name"

DIR/www/img{,.gz,.zst,.xz,.px.zst}, DIR/sum/SHA-256 of each, DIR/img.bmap, DIR/px.bmap are made by bench-write.sh. Every
command of every round writes the same image to a loop device in memory; those of the groups "to a file" write it to a
file in DIR, on this machine's own disk.

Before each command the machine must be idle. Time is the median of the rounds in which it did nothing else (foreign
CPU, machine.py); a row that had no such round is marked with "!" and shows no goal. CPU is that of the command and
of the kernel's threads that wrote for it; ratios are to the first row of each group. What brakes pxwrite and how busy that is
comes from its own progress lines.
"""
import contextlib
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import machine

NGINX = '''
daemon off; error_log stderr crit; pid {dir}/nginx.pid; worker_processes 1;
events {{ worker_connections 64; }}
http {{ access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root {www}; }}
client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};
uwsgi_temp_path {dir}; scgi_temp_path {dir}; }}
'''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def web_server(www):
    port = free_port()
    with tempfile.TemporaryDirectory() as conf:
        path = os.path.join(conf, 'nginx.conf')
        with open(path, 'w', encoding='ascii') as f:
            user = 'user root;' if os.getuid() == 0 else ''
            f.write(user + NGINX.format(dir=conf, port=port, www=www))
        p = subprocess.Popen(['nginx', '-c', path])
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port)):
                    break
                time.sleep(0.05)
            yield f'http://127.0.0.1:{port}'
        finally:
            p.terminate()
            p.wait()


@contextlib.contextmanager
def loop_disk(size):
    with tempfile.TemporaryDirectory(dir='/dev/shm') as d:
        path = os.path.join(d, 'disk')
        with open(path, 'wb') as f:
            f.truncate(size)
        loop = subprocess.check_output(['losetup', '-f', '--show', path], text=True).strip()
        try:
            yield loop
        finally:
            subprocess.run(['losetup', '-d', loop], check=True)


@contextlib.contextmanager
def file_disk(size, folder):
    with tempfile.NamedTemporaryFile(dir=folder, suffix='.disk') as f:
        f.truncate(size)
        yield f.name


PX = '$BB pxwrite -q -f'
BASE = {'.gz': 'curl | gzip -dc | dd', '.zst': 'curl | zstd -qdc | dd', '.xz': 'curl | xz -dc | dd'}
PROVEN = 'pxfetch -H | pxwrite -P'
PROVEN_READ = PROVEN + ', read-back'
GOALS = (  # group, row, beside which row, at least so fast, at most so much CPU: issue 15
    ('.zst', PROVEN, BASE['.zst'], 1.45, 0.8),
    ('.zst', PROVEN_READ, BASE['.zst'], 1.2, 0.8),
    ('.gz', PROVEN_READ, BASE['.gz'], 3.6, 0.35),
    ('.gz', PROVEN_READ, 'curl | pigz -dc | dd', 1.9, None),
)


def dd(target, size='1M', flags='direct', more=''):
    return f'dd of={target} bs={size} oflag={flags} conv=notrunc{more} status=none'


def proven(url, ext, target, sums, options=''):
    """The packed file held against its hash while it comes; pxwrite commits when that was right (-P)."""
    return (f'exec 4<>$FIFO; {{ $BB pxfetch -q -O - -H sha256:{sums[ext]} {url}/img{ext} && echo commit >&4; }} | '
            f'{PX} {options} -P -c 4 -s $SIZE -H sha256:{sums[""]} {target}')


def packed_rows(url, ext, unpack, target, sums, bmap):
    get = f'curl -sf {url}/img{ext}'
    to_dd = dd(target) + ' iflag=fullblock'
    yield BASE[ext], f'{get} | {unpack} | {to_dd}'
    if ext == '.gz':
        yield 'curl | pigz -dc | dd', f'{get} | pigz -dc | {to_dd}'
    if ext == '.zst':
        yield '  and | tee >(sha256sum)', f'{get} | {unpack} | tee >(sha256sum >/dev/null) | {to_dd}'
    yield from bmaptool_rows(f'{url}/img{ext}', target, bmap)
    yield PROVEN, proven(url, ext, target, sums, '-V')
    yield PROVEN_READ, proven(url, ext, target, sums)
    hashed = f'$BB pxfetch -q -O - {url}/img{ext} | {PX} -H sha256:{sums[""]}'
    yield 'pxfetch | pxwrite -H', f'{hashed} -V {target}'
    yield 'pxfetch | pxwrite -H, read-back', f'{hashed} {target}'
    yield f'limit: {unpack} alone', f'{get} | {unpack} >/dev/null'


def bmaptool_rows(source, target, bmap):
    if bmap:
        yield 'bmaptool copy --bmap', f'bmaptool -q copy --bmap {bmap} {source} {target}'
        yield 'bmaptool copy --nobmap', f'bmaptool -q copy --nobmap {source} {target}'


def raw_rows(url, target, sums, bmap):
    get = f'curl -sf {url}/img'
    yield 'curl | dd', f'{get} | {dd(target)} iflag=fullblock'
    yield 'curl | dd bs=4M', f'{get} | {dd(target, "4M")} iflag=fullblock'
    yield from bmaptool_rows(f'{url}/img', target, bmap)
    hashed = f'$BB pxfetch -q -O - {url}/img | {PX} -H sha256:{sums[""]}'
    yield 'pxfetch | pxwrite -H', f'{hashed} -V {target}'
    yield 'pxfetch | pxwrite -H, read-back', f'{hashed} {target}'
    yield 'limit: curl alone', f'{get} >/dev/null'


def memory_rows(target, sums, bmap):
    image = '$WWW/img'
    yield 'dd bs=1M', f'{dd(target)} if={image}'
    yield 'dd bs=4M', f'{dd(target, "4M")} if={image}'
    if bmap:
        yield 'bmaptool copy --bmap', f'bmaptool -q copy --bmap {bmap} {image} {target}'
    yield 'pxwrite', f'{PX} -V -i {image} {target}'
    yield 'pxwrite, read-back', f'{PX} -i {image} {target}'
    yield 'pxwrite -H', f'{PX} -H sha256:{sums[""]} -V -i {image} {target}'
    yield 'pxwrite -H, read-back', f'{PX} -H sha256:{sums[""]} -i {image} {target}'


def map_rows(url, target, px_bmap):
    """pxread's frames, each range proven by a block map that is vouched for before it is written."""
    get = f'curl -sf {url}/img.px.zst'
    vouched = f'$BB pxfetch -q -O - {url}/img.px.zst | {PX} -B -b {px_bmap}'
    yield BASE['.zst'], f'{get} | zstd -qdc | {dd(target)} iflag=fullblock'
    yield 'pxfetch | pxwrite -B', f'{vouched} -V {target}'
    yield 'pxfetch | pxwrite -B, read-back', f'{vouched} {target}'


def rows(url, target, sums, bmap, px_bmap):
    """(group, name, command) of everything that is measured on the device in memory."""
    for ext, unpack in (('.gz', 'gzip -dc'), ('.zst', 'zstd -qdc')):
        yield from ((ext, *row) for row in packed_rows(url, ext, unpack, target, sums, bmap))
    yield from (('.zst in frames', *row) for row in map_rows(url, target, px_bmap))
    yield from (('raw over HTTP', *row) for row in raw_rows(url, target, sums, bmap))
    yield from (('raw from memory', *row) for row in memory_rows(target, sums, bmap))
    yield from (('.xz', *row) for row in packed_rows(url, '.xz', 'xz -dc', target, sums, None))


def rows_to_file(url, target, sums):
    """The same for a file on this machine's own disk: what a real disk makes of it, flushed at the end by all."""
    for ext, unpack in (('.zst', 'zstd -qdc'), ('.gz', 'gzip -dc')):
        group = f'{ext} to a file'
        get = f'curl -sf {url}/img{ext}'
        yield group, BASE[ext], f'{get} | {unpack} | {dd(target, more=",fsync")} iflag=fullblock'
        yield group, PROVEN, proven(url, ext, target, sums, '-V')
        yield group, PROVEN_READ, proven(url, ext, target, sums)
    group = 'raw from memory to a file'
    yield group, 'dd bs=1M', f'{dd(target, more=",fsync")} if=$WWW/img'
    yield group, 'dd bs=4M', f'{dd(target, "4M", more=",fsync")} if=$WWW/img'
    yield group, 'pxwrite', f'{PX} -V -i $WWW/img {target}'
    yield group, 'pxwrite -H, read-back', f'{PX} -H sha256:{sums[""]} -i $WWW/img {target}'


def rounds_of(row, rounds):
    """Ten seconds a row and the same every time."""
    return 1 if row[0].startswith('.xz') else rounds


class Run:
    """One run of one command: seconds, CPU seconds with those of the kernel's threads, what the machine did besides."""

    def __init__(self, command, env, box):
        box.wait_until_idle()
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        before = box.look()
        start = time.monotonic()
        p = subprocess.run(['bash', '-o', 'pipefail', '-c', command], env=env, capture_output=True, text=True,
                           check=False)
        self.took = time.monotonic() - start
        self.span = machine.Span(before, box.look())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime + self.span.kernel
        if p.returncode:
            raise RuntimeError(f'failed ({p.returncode}): {command}: {p.stderr.strip()[-300:]}')


def look_inside(command, env):
    """One more run, of pxwrite by way of a process that waits for it: (peak resident memory in KiB, the stage that
    brakes)."""
    left, pipe, right = command.rpartition('| ')
    right = right.replace('pxwrite -q', 'pxwrite -q -p 2')
    script = ('import resource, subprocess, sys; '
              'r = subprocess.call(["bash", "-c", "exec " + sys.argv[1]], close_fds=False); '
              'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r)')
    command = f'{left} {pipe} {sys.executable} -c \'{script}\' "{right}"'
    with subprocess.Popen(['bash', '-c', command], env=env, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as p:
        lines = [(time.monotonic(), 'stage=write')] + [(time.monotonic(), line) for line in p.stderr]
        kib = int(p.stdout.read())
    return kib, brake([line for line in lines if 'stage=write' in line[1]], hashes(right))


def hashes(command):
    """Whether pxwrite computes a SHA-256 of all that it writes: -P leaves that out."""
    return ' -B ' in command or (' -H sha256' in command and ' -P ' not in command)


def brake(lines, hashing):
    """From (time, progress line): what held pxwrite up while it wrote. Its first thread waits for input (net), decodes,
    or waits for the ring: that is full when the writers (disk) or the hash are the slowest."""
    busy = dict.fromkeys(('net', 'decode', 'disk'), 0)
    for (before, _), (now, line) in zip(lines, lines[1:]):
        for stage in busy:
            busy[stage] += int(re.search(stage + r'=(\d+)$', line.replace(' ', '\n'), re.M)[1]) * (now - before)
    percent = {stage: round(sum_ / (lines[-1][0] - lines[0][0])) for stage, sum_ in busy.items()}
    waits = 100 - percent['net'] - percent['decode']
    first = max(('net', 'decode'), key=percent.get)
    if percent[first] >= waits:
        return f'{first} {percent[first]} %'
    if hashing and percent['disk'] < 75:
        return f'hash {waits} %'
    return f'disk {percent["disk"]} %'


def arguments():
    busybox, folder, rounds = sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3])
    www = os.path.join(folder, 'www')
    fifo = os.path.join(folder, 'commit')
    with contextlib.suppress(FileExistsError):
        os.mkfifo(fifo)
    sums = {}
    for ext in ('', '.gz', '.zst', '.xz'):
        with open(os.path.join(folder, 'sum', f'img{ext}'), encoding='ascii') as f:
            sums[ext] = f.read().split()[0]
    env = dict(os.environ, BB=busybox, SIZE=str(os.path.getsize(os.path.join(www, 'img'))), WWW=www, FIFO=fifo)
    return folder, rounds, sums, env


def run_all(table, rounds, env, box):
    """{row: its runs}, the rows in turn, so that what is slow for a while is slow for all."""
    results = {r: [] for r in table}
    for n in range(rounds):
        for r in (row for row in table if n < rounds_of(row, rounds)):
            results[r].append(run_row(r, env, box))
        print(f'round {n + 1} of {rounds}', file=sys.stderr)
    for r in (row for row in table if not any(run.span.quiet for run in results[row])):
        results[r].append(run_row(r, env, box))  # once more, for those that had none
    return results


def run_row(row, env, box):
    """Said at once, too: a run that is cut off must not have been for nothing."""
    run = Run(row[2], env, box)
    print(f'{row[0]}: {row[1]}: {run.took:.2f} s, CPU {run.cpu:.2f} s, foreign {run.span.foreign:.1f} %',
          file=sys.stderr)
    return run


def main():
    folder, rounds, sums, env = arguments()
    if not rounds:
        return  # the images are made
    only = os.environ.get('BENCH_ONLY', '')
    size = int(env['SIZE'])
    disk_bytes = size + (64 << 20)
    bmap = os.path.join(folder, 'img.bmap')
    box = machine.Machine(os.getpid())
    with web_server(env['WWW']) as url, loop_disk(disk_bytes) as disk, file_disk(disk_bytes, folder) as file:
        table = [*rows(url, disk, sums, bmap if os.path.exists(bmap) else None, os.path.join(folder, 'px.bmap')),
                 *rows_to_file(url, file, sums)]
        table = [r for r in table if re.search(only, f'{r[0]}: {r[1]}')]
        results = run_all(table, rounds, env, box)
        insides = {r: look_inside(r[2], env) for r in table if 'pxwrite' in r[2]}
    print(f'image of {size >> 20} MiB; {box.state()}')
    lines = {r[:2]: Line(results[r]) for r in table}
    print_table(table, lines, insides, size)
    print_goals(lines)


class Line:
    """What is said of a row."""

    def __init__(self, runs):
        good, self.quiet = machine.quiet_ones(runs, lambda run: run.span)
        self.rounds = f'{len(good) if self.quiet else 0}/{len(runs)}'
        self.took = statistics.median(run.took for run in good)
        self.cpu = statistics.median(run.cpu for run in good)
        self.foreign = statistics.median(run.span.foreign for run in good)


def print_table(table, lines, insides, size):
    print(f'{"":36}{"ratio":>7}{"CPU":>7}{"MB/s":>7}{"CPU s/GiB":>11}{"foreign":>9}{"quiet":>7}{"peak MiB":>10}  brake')
    first = {}
    for r in table:
        line = lines[r[:2]]
        if r[0] not in first:
            print(r[0])
        base = first.setdefault(r[0], line)
        inside = f'{insides[r][0] / 1024:10.1f}  {insides[r][1]}' if r in insides else ''
        print(f'{" " if line.quiet else "!"} {r[1]:34}{base.took / line.took:7.2f}{line.cpu / base.cpu:7.2f}'
              f'{size / line.took / 1e6:7.0f}{line.cpu / size * (1 << 30):11.2f}{line.foreign:7.1f} %{line.rounds:>7}'
              f'{inside}')


def print_goals(lines):
    for group, name, beside, rate, cpu in GOALS:
        ours, peer = lines.get((group, name)), lines.get((group, beside))
        if not ours or not peer:
            continue
        is_rate, is_cpu = peer.took / ours.took, ours.cpu / peer.cpu
        met = is_rate >= rate and (not cpu or is_cpu <= cpu)
        verdict = ('met' if met else 'missed') if ours.quiet and peer.quiet else 'not shown: the machine was not quiet'
        print(f'goal: {group} {name} beside {beside}: {is_rate:.2f} (at least {rate})'
              f'{f", CPU {is_cpu:.2f} (at most {cpu})" if cpu else ""}: {verdict}')


if __name__ == '__main__':
    try:
        main()
    except RuntimeError as e:
        sys.exit(f'bench.py: {e}')
