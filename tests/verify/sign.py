#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ed25519 (RFC 8032) by its equations, slow and plain: for signatures that no tool makes.

    sign.py vectors                      lines "KEY MESSAGE SIGNATURE valid|invalid NAME" in hex: Wycheproof's classes
    sign.py ssh FILE [OPTION=VALUE...]   an SSHSIG of FILE; its key into FILE.pub. Options: type (ssh-ed25519 or a
                                         token's), namespace, reserved, hash, said (the hash's name in it, if another),
                                         flags, version, application, seed, width (of a line)
"""
import base64
import hashlib
import struct
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """in extended coordinates"""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(s, a):
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, a)
        a, s = add(a, a), s >> 1
    return q


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


Y = 4 * pow(5, P - 2, P) % P
X = x_of(Y, 0)
BASE = (X, Y, 1, X * Y % P)


def encode(a):
    z = pow(a[2], P - 2, P)
    x, y = a[0] * z % P, a[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, (y & (1 << 255) - 1) % P
    x = x_of(y, sign)
    return x, y, 1, x * y % P


def hashed(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def secret(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
    return a, h[32:], encode(times(a, BASE))


def sign(seed, message):
    a, prefix, key = secret(seed)
    r = hashed(prefix, message)
    big_r = encode(times(r, BASE))
    return big_r + ((r + hashed(big_r, key, message) * a) % L).to_bytes(32, "little")


def small_order():
    """the eight points of small order, and the second writings of those that have one"""
    t = None
    y = 2
    while t is None:  # L times any point has an order of 8 at most
        x = x_of(y, 0)
        if x is not None:
            q = times(L, (x, y, 1, x * y % P))
            if encode(times(4, q)) != encode((0, 1, 1, 0)):
                t = q
        y += 1
    points = {encode(times(i, t)) for i in range(8)}
    odd = set()
    for point in points:
        value = int.from_bytes(point, "little")
        y, sign_bit = value & (1 << 255) - 1, value >> 255
        if y < 19:
            odd.add((y + P | sign_bit << 255).to_bytes(32, "little"))
        odd.add((value ^ 1 << 255).to_bytes(32, "little") if decode(point)[0] == 0 else point)
    return sorted(points), sorted(odd - points)


def vectors():
    seed = bytes(range(32))
    a, _, key = secret(seed)
    def line(k, m, s, valid, name):
        print(k.hex(), m.hex() or "-", s.hex(), "valid" if valid else "invalid", name)
    for length in (0, 1, 2, 31, 32, 63, 64, 65, 111, 112, 127, 128, 129, 1000, 4000):
        for n in range(3):
            who = bytes([n, length % 251]) * 16
            message = hashlib.shake_128(who).digest(length)
            line(secret(who)[2], message, sign(who, message), True, f"valid-{length}-{n}")
    message = b"px-imager"
    good = sign(seed, message)
    s = int.from_bytes(good[32:], "little")
    for n in range(1, 16):
        if s + n * L < 1 << 256:
            line(key, message, good[:32] + (s + n * L).to_bytes(32, "little"), False, f"s-plus-{n}-l")
    for name, value in (("zero", 0), ("one", 1), ("l-minus-1", L - 1), ("l", L), ("l-plus-1", L + 1),
                        ("2-253", 1 << 253), ("2-254", 1 << 254), ("2-255", 1 << 255), ("ones", (1 << 256) - 1)):
        line(key, message, good[:32] + value.to_bytes(32, "little"), False, "s-is-" + name)
        line(key, message, bytes(32) + value.to_bytes(32, "little"), False, "r-zero-s-" + name)
    points, odd = small_order()
    for n, point in enumerate(points + odd):
        # with a key of small order, R = sB - hA is one of eight: all are tried, one fits who is lenient
        for k in range(8):
            big_r = encode(add(times(7, BASE), times(k, decode(point))))
            line(point, message, big_r + (7).to_bytes(32, "little"), False, f"small-key-{n}-{k}")
        # with R of small order, S = ha makes sB - hA the neutral point
        big_s = hashed(point, key, message) * a % L
        line(key, message, point + big_s.to_bytes(32, "little"), False, f"small-r-{n}")
    for y in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18):
        for bit in (0, 1):
            line((y + P | bit << 255).to_bytes(32, "little"), message, good, False, f"key-not-canonical-{y}-{bit}")
    line((2).to_bytes(32, "little"), message, good, False, "key-no-point")
    for i in range(0, 512, 7):
        bad = bytearray(good)
        bad[i // 8] ^= 1 << i % 8
        line(key, message, bytes(bad), False, f"signature-bit-{i}")
    for i in range(len(message) * 8):
        bad = bytearray(message)
        bad[i // 8] ^= 1 << i % 8
        line(key, bytes(bad), good, False, f"message-bit-{i}")
    for i in range(0, 256, 5):
        bad = bytearray(key)
        bad[i // 8] ^= 1 << i % 8
        line(bytes(bad), message, good, False, f"key-bit-{i}")
    line(key, message, good[32:] + good[:32], False, "halves-swapped")
    line(key, message, bytes(64), False, "zeros")
    line(key, message + b"\0", good, False, "message-longer")
    line(key, message[:-1], good, False, "message-shorter")


def string(data):
    return struct.pack(">I", len(data)) + data


def ssh(path, words):
    o = dict(type="ssh-ed25519", namespace="px-imager", reserved="", hash="sha512", said="", flags="1", version="1",
             application="ssh:", seed="0", width="70")
    o.update(w.split("=", 1) for w in words)
    seed = hashlib.sha256(o["seed"].encode()).digest()
    with open(path, "rb") as f:
        data = f.read()
    said = (o["said"] or o["hash"]).encode()
    token = o["type"].startswith("sk-")
    key = string(o["type"].encode()) + string(secret(seed)[2]) + (string(o["application"].encode()) if token else b"")
    fields = string(o["namespace"].encode()) + string(o["reserved"].encode()) + string(said)
    message = b"SSHSIG" + fields + string(hashlib.new(o["hash"], data).digest())
    tail = b""
    if token:
        tail = bytes([int(o["flags"])]) + struct.pack(">I", 7)
        message = hashlib.sha256(o["application"].encode()).digest() + tail + hashlib.sha256(message).digest()
    signature = string(o["type"].encode()) + string(sign(seed, message)) + tail
    blob = b"SSHSIG" + struct.pack(">I", int(o["version"])) + string(key) + fields + string(signature)
    text, width = base64.b64encode(blob).decode(), int(o["width"])
    print("-----BEGIN SSH SIGNATURE-----")
    for i in range(0, len(text), width):
        print(text[i:i + width])
    print("-----END SSH SIGNATURE-----")
    with open(path + ".pub", "w", encoding="ascii") as f:
        print(o["type"], base64.b64encode(key).decode(), "token@desk", file=f)


if sys.argv[1] == "vectors":
    vectors()
else:
    ssh(sys.argv[2], sys.argv[3:])
