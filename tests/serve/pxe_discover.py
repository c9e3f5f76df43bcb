#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends a DHCPDISCOVER as a PXE client does (arch 0: BIOS, 7: UEFI, 16: UEFI by HTTP) and prints the first answer's
fields, one a line.

pxe_discover.py IFACE [--pxe|--plain] [ARCH]    exit 0: an answer; 1: none within 4 seconds
RFC 2131, RFC 2132, RFC 4578.
"""
import socket
import struct
import sys
import time

XID = 0x50584558


def discover(mac, pxe, arch):
    head = struct.pack("!BBBBIHHIIII", 1, 1, 6, 0, XID, 0, 0x8000, 0, 0, 0, 0)
    head += mac + bytes(10) + bytes(192) + b"\x63\x82\x53\x63"
    options = b"\x35\x01\x01" + b"\x37\x04\x01\x03\x42\x43"
    if pxe:
        vendor = b"%s:Arch:%05d:UNDI:002001" % (b"HTTPClient" if arch == 16 else b"PXEClient", arch)
        options += b"\x3c" + bytes([len(vendor)]) + vendor
        options += b"\x5d\x02" + struct.pack("!H", arch) + b"\x5e\x03\x01\x02\x01" + b"\x61\x11\x00" + bytes(range(16))
    return head + options + b"\xff"


def parse(packet):
    fields = {
        "yiaddr": socket.inet_ntoa(packet[16:20]),
        "siaddr": socket.inet_ntoa(packet[20:24]),
        "file": packet[108:236].split(b"\0")[0].decode("ascii", "replace"),
    }
    at = 240
    while at + 1 < len(packet) and packet[at] != 255:
        if packet[at] == 0:
            at += 1
            continue
        value = packet[at + 2:at + 2 + packet[at + 1]]
        if packet[at] == 60:
            fields["vendor"] = value.decode("ascii", "replace")
        if packet[at] == 67:
            fields["file"] = value.rstrip(b"\0").decode("ascii", "replace")
        if packet[at] == 210:
            fields["prefix"] = value.decode("ascii", "replace")
        at += 2 + packet[at + 1]
    return fields


def main():
    iface = sys.argv[1]
    pxe = "--plain" not in sys.argv
    arch = int(sys.argv[-1]) if sys.argv[-1].isdigit() else 0
    with open("/sys/class/net/%s/address" % iface) as f:
        mac = bytes.fromhex(f.read().strip().replace(":", ""))
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, iface.encode())
    s.bind(("", 68))
    s.settimeout(1)
    end = time.monotonic() + 4
    while time.monotonic() < end:
        s.sendto(discover(mac, pxe, arch), ("255.255.255.255", 67))
        try:
            packet = s.recv(2000)
        except socket.timeout:
            continue
        if len(packet) > 240 and packet[0] == 2 and struct.unpack("!I", packet[4:8])[0] == XID:
            for name, value in parse(packet).items():
                print("%s=%s" % (name, value))
            return 0
    print("no answer")
    return 1


sys.exit(main())
