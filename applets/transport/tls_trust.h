/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose certificates are believed, and what is wrong with one that is not. No sockets here.
 */
#ifndef PX_TLS_TRUST_H
#define PX_TLS_TRUST_H 1

#include "transport/transport.h"
#include <mbedtls/x509_crt.h>

struct px_tls_trust {
	mbedtls_x509_crt ca;
	const char *file;          /* where ca comes from */
	unsigned unread;           /* certificates in it of kinds that we do not know */
	uint8_t address[16];       /* of the server, when the URL has an address and no name */
	unsigned address_bytes;    /* 4, 16; 0: it has a name */
	const char *host;          /* what the URL says */
	smallint no_clock;         /* dates mean nothing: the clock is wrong for sure */
};

/* Reads xfer->ca_file (NULL: PX_CA_FILE), all certificates in it. host must outlive trust. 0; -1: s has failed with
 * PX_AUTH. Either way mbedtls_x509_crt_free(&trust->ca). */
int px_tls_trust_open(struct px_tls_trust *trust, struct px_transfer *xfer, struct px_stream *s,
		const char *host) FAST_FUNC;

/* For mbedtls_ssl_conf_verify: without a clock the dates do not count; an address must be in the certificate. */
int px_tls_trust_judge(void *trust, mbedtls_x509_crt *crt, int depth, uint32_t *flags);

/* Fails s with PX_AUTH for what flags (MBEDTLS_X509_BADCERT_...) say. Returns -1. */
int px_tls_trust_fail(const struct px_tls_trust *trust, struct px_transfer *xfer, struct px_stream *s,
		uint32_t flags) FAST_FUNC;

#endif
