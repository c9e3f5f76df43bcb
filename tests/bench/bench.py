#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rounds and the table of bench-write.sh.

    bench.py BUSYBOX DIR ROUNDS          BENCH_ONLY=TEXT: only rows with TEXT in "group name"

DIR/www/img{,.gz,.zst,.xz}, DIR/sha256, DIR/img.bmap are made by bench-write.sh. Every command of every round writes the
same image to a loop device in memory; those of the groups "to a file" write it to a file in DIR, on this machine's own
disk. Time is the median of the rounds, ratios are to the first row of each group. What brakes pxwrite and how busy that
is comes from its own progress lines.
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


def rows(url, target, sha, bmap):
    """(group, name, command) of everything that is measured."""
    px = '$BB pxwrite -q -f'
    hashed = f'{px} -H {sha}'
    dd = f'dd of={target} bs=1M oflag=direct conv=notrunc status=none'
    get = f'curl -sf {url}/img'
    for ext, unpack in (('.gz', 'gzip -dc'), ('.zst', 'zstd -qdc'), ('', None), ('.xz', 'xz -dc')):
        group = ext or 'raw over HTTP'
        pipe = f'{get}{ext} | {unpack} | ' if unpack else f'{get} | '
        yield group, f'curl{" | " + unpack if unpack else ""} | dd oflag=direct', f'{pipe}{dd} iflag=fullblock'
        if ext == '.zst':
            yield group, '  and | tee >(sha256sum)', pipe + f'tee >(sha256sum >/dev/null) | {dd} iflag=fullblock'
        yield group, 'curl | pxwrite -V', f'{get}{ext} | {px} -s $SIZE -V {target}'
        yield group, 'curl | pxwrite -V, hash', f'{get}{ext} | {hashed} -V {target}'
        yield group, 'curl | pxwrite, read-back', f'{get}{ext} | {px} -s $SIZE {target}'
        yield group, 'curl | pxwrite, hash, read-back', f'{get}{ext} | {hashed} {target}'
        yield group, 'pxfetch | pxwrite, hash, read-back', f'$BB pxfetch -q -O - {url}/img{ext} | {hashed} {target}'
        if bmap and ext in ('.gz', ''):
            yield group, 'bmaptool copy --bmap', f'bmaptool -q copy --bmap {bmap} {url}/img{ext} {target}'
        if ext == '.gz' and bmap:
            yield group, 'bmaptool copy --nobmap', f'bmaptool -q copy --nobmap {url}/img{ext} {target}'
        if unpack:
            yield group, f'limit: {unpack} alone', f'{get}{ext} | {unpack} >/dev/null'
        else:
            yield group, 'limit: curl alone', f'{get} >/dev/null'
    group = 'raw from memory'
    yield group, 'dd oflag=direct', f'{dd} if=$WWW/img'
    yield group, 'pxwrite -V', f'{px} -V -i $WWW/img {target}'
    yield group, 'pxwrite -V, hash', f'{hashed} -V -i $WWW/img {target}'
    yield group, 'pxwrite, read-back', f'{px} -i $WWW/img {target}'
    yield group, 'pxwrite, hash, read-back', f'{hashed} -i $WWW/img {target}'


def rows_to_file(url, target, sha):
    """The same for a file on this machine's own disk: what a real disk makes of it, flushed at the end by all."""
    px = '$BB pxwrite -q -f'
    hashed = f'{px} -H {sha}'
    dd = f'dd of={target} bs=1M oflag=direct conv=notrunc,fsync status=none'
    group = '.zst to a file'
    get = f'curl -sf {url}/img.zst'
    yield group, 'curl | zstd -qdc | dd oflag=direct', f'{get} | zstd -qdc | {dd} iflag=fullblock'
    yield group, 'curl | pxwrite -V', f'{get} | {px} -s $SIZE -V {target}'
    yield group, 'curl | pxwrite, hash, read-back', f'{get} | {hashed} {target}'
    group = '.xz to a file'
    get = f'curl -sf {url}/img.xz'
    yield group, 'curl | xz -dc | dd oflag=direct', f'{get} | xz -dc | {dd} iflag=fullblock'
    yield group, 'curl | pxwrite -V', f'{get} | {px} -s $SIZE -V {target}'
    yield group, 'curl | pxwrite, hash, read-back', f'{get} | {hashed} {target}'
    group = 'raw from memory to a file'
    yield group, 'dd oflag=direct', f'{dd} if=$WWW/img'
    yield group, 'pxwrite -V', f'{px} -V -i $WWW/img {target}'
    yield group, 'pxwrite, hash, read-back', f'{hashed} -i $WWW/img {target}'


def rounds_of(row, rounds):
    """Ten seconds a row and the same every time."""
    return 1 if row[0].startswith('.xz') else rounds


def measure(command, env):
    """Seconds, CPU seconds, peak RSS (KiB) of the largest pxwrite; None when it failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    p = subprocess.run(['bash', '-o', 'pipefail', '-c', command], env=env, capture_output=True, text=True, check=False)
    took = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if p.returncode:
        print(f'failed ({p.returncode}): {command}: {p.stderr.strip()[-300:]}', file=sys.stderr)
        return None
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def look_inside(command, env):
    """One more run, of pxwrite by way of a process that waits for it: (peak resident memory in KiB, the stage that
    brakes)."""
    left, pipe, right = command.rpartition('| ')
    right = right.replace('pxwrite -q', 'pxwrite -q -p 2')
    script = ('import resource, subprocess, sys; r = subprocess.call(["bash", "-c", "exec " + sys.argv[1]]); '
              'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r)')
    with subprocess.Popen(['bash', '-c', f'{left} {pipe} {sys.executable} -c \'{script}\' "{right}"'], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        lines = [(time.monotonic(), 'stage=write')] + [(time.monotonic(), line) for line in p.stderr]
        kib = int(p.stdout.read())
    return kib, brake([line for line in lines if 'stage=write' in line[1]], ' -H ' in command)


def brake(lines, hashes):
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
    if hashes and percent['disk'] < 75:
        return f'hash {waits} %'
    return f'disk {percent["disk"]} %'


def main():
    busybox, folder, rounds = sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3])
    only = os.environ.get('BENCH_ONLY', '')
    www = os.path.join(folder, 'www')
    size = os.path.getsize(os.path.join(www, 'img'))
    with open(os.path.join(folder, 'sha256'), encoding='ascii') as f:
        sha = f.read().strip()
    bmap = os.path.join(folder, 'img.bmap')
    env = dict(os.environ, BB=busybox, SIZE=str(size), WWW=www)
    disk_bytes = size + (64 << 20)
    with web_server(www) as url, loop_disk(disk_bytes) as disk, file_disk(disk_bytes, folder) as file:
        table = [*rows(url, disk, sha, bmap if os.path.exists(bmap) else None), *rows_to_file(url, file, sha)]
        table = [r for r in table if only in r[0] + ' ' + r[1]]
        results = {r: [] for r in table}
        for n in range(rounds):
            for r in (row for row in table if n < rounds_of(row, rounds)):
                if not (got := measure(r[2], env)):
                    return 1
                results[r].append(got)
            print(f'round {n + 1} of {rounds}', file=sys.stderr)
        insides = {r: look_inside(r[2], env) for r in table if 'pxwrite' in r[2]}
    print_table(table, results, insides, size)
    return 0


def print_table(table, results, insides, size):
    first = {}
    print(f'{"":42}{"ratio":>7}{"CPU":>7}{"MB/s":>8}{"CPU s/GiB":>11}{"peak MiB":>10}  brake')
    group = None
    for r in table:
        took = statistics.median(t for t, _ in results[r])
        cpu = statistics.median(c for _, c in results[r])
        base_took, base_cpu = first.setdefault(r[0], (took, cpu))
        if r[0] != group:
            group = r[0]
            print(group)
        inside = f'{insides[r][0] / 1024:10.1f}  {insides[r][1]}' if r in insides else ''
        print(f'  {r[1]:40}{base_took / took:7.2f}{cpu / base_cpu:7.2f}{size / took / 1e6:8.0f}'
              f'{cpu / size * (1 << 30):11.2f}{inside}')


sys.exit(main())
