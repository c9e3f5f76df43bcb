/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TFTP packets: the input is a mode byte and packets, each after two bytes of length. What is taken is in order, and no
 * option is in force that was not asked for.
 */
//fuzz-sources: transport/tftp_state.c lib/text.c
#include "libbb.h"
#include "transport/tftp_state.h"

static void check_state(const struct px_tftp *t)
{
	if (t->blksize_bytes < PX_TFTP_BLKSIZE_MIN || t->blksize_bytes > MAX(512, t->ask_blksize_bytes))
		abort();
	if (t->window_blocks < 1 || t->window_blocks > MAX(1, t->ask_window_blocks))
		abort();
	if (t->tsize_bytes >= 0 && (!t->ask_tsize || t->tsize_bytes > (off_t)1 << 62))
		abort();
}

/* Returns 0 when the transfer is over. */
static int step(struct px_tftp *t, const uint8_t *packet, size_t len)
{
	off_t before = t->seen_bytes;
	uint8_t reply[PX_TFTP_ERROR_BYTES];
	unsigned flags = px_tftp_packet(t, packet, len);

	if (flags & PX_TFTP_FAIL) {
		const char *c;
		for (c = t->reason; *c; c++)
			if (*c < ' ' || *c > '~')
				abort();
		if (t->status == PX_OK || px_tftp_error(reply, t->error_code, t->reason) > sizeof(reply))
			abort();
		return 0;
	}
	if ((flags & PX_TFTP_DATA) ? t->seen_bytes - before != (off_t)len - 4 || !t->answered : t->seen_bytes != before)
		abort();
	if (flags & PX_TFTP_ACK)
		px_tftp_ack(t, reply);
	check_state(t);
	return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_tftp t;
	uint8_t request[PX_TFTP_REQUEST_BYTES];
	int going = 1;

	if (size < 1)
		return 0;
	memset(&t, 0, sizeof(t));
	t.ask_tsize = data[0] & 1;
	t.ask_blksize_bytes = data[0] & 2 ? 1428 : 0;
	t.ask_window_blocks = data[0] & 4 ? 16 : 0;
	t.ask_timeout_s = data[0] & 8 ? 1 : 0;
	if (px_tftp_request(&t, request, "name") == 0)
		abort();
	t.block = data[0] & 16 ? 65533 : 0; /* near the wrap */
	data++, size--;
	while (going && size >= 2) {
		size_t len = MIN((size_t)(data[0] << 8 | data[1]), size - 2);
		uint8_t *packet = xmalloc(len);
		memcpy(packet, data + 2, len);
		going = step(&t, packet, len);
		free(packet);
		data += 2 + len;
		size -= 2 + len;
	}
	return 0;
}
