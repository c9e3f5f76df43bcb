/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From header to header of a tar archive. See tarframe.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += tarframe.o

#include "libbb.h"
#include "verify/tarframe.h"

enum {
	SIZE_AT = 124, SIZE_BYTES = 12,
	SUM_AT = 148, SUM_BYTES = 8,
	TYPE_AT = 156,
	SPARSE_MORE_AT = 482,       /* in the header: another block of the map follows */
	SPARSE_MORE_NEXT_AT = 504,  /* in such a block: one more does */
	PAX_BYTES_MAX = 1 << 20,
};

void FAST_FUNC px_tarframe_init(struct px_tarframe *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->pax_size_bytes = -1;
}

void FAST_FUNC px_tarframe_free(struct px_tarframe *frame)
{
	free(frame->pax);
	frame->pax = NULL;
}

int FAST_FUNC px_tarframe_ended(const struct px_tarframe *frame)
{
	return frame->zero_blocks >= 2;
}

static int is_zero(const uint8_t *block)
{
	unsigned i;

	for (i = 0; i < PX_TAR_BLOCK_BYTES; i++)
		if (block[i])
			return 0;
	return 1;
}

/* Octal, or with the first bit set (GNU, for more than 8 GiB) binary. -1: neither. */
static off_t number_at(const uint8_t *field, unsigned len_bytes)
{
	char digits[SIZE_BYTES + 1];
	unsigned long long n = 0;
	unsigned i;
	char *end;

	if (field[0] & 0x80) {
		for (i = 1; i < len_bytes; i++)
			n = n << 8 | field[i];
		return n > LLONG_MAX / 2 ? -1 : (off_t)n;
	}
	memcpy(digits, field, len_bytes);
	digits[len_bytes] = '\0';
	n = strtoull(digits, &end, 8);
	return *end && *end != ' ' ? -1 : (off_t)n;
}

int FAST_FUNC px_tarframe_is_header(const uint8_t *block)
{
	unsigned sum = 0, i;

	for (i = 0; i < PX_TAR_BLOCK_BYTES; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_BYTES ? ' ' : block[i];
	return number_at(block + SUM_AT, SUM_BYTES) == (off_t)sum;
}

/* "23 size=8589934592\n": length of the record, keyword, value. */
static void end_pax(struct px_tarframe *frame)
{
	char *record = frame->pax, *end = frame->pax + frame->pax_bytes;

	*end = '\0';
	while (record < end) {
		char *word;
		unsigned long len_bytes = strtoul(record, &word, 10);

		if (*word != ' ' || len_bytes == 0 || len_bytes > (size_t)(end - record)) {
			frame->broken = 1;
			break;
		}
		word = is_prefixed_with(word + 1, "size=");
		if (word)
			frame->pax_size_bytes = strtoull(word, NULL, 10) & LLONG_MAX >> 1;
		record += len_bytes;
	}
	free(frame->pax);
	frame->pax = NULL;
}

static void begin_pax(struct px_tarframe *frame, off_t size_bytes)
{
	if (size_bytes > PAX_BYTES_MAX) {
		frame->broken = 1;
		return;
	}
	frame->pax = xmalloc(size_bytes + 1);
	frame->pax_bytes = size_bytes;
	frame->pax_read_bytes = 0;
	if (!size_bytes)
		end_pax(frame);
}

static void take_header(struct px_tarframe *frame, const uint8_t *block)
{
	off_t size_bytes = number_at(block + SIZE_AT, SIZE_BYTES);
	uint8_t type = block[TYPE_AT];

	if (is_zero(block)) {
		frame->zero_blocks++;
		return;
	}
	frame->zero_blocks = 0;
	if (!px_tarframe_is_header(block) || size_bytes < 0) {
		frame->broken = 1;
		return;
	}
	if (type == 'x')
		begin_pax(frame, size_bytes);
	else if (type != 'g' && type != 'L' && type != 'K') {
		if (frame->pax_size_bytes >= 0)
			size_bytes = frame->pax_size_bytes;
		frame->pax_size_bytes = -1;
		if (type >= '1' && type <= '6')
			size_bytes = 0; /* links, nodes, folders: no data, whatever the field says */
	}
	frame->more_sparse = type == 'S' && block[SPARSE_MORE_AT];
	frame->data_bytes = (size_bytes + PX_TAR_BLOCK_BYTES - 1) / PX_TAR_BLOCK_BYTES * PX_TAR_BLOCK_BYTES;
}

/* Takes what is there of a member's data; gives how much that was. */
static size_t take_data(struct px_tarframe *frame, const char *bytes, size_t len_bytes)
{
	size_t left_bytes;

	if ((off_t)len_bytes > frame->data_bytes)
		len_bytes = frame->data_bytes;
	frame->data_bytes -= len_bytes;
	if (!frame->pax)
		return len_bytes;
	left_bytes = MIN(len_bytes, frame->pax_bytes - frame->pax_read_bytes);
	memcpy(frame->pax + frame->pax_read_bytes, bytes, left_bytes);
	frame->pax_read_bytes += left_bytes;
	if (frame->data_bytes == 0)
		end_pax(frame);
	return len_bytes;
}

static size_t take_block(struct px_tarframe *frame, const char *bytes, size_t len_bytes)
{
	if (len_bytes > PX_TAR_BLOCK_BYTES - frame->block_bytes)
		len_bytes = PX_TAR_BLOCK_BYTES - frame->block_bytes;
	memcpy(frame->block + frame->block_bytes, bytes, len_bytes);
	frame->block_bytes += len_bytes;
	if (frame->block_bytes < PX_TAR_BLOCK_BYTES)
		return len_bytes;
	frame->block_bytes = 0;
	if (frame->more_sparse)
		frame->more_sparse = frame->block[SPARSE_MORE_NEXT_AT];
	else
		take_header(frame, frame->block);
	return len_bytes;
}

void FAST_FUNC px_tarframe_feed(struct px_tarframe *frame, const void *bytes, size_t len_bytes)
{
	const char *next = bytes;

	while (len_bytes > 0 && !frame->broken && !px_tarframe_ended(frame)) {
		size_t n;

		if (frame->data_bytes > 0 && !frame->more_sparse)
			n = take_data(frame, next, len_bytes);
		else
			n = take_block(frame, next, len_bytes);
		next += n;
		len_bytes -= n;
	}
}
