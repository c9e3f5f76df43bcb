/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block maps of bmap-tools. See bmap.h.
 *
 * The file is walked once, element by element, without a tree: <bmap version="2.0"> holds one element a number, then
 * <BlockMap> with its <Range chksum="hex"> 0-4 </Range>. What is unknown below <bmap> is skipped, as a minor version
 * may add it.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += bmap.o

#include "libbb.h"
#include "verify/bmap.h"
#include "verify/xml.h"

enum {
	BMAP_MAX_RANGES = 1 << 18,
	BMAP_MAX_BLOCK_BYTES = 64 << 20,
};

/* Fields below <bmap>. */
enum { IMAGE_SIZE, BLOCK_SIZE, BLOCKS_COUNT, MAPPED_COUNT, NUMBERS,
	CHECKSUM_TYPE = NUMBERS, FILE_CHECKSUM, FILE_SHA1, FIELDS };

static const char field_names[] ALIGN1 = "ImageSize\0BlockSize\0BlocksCount\0MappedBlocksCount\0"
	"ChecksumType\0BmapFileChecksum\0BmapFileSHA1\0";

struct bmap_parse {
	struct px_xml x;
	struct px_bmap *map;
	struct px_span chksum;    /* of the open Range */
	int minor;                /* of version 1; -1: version 2 */
	struct px_span field[FIELDS];
	uint64_t number[NUMBERS];
	uint64_t next_block;      /* the lowest that the next range may start with */
	uint64_t mapped_blocks;
	smallint in_map, map_done;
};

/* Digits from s into *number; returns how many, 0: none, or more than 2^62. */
static size_t span_number(struct px_span s, uint64_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < s.len && isdigit(s.p[i]); i++) {
		if (*number > ((uint64_t)1 << 62) / 10)
			return 0;
		*number = *number * 10 + (s.p[i] - '0');
	}
	return i;
}

/* Hexadecimal text of exactly len_bytes bytes. */
static int span_hex(struct px_span s, uint8_t *out, unsigned len_bytes)
{
	char hex[2 * 32 + 1];

	if (s.len != 2 * len_bytes)
		return 0;
	memcpy(hex, s.p, s.len);
	hex[s.len] = '\0';
	return strspn(hex, "0123456789abcdefABCDEF") == s.len && hex2bin((char *)out, hex, len_bytes) != NULL;
}

/* --- what the elements mean */

static int bmap_version(struct bmap_parse *p, struct px_span version)
{
	if (px_span_is(version, "1.3"))
		p->minor = 3;
	else if (px_span_is(version, "1.4"))
		p->minor = 4;
	else if (version.len >= 3 && memcmp(version.p, "2.", 2) == 0)
		p->minor = -1;
	else
		return px_xml_fail(&p->x, p->x.name.p, "no bmap of version 1.3 to 2.0");
	return 0;
}

static int bmap_number(struct bmap_parse *p, unsigned field, struct px_span value)
{
	if (value.len == 0 || span_number(value, &p->number[field]) != value.len)
		return px_xml_fail(&p->x, value.p, "%s is no number", nth_string(field_names, field));
	return 0;
}

static int bmap_kind(struct bmap_parse *p)
{
	struct px_bmap *map = p->map;
	struct px_span type = p->field[CHECKSUM_TYPE];

	map->kind = PX_BMAP_SHA1;
	map->digest_bytes = 20;
	if (p->minor == 3 || px_span_is(type, "sha1"))
		return 0;
	if (!type.p)
		return px_xml_fail(&p->x, p->x.name.p, "no ChecksumType");
	if (!px_span_is(type, "sha256"))
		return px_xml_fail(&p->x, type.p,
				"ChecksumType is neither sha1 nor sha256: make the bmap with one of these");
	map->kind = PX_BMAP_SHA256;
	map->digest_bytes = 32;
	return 0;
}

/* All about the image must be known before the first range. */
static int bmap_geometry(struct bmap_parse *p)
{
	uint64_t image = p->number[IMAGE_SIZE], block = p->number[BLOCK_SIZE];
	unsigned i;

	for (i = 0; i < NUMBERS; i++)
		if (!p->field[i].p)
			return px_xml_fail(&p->x, p->x.name.p, "no %s before BlockMap", nth_string(field_names, i));
	if (image == 0 || image > (uint64_t)1 << 60)
		return px_xml_fail(&p->x, p->field[IMAGE_SIZE].p, "impossible ImageSize");
	if (block < 512 || block > BMAP_MAX_BLOCK_BYTES || block % 512)
		return px_xml_fail(&p->x, p->field[BLOCK_SIZE].p, "impossible BlockSize");
	if (p->number[BLOCKS_COUNT] != (image + block - 1) / block)
		return px_xml_fail(&p->x, p->field[BLOCKS_COUNT].p, "BlocksCount does not fit ImageSize and BlockSize");
	p->map->image_bytes = image;
	p->map->block_bytes = block;
	return bmap_kind(p);
}

static int bmap_field(struct bmap_parse *p, struct px_span name, struct px_span value)
{
	int i;

	for (i = 0; i < FIELDS; i++) {
		if (!px_span_is(name, nth_string(field_names, i)))
			continue;
		if (p->field[i].p)
			return px_xml_fail(&p->x, value.p, "%s for the second time", nth_string(field_names, i));
		p->field[i] = value;
		return i < NUMBERS ? bmap_number(p, i, value) : 0;
	}
	return 0;
}

/* Blocks "first-last" or "first" */
static int range_blocks(struct px_span text, uint64_t *first, uint64_t *last)
{
	size_t n = span_number(text, first);

	*last = *first;
	if (n == 0 || n == text.len)
		return n != 0;
	if (text.p[n] != '-')
		return 0;
	text.p += n + 1;
	text.len -= n + 1;
	n = span_number(text, last);
	return n != 0 && n == text.len;
}

static struct px_bmap_range *range_new(struct px_bmap *map)
{
	size_t n = map->range_count;

	if ((n & (n - 1)) == 0) /* 0 and every power of two: twice the room */
		map->ranges = xrealloc(map->ranges, (n ? 2 * n : 1) * sizeof(map->ranges[0]));
	map->range_count++;
	memset(&map->ranges[n], 0, sizeof(map->ranges[n]));
	return &map->ranges[n];
}

static int bmap_range(struct bmap_parse *p, struct px_span text)
{
	struct px_bmap *map = p->map;
	struct px_bmap_range *range;
	uint64_t first, last, end_bytes;

	if (!range_blocks(text, &first, &last))
		return px_xml_fail(&p->x, text.p, "a range that is neither N nor N-M");
	if (last < first || first < p->next_block)
		return px_xml_fail(&p->x, text.p, "ranges do not ascend");
	if (last >= p->number[BLOCKS_COUNT])
		return px_xml_fail(&p->x, text.p, "range past the end of the image");
	if (map->range_count == BMAP_MAX_RANGES)
		return px_xml_fail(&p->x, text.p, "more than %u ranges", BMAP_MAX_RANGES);
	range = range_new(map);
	end_bytes = MIN((last + 1) * map->block_bytes, (uint64_t)map->image_bytes);
	range->offset_bytes = first * map->block_bytes;
	range->len_bytes = end_bytes - range->offset_bytes;
	range->checked = p->chksum.p != NULL;
	map->unchecked |= !range->checked;
	if (range->checked && !span_hex(p->chksum, range->digest, map->digest_bytes))
		return px_xml_fail(&p->x, p->chksum.p, "not a checksum of %u bytes", map->digest_bytes);
	map->mapped_bytes += range->len_bytes;
	p->mapped_blocks += last - first + 1;
	p->next_block = last + 1;
	return 0;
}

/* --- elements */

static int root_begins(struct bmap_parse *p)
{
	if (!px_span_is(p->x.name, "bmap"))
		return px_xml_fail(&p->x, p->x.name.p, "this is no bmap file");
	return bmap_version(p, px_xml_attribute(&p->x, "version"));
}

static int element_begins(struct bmap_parse *p)
{
	if (p->x.depth == 1)
		return root_begins(p);
	if (p->x.depth == 2 && px_span_is(p->x.name, "BlockMap")) {
		if (p->map_done)
			return px_xml_fail(&p->x, p->x.name.p, "BlockMap for the second time");
		p->in_map = 1;
		return bmap_geometry(p);
	}
	if (p->in_map && !(p->x.depth == 3 && px_span_is(p->x.name, "Range")))
		return px_xml_fail(&p->x, p->x.name.p, "only Range may stand in BlockMap");
	p->chksum = px_xml_attribute(&p->x, p->minor == 3 ? "sha1" : "chksum");
	return 0;
}

static int element_ends(struct bmap_parse *p)
{
	if (p->in_map && p->x.depth == 1) {
		p->in_map = 0;
		p->map_done = 1;
	} else if (p->in_map)
		return bmap_range(p, p->x.content);
	else if (p->x.depth == 1)
		return bmap_field(p, p->x.name, p->x.content);
	return 0;
}

static int bmap_elements(struct bmap_parse *p)
{
	int event, error = 0;

	while (error == 0 && (event = px_xml_next(&p->x)) != PX_XML_END_OF_TEXT) {
		if (event < 0)
			return -1;
		error = event == PX_XML_BEGIN ? element_begins(p) : element_ends(p);
	}
	return error;
}

/* What can be said only at the end. */
static int bmap_check_whole(const struct bmap_parse *p)
{
	if (!p->map_done)
		return px_xml_fail(&p->x, p->x.end, "no BlockMap");
	if (p->mapped_blocks != p->number[MAPPED_COUNT])
		return px_xml_fail(&p->x, p->field[MAPPED_COUNT].p,
				"MappedBlocksCount is not what the ranges add up to");
	return 0;
}

/* --- the checksum that the file carries of itself, taken with its own digits as zeros */

static void bmap_digest(const struct bmap_parse *p, struct px_span field, uint8_t *digest)
{
	static const char zeros[] ALIGN1 = "0000000000000000000000000000000000000000000000000000000000000000";
	const char *rest = field.p + field.len;

	if (p->map->kind == PX_BMAP_SHA256) {
		sha256_ctx_t sha256;

		sha256_begin(&sha256);
		sha256_hash(&sha256, p->x.text, field.p - p->x.text);
		sha256_hash(&sha256, zeros, field.len);
		sha256_hash(&sha256, rest, p->x.end - rest);
		sha256_end(&sha256, digest);
	} else {
		sha1_ctx_t sha1;

		sha1_begin(&sha1);
		sha1_hash(&sha1, p->x.text, field.p - p->x.text);
		sha1_hash(&sha1, zeros, field.len);
		sha1_hash(&sha1, rest, p->x.end - rest);
		sha1_end(&sha1, digest);
	}
}

static int bmap_check_itself(const struct bmap_parse *p)
{
	struct px_span field = p->field[p->minor == 3 ? FILE_SHA1 : FILE_CHECKSUM];
	uint8_t want[32], got[32];

	if (!field.p)
		return px_xml_fail(&p->x, p->x.end, "no checksum of the bmap itself");
	if (!span_hex(field, want, p->map->digest_bytes))
		return px_xml_fail(&p->x, field.p, "not a checksum of %u bytes", p->map->digest_bytes);
	bmap_digest(p, field, got);
	if (memcmp(want, got, p->map->digest_bytes) != 0)
		return px_xml_fail(&p->x, field.p, "the bmap is damaged: its own checksum is wrong");
	return 0;
}

struct px_bmap* FAST_FUNC px_bmap_parse(const char *text, size_t text_bytes, const char *name)
{
	struct bmap_parse p;

	memset(&p, 0, sizeof(p));
	px_xml_begin(&p.x, text, text_bytes, name);
	p.map = xzalloc(sizeof(*p.map));
	if (bmap_elements(&p) == 0 && bmap_check_whole(&p) == 0 && bmap_check_itself(&p) == 0)
		return p.map;
	px_bmap_free(p.map);
	return NULL;
}

void FAST_FUNC px_bmap_free(struct px_bmap *bmap)
{
	if (!bmap)
		return;
	free(bmap->ranges);
	free(bmap);
}
