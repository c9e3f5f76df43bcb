#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Mirrors of one file over HTTP: prints its port, then runs until it is killed.

    mirrors.py FILE OTHER

/half gives the first half of FILE and breaks off, whatever is asked for; /whole gives FILE, /other OTHER, from where it
is asked to. Nothing of it has a validator. A line for each request goes to stderr: the path, and the first byte.
"""
import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    files = {}

    def do_GET(self):
        data = self.files[self.path]
        start = int(self.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
        print(self.path, start, file=sys.stderr, flush=True)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        self.wfile.write(data[start:len(data) // 2 if self.path == "/half" else len(data)])
        self.close_connection = True

    def log_message(self, *_):
        pass


def main(path, other):
    with open(path, "rb") as f, open(other, "rb") as o:
        data = f.read()
        Handler.files = {"/half": data, "/whole": data, "/other": o.read()}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main(*sys.argv[1:])
