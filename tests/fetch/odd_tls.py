#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server at an HTTPS port that is odd below HTTP: before the handshake is done, or at the end of the connection.

    odd_tls.py KIND CERTIFICATE PORT-FILE     CERTIFICATE.pem, CERTIFICATE.key; runs until it is killed
"""
import itertools
import os
import socket
import ssl
import struct
import sys
import threading
import time

BODY = b"0123456789" * 1000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY)


def reset(c):
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def by_tls(c, context):
    t = context.wrap_socket(c, server_side=True)
    while b"\r\n\r\n" not in t.recv(65536):
        pass
    return t


def server_flight(c, context):
    """What the server says first, as bytes, without sending it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    t = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(c.recv(65536))
    try:
        t.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


# --- before the handshake is done

def silent(c, context):
    time.sleep(60)


def silent_after_half(c, context):
    flight = server_flight(c, context)
    c.sendall(flight[:len(flight) // 2])
    time.sleep(60)


def drips(c, context):
    for byte in server_flight(c, context):
        c.sendall(bytes([byte]))
        time.sleep(0.3)
    time.sleep(60)


def resets(c, context):
    c.recv(1)
    reset(c)


def closes(c, context):
    c.recv(65536)


def resets_after_half(c, context):
    flight = server_flight(c, context)
    c.sendall(flight[:len(flight) // 2])
    reset(c)


def no_tls(c, context):
    c.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    c.recv(65536)


def noise(c, context):
    c.recv(65536)
    c.sendall(os.urandom(65536))


def flips(c, context):
    flight = bytearray(server_flight(c, context))
    flight[len(flight) * 3 // 4] ^= 1
    c.sendall(flight)
    c.recv(65536)


FLIPS = itertools.count(1)


def flips_each(c, context):
    """another bit of ServerHello, certificates and key for each client; TLS 1.2 does not encrypt them"""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    flight = bytearray(server_flight(c, context))
    bit = next(FLIPS) * 2654435761 % (len(flight) * 8)
    flight[bit // 8] ^= 1 << bit % 8
    c.sendall(flight)
    c.settimeout(0.3)  # a client that was told of more bytes waits for them
    c.recv(65536)


def endless_warnings(c, context):
    """user_canceled, for ever: a warning that a client goes on after"""
    while True:
        c.sendall(b"\x15\x03\x03\x00\x02\x01\x5a" * 1000)


def endless_changes(c, context):
    """change_cipher_spec, for ever: TLS 1.3 drops it"""
    flight = server_flight(c, context)
    length = 5 + struct.unpack(">H", flight[3:5])[0]
    c.sendall(flight[:length])
    while True:
        c.sendall(b"\x14\x03\x03\x00\x01\x01" * 1000)


def endless_hello(c, context):
    """a ServerHello of 16 MiB, by its own account"""
    while True:
        c.sendall(b"\x16\x03\x03\x40\x00" + b"\x02\xff\xff\xff" + bytes(0x4000 - 4))


# --- at the end of the connection

def known_length(c, context):
    t = by_tls(c, context)
    t.sendall(HEAD + BODY)  # closed by main, without close_notify


def cut_short(c, context):
    t = by_tls(c, context)
    t.sendall(HEAD + BODY[:5000])


def until_close(c, context):
    t = by_tls(c, context)
    t.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)


def until_notify(c, context):
    t = by_tls(c, context)
    t.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)
    t.unwrap()


def flips_later(c, context):
    """the bytes of a record are wrong after the handshake, once; then all is well, and ranges are given"""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    t = context.wrap_bio(incoming, outgoing, server_side=True)
    request = b""
    while b"\r\n\r\n" not in request:
        incoming.write(c.recv(65536))
        try:
            request += t.read(65536)
        except ssl.SSLWantReadError:
            pass
        c.sendall(outgoing.read())
    start = int(request.split(b"bytes=")[1].split(b"-")[0]) if b"Range: bytes=" in request else 0
    code = b"206 Partial Content\r\nContent-Range: bytes %d-%d/%d" % (start, len(BODY) - 1, len(BODY)) if start else b"200 OK"
    t.write(b"HTTP/1.1 %s\r\nETag: \"x\"\r\nContent-Length: %d\r\n\r\n" % (code, len(BODY) - start) + BODY[start:6000])
    c.sendall(outgoing.read())
    t.write(BODY[max(start, 6000):])
    rest = bytearray(outgoing.read())
    if not start:
        rest[100] ^= 1
    c.sendall(rest)
    c.recv(1)


def serve(kind, c, context):
    try:
        kind(c, context)
    except OSError:
        pass
    finally:
        c.close()


def main():
    kind = globals()[sys.argv[1].replace("-", "_")]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2] + ".pem", sys.argv[2] + ".key")
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(100)
    with open(sys.argv[3] + ".new", "w") as f:
        f.write("%d\n" % s.getsockname()[1])
    os.rename(sys.argv[3] + ".new", sys.argv[3])
    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(kind, c, context), daemon=True).start()


main()
