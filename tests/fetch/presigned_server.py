#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""presigned_server.py FILE PORT_FILE LOG: an S3-like store with one object, FILE, for those who have its signature.

GET /bucket/image.zst?X-Amz-Expires=60&X-Amz-Signature=a%2Fb%2Bc, byte for byte, or it is a 403. Range is answered with
206. The first answer breaks off in its middle. LOG gets a line a request: status, Range or -.
"""
import http.server
import sys

TARGET = "/bucket/image.zst?X-Amz-Expires=60&X-Amz-Signature=a%2Fb%2Bc"
DATA = open(sys.argv[1], "rb").read()


class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    broken = False

    def log_message(self, *_):
        pass

    def note(self, status):
        with open(sys.argv[3], "a", encoding="ascii") as log:
            log.write(f"{status} {self.headers.get('Range', '-')}\n")

    def refuse(self):
        self.note(403)
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def part(self):
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes="):
            return 200, 0, len(DATA) - 1
        first, last = wanted[6:].split("-")
        return 206, int(first), min(int(last or len(DATA)), len(DATA) - 1)

    def do_GET(self):
        if self.path != TARGET:
            self.refuse()
            return
        status, first, last = self.part()
        self.note(status)
        self.send_response(status)
        self.send_header("ETag", '"0123456789abcdef"')
        self.send_header("Content-Length", str(last + 1 - first))
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(DATA)}")
        self.end_headers()
        body = DATA[first:last + 1]
        if not Store.broken and len(body) == len(DATA):
            Store.broken = True
            body = body[:len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
with open(sys.argv[2], "w", encoding="ascii") as port:
    port.write(str(server.server_port))
server.serve_forever()
