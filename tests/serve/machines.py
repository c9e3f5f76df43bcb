#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Simulated machines that report as pximenu does: machines.py URL COUNT MOMENT

    begin: they start, the first half of them is at work    midst: some are done, some fail, one falls silent
    end: all but those that failed are done
"""
import http.client
import json
import sys

GIB = 1 << 30
url, count, moment = sys.argv[1], int(sys.argv[2]), sys.argv[3]
host = url.split("/")[2]
FAILURES = {
    7: ("write", "pxwrite: /dev/sda: sector 81920: I/O error", "disk does not boot"),
    19: ("download", "pxfetch: http://10.0.0.1/debian-13.img.zst: no byte for 20 s; no mirror is left",
         "disk does not boot"),
    31: ("disk", "px.disk=smallest: two disks have this size: /dev/sda, /dev/sdb", "disk untouched"),
}


def tell(i, event, seq, **members):
    body = {"v": 1, "event": event, "run": "%016x" % i, "seq": seq, "mac": "52:54:00:00:%02x:%02x" % (i >> 8, i & 255),
            "serial": "PF2%05d" % i, "uuid": "", "name": "lab-%02d" % i, "room": "B12", "ip": "10.0.0.%d" % (i % 250),
            "image": "debian-13-lab", "disk": "/dev/sda", "version": "1", **members}
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("POST", "/px/event", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        sys.exit(f"machines.py: {answer.status}")


def progress(i, seq, part):
    tell(i, "progress", seq, stage="verify" if part > 0.9 else "write", bytes=int(part * 4 * GIB), total=4 * GIB,
         rate=(60 + i % 50) << 20, fetched_bytes=int(part * GIB), limit=("network", "disk", "decoder")[i % 3],
         source="http", mirror="http://10.0.0.1/debian-13.img.zst")


for i in range(1, count + 1):
    if moment == "begin":
        tell(i, "start", 1)
        if i <= count // 2:
            progress(i, 2, (i % 10) / 25)
    elif i in FAILURES:
        if moment == "midst":
            step, reason, state = FAILURES[i]
            tell(i, "failed", 4, step=step, reason=reason, disk_state=state, status=3,
                 log=["px: installing debian-13-lab on /dev/sda", reason])
    elif moment == "midst" and i % 3:
        progress(i, 4, 0.35 + (i * 37 % 60) / 100)
    else:
        tell(i, "done", 9, seconds=71, proof="sha256", warnings="", bytes=4 * GIB, total=4 * GIB)
