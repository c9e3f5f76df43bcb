#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server that misbehaves: the first part of the path says how.

    hostile_http.py FILE    serves FILE's bytes; prints its port, then runs until it is killed

Each way is a function that gets the connection, the request and the content. `ways` prints their names and, where one
is harmless, that the right bytes with exit status 0 are expected ("ok"); "bad" must fail; "alone", which takes longer,
is not among them and has a test of its own. With HOSTILE_TLS=NAME in the environment it does that by TLS, with NAME.pem
and NAME.key; then a connection ends without close_notify.
"""
import os
import socket
import ssl
import sys
import threading
import time

WAYS = {}
# How long a client with -t 2 -T 1 may take, where it is more than two tries that fail at once and the pause between
# them: two silences of a second, or twice three seconds of less than 1 KiB/s. The double of that and more, for a busy
# machine.
SECONDS = {"drip": 25, "drip-in-head": 25, "stall": 15, "stall-in-head": 15, "stall-at-once": 15}


def way(verdict):
    def register(function):
        WAYS[function.__name__.replace("_", "-")] = (function, verdict)
        return function
    return register


KEEP = "keep"  # returned by a way: the connection stays for another request


class Request:
    def __init__(self, text, count, nth):
        self.text = text
        self.count = count  # how often this way was asked before
        self.nth = nth  # how many requests came before on this connection
        self.headers = {}
        for line in text.split("\r\n")[1:]:
            if ":" in line:
                name, value = line.split(":", 1)
                self.headers[name.lower()] = value.strip()
        value = self.headers.get("range", "bytes=0-")
        self.start = int(value.split("=")[1].split("-")[0])


def head(code="200 OK", **fields):
    text = "HTTP/1.1 %s\r\n" % code
    for name, value in fields.items():
        text += "%s: %s\r\n" % (name.replace("_", "-"), value)
    return (text + "\r\n").encode("latin-1")


def chunked(c, body, size=5000):
    for i in range(0, len(body), size):
        part = body[i:i + size]
        c.sendall(b"%x\r\n%s\r\n" % (len(part), part))


def part_head(body, start, **fields):
    return head("206 Partial Content", Content_Length=len(body) - start,
                Content_Range="bytes %d-%d/%d" % (start, len(body) - 1, len(body)), **fields)


# --- lengths
@way("ok")
def plain(c, r, body):
    c.sendall(head(Content_Length=len(body)) + body)


@way("bad")
def truncate(c, r, body):
    c.sendall(head(Content_Length=len(body)) + body[:len(body) // 2])


@way("bad")
def truncate_a_sector(c, r, body):
    c.sendall(head(Content_Length=len(body)) + body[:-512])


@way("ok")
def too_much(c, r, body):
    c.sendall(head(Content_Length=len(body)) + body + b"garbage")


@way("bad")
def no_length(c, r, body):
    c.sendall(head() + body)


@way("bad")
def two_lengths(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Length: 10\r\n\r\n" % len(body) + body)


@way("ok")
def same_length_twice(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Length: %d\r\n\r\n" % (len(body), len(body)) + body)


@way("bad")
def length_list(c, r, body):
    c.sendall(head(Content_Length="%d, 10" % len(body)) + body)


@way("bad")
def length_and_chunked(c, r, body):
    c.sendall(head(Content_Length=len(body), Transfer_Encoding="chunked"))
    chunked(c, body)
    c.sendall(b"0\r\n\r\n")


@way("bad")
def negative_length(c, r, body):
    c.sendall(head(Content_Length=-5) + body)


@way("bad")
def plus_length(c, r, body):
    c.sendall(head(Content_Length="+%d" % len(body)) + body)


@way("bad")
def hex_length(c, r, body):
    c.sendall(head(Content_Length="0x%x" % len(body)) + body)


@way("bad")
def huge_length(c, r, body):
    c.sendall(head(Content_Length="9" * 30) + body)


@way("bad")
def empty_length(c, r, body):
    c.sendall(head(Content_Length="") + body)


@way("bad")
def length_lies_more(c, r, body):
    c.sendall(head(Content_Length=len(body) + 1) + body)


# --- chunks
@way("ok")
def chunks(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked"))
    chunked(c, body)
    c.sendall(b"0\r\nX-Trailer: a\r\n\r\n")


@way("ok")
def chunk_extension(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked") + b"%x;name=value\r\n" % len(body) + body + b"\r\n0\r\n\r\n")


@way("bad")
def chunk_size_zz(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked") + b"zz\r\n" + body + b"\r\n0\r\n\r\n")


@way("bad")
def chunk_size_empty(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked") + b"\r\n" + body + b"\r\n0\r\n\r\n")


@way("bad")
def chunk_size_negative(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked") + b"-5\r\n" + body + b"\r\n0\r\n\r\n")


@way("bad")
def chunk_size_huge(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked") + b"fffffffffffffffff\r\n" + body)


@way("bad")
def chunk_no_last(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked"))
    chunked(c, body)


@way("bad")
def chunk_no_trailer_end(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked"))
    chunked(c, body)
    c.sendall(b"0\r\n")


@way("bad")
def chunk_no_line_end(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked") + b"%x\r\n" % len(body) + body + b"XX0\r\n\r\n")


@way("bad")
def chunk_line_endless(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked") + b"5;")
    forever(c, b"x" * 10000)


@way("bad")
def trailer_endless(c, r, body):
    c.sendall(head(Transfer_Encoding="chunked"))
    chunked(c, body)
    c.sendall(b"0\r\n")
    forever(c, b"X-Trailer: more\r\n" * 1000)


@way("bad")
def coding_gzip(c, r, body):
    c.sendall(head(Transfer_Encoding="gzip, chunked"))
    chunked(c, body)
    c.sendall(b"0\r\n\r\n")


@way("bad")
def content_gzip(c, r, body):
    c.sendall(head(Content_Encoding="gzip", Content_Length=len(body)) + body)


@way("ok")
def coding_identity(c, r, body):
    c.sendall(head(Transfer_Encoding="identity", Content_Length=len(body)) + body)


@way("bad")
def coding_identity_and_gzip(c, r, body):
    c.sendall(head(Transfer_Encoding="identity, gzip", Content_Length=len(body)) + body)


@way("bad")
def coding_identity_chunks_and_length(c, r, body):
    c.sendall(head(Transfer_Encoding="identity, chunked", Content_Length=len(body)))
    chunked(c, body)
    c.sendall(b"0\r\n\r\n")


def stored(name, verdict, coding, **fields):
    """The file as it lies there, which the server also calls by its format."""
    WAYS[name] = (lambda c, r, body: c.sendall(head(Content_Encoding=coding, Content_Length=len(body), **fields) + body),
                  verdict)


stored("stored.img.gz", "ok", "gzip")
stored("stored.tgz", "ok", "x-GZIP, identity")
stored("stored.img.xz", "ok", "x-xz")
stored("stored.img.zst", "ok", "zstd")
stored("stored-by-type", "ok", "gzip", Content_Type="application/x-gzip; charset=binary")
stored("coded-twice.gz", "bad", "gzip, gzip")
stored("coded-otherwise.gz", "bad", "br")
stored("coded-by-the-server.img", "bad", "gzip", Content_Type="application/octet-stream")


@way("ok")
def stored_elsewhere_gz(c, r, body):
    c.sendall(head("302 Found", Location="/stored-by-type?x.gz", Content_Length=0))


# --- heads
@way("bad")
def head_endless(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\n")
    forever(c, b"X-Filler: yes\r\n" * 1000)


@way("bad")
def head_one_line_endless(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nX-Filler: ")
    forever(c, b"x" * 10000)


@way("bad")
def head_folded(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nX-A: b\r\n Content-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@way("bad")
def head_bare_cr(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nX-A: b\rContent-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@way("bad")
def head_nul(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@way("bad")
def head_blank_before_colon(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length : %d\r\n\r\n" % len(body) + body)


@way("bad")
def head_no_colon(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@way("bad")
def not_http(c, r, body):
    c.sendall(b"220 ftp ready\r\n" + body)


@way("bad")
def http_0_9(c, r, body):
    c.sendall(body)


@way("bad")
def closed_at_once(c, r, body):
    pass


@way("bad")
def head_cut(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Len")


@way("ok")
def interim(c, r, body):
    c.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + head(Content_Length=len(body)) + body)


@way("bad")
def interim_endless(c, r, body):
    forever(c, b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)


@way("bad")
def bad_status(c, r, body):
    c.sendall(b"HTTP/1.1 2x0 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@way("bad")
def not_modified(c, r, body):
    c.sendall(head("304 Not Modified"))


@way("bad")
def no_content(c, r, body):
    c.sendall(head("204 No Content"))


@way("bad")
def escape_in_reason(c, r, body):
    c.sendall(b"HTTP/1.1 404 \x1b[2J\x1b]0;owned\x07\x9b31mred\r\nContent-Length: 0\r\n\r\n")


# --- time
@way("bad")
def stall(c, r, body):
    c.sendall(head(Content_Length=len(body)) + body[:1000])
    time.sleep(60)


@way("bad")
def stall_in_head(c, r, body):
    c.sendall(b"HTTP/1.1 200 OK\r\n")
    time.sleep(60)


@way("bad")
def stall_at_once(c, r, body):
    time.sleep(60)


@way("bad")
def drip(c, r, body):
    c.sendall(head(Content_Length=len(body)))
    for i in range(600):
        c.sendall(body[i:i + 1])
        time.sleep(0.1)


@way("bad")
def drip_in_head(c, r, body):
    for byte in b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 600:
        c.sendall(bytes([byte]))
        time.sleep(0.1)


@way("bad")
def reset(c, r, body):
    c.sendall(head(Content_Length=len(body)) + body[:1000])
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


# --- redirects
@way("bad")
def redirect_loop(c, r, body):
    c.sendall(head("302 Found", Location="/redirect-loop", Content_Length=0))


@way("bad")
def redirect_nowhere(c, r, body):
    c.sendall(head("302 Found", Content_Length=0))


@way("bad")
def redirect_file(c, r, body):
    c.sendall(head("302 Found", Location="file:///etc/passwd", Content_Length=0))


@way("bad")
def redirect_https(c, r, body):
    c.sendall(head("302 Found", Location="https://127.0.0.1/", Content_Length=0))


@way("bad")
def redirect_escape(c, r, body):
    c.sendall(head("302 Found", Location="gopher://\x1b[2J/", Content_Length=0))


def lands(name, location):
    """A redirect to location, then to plain from what is asked for then."""
    def where(c, r, body):
        if r.count > 0 or r.text.split(" ")[1].count("/") > 1:
            plain(c, r, body)
        else:
            c.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
    WAYS[name] = (where, "ok")


lands("lands-behind-a-blank", b"/an image/lands-behind-a-blank")
lands("lands-behind-utf-8", b"/m\xc3\xbcnchen/lands-behind-utf-8")
lands("lands-behind-latin-1", b"/m\xfcnchen/lands-behind-latin-1")
lands("lands-far", b"/" + b"far/" * 2500 + b"lands-far")


@way("bad")
def redirect_too_far(c, r, body):
    c.sendall(head("302 Found", Location="/" + "x" * 40000, Content_Length=0))


@way("bad")
def redirect_control(c, r, body):
    c.sendall(b"HTTP/1.1 302 Found\r\nLocation: /pl\x01ain\r\nContent-Length: 0\r\n\r\n")


@way("ok")
def redirect_relative(c, r, body):
    c.sendall(head("302 Found", Location="x/../plain", Content_Length=0))


@way("bad")
def wants_user(c, r, body):
    """Only for joe:sesame."""
    if r.headers.get("authorization") == "Basic am9lOnNlc2FtZQ==":
        c.sendall(head(Content_Length=len(body)) + body)
    else:
        c.sendall(head("401 Unauthorized", WWW_Authenticate="Basic", Content_Length=0))


@way("bad")
def redirect_to_wants_user(c, r, body):
    c.sendall(head("302 Found", Location="/wants-user", Content_Length=0))


@way("ok")
def wants_no_user(c, r, body):
    """A stranger, who must not learn the password."""
    if "authorization" in r.headers:
        c.sendall(head("403 Forbidden", Content_Length=0))
    else:
        c.sendall(head(Content_Length=len(body)) + body)


@way("ok")
def redirect_to_stranger(c, r, body):
    """The same machine by another name is another host."""
    c.sendall(head("302 Found", Location="http://localhost:%s/wants-no-user" % r.headers["host"].split(":")[1],
                   Content_Length=0))


@way("ok")
def redirect_to_wants_no_user(c, r, body):
    c.sendall(head("302 Found", Location="/wants-no-user", Content_Length=0))


# --- kept connections
@way("bad")
def kept_file(c, r, body):
    """Only for a second request."""
    if r.nth == 0:
        c.sendall(head("403 Forbidden", Content_Length=0))
    else:
        c.sendall(head(Content_Length=len(body)) + body)


@way("bad")
def kept_missing(c, r, body):
    c.sendall(head("404 Not Found", Content_Length=9) + b"not found")
    return KEEP


@way("ok")
def kept_redirect(c, r, body):
    c.sendall(head("302 Found", Location="/kept-file", Content_Length=5) + b"moved")
    return KEEP


@way("ok")
def kept_after_error(c, r, body):
    """Busy once, and on the same connection not any more."""
    if r.count > 0:
        return kept_file(c, r, body)
    c.sendall(head("503 Service Unavailable", Content_Length=4) + b"bu")
    time.sleep(0.1)
    c.sendall(b"sy")
    return KEEP


@way("ok")
def kept_resume(c, r, body):
    """Cut off, then moved, then the rest on the connection that said so."""
    if cut_first(c, r, body, ETag='"a"'):
        return None
    if r.count == 1:
        c.sendall(head("302 Found", Location="/kept-resume", Content_Length=0))
        return KEEP
    if r.nth == 0:
        c.sendall(head("403 Forbidden", Content_Length=0))
    else:
        c.sendall(part_head(body, r.start, ETag='"a"') + body[r.start:])


@way("ok")
def kept_and_closed(c, r, body):
    """Lets a connection be kept, and closes it when it is used: another one gives the file."""
    if r.nth == 0 and r.count == 0:
        c.sendall(head("302 Found", Location="/kept-and-closed", Content_Length=0))
        return KEEP
    if r.nth == 0:
        c.sendall(head(Content_Length=len(body)) + body)


@way("ok")
def not_kept(c, r, body):
    """Says close, but does not, and answers nothing any more."""
    if r.count > 0 and r.nth == 0:
        c.sendall(head(Content_Length=len(body)) + body)
    elif r.nth == 0:
        c.sendall(head("302 Found", Location="/not-kept", Connection="x, Close", Content_Length=0))
        return KEEP
    else:
        time.sleep(60)


@way("ok")
def kept_smuggler(c, r, body):
    """Behind the redirect comes the answer to a request that has not been sent."""
    forged = head(Content_Length=len(body)) + bytes(len(body))
    c.sendall(head("302 Found", Location="/plain", Content_Length=5) + b"moved" + forged)
    return KEEP


@way("ok")
def kept_body_missing(c, r, body):
    """The body of the redirect never comes."""
    c.sendall(head("302 Found", Location="/plain", Content_Length=500))
    time.sleep(30)


# --- ranges: the first answer is cut in the middle, the second one is what matters
def cut_first(c, r, body, **fields):
    if r.count == 0:
        c.sendall(head(Content_Length=len(body), **fields) + body[:len(body) // 2])
    return r.count == 0


@way("ok")
def resume(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        assert r.headers["if-range"] == '"a"'
        c.sendall(part_head(body, r.start, ETag='"a"') + body[r.start:])


@way("ok")
def resume_by_date(c, r, body):
    date = "Sun, 01 Nov 2026 10:00:00 GMT"
    if not cut_first(c, r, body, Last_Modified=date):
        assert r.headers["if-range"] == date
        c.sendall(part_head(body, r.start, Last_Modified=date) + body[r.start:])


@way("ok")
def resume_ignored(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(head(Content_Length=len(body), ETag='"a"') + body)


@way("ok")
def resume_without_validator(c, r, body):
    if not cut_first(c, r, body):
        assert "range" not in r.headers
        c.sendall(head(Content_Length=len(body)) + body)


@way("ok")
def resume_weak(c, r, body):
    if not cut_first(c, r, body, ETag='W/"a"'):
        assert "range" not in r.headers
        c.sendall(head(Content_Length=len(body)) + body)


@way("bad")
def resume_other_content(c, r, body):
    if not cut_first(c, r, body):
        c.sendall(head(Content_Length=len(body)) + bytes(len(body)))


@way("bad")
def resume_changed(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(head(Content_Length=len(body), ETag='"b"') + bytes(len(body)))


@way("bad")
def resume_changed_part(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(part_head(body, r.start, ETag='"b"') + bytes(len(body) - r.start))


@way("bad")
def resume_other_size(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        longer = body + b"more"
        c.sendall(part_head(longer, r.start, ETag='"a"') + longer[r.start:])


@way("bad")
def resume_wrong_start(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(part_head(body, r.start - 100, ETag='"a"') + body[r.start - 100:])


@way("bad")
def resume_wrong_end(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(head("206 Partial Content", ETag='"a"', Content_Length=10,
                       Content_Range="bytes %d-%d/%d" % (r.start, r.start + 9, len(body))) + body[r.start:r.start + 10])


@way("bad")
def resume_no_range(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(head("206 Partial Content", ETag='"a"', Content_Length=len(body) - r.start) + body[r.start:])


@way("bad")
def resume_416(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(head("416 Range Not Satisfiable", Content_Range="bytes */10", Content_Length=0))


def cut_before_the_end(c, r, body, **fields):
    """All of the body, but not the last chunk: the next try can only ask for what is behind the end."""
    if r.count == 0:
        c.sendall(head(Transfer_Encoding="chunked", **fields))
        chunked(c, body)
    return r.count == 0


@way("ok")
def resume_at_end(c, r, body):
    if not cut_before_the_end(c, r, body, ETag='"a"'):
        assert r.start == len(body)
        c.sendall(head("416 Range Not Satisfiable", Content_Range="bytes */%d" % len(body), ETag='"a"', Content_Length=0))


@way("bad")
def resume_at_end_changed(c, r, body):
    """If-Range should have made this a 200; the validator in it shows that the bytes at hand are those of another
    file."""
    if not cut_before_the_end(c, r, body, ETag='"a"'):
        c.sendall(head("416 Range Not Satisfiable", Content_Range="bytes */%d" % len(body), ETag='"b"', Content_Length=0))


@way("bad")
def resume_at_end_longer(c, r, body):
    if not cut_before_the_end(c, r, body, ETag='"a"'):
        c.sendall(head("416 Range Not Satisfiable", Content_Range="bytes */%d" % (len(body) + 1), ETag='"a"',
                       Content_Length=0))


@way("bad")
def resume_multipart(c, r, body):
    if not cut_first(c, r, body, ETag='"a"'):
        c.sendall(head("206 Partial Content", ETag='"a"', Content_Type="multipart/byteranges; boundary=x",
                       Content_Length=5) + b"--x\r\n")


@way("bad")
def part_unasked(c, r, body):
    c.sendall(part_head(body, 100) + body[100:])


@way("ok")
def busy_first(c, r, body):
    if r.count == 0:
        c.sendall(head("503 Service Unavailable", Content_Length=0))
    else:
        c.sendall(head(Content_Length=len(body)) + body)


@way("ok")
def busy_for_a_while(c, r, body):
    if r.count == 0:
        c.sendall(head("429 Too Many Requests", Retry_After="2", Content_Length=0))
    else:
        plain(c, r, body)


@way("ok")
def busy_until_a_date(c, r, body):
    if r.count == 0:
        c.sendall(head("503 Service Unavailable", Date="Sun, 01 Nov 2026 10:00:00 GMT",
                       Retry_After="Sunday, 01-Nov-26 10:00:02 GMT", Content_Length=0))
    else:
        plain(c, r, body)


@way("alone")
def busy_for_a_day(c, r, body):
    c.sendall(head("503 Service Unavailable", Retry_After="86400", Content_Length=0))


def forever(c, data):
    deadline = time.time() + 60
    while time.time() < deadline:
        c.sendall(data)


def by_tls(c):
    name = os.environ.get("HOSTILE_TLS")
    if not name:
        return c
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(name + ".pem", name + ".key")
    return context.wrap_socket(c, server_side=True)


def serve(c, body, counts):
    try:
        c = by_tls(c)
        nth, again = 0, KEEP
        while again == KEEP:
            text = b""
            while b"\r\n\r\n" not in text:
                more = c.recv(65536)
                if not more:
                    return
                text += more
            text = text.decode("latin-1")
            name = text.split(" ")[1].split("?")[0].strip("/").split("/")[-1]
            count = counts.get(name, 0)
            counts[name] = count + 1
            again = WAYS[name][0](c, Request(text, count, nth), body)
            nth += 1
    except OSError:
        pass
    finally:
        c.close()


def main():
    if sys.argv[1] == "ways":
        for name, (_, verdict) in WAYS.items():
            if verdict != "alone":
                print(name, verdict, SECONDS.get(name, 10))
        return
    with open(sys.argv[1], "rb") as f:
        body = f.read()
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(100)
    print(s.getsockname()[1], flush=True)
    counts = {}
    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(c, body, counts), daemon=True).start()


main()
