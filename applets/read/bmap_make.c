/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block map of the frames, as bmap-tools write it. See seektable.h.
 */
//kbuild:lib-$(CONFIG_PX_READ) += bmap_make.o

#include "libbb.h"
#include "read/seektable.h"
#include "verify/sha256.h"

enum { BLOCK_BYTES = 4096, RANGE_BYTES = 160, HEAD_BYTES = 1024 };

static int is_mapped(const struct px_frame *frames, size_t i)
{
	return i == 0 || frames[i].mapped;
}

static uint64_t blocks_of(uint64_t bytes)
{
	return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
}

static char *put_range(char *p, const struct px_frame *frame, uint64_t first_block)
{
	uint64_t last_block = first_block + blocks_of(frame->len_bytes) - 1;

	p = stpcpy(p, "        <Range chksum=\"");
	p = bin2hex(p, (const char *)frame->sha256, 32);
	p += sprintf(p, "\"> %llu", (unsigned long long)first_block);
	if (last_block != first_block)
		p += sprintf(p, "-%llu", (unsigned long long)last_block);
	return stpcpy(p, " </Range>\n");
}

/* bmap-tools hash the file with zeros in the place of the hash. */
static void put_checksum(char *text, char *place)
{
	uint8_t sum[32];

	memset(place, '0', 64);
	px_sha256_of(text, strlen(text), sum);
	bin2hex(place, (const char *)sum, 32);
}

char* FAST_FUNC px_bmap_make(const struct px_frame *frames, size_t count, size_t frame_bytes, off_t image_bytes)
{
	char *text = xmalloc(HEAD_BYTES + count * RANGE_BYTES), *p = text, *checksum;
	unsigned long long mapped = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (is_mapped(frames, i))
			mapped += blocks_of(frames[i].len_bytes);
	p += sprintf(p, "<?xml version=\"1.0\" ?>\n<bmap version=\"2.0\">\n    <ImageSize> %llu </ImageSize>\n"
			"    <BlockSize> %u </BlockSize>\n    <BlocksCount> %llu </BlocksCount>\n"
			"    <MappedBlocksCount> %llu </MappedBlocksCount>\n    <ChecksumType> sha256 </ChecksumType>\n"
			"    <BmapFileChecksum> ", (unsigned long long)image_bytes, BLOCK_BYTES,
			(unsigned long long)blocks_of(image_bytes), mapped);
	checksum = p;
	p += sprintf(p, "%064u </BmapFileChecksum>\n    <BlockMap>\n", 0);
	for (i = 0; i < count; i++)
		if (is_mapped(frames, i))
			p = put_range(p, &frames[i], i * (uint64_t)(frame_bytes / BLOCK_BYTES));
	strcpy(p, "    </BlockMap>\n</bmap>\n");
	put_checksum(text, checksum);
	return text;
}
