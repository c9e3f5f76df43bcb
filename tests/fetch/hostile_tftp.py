#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A TFTP server that misbehaves: the name asked for says how.

    hostile_tftp.py FILE    serves FILE's bytes; prints its port, then runs until it is killed
    hostile_tftp.py ways    prints the names and what must come of each: "ok" (right bytes, status 0), "bad" (it must fail), "more"
                            (it must fail, but may give more bytes first); not those "alone", which have a test of their
                            own

Each way is a function that gets the transfer: a socket of its own, the client's address, the options, the content.
"""
import socket
import struct
import sys
import threading
import time

WAYS = {}
# How long a client with -t 2 -T 1 may take, where it is more than two tries that fail at once and the pause between
# them: two silences of a second, or twice three seconds of less than 1 KiB/s. The double of that and more, for a busy
# machine.
SECONDS = {"drip": 25, "silent": 15, "only-old-blocks": 15, "silent-after-oack": 15}


def way(verdict):
    def register(function):
        WAYS[function.__name__.replace("_", "-")] = (function, verdict)
        return function
    return register


def data(number, payload):
    return struct.pack(">HH", 3, number & 0xffff) + payload


def error(code, text):
    return struct.pack(">HH", 5, code) + text + b"\0"


def oack(**options):
    packet = b"\0\6"
    for name, value in options.items():
        packet += name.encode() + b"\0" + str(value).encode() + b"\0"
    return packet


class Transfer:
    def __init__(self, client, options, body, count):
        self.client, self.options, self.body, self.count = client, options, body, count
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind(("127.0.0.1", 0))
        self.s.settimeout(0.2)

    def send(self, packet):
        self.s.sendto(packet, self.client)

    def ack(self, wanted, again=b"", patience=3.0):
        """Waits for the ACK of block wanted, sending again (if anything) now and then; True when it came."""
        deadline = time.time() + patience
        while time.time() < deadline:
            try:
                packet, who = self.s.recvfrom(2048)
            except socket.timeout:
                if again:
                    self.send(again)
                continue
            if packet[:2] == b"\0\5":
                return False
            if who == self.client and packet == struct.pack(">HH", 4, wanted & 0xffff):
                return True
        return False

    def block(self, number, size=512):
        return data(number, self.body[(number - 1) * size:number * size])

    def lockstep(self, start=1, size=512, wrap=0, patience=3.0):
        number = wire = start
        while True:
            packet = data(wire, self.body[(number - 1) * size:number * size])
            self.send(packet)
            if not self.ack(wire, packet, patience):
                return False
            if len(packet) - 4 < size:
                return True
            number += 1
            wire = wire + 1 if wire < 65535 else wrap

    def window(self, size, window, drop=(), order=None, wrap=0, lose_zeros=False):
        """Windowed, as RFC 7440 says: an ACK tells where to go on. drop: block numbers not sent the first time. wrap:
        what comes after 65535. lose_zeros: what is behind 65535 in its window is lost, and then, in the window after
        the ACK, its first."""
        drop, base, last, tries = set(drop), 0, len(self.body) // size + 1, 0
        wire = (lambda n: (n - 1) % 65535 + 1) if wrap == 1 else (lambda n: n & 0xffff)
        while base < last:
            numbers = list(range(base + 1, min(base + window, last) + 1))
            tries = tries + 1 if wire(base) == 65535 else 0
            for n in (order(numbers) if order else numbers):
                if n in drop:
                    drop.remove(n)
                elif not lose_zeros or wire(n) >= window or n < 65535 or tries > 1 or (tries == 1 and wire(n) > 0):
                    self.send(data(wire(n), self.body[(n - 1) * size:n * size]))
            try:
                packet, _ = self.s.recvfrom(2048)
            except socket.timeout:
                continue
            if packet[:2] == b"\0\5":
                return False
            acked = struct.unpack(">HH", packet[:4])[1]
            base = next((n for n in range(base, base + window + 1) if wire(n) == acked), base)
        return True


# --- what is only unusual
@way("ok")
def plain(t):
    t.lockstep()


@way("ok")
def tsize_only(t):
    packet = oack(tsize=len(t.body))
    t.send(packet)
    t.ack(0, packet) and t.lockstep()


@way("ok")
def takes_for_dead(t):
    """Gone after 1.5 s without an ACK, unless it was asked (RFC 2349) to be patient: then it grants that."""
    seconds = int(t.options.get(b"timeout", 0))
    if seconds:
        print("asked for", seconds, file=sys.stderr, flush=True)
    packet = oack(timeout=seconds) if seconds else oack(tsize=len(t.body))
    t.send(packet)
    if t.ack(0, packet) and not t.lockstep(patience=10 if seconds else 1.5):
        print("gone", file=sys.stderr, flush=True)
        t.s.close()


@way("ok")
def blksize_smaller(t):
    packet = oack(blksize=100)
    t.send(packet)
    t.ack(0, packet) and t.lockstep(size=100)


@way("ok")
def options_upper_case(t):
    packet = oack(BLKSIZE=300, TSIZE=len(t.body))
    t.send(packet)
    t.ack(0, packet) and t.lockstep(size=300)


@way("ok")
def oack_doubled(t):
    packet = oack(blksize=512)
    t.send(packet)
    t.send(packet)
    t.ack(0, packet) and t.lockstep()


@way("ok")
def every_block_twice(t):
    """The sorcerer's apprentice: each packet doubled."""
    number = 1
    while True:
        packet = t.block(number)
        t.send(packet)
        t.send(packet)
        if not t.ack(number, packet) or len(packet) < 516:
            return
        number += 1


@way("ok")
def old_blocks_again(t):
    number = 1
    while True:
        packet = t.block(number)
        if number > 1:
            t.send(t.block(number - 1))
        t.send(packet)
        if not t.ack(number, packet) or len(packet) < 516:
            return
        number += 1


@way("ok")
def block_from_the_future(t):
    t.send(t.block(3))
    t.lockstep()


@way("ok")
def foreign_sender(t):
    """Another port sends blocks of zeros in between; it must get an ERROR 5 and change nothing."""
    foreign = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    foreign.bind(("127.0.0.1", 0))
    foreign.settimeout(2)
    t.send(t.block(1))
    if not t.ack(1, t.block(1)):
        return
    foreign.sendto(data(2, bytes(512)), t.client)
    answer = foreign.recv(100)
    assert answer[:4] == b"\0\5\0\5", answer
    t.lockstep(start=2)


@way("ok")
def foreign_error(t):
    foreign = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    foreign.bind(("127.0.0.1", 0))
    t.send(t.block(1))
    if t.ack(1, t.block(1)):
        foreign.sendto(error(0, b"go away"), t.client)
        t.lockstep(start=2)


@way("ok")
def window_whole(t):
    packet = oack(windowsize=4)
    t.send(packet)
    t.ack(0, packet) and t.window(512, 4)


@way("ok")
def window_with_gaps(t):
    packet = oack(windowsize=8)
    t.send(packet)
    t.ack(0, packet) and t.window(512, 8, drop=(2, 9, 16, 17, 40))


@way("ok")
def window_backwards(t):
    """Always reordered: goes with a window of 2, which a client that halves its window comes to."""
    window = min(4, int(t.options[b"windowsize"]))
    packet = oack(windowsize=window)
    t.send(packet)
    t.ack(0, packet) and t.window(512, window, order=lambda n: n[:1] + n[:0:-1])


@way("ok")
def first_answer_late(t):
    if t.count > 0:
        t.lockstep()


@way("ok")
def short_nonsense(t):
    for packet in (b"", b"\0", b"\0\3", b"\0\3\0", b"\0\0\0\0", b"\0\2x\0octet\0", b"\1\3\0\1x", b"\0\4\0\1"):
        t.send(packet)
    t.lockstep()


def grants_all(t, **ways):
    size, window = int(t.options[b"blksize"]), int(t.options[b"windowsize"])
    packet = oack(blksize=size, windowsize=window)
    t.send(packet)
    t.ack(0, packet) and t.window(size, window, **ways)


@way("ok")
def wraps_and_loses_zero(t):
    """Each time that it has counted to 65535, the first to come after the ACK of that is block 1, because 0 is lost."""
    grants_all(t, lose_zeros=True)


@way("ok")
def wraps_to_one(t):
    """Counts 65534, 65535, 1, 2."""
    grants_all(t, wrap=1)


@way("ok")
def slows_down(t):
    """As atftpd on a bad path: with a window over 8 each is broken once, and after each the blocks come more slowly.
    Not at first: on a busy machine the client needs some windows to see how fast it was."""
    size, window = int(t.options[b"blksize"]), int(t.options[b"windowsize"])
    packet = oack(blksize=size, windowsize=window)
    t.send(packet)
    count, pause, send = 0, 0, t.send

    def send_slowly(packet):
        if pause:
            time.sleep(pause)
        send(packet)

    def reorder(numbers):
        nonlocal count, pause
        count += 1
        pause += 0.00005 if count > 20 else 0
        return numbers

    if window > 8:
        t.send = send_slowly
    if t.ack(0, packet):
        t.window(size, window, drop=range(1, 100000, 20) if window > 8 else (), order=reorder)


# --- what is wrong, but not with the file: it comes without options
def sends_back(name, packet):
    """Options are answered with packet, in lockstep; a request without them is served."""
    def answer(t):
        if not t.options:
            t.lockstep()
        elif packet:
            t.send(packet)
            if t.ack(0, packet):
                t.lockstep()
    WAYS[name] = (answer, "ok")


sends_back("unasked-multicast", oack(multicast=",,1", blksize=512))
sends_back("unasked-timeout", oack(timeout=5))
sends_back("granted-too-much", oack(blksize=65465))
sends_back("granted-twice", b"\0\6blksize\x00512\0blksize\x001024\0")
sends_back("oack-cut", b"\0\6blksize\x00512")
sends_back("oack-padded", oack(blksize=512) + bytes(100))
sends_back("silent-to-options", None)
sends_back("error-0-for-options", error(0, b"bad request"))
sends_back("error-4-for-options", error(4, b"Illegal TFTP operation"))
sends_back("tsize-sent-back", oack(tsize=0))
sends_back("tsize-always-one", oack(tsize=1))


@way("ok")
def takes_blksize_silently(t):
    t.lockstep(size=int(t.options.get(b"blksize", 512)))


@way("ok")
def grants_less_than_it_sends(t):
    if t.options:
        t.send(oack(blksize=1024))
        t.ack(0) and t.lockstep(size=1400)
    else:
        t.lockstep()


@way("ok")
def silent_behind_the_oack(t):
    """Takes the ACK of its OACK for nonsense."""
    if t.options:
        t.send(oack(blksize=512))
        time.sleep(10)  # its port stays open
    else:
        t.lockstep()


# --- lies
@way("bad")
def tsize_sent_back_and_cut(t):
    """The end must be a short block, and this one is never sent."""
    packet = oack(tsize=0)
    t.send(packet)
    if t.ack(0, packet):
        t.send(t.block(1))
        t.ack(1, t.block(1))


@way("bad")
def says_longer_and_ends_at_once(t):
    """An empty file for who asks without options, but the first answer said that it is none."""
    if t.options:
        packet = oack(tsize=len(t.body))
        t.send(packet)
        if not t.ack(0, packet):
            return
    t.send(data(1, b""))


@way("bad")
def oack_with_a_tail(t):
    t.send(oack(blksize=512) + bytes(3) + b"x")
    t.ack(0) and t.lockstep()


@way("alone")
def answers_from_elsewhere(t):
    t.s.close()
    t.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    t.s.bind(("127.0.0.2", 0))
    t.send(t.block(1))


@way("bad")
def not_asked_option(t):
    t.send(oack(multicast="239.0.0.1,1758,1"))
    t.ack(0) and t.lockstep()


@way("bad")
def blksize_larger(t):
    t.send(oack(blksize=65465))
    t.ack(0) and t.lockstep()


@way("bad")
def blksize_zero(t):
    t.send(oack(blksize=0))
    t.ack(0) and t.lockstep()


@way("bad")
def blksize_negative(t):
    t.send(oack(blksize=-512))
    t.ack(0) and t.lockstep()


@way("bad")
def blksize_words(t):
    t.send(oack(blksize="512x"))
    t.ack(0) and t.lockstep()


@way("bad")
def blksize_twice(t):
    t.send(b"\0\6blksize\0512\0blksize\0001024\0")
    t.ack(0) and t.lockstep()


@way("bad")
def blksize_said_and_not_kept(t):
    """Grants 1024 and sends full blocks of 1400."""
    packet = oack(blksize=1024)
    t.send(packet)
    t.ack(0, packet) and t.lockstep(size=1400)


@way("bad")
def blocks_larger_than_default(t):
    t.lockstep(size=1024)


@way("bad")
def windowsize_larger(t):
    t.send(oack(windowsize=65535))
    t.ack(0) and t.window(512, 64)


@way("bad")
def windowsize_zero(t):
    t.send(oack(windowsize=0))
    t.ack(0) and t.lockstep()


@way("bad")
def tsize_too_small(t):
    packet = oack(tsize=len(t.body) - 1)
    t.send(packet)
    t.ack(0, packet) and t.lockstep()


@way("bad")
def tsize_too_large(t):
    packet = oack(tsize=len(t.body) + 1)
    t.send(packet)
    t.ack(0, packet) and t.lockstep()


@way("bad")
def tsize_negative(t):
    """What atftpd says of a file of 3000000000 bytes."""
    packet = oack(tsize=-1294967296)
    t.send(packet)
    t.ack(0, packet) and t.lockstep()


@way("bad")
def tsize_huge(t):
    t.send(oack(tsize="9" * 40))
    t.ack(0) and t.lockstep()


@way("bad")
def timeout_other(t):
    """RFC 2349: the server must take the value as it is or leave it out."""
    t.send(oack(timeout=int(t.options.get(b"timeout", 1)) + 1))
    t.ack(0) and t.lockstep()


@way("bad")
def option_flood(t):
    t.send(b"\0\6" + b"a\0001\0" * 5000)


@way("bad")
def oack_without_end(t):
    t.send(b"\0\6blksize\0512")


@way("bad")
def oack_empty_names(t):
    t.send(b"\0\6\0\0\0\0")


@way("bad")
def ends_early(t):
    """A short block in the middle; tsize tells."""
    packet = oack(tsize=len(t.body))
    t.send(packet)
    if t.ack(0, packet):
        t.send(data(1, t.body[:100]))


@way("more")
def endless(t):
    """May be a file of 4 GiB and 1000 bytes, until it ends."""
    packet = oack(tsize=1000)
    t.send(packet)
    if t.ack(0, packet):
        t.body = t.body * 1000
        t.lockstep()


# --- silence
@way("bad")
def silent(t):
    pass


@way("bad")
def silent_after_oack(t):
    t.send(oack(blksize=512))


@way("bad")
def silent_in_the_middle(t):
    t.send(t.block(1))


@way("bad")
def only_old_blocks(t):
    t.send(t.block(1))
    deadline = time.time() + 20
    while time.time() < deadline:
        t.send(t.block(1))
        time.sleep(0.005)


@way("bad")
def drip(t):
    packet = oack(blksize=8)
    t.send(packet)
    if t.ack(0, packet):
        for number in range(1, 400):
            t.send(t.block(number, 8))
            if not t.ack(number):
                return
            time.sleep(0.1)


# --- errors
@way("bad")
def error_escape(t):
    t.send(error(1, b"\x1b[2J\x1b]0;owned\x07\x9b31m\r\nred"))


@way("bad")
def error_endless(t):
    t.send(struct.pack(">HH", 5, 0) + b"x" * 60000)


@way("bad")
def error_without_end(t):
    t.send(b"\0\5\0\1no NUL")


@way("bad")
def error_in_the_middle(t):
    t.send(t.block(1))
    t.ack(1, t.block(1))
    t.send(error(0, b"disk on fire"))


@way("bad")
def error_for_any_request(t):
    t.send(error(8, b"no options here"))


@way("ok")
def error_for_options(t):
    if t.options:
        t.send(error(8, b"no options here"))
    else:
        t.lockstep()


# --- starting over
@way("ok")
def breaks_once(t):
    """Silence after two blocks; the second try gives all."""
    if t.count > 0:
        t.lockstep()
        return
    for number in (1, 2):
        t.send(t.block(number))
        t.ack(number)


@way("bad")
def breaks_and_changes(t):
    """Silence after two blocks; the second try gives another file of the same length."""
    if t.count > 0:
        t.body = bytes(len(t.body))
        t.lockstep()
        return
    for number in (1, 2):
        t.send(t.block(number))
        t.ack(number)


def serve(packet, client, body, counts):
    fields = packet[2:].split(b"\0")
    name = fields[0].decode()
    options = dict(zip(fields[2:-1:2], fields[3::2]))
    key = (name, client)
    if key in counts:
        return  # the request repeated: its transfer runs already
    counts[key] = True
    count = counts.get(name, 0)
    counts[name] = count + 1
    WAYS[name][0](Transfer(client, options, body, count))


def main():
    if sys.argv[1] == "ways":
        for name, (_, verdict) in WAYS.items():
            if verdict != "alone":
                print(name, verdict, SECONDS.get(name, 10))
        return
    with open(sys.argv[1], "rb") as f:
        body = f.read()
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1], flush=True)
    counts = {}
    while True:
        packet, client = s.recvfrom(2048)
        threading.Thread(target=serve, args=(packet, client, body, counts), daemon=True).start()


main()
