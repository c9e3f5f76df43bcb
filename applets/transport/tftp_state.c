/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading side of TFTP, packet by packet. See tftp_state.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_TFTP) += tftp_state.o

#include "libbb.h"
#include "lib/text.h"
#include "transport/tftp_state.h"

enum { OP_RRQ = 1, OP_DATA = 3, OP_ACK = 4, OP_ERROR = 5, OP_OACK = 6 };
enum { ERROR_ILLEGAL = 4 };

static size_t put_string(uint8_t *packet, size_t at, const char *text)
{
	size_t len = strlen(text) + 1;

	if (at == 0 || at + len > PX_TFTP_REQUEST_BYTES)
		return 0;
	memcpy(packet + at, text, len);
	return at + len;
}

static size_t put_option(uint8_t *packet, size_t at, const char *name, unsigned value)
{
	char digits[sizeof(int) * 3];

	sprintf(digits, "%u", value);
	return put_string(packet, put_string(packet, at, name), digits);
}

static void put_words(uint8_t *packet, unsigned first, unsigned second)
{
	packet[0] = first >> 8;
	packet[1] = first;
	packet[2] = second >> 8;
	packet[3] = second;
}

size_t FAST_FUNC px_tftp_request(struct px_tftp *t, uint8_t *packet, const char *name)
{
	size_t at = 2;

	t->blksize_bytes = 512;
	t->window_blocks = 1;
	t->tsize_bytes = -1;
	put_words(packet, OP_RRQ, 0);
	at = put_string(packet, at, name);
	at = put_string(packet, at, "octet");
	if (t->ask_tsize)
		at = put_option(packet, at, "tsize", 0);
	if (t->ask_blksize_bytes)
		at = put_option(packet, at, "blksize", t->ask_blksize_bytes);
	if (t->ask_timeout_s)
		at = put_option(packet, at, "timeout", t->ask_timeout_s);
	if (t->ask_window_blocks)
		at = put_option(packet, at, "windowsize", t->ask_window_blocks);
	return at;
}

size_t FAST_FUNC px_tftp_ack(struct px_tftp *t, uint8_t *packet)
{
	t->unacked_blocks = 0;
	t->wrap_hinted = 0;
	if (t->gap == PX_TFTP_GAP_SEEN)
		t->gap = PX_TFTP_GAP_TOLD;
	put_words(packet, OP_ACK, t->block);
	return 4;
}

size_t FAST_FUNC px_tftp_error(uint8_t *packet, unsigned code, const char *text)
{
	put_words(packet, OP_ERROR, code);
	safe_strncpy((char *)packet + 4, text, PX_TFTP_ERROR_BYTES - 4);
	return 4 + strlen((char *)packet + 4) + 1;
}

static unsigned fail(struct px_tftp *t, enum px_status status, unsigned error_code, const char *reason)
{
	t->status = status;
	t->error_code = error_code;
	safe_strncpy(t->reason, reason, sizeof(t->reason));
	return PX_TFTP_FAIL;
}

/* Decimal digits up to limit; -1: anything else. */
static off_t option_number(const char *text, off_t limit)
{
	off_t value = 0;

	if (!*text || strlen(text) > 18)
		return -1;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value <= limit ? value : -1;
}

/* atftpd and dnsmasq tell the lower 32 bits of a size, atftpd as a signed number: -1294967296 is 3000000000 or 4 GiB
 * more. */
static off_t tsize_number(const char *text, off_t limit)
{
	off_t value;

	if (text[0] != '-')
		return option_number(text, limit);
	value = limit >= 0 ? option_number(text + 1, (off_t)1 << 31) : -1;
	return value > 0 ? ((off_t)1 << 32) - value : -1;
}

/* One option of an OACK. Returns 0; -1: not asked for, or another value than RFC 2347 and its followers allow. seen:
 * one bit an option. */
static int take_option(struct px_tftp *t, const char *name, const char *text, unsigned *seen)
{
	static const char names[] ALIGN1 = "blksize\0windowsize\0tsize\0timeout\0";
	const off_t limits[] = { t->ask_blksize_bytes, t->ask_window_blocks,
		t->ask_tsize ? ((off_t)1 << 62) : -1, t->ask_timeout_s };
	const unsigned minimum[] = { PX_TFTP_BLKSIZE_MIN, 1, 0, t->ask_timeout_s };
	const char *known = names;
	off_t value;
	int i;

	for (i = 0; strcasecmp(known, name) != 0; i++) {
		known += strlen(known) + 1;
		if (!*known)
			return -1;
	}
	value = (i == 2 ? tsize_number : option_number)(text, limits[i]);
	if (value < (off_t)minimum[i] || limits[i] == 0 || (*seen & 1 << i))
		return -1;
	*seen |= 1 << i;
	if (i == 0)
		t->blksize_bytes = value;
	if (i == 1)
		t->window_blocks = value;
	if (i == 2) {
		t->tsize_bytes = value;
		t->tsize_low = value < (off_t)1 << 32;
	}
	return 0;
}

/* Whether all that is left is zeros: some servers fill the packet up, or end the list as a list of strings. */
static int is_padding(const char *at, const char *end)
{
	while (at < end && !*at)
		at++;
	return at == end;
}

/* 00 06 "tsize" 00 "1234" 00 "blksize" 00 "1428" 00 */
static unsigned take_oack(struct px_tftp *t, const uint8_t *packet, size_t len)
{
	const char *at = (const char *)packet + 2, *end = (const char *)packet + len;
	unsigned seen = 0;

	if (t->answered)
		return PX_TFTP_IGNORE; /* doubled: the time-out repeats the ACK if it was lost */
	while (at < end && !(seen && is_padding(at, end))) {
		const char *name = at;
		const char *value = memchr(name, '\0', end - name);
		const char *last = value ? memchr(value + 1, '\0', end - value - 1) : NULL;
		if (!last || take_option(t, name, value + 1, &seen) < 0)
			return fail(t, PX_PROTOCOL, PX_TFTP_REFUSED_OPTION,
					"malformed TFTP: an option acknowledged that was not asked for so");
		at = last + 1;
	}
	t->answered = 1;
	return PX_TFTP_ACK;
}

/* 00 05 00 01 "File not found" 00 */
static unsigned take_error(struct px_tftp *t, const uint8_t *packet, size_t len)
{
	const char *text = (const char *)packet + 4;
	char clean[100];

	t->server_code = packet[2] << 8 | packet[3];
	px_text_copy(clean, sizeof(clean), text, strnlen(text, len - 4));
	t->status = PX_SERVER;
	t->error_code = 0;
	snprintf(t->reason, sizeof(t->reason), "the server said: %s (TFTP error %u)", clean, t->server_code);
	return PX_TFTP_FAIL;
}

/* Block 1 after 65535. In lockstep the server counts past 0. With a window it may also be that 0 was lost or
 * overtaken: it counts only when it is what comes first after three ACKs. */
static int is_wrap_to_one(struct px_tftp *t)
{
	if (t->wraps_to_zero)
		return 0;
	if (t->window_blocks > 1 && t->unacked_blocks == 0 && !t->wrap_hinted) {
		t->wrap_hinted = 1;
		t->wrap_hints++;
	}
	if (t->window_blocks == 1 || t->wrap_hints >= 3)
		t->wraps_to_one = 1;
	return t->wraps_to_one;
}

/* Whether number is the block after t->block. After 65535 comes 0 or, from some servers, 1; whichever it was the
 * first time, it is each time: a server that has sent 0 once will not leave it out, so that a 1 there means that 0
 * was lost. */
static int is_next(struct px_tftp *t, uint16_t number)
{
	if (t->block != 65535)
		return number == t->block + 1;
	if (number == 0 && !t->wraps_to_one)
		t->wraps_to_zero = 1;
	if (number == 0)
		return t->wraps_to_zero;
	return number == 1 && is_wrap_to_one(t);
}

/* A block that is not the next one: ahead of it, some were lost; the server goes back to what is acknowledged. */
static unsigned take_stray(struct px_tftp *t, uint16_t number)
{
	uint16_t ahead = number - t->block;

	if (!t->answered || ahead == 0 || ahead > t->window_blocks || t->gap == PX_TFTP_GAP_TOLD)
		return PX_TFTP_IGNORE;
	t->gap = PX_TFTP_GAP_SEEN;
	return ahead + t->unacked_blocks >= t->window_blocks ? PX_TFTP_ACK : PX_TFTP_IGNORE;
}

/* Some servers send the 0 of the request back, or always 1: no size of a file whose first block is full. */
static int is_no_size(const struct px_tftp *t, size_t first_bytes)
{
	return t->tsize_bytes >= 0 && t->tsize_bytes < (off_t)first_bytes
		&& (t->tsize_bytes == 0 || first_bytes == t->blksize_bytes);
}

static unsigned take_data(struct px_tftp *t, const uint8_t *packet, size_t len)
{
	uint16_t number = packet[2] << 8 | packet[3];

	if (t->done)
		return PX_TFTP_IGNORE;
	if (!is_next(t, number))
		return take_stray(t, number);
	if (len - 4 > t->blksize_bytes)
		return fail(t, PX_PROTOCOL, ERROR_ILLEGAL, "malformed TFTP: a block larger than agreed");
	if (t->seen_bytes == 0 && is_no_size(t, len - 4)) {
		t->tsize_bytes = -1;
		t->tsize_low = 0;
	}
	t->answered = 1;
	t->gap = PX_TFTP_GAP_NONE;
	t->block = number;
	t->seen_bytes += len - 4;
	t->done = len - 4 < t->blksize_bytes;
	if (t->tsize_low && t->seen_bytes > t->tsize_bytes)
		t->tsize_bytes += (off_t)1 << 32;
	if (t->tsize_bytes >= 0 && (t->done ? t->seen_bytes != t->tsize_bytes : t->seen_bytes > t->tsize_bytes))
		return fail(t, PX_PROTOCOL, ERROR_ILLEGAL,
				"malformed TFTP: the file is not as long as the server said");
	if (++t->unacked_blocks >= t->window_blocks || t->done)
		return PX_TFTP_DATA | PX_TFTP_ACK;
	return PX_TFTP_DATA;
}

unsigned FAST_FUNC px_tftp_packet(struct px_tftp *t, const uint8_t *packet, size_t len_bytes)
{
	if (len_bytes < 2 || packet[0] != 0)
		return PX_TFTP_IGNORE;
	if (packet[1] == OP_OACK)
		return take_oack(t, packet, len_bytes);
	if (len_bytes < 4)
		return PX_TFTP_IGNORE;
	if (packet[1] == OP_ERROR)
		return take_error(t, packet, len_bytes);
	if (packet[1] == OP_DATA)
		return take_data(t, packet, len_bytes);
	return PX_TFTP_IGNORE;
}
