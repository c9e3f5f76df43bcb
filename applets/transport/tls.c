/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS over a socket. See tls.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTPS) += tls.o

#include "libbb.h"
#include <sys/random.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>
#include "transport/tls.h"
#include "transport/tls_trust.h"

enum {
	RAW_BYTES = 64 * 1024,         /* received at once: several records of 16 KiB */
	SHAKE_BYTES = 256 * 1024,      /* a handshake is a few KiB; what has no end is none */
	IDLE_MAX = 64,                 /* messages in a row that TLS keeps to itself: tickets, for one */
};

struct px_tls {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	struct px_tls_trust trust;
	/* who waits at the moment, and how */
	struct px_transfer *xfer;
	struct px_stream *s;
	struct px_patience *patience;
	int fd;
	int send_flags;
	smallint no_wait;              /* comes back with MBEDTLS_ERR_SSL_WANT_READ instead of waiting */
	smallint starved;              /* and has done so */
	smallint shaking;
	int error;                     /* the first that a read met: of mbedTLS; it stays */
	int send_errno;
	unsigned shake_bytes;          /* received in the handshake */
	size_t at, end;                /* what of raw is still unread */
	unsigned char raw[RAW_BYTES];
};

/* --- randomness: the kernel's, which waits at power-on until it has some */

static int random_bytes(void *unused UNUSED_PARAM, unsigned char *out, size_t len)
{
	while (len) {
		ssize_t n = getrandom(out, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
		out += n;
		len -= n;
	}
	return 0;
}

/* MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG */
psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *unused UNUSED_PARAM, uint8_t *out,
		size_t size, size_t *length)
{
	*length = size;
	return random_bytes(NULL, out, size) == 0 ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

/* --- the socket, as mbedTLS sees it */

/* At once, or not at all. */
static ssize_t receive_now(struct px_tls *t)
{
	ssize_t n = recv(t->fd, t->raw, sizeof(t->raw), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		t->starved = 1;
		return MBEDTLS_ERR_SSL_WANT_READ;
	}
	if (n > 0 && t->patience && px_patience_count(t->patience, t->xfer, t->s, 0, n) < 0)
		return -1;
	return n;
}

/* More raw bytes. As f_recv of mbedtls_ssl_set_bio. */
static int receive_more(struct px_tls *t)
{
	ssize_t n = t->no_wait ? receive_now(t)
			: px_net_receive(t->xfer, t->s, t->patience, t->fd, t->raw, sizeof(t->raw));

	if (n == MBEDTLS_ERR_SSL_WANT_READ)
		return n;
	if (n < 0)
		return MBEDTLS_ERR_NET_RECV_FAILED;
	t->at = 0;
	t->end = n;
	if (t->shaking && (t->shake_bytes += n) > SHAKE_BYTES)
		return MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
	return n;
}

static int raw_receive(void *data, unsigned char *buf, size_t len)
{
	struct px_tls *t = data;

	if (t->at == t->end) {
		int n = receive_more(t);
		if (n <= 0)
			return n;
	}
	len = MIN(len, t->end - t->at);
	memcpy(buf, t->raw + t->at, len);
	t->at += len;
	return len;
}

static int raw_send(void *data, const unsigned char *buf, size_t len)
{
	struct px_tls *t = data;
	ssize_t n;

	do {
		n = send(t->fd, buf, len, MSG_NOSIGNAL | t->send_flags);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return n;
	t->send_errno = errno;
	return MBEDTLS_ERR_NET_SEND_FAILED;
}

/* --- opening */

/* AES is the fastest that there is where the processor does it, and the slowest where it does not. A constant list for
 * each: mbedTLS keeps the pointer. */
static const int *ciphers(void)
{
	static const int with_aes[] = {
		MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
		MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0
	};
	static const int without[] = {
		MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
		MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 0
	};
	char text[8 * 1024]; /* the first processor's; "flags: ... aes ..." (x86), "Features: ... aes ..." (ARM) */
	ssize_t n = open_read_close("/proc/cpuinfo", text, sizeof(text) - 1);

	text[MAX(n, 0)] = '\0';
	return strstr(text, " aes ") ? with_aes : without;
}

/* Of RSA's signatures the old kind first: mbedTLS offers the new one (PSS) for TLS 1.3, and cannot check it in TLS 1.2,
 * where a server may choose it. TLS 1.3 does not know the old one, so it is passed over there. */
static const uint16_t signatures[] = {
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,
	MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512, MBEDTLS_TLS1_3_SIG_NONE
};

/* A name is told to the server, which may have many, and looked for in its certificate. An address is told to nobody
 * (RFC 6066, 3); px_tls_trust_judge looks for it. */
static int configure(struct px_tls *t)
{
	mbedtls_ssl_config *config = &t->config;

	if (psa_crypto_init() != PSA_SUCCESS
	 || mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
			MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return -1;
	mbedtls_ssl_conf_rng(config, random_bytes, NULL);
	mbedtls_ssl_conf_ciphersuites(config, ciphers());
	mbedtls_ssl_conf_sig_algs(config, signatures);
	mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(config, &t->trust.ca, NULL);
	mbedtls_ssl_conf_verify(config, px_tls_trust_judge, &t->trust);
	if (mbedtls_ssl_setup(&t->ssl, config) != 0
	 || mbedtls_ssl_set_hostname(&t->ssl, t->trust.address_bytes ? NULL : t->trust.host) != 0)
		return -1;
	mbedtls_ssl_set_bio(&t->ssl, t, raw_send, raw_receive, NULL);
	return 0;
}

struct px_tls* FAST_FUNC px_tls_open(struct px_transfer *xfer, struct px_stream *s, const char *host)
{
	struct px_tls *t = xzalloc(sizeof(*t));

	mbedtls_ssl_init(&t->ssl);
	mbedtls_ssl_config_init(&t->config);
	if (px_tls_trust_open(&t->trust, xfer, s, host) == 0) {
		if (configure(t) == 0)
			return t;
		px_transfer_fail(xfer, s, PX_OTHER, "TLS: no memory or no random numbers");
	}
	t->error = MBEDTLS_ERR_SSL_INTERNAL_ERROR; /* nobody to say goodbye to */
	px_tls_close(t);
	return NULL;
}

/* --- the handshake */

/* The server ends it, by its word (RFC 8446, 6.2). */
static int refused_by_server(struct px_tls *t)
{
	int alert = t->ssl.MBEDTLS_PRIVATE(in_msg)[1];

	if (alert == MBEDTLS_SSL_ALERT_MSG_BAD_CERT || alert == MBEDTLS_SSL_ALERT_MSG_NO_CERT || alert == 116) {
		px_transfer_fail(t->xfer, t->s, PX_AUTH, "the server wants a certificate of ours: there is none");
		t->xfer->distrusts = 1;
		return -1;
	}
	if (mbedtls_ssl_is_handshake_over(&t->ssl))
		return px_transfer_fail(t->xfer, t->s, PX_NETWORK, "the server ends TLS with alert %d", alert);
	px_transfer_fail(t->xfer, t->s, PX_NETWORK, alert == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE
			|| alert == MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION
			? "no TLS version or cipher in common with the server, which ends it (alert %d)"
			: "the server ends TLS with alert %d", alert);
	t->xfer->again = 0;
	return -1;
}

static int nothing_in_common(struct px_tls *t)
{
	px_transfer_fail(t->xfer, t->s, PX_NETWORK,
			"no TLS version or cipher in common with the server (ours: 1.2, 1.3)");
	t->xfer->again = 0;
	return -1;
}

/* Errors of X.509, and of keys and signatures, have numbers of their own (mbedtls/error.h). */
static int is_about_certificates(const struct px_tls *t, int rc)
{
	int state = t->ssl.MBEDTLS_PRIVATE(state);

	/* in TLS 1.3 the certificate comes where the server might have asked for ours */
	if (state == MBEDTLS_SSL_CERTIFICATE_REQUEST
	 && mbedtls_ssl_get_version_number(&t->ssl) == MBEDTLS_SSL_VERSION_TLS1_3)
		state = MBEDTLS_SSL_SERVER_CERTIFICATE;
	if (rc == MBEDTLS_ERR_SSL_INVALID_MAC)
		return 0;
	return state == MBEDTLS_SSL_SERVER_CERTIFICATE || rc == MBEDTLS_ERR_SSL_BAD_CERTIFICATE
		|| (-rc >= 0x2080 && -rc < 0x5000);
}

/* Says what the handshake's rc means, unless that has been said. Returns -1. */
static int shake_failed(struct px_tls *t, int rc)
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&t->ssl);

	if (t->s->status != PX_OK)
		return -1;
	if (rc == MBEDTLS_ERR_NET_SEND_FAILED)
		return px_transfer_fail(t->xfer, t->s, PX_NETWORK, "cannot send: %s", strerror(t->send_errno));
	if (rc == MBEDTLS_ERR_SSL_CONN_EOF)
		return px_transfer_fail(t->xfer, t->s, PX_NETWORK,
				"the server closed the connection in the TLS handshake");
	if (rc == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		return refused_by_server(t);
	if (rc == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION || rc == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE)
		return nothing_in_common(t);
	if (rc == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
		return px_tls_trust_fail(&t->trust, t->xfer, t->s, flags);
	if (is_about_certificates(t, rc)) {
		px_transfer_fail(t->xfer, t->s, PX_AUTH, "the server's certificate proves nothing: "
				"larger than 16 KiB, or nothing that we can read (TLS error %04x)", -rc);
		t->xfer->distrusts = 1;
		return -1;
	}
	if (rc == MBEDTLS_ERR_SSL_INVALID_RECORD && t->ssl.MBEDTLS_PRIVATE(state) <= MBEDTLS_SSL_SERVER_HELLO)
		return px_transfer_fail(t->xfer, t->s, PX_PROTOCOL, "what the server speaks at this port is not TLS");
	return px_transfer_fail(t->xfer, t->s, PX_PROTOCOL, "malformed TLS (error %04x)", -rc);
}

static void on_behalf_of(struct px_tls *t, struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience)
{
	t->xfer = xfer;
	t->s = s;
	t->patience = patience;
	t->no_wait = 0;
}

int FAST_FUNC px_tls_shake(struct px_tls *t, struct px_transfer *xfer, struct px_stream *s,
		struct px_patience *patience, int fd)
{
	int rc;

	t->fd = fd;
	t->shaking = 1;
	on_behalf_of(t, xfer, s, patience);
	rc = mbedtls_ssl_handshake(&t->ssl);
	t->shaking = 0;
	if (rc == 0)
		return 0;
	t->error = rc;
	return shake_failed(t, rc);
}

/* --- bytes */

/* As mbedtls_ssl_read, but 0 never: the end is an error, too, and the first one stays. */
static int read_some(struct px_tls *t, void *buf, size_t len)
{
	int n, idle = 0;

	if (t->error)
		return t->error;
	t->starved = 0;
	do {
		n = mbedtls_ssl_read(&t->ssl, buf, MIN(len, (size_t)INT_MAX));
	} while (n == MBEDTLS_ERR_SSL_WANT_READ && !t->starved && ++idle < IDLE_MAX);
	if (n == MBEDTLS_ERR_SSL_WANT_READ && !t->starved)
		n = MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
	if (n == 0 && len)
		n = MBEDTLS_ERR_SSL_CONN_EOF;
	if (n < 0 && n != MBEDTLS_ERR_SSL_WANT_READ)
		t->error = n;
	return n;
}

/* What is wrong with the bytes is a broken connection: another one may do, from where this one stopped. */
static int receive_failed(struct px_tls *t)
{
	if (t->s->status != PX_OK)
		return -1;
	if (t->error == MBEDTLS_ERR_NET_RECV_FAILED)
		return px_transfer_fail(t->xfer, t->s, PX_NETWORK, "cannot receive: the connection was reset");
	if (t->error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		return refused_by_server(t);
	return px_transfer_fail(t->xfer, t->s, PX_NETWORK, "the TLS connection broke (error %04x)", -t->error);
}

ssize_t FAST_FUNC px_tls_receive(struct px_tls *t, struct px_transfer *xfer, struct px_stream *s,
		struct px_patience *patience, void *buf, size_t len_bytes)
{
	size_t got_bytes;
	int n;

	on_behalf_of(t, xfer, s, patience);
	n = read_some(t, buf, len_bytes);
	if (n == MBEDTLS_ERR_SSL_CONN_EOF || n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return 0;
	if (n < 0)
		return receive_failed(t);
	/* what has come already: a record is small, and each call costs the reader a write */
	t->no_wait = 1;
	for (got_bytes = n; got_bytes < len_bytes; got_bytes += n) {
		n = read_some(t, (char *)buf + got_bytes, len_bytes - got_bytes);
		if (n < 0)
			break; /* an error stays for the next call */
	}
	return got_bytes;
}

int FAST_FUNC px_tls_send(struct px_tls *t, const void *data, size_t len_bytes, int flags)
{
	const unsigned char *bytes = data;

	t->send_flags = flags;
	while (len_bytes) {
		int n = mbedtls_ssl_write(&t->ssl, bytes, len_bytes);

		if (n < 0) {
			errno = n == MBEDTLS_ERR_NET_SEND_FAILED ? t->send_errno : EPIPE;
			return -1;
		}
		bytes += n;
		len_bytes -= n;
	}
	return 0;
}

int FAST_FUNC px_tls_ready(struct px_tls *t)
{
	t->no_wait = 1;
	t->patience = NULL;
	return mbedtls_ssl_get_bytes_avail(&t->ssl) > 0 || read_some(t, NULL, 0) != MBEDTLS_ERR_SSL_WANT_READ;
}

int FAST_FUNC px_tls_cut(const struct px_tls *t)
{
	return t->error == MBEDTLS_ERR_SSL_CONN_EOF;
}

void FAST_FUNC px_tls_close(struct px_tls *t)
{
	t->send_flags = MSG_DONTWAIT;
	if (!t->error || t->error == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		mbedtls_ssl_close_notify(&t->ssl);
	mbedtls_ssl_free(&t->ssl);
	mbedtls_ssl_config_free(&t->config);
	mbedtls_x509_crt_free(&t->trust.ca);
	free(t);
}
