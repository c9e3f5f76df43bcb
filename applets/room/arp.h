/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who an address of our own network belongs to: the kernel's table of neighbours (proc(5), /proc/net/arp).
 */
#ifndef PX_ARP_H
#define PX_ARP_H 1

/* Whether mac (lower case) may be the one behind an IPv4 address: 0 only when the kernel has just talked to that
 * address and knows another one. */
int px_arp_is(const char *address, const char *mac) FAST_FUNC;

#endif
