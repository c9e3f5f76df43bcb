#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server for PUT that is odd in one way; its port is printed first. The last body that came whole is kept and given
back to GET.

    odd_put.py KIND    plain: knows no Expect · spoil: keeps another byte · short: keeps all but the last · deny: 403
                       after 100 KB and closes · early: 200 before it has all · silent: never answers · close: hangs up
                       after 100 KB · once: 503 the first time · moved: 307 · garbage: no HTTP · hundreds: 100 without
                       end
"""
import socket
import sys

kind = sys.argv[1]
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(8)
print(listener.getsockname()[1], flush=True)
kept, tries = b"", 0


def head_of(stream):
    lines = []
    while True:
        line = stream.readline().decode("latin-1").strip()
        if not line:
            return lines
        lines.append(line)


def body_of(stream, lines, most=None):
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if "content-length" in fields:
        return stream.read(min(int(fields["content-length"]), most or 1 << 40))
    body = b""
    while True:
        size = int(stream.readline(), 16)
        body += stream.read(size)
        stream.readline()
        if size == 0 or (most and len(body) > most):
            return body


def answer(connection, status, body=b"", more=""):
    head = "HTTP/1.1 %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, more, len(body))
    connection.sendall(head.encode() + body)


def put(connection, stream, lines):
    global kept, tries
    tries += 1
    if kind == "moved":
        return answer(connection, "307 Temporary Redirect", more="Location: http://elsewhere.invalid/\r\n")
    if kind == "garbage":
        return connection.sendall(b"220 smtp ready\r\n\r\n")
    if kind == "hundreds":
        return connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)
    if kind == "once" and tries == 1:
        return answer(connection, "503 Service Unavailable")
    if kind in ("deny", "close", "early"):
        body_of(stream, lines, 100000)
        if kind != "close":
            answer(connection, "200 OK" if kind == "early" else "403 Forbidden")
        return None
    body = body_of(stream, lines)
    kept = {"spoil": b"X" + body[1:], "short": body[:-1]}.get(kind, body)
    if kind == "silent":
        return connection.recv(1)
    return answer(connection, "201 Created")


while True:
    connection, _ = listener.accept()
    stream = connection.makefile("rb")
    lines = head_of(stream)
    try:
        if lines and lines[0].startswith("PUT "):
            put(connection, stream, lines)
        elif lines:
            answer(connection, "200 OK", kept)
    except (OSError, ValueError):
        pass
    stream.close()
    connection.close()
