#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP/1.1 server of parts that keeps connections, and lies where it is told to.

    part_server.py FOLDER LOG    serves the files of FOLDER; prints its port, then runs until it is killed

The first part of the path says how; the rest is the file:
    good     as it should be                       whole    knows no Range
    lie      each part but the table is inverted   shifted  another part than was asked for, and says so
    quiet    another part, and does not say so     changes  another ETag from the fourth request on
    swaps    as that, without ETag: it grows       bare     no validator at all
    breaks   closes in the middle of each part of more than 100000 bytes, the first time
    lieonce  the first part of more than 10000 bytes is inverted, but the table
LOG gets a line for each request: CONNECTION MODE FIRST-LAST CODE BYTES.
"""
import os
import socket
import sys
import threading

LOCK = threading.Lock()
COUNT = {}


def log(*words):
    with LOCK, open(sys.argv[2], "a") as f:
        f.write(" ".join(map(str, words)) + "\n")


def answer(c, connection, request):
    path = request.split(" ")[1]
    mode, name = path.strip("/").split("/", 1)
    fields = dict(line.lower().split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
    with open(os.path.join(sys.argv[1], name), "rb") as f:
        data = f.read()
    with LOCK:
        nth = COUNT[mode] = COUNT.get(mode, 0) + 1
    if mode == "swaps" and nth > 3:
        data += bytes(1000)
    tag = "" if mode in ("bare", "swaps") else '"%s"' % ("two" if mode == "changes" and nth > 3 else "one")
    etag = "ETag: %s\r\n" % tag if tag else ""
    wanted = fields.get("range", "")
    if mode == "whole" or not wanted or ("if-range" in fields and fields["if-range"] != tag):
        log(connection, mode, "all", 200, len(data))
        c.sendall(("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (etag, len(data))).encode() + data)
        return
    first, last = wanted.split("=")[1].split("-")
    first, last = int(first), min(int(last or len(data) - 1), len(data) - 1)
    said = first
    if mode in ("shifted", "quiet") and last - first > 10000 and last != len(data) - 1:
        first, last = first + 1, last + 1
        said = first if mode == "shifted" else said
    body = data[first:last + 1]
    if last - first > 10000 and last != len(data) - 1:
        with LOCK:
            COUNT[mode, "large"] = COUNT.get((mode, "large"), 0) + 1
        if mode == "lie" or (mode == "lieonce" and COUNT[mode, "large"] == 1):
            body = bytes(b ^ 255 for b in body)
    log(connection, mode, "%d-%d" % (first, last), 206, len(body))
    c.sendall(("HTTP/1.1 206 Partial\r\n%sContent-Length: %d\r\nContent-Range: bytes %d-%d/%d\r\n\r\n"
               % (etag, len(body), said, said + len(body) - 1, len(data))).encode())
    if mode == "breaks" and len(body) > 100000 and COUNT.setdefault("broken", 0) == 0:
        COUNT["broken"] = 1
        c.sendall(body[:50000])
        c.shutdown(socket.SHUT_RDWR)
        return
    c.sendall(body)


def serve(c, connection):
    text = b""
    try:
        while True:
            while b"\r\n\r\n" not in text:
                more = c.recv(65536)
                if not more:
                    return
                text += more
            head, text = text.split(b"\r\n\r\n", 1)
            answer(c, connection, head.decode("latin-1"))
    except OSError:
        pass
    finally:
        c.close()


def main():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(16)
    print(s.getsockname()[1], flush=True)
    connection = 0
    while True:
        c, _ = s.accept()
        connection += 1
        threading.Thread(target=serve, args=(c, connection), daemon=True).start()


main()
