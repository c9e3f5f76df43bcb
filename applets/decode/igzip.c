/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gzip members with ISA-L. See igzip.h.
 *
 * Where ISA-L is laxer than zlib, zlib's rule is kept: flags that RFC 1952 reserves are an error.
 */
//kbuild:obj-$(CONFIG_PX_GZIP_ISAL) += igzip.o

#include "libbb.h"
#include "decode/igzip.h"

#if defined(__x86_64__)
# include <igzip_lib.h>

enum { RESERVED_FLAGS = 0xe0 };

struct px_igzip {
	struct inflate_state state;
	struct isal_gzip_header head;
	gz_header *header;     /* the caller's */
	smallint hashed;
	smallint headed;       /* the member's header has been read */
};

/* What the library refers to and only zlib's own format needs; kbuild/libraries.sh builds no more than gzip. */
uint32_t isal_adler32_bam1(uint32_t adler, const unsigned char *buf, uint64_t len);
uint32_t isal_adler32_bam1(uint32_t adler, const unsigned char *buf UNUSED_PARAM, uint64_t len UNUSED_PARAM)
{
	return adler;
}

void isal_gzip_header_init(struct isal_gzip_header *head)
{
	memset(head, 0, sizeof(*head));
}

struct px_igzip* FAST_FUNC px_igzip_open(size_t memory_bytes, int hashed)
{
	struct px_igzip *g;

	__builtin_cpu_init();
	if (memory_bytes < sizeof(*g) || !__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("pclmul"))
		return NULL;
	g = xzalloc(sizeof(*g));
	g->hashed = hashed;
	return g;
}

void FAST_FUNC px_igzip_begin(struct px_igzip *g, z_stream *z, gz_header *header)
{
	isal_inflate_init(&g->state);
	g->state.crc_flag = ISAL_GZIP;
	isal_gzip_header_init(&g->head);
	g->head.extra = header->extra;
	g->head.extra_buf_len = header->extra_max;
	g->header = header;
	g->headed = 0;
	z->total_in = z->total_out = 0;
	z->msg = NULL;
}

/* As inflate does it: the header is the caller's once it is whole. */
static void end_header(struct px_igzip *g)
{
	g->headed = 1;
	g->header->extra_len = g->head.extra_len;
	if (!(g->head.flags & 4))
		g->header->extra = NULL;
	g->header->done = 1;
}

/* ISAL_DECOMP_OK: the header is whole, or all input was taken; or ISA-L's error */
static int read_header(struct px_igzip *g)
{
	int code = isal_read_gzip_header(&g->state, &g->head);

	while (code == ISAL_EXTRA_OVERFLOW) {
		g->head.extra = NULL; /* the rest of it is passed over */
		code = isal_read_gzip_header(&g->state, &g->head);
	}
	if (code == ISAL_END_INPUT)
		return ISAL_DECOMP_OK;
	if (code == ISAL_INCORRECT_CHECKSUM && g->hashed) {
		g->state.wrapper_flag = 1;
		g->state.block_state = ISAL_BLOCK_NEW_HDR;
		code = ISAL_DECOMP_OK;
	}
	if (code == ISAL_DECOMP_OK && (g->head.flags & RESERVED_FLAGS))
		return ISAL_INVALID_WRAPPER;
	if (code == ISAL_DECOMP_OK)
		end_header(g);
	return code;
}

static int zlib_code(struct px_igzip *g, z_stream *z, int code)
{
	if (code == ISAL_INCORRECT_CHECKSUM && g->hashed && g->headed)
		code = ISAL_DECOMP_OK;
	if (code == ISAL_DECOMP_OK)
		return g->headed && g->state.block_state == ISAL_BLOCK_FINISH ? Z_STREAM_END : Z_OK;
	switch (code) {
	case ISAL_INCORRECT_CHECKSUM:
		z->msg = (char *)(g->headed ? "incorrect data check" : "header crc mismatch");
		break;
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
		z->msg = (char *)"incorrect header";
		break;
	case ISAL_INVALID_LOOKBACK:
		z->msg = (char *)"invalid distance too far back";
		break;
	default:
		z->msg = (char *)"invalid block or code";
	}
	return Z_DATA_ERROR;
}

int FAST_FUNC px_igzip_inflate(struct px_igzip *g, z_stream *z)
{
	struct inflate_state *state = &g->state;
	int code = ISAL_DECOMP_OK;

	state->next_in = (uint8_t *)z->next_in;
	state->avail_in = z->avail_in;
	state->next_out = z->next_out;
	state->avail_out = z->avail_out;
	if (!g->headed)
		code = read_header(g);
	if (code == ISAL_DECOMP_OK && g->headed)
		code = isal_inflate(state);
	z->total_in += z->avail_in - state->avail_in;
	z->total_out += z->avail_out - state->avail_out;
	z->next_in = state->next_in;
	z->avail_in = state->avail_in;
	z->next_out = state->next_out;
	z->avail_out = state->avail_out;
	return zlib_code(g, z, code);
}
#else
struct px_igzip* FAST_FUNC px_igzip_open(size_t memory_bytes UNUSED_PARAM, int hashed UNUSED_PARAM)
{
	return NULL;
}

void FAST_FUNC px_igzip_begin(struct px_igzip *g UNUSED_PARAM, z_stream *z UNUSED_PARAM,
		gz_header *header UNUSED_PARAM)
{
}

int FAST_FUNC px_igzip_inflate(struct px_igzip *g UNUSED_PARAM, z_stream *z UNUSED_PARAM)
{
	return Z_DATA_ERROR;
}
#endif
