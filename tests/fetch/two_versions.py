#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server whose file is replaced while it is fetched: the last part of the path says how.

    two_versions.py OLD NEW     serves the bytes of OLD, then of NEW; prints its port, then runs until it is killed
    two_versions.py ways        prints the names

Each way is a function that gets how often it was asked before and the request, and returns all that is sent before the
connection is closed. Its first answer is always the first half of OLD, with a length that says that more should come.
What is asked for without Range is NEW from then on, if nothing else is said. A line for each request goes to stderr:
way, start.
"""
import socket
import sys
import threading

WAYS = {}
DATE = "Sun, 01 Nov 2026 10:00:00 GMT"
LATER = "Sun, 01 Nov 2026 10:00:01 GMT"


def way(function):
    WAYS[function.__name__.replace("_", "-")] = function
    return function


class Request:
    def __init__(self, text):
        self.path = text.split(" ")[1]
        self.headers = {}
        for line in text.split("\r\n")[1:]:
            if ":" in line:
                name, value = line.split(":", 1)
                self.headers[name.lower()] = value.strip()
        value = self.headers.get("range")
        self.start = int(value[6:].rstrip("-")) if value else None


def head(code="200 OK", **fields):
    text = "HTTP/1.1 %s\r\n" % code
    for name, value in fields.items():
        text += "%s: %s\r\n" % (name.replace("_", "-"), value)
    return (text + "\r\n").encode("latin-1")


def whole(body, cut=None, **fields):
    return head(Content_Length=len(body), **fields) + body[:cut]


def part(body, start, cut=None, **fields):
    return head("206 Partial Content", Content_Length=len(body) - start,
                Content_Range="bytes %d-%d/%d" % (start, len(body) - 1, len(body)), **fields) + body[start:cut]


def half_then(first, second):
    """OLD's first half with the fields of first; then NEW, whole or the part that is asked for, with those of
    second."""
    def answer(nth, r):
        if nth == 0:
            return whole(old, len(old) // 2, **first)
        return whole(new, **second) if r.start is None else part(new, r.start, **second)
    return answer


# --- If-Range is not looked at
WAYS["no-validator-in-the-part"] = half_then({"ETag": '"1"'}, {})
WAYS["weak-validator-in-the-part"] = half_then({"ETag": '"1"'}, {"ETag": 'W/"1"'})
WAYS["other-validator-in-the-part"] = half_then({"ETag": '"1"'}, {"ETag": '"2"'})
WAYS["other-byte-over-127"] = half_then({"ETag": '"\xfe"'}, {"ETag": '"\xff"'})
WAYS["date-for-a-tag"] = half_then({"ETag": '"1"', "Last_Modified": DATE}, {"Last_Modified": DATE})
WAYS["other-date"] = half_then({"Last_Modified": DATE, "Date": LATER}, {"Last_Modified": LATER, "Date": LATER})
# --- what tells versions apart, but not these
WAYS["written-in-this-second"] = half_then({"Last_Modified": DATE, "Date": DATE}, {"Last_Modified": DATE, "Date": LATER})
WAYS["weak-both-times"] = half_then({"ETag": 'W/"1"'}, {"ETag": 'W/"1"'})
WAYS["no-validator"] = half_then({}, {})
WAYS["compressed-the-second-time.gz"] = half_then({"ETag": '"1"'}, {"ETag": '"1"', "Content_Encoding": "gzip"})


@way
def redirected_elsewhere(nth, r):
    """The same tag at another address."""
    if "there" not in r.path:
        return head("302 Found", Location="/there-%d/redirected-elsewhere" % nth, Content_Length=0)
    return half_then({"ETag": '"1"'}, {"ETag": '"1"'})(0 if r.path.startswith("/there-0/") else 1, r)


@way
def by_turns(nth, r):
    """NEW begins as OLD does, and longer than was given of that; then comes the server that still has OLD."""
    middle, later = len(old) // 2, len(old) * 3 // 4
    mixed = old[:middle] + new[middle:]
    if nth == 0:
        return whole(old, middle, ETag='"1"')
    if nth == 1:
        return whole(mixed, later, ETag='"2"')
    if r.start is None or r.headers.get("if-range") == '"2"':
        return whole(old, ETag='"1"')
    return part(old, r.start, ETag='"1"')


@way
def comparison_breaks_off(nth, r):
    """NEW breaks off before all that was given could be compared; its rest must not be taken for that of the same
    file."""
    if nth == 0:
        return whole(old, len(old) // 2, ETag='"1"')
    if r.start is None:
        return whole(new, ETag='"2"')
    if nth == 1:
        return whole(new, len(new) // 4, ETag='"2"')
    return part(new, r.start, ETag='"2"')


@way
def nothing_is_left(nth, r):
    """All of OLD, but for the last chunk; then NEW, which is as long."""
    if nth == 0:
        return head(Transfer_Encoding="chunked", ETag='"1"') + b"%x\r\n%s\r\n" % (len(old), old)
    if r.start is None:
        return whole(new, ETag='"2"')
    return head("416 Range Not Satisfiable", Content_Range="bytes */%d" % len(new), Content_Length=0)


# --- for mirrors and FILE.part
@way
def missing_first(nth, r):
    """404, and later NEW, under the tag that another mirror had for OLD; looks at Range only."""
    if nth == 0:
        return head("404 Not Found", Content_Length=0)
    return whole(new, ETag='"1"') if r.start is None else part(new, r.start, ETag='"1"')


@way
def half_of_old(nth, r):
    return whole(old, len(old) // 2, ETag='"1"')


@way
def old_by_parts(nth, r):
    """All of OLD for who asks for a part of it."""
    return whole(old, len(old) // 2, ETag='"o"') if r.start is None else part(old, r.start, ETag='"o"')


@way
def new_by_parts(nth, r):
    """A part of NEW that breaks off at three quarters; then all of it."""
    if nth == 0 and r.start is not None:
        return part(new, r.start, len(new) * 3 // 4, ETag='"n"')
    return whole(new, ETag='"n"') if r.start is None else part(new, r.start, ETag='"n"')


def serve(c, counts):
    try:
        text = b""
        while b"\r\n\r\n" not in text:
            more = c.recv(65536)
            if not more:
                return
            text += more
        r = Request(text.decode("latin-1"))
        name = r.path.rsplit("/", 1)[1]
        key = r.path.split("/")[1] + name if "there" not in r.path else r.path
        nth = counts.get(key, 0)
        counts[key] = nth + 1
        print(name, r.start, file=sys.stderr, flush=True)
        c.sendall(WAYS[name](nth, r))
    except OSError:
        pass
    finally:
        c.close()


def main():
    global old, new
    if sys.argv[1] == "ways":
        print("\n".join(WAYS))
        return
    old, new = (open(name, "rb").read() for name in sys.argv[1:3])
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(100)
    print(s.getsockname()[1], flush=True)
    counts = {}
    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(c, counts), daemon=True).start()


main()
