/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose certificates are believed. See tls_trust.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTPS) += tls_trust.o

#include "libbb.h"
#include <mbedtls/x509.h>
#include "lib/clock.h"
#include "transport/tls_trust.h"

enum { CA_BYTES = 1024 * 1024, DAY_S = 24 * 60 * 60,
	DATES = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE };

/* When this initramfs was built, in seconds since 1970: "2026-11-25T10:00:00Z"; 0: it does not say. */
static time_t built_s(void)
{
	char text[32];
	struct tm tm;
	ssize_t n = open_read_close(PX_BUILT_FILE, text, sizeof(text) - 1);

	memset(&tm, 0, sizeof(tm));
	text[MAX(n, 0)] = '\0';
	return n > 0 && strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) ? timegm(&tm) : 0;
}

static int trust_fail(struct px_transfer *xfer, struct px_stream *s, const char *file, const char *why)
{
	px_transfer_fail(xfer, s, PX_AUTH, why, file);
	xfer->distrusts = 1;
	return -1;
}

int FAST_FUNC px_tls_trust_open(struct px_tls_trust *trust, struct px_transfer *xfer, struct px_stream *s,
		const char *host)
{
	size_t bytes = CA_BYTES;
	char *pem;
	int rc;

	mbedtls_x509_crt_init(&trust->ca);
	trust->file = xfer->ca_file ? xfer->ca_file : PX_CA_FILE;
	trust->host = host;
	trust->address_bytes = inet_pton(AF_INET, host, trust->address) > 0 ? 4
			: inet_pton(AF_INET6, host, trust->address) > 0 ? 16 : 0;
	trust->no_clock = time(NULL) < built_s() - DAY_S || access(PX_NO_CLOCK_FILE, F_OK) == 0;
	pem = xmalloc_open_read_close(trust->file, &bytes);
	if (!pem)
		return trust_fail(xfer, s, trust->file, errno == ENOENT ? "no %s: whose certificates?"
				: "cannot read %s: whose certificates?");
	/* PEM is told by the NUL behind it, which counts */
	rc = mbedtls_x509_crt_parse(&trust->ca, (unsigned char *)pem, bytes + 1);
	free(pem);
	trust->unread = MAX(rc, 0);
	return rc < 0 || trust->ca.version == 0 ? trust_fail(xfer, s, trust->file, "%s: no certificate in it") : 0;
}

/* RFC 5280, 4.2.1.6: an address stands there in network order. A name that looks like one is none. */
static int has_address(const struct px_tls_trust *trust, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_sequence *name;

	for (name = &crt->subject_alt_names; name; name = name->next)
		if ((name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_IP_ADDRESS
		 && name->buf.len == trust->address_bytes && memcmp(name->buf.p, trust->address, name->buf.len) == 0)
			return 1;
	return 0;
}

int px_tls_trust_judge(void *data, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	const struct px_tls_trust *trust = data;

	if (trust->no_clock)
		*flags &= ~DATES;
	if (depth == 0 && trust->address_bytes && !has_address(trust, crt))
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	return 0;
}

/* What an operator can do something about comes first. */
static const char *reason(uint32_t flags)
{
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		return "no certificate in %s has signed it";
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)
		return "it is not made for %s";
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED)
		return "it has expired; this machine's clock says %s";
	if (flags & MBEDTLS_X509_BADCERT_FUTURE)
		return "it is not valid yet; this machine's clock says %s";
	if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE))
		return "it is made for something else than a server";
	if (flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY))
		return "its key or signature is too weak";
	return "it is not in order";
}

int FAST_FUNC px_tls_trust_fail(const struct px_tls_trust *trust, struct px_transfer *xfer, struct px_stream *s,
		uint32_t flags)
{
	const char *format = reason(flags), *detail = trust->host;
	time_t now_s = time(NULL);
	char clock[32], why[200], unread[64] = "";
	struct tm tm;

	strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M UTC", gmtime_r(&now_s, &tm));
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		detail = trust->file;
	else if (!(flags & MBEDTLS_X509_BADCERT_CN_MISMATCH))
		detail = clock;
	if (trust->unread && detail == trust->file)
		sprintf(unread, " (%u in it are of a kind that is not known here)", trust->unread);
	snprintf(why, sizeof(why), format, detail);
	px_transfer_fail(xfer, s, PX_AUTH, "the server's certificate proves nothing: %s%s", why, unread);
	xfer->distrusts = 1;
	return -1;
}
