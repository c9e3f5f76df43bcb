#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A TFTP server that does windows (RFC 7440) and nothing beyond: it sends a window, waits for the ACK, and goes on
behind the block that this names, be it the last one or not. atftpd, the only server of Debian that grants windows,
slows down with each one that breaks; this one shows what the client makes of a lossy path.

    window_tftp.py ADDRESS PORT FOLDER
"""
import os
import socket
import struct
import sys
import threading

PATIENCE_S = 1.0


def read_request(packet):
    words = packet[2:].split(b"\0")
    options = {words[i].lower(): words[i + 1] for i in range(2, len(words) - 2, 2)}
    return os.path.basename(words[0].decode()), options


def grant(options, size):
    block = min(int(options.get(b"blksize", 512)), 1468)
    window = min(int(options.get(b"windowsize", 1)), 64)
    answer = b""
    for name, value in ((b"blksize", block), (b"windowsize", window), (b"tsize", size)):
        if name in options:
            answer += name + b"\0" + str(value).encode() + b"\0"
    return block, window, answer


def wait_ack(s, low, high):
    """The block that an ACK for low..high names; None: nothing came in time."""
    while True:
        try:
            packet = s.recv(2048)
        except socket.timeout:
            return None
        opcode, number = struct.unpack(">HH", packet[:4])
        if opcode == 5:
            sys.exit()
        ahead = (number - low) & 0xffff
        if opcode == 4 and ahead <= high - low:
            return low + ahead


def transfer(client, address, path, options):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 0))
    s.connect(client)
    s.settimeout(PATIENCE_S)
    with open(path, "rb") as f:
        body = f.read()
    block, window, answer = grant(options, len(body))
    last = len(body) // block + 1
    for _ in range(5):
        s.send(b"\0\6" + answer)
        if wait_ack(s, 0, 0) is not None:
            break
    done, silent = 0, 0
    while done < last and silent < 10:
        high = min(done + window, last)
        for n in range(done + 1, high + 1):
            s.send(struct.pack(">HH", 3, n & 0xffff) + body[(n - 1) * block:n * block])
        ack = wait_ack(s, done, high)
        silent = silent + 1 if ack is None else 0
        done = done if ack is None else ack


def main():
    address, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind((address, port))
    while True:
        packet, client = front.recvfrom(2048)
        if packet[:2] == b"\0\1":
            name, options = read_request(packet)
            threading.Thread(target=transfer, args=(client, address, os.path.join(folder, name), options), daemon=True).start()


main()
