/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ROOT/etc/px/network-page finds out about the network: cards, lease, routes, resolver, whether the server is
 * reached.
 */
#ifndef PX_NETINFO_H
#define PX_NETINFO_H 1

/* Starts it in the background; url: the catalog's, NULL when nobody knows. It writes ROOT/run/px/network.page
 * twice: at once, and when the server has answered or not. Nothing happens where the script is not there. */
void px_netinfo_start(const char *root, const char *url) FAST_FUNC;

/* What it has written so far: printable ASCII and '\n', without user and password of URLs; malloced, "" when there
 * is nothing. */
char *px_netinfo_read(const char *root) FAST_FUNC;

#endif
