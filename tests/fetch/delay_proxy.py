#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A long and lossy path for TFTP: passes datagrams on after a while, or not at all.

    delay_proxy.py PORT SERVER SERVER-PORT DELAY-MS LOSS-PERCENT

DELAY-MS and LOSS-PERCENT are for each direction. Each client gets a port of its own to the server, so that transfers
keep apart.
"""
import heapq
import random
import select
import socket
import sys
import time


class Path:
    """One client: `near` talks to it, `far` to the server; the server's port for the transfer is learnt."""

    def __init__(self, client, server):
        self.client, self.server = client, server
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for s in (self.near, self.far):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            s.bind(("", 0))
            s.setblocking(False)


def main():
    port, server, server_port, delay_ms, loss = (sys.argv[1], sys.argv[2], *sys.argv[3:6])
    delay, loss = float(delay_ms) / 1000, float(loss) / 100
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind(("", int(port)))
    front.setblocking(False)
    poll = select.epoll()
    poll.register(front, select.EPOLLIN)
    paths, ends, queue, count = {}, {}, [], 0
    while True:
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            _, _, out, packet, to = heapq.heappop(queue)
            try:
                out.sendto(packet, to)
            except OSError:
                pass
        wait = max(0, queue[0][0] - now) if queue else 1
        for fd, _ in poll.poll(wait):
            for _ in range(64):
                try:
                    s = front if fd == front.fileno() else ends[fd][1]
                    packet, who = s.recvfrom(70000)
                except (BlockingIOError, ConnectionRefusedError):
                    break
                if s is front:
                    path = paths.get(who)
                    if not path:
                        path = paths[who] = Path(who, (server, int(server_port)))
                        for end in (path.near, path.far):
                            ends[end.fileno()] = (path, end)
                            poll.register(end, select.EPOLLIN)
                    out, to = path.far, path.server
                elif s is ends[fd][0].near:
                    out, to = ends[fd][0].far, ends[fd][0].server
                else:
                    path = ends[fd][0]
                    path.server = who
                    out, to = path.near, path.client
                if random.random() >= loss:
                    count += 1
                    heapq.heappush(queue, (time.monotonic() + delay, count, out, packet, to))


main()
