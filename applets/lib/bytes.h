/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as they lie in a table or on the wire, at any address: little-endian (le) or big-endian (be), of 16, 32 or
 * 64 bits. Nothing is checked: p must have so many bytes.
 */
#ifndef PX_BYTES_H
#define PX_BYTES_H 1

static ALWAYS_INLINE unsigned px_le16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static ALWAYS_INLINE uint32_t px_le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static ALWAYS_INLINE uint64_t px_le64(const uint8_t *p)
{
	return px_le32(p) | (uint64_t)px_le32(p + 4) << 32;
}

static ALWAYS_INLINE uint32_t px_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static ALWAYS_INLINE uint64_t px_be64(const uint8_t *p)
{
	return (uint64_t)px_be32(p) << 32 | px_be32(p + 4);
}

/* Both give what is behind the number. */
static ALWAYS_INLINE uint8_t *px_put_le32(uint8_t *p, uint32_t value)
{
	value = SWAP_LE32(value);
	memcpy(p, &value, 4);
	return p + 4;
}

static ALWAYS_INLINE uint8_t *px_put_le64(uint8_t *p, uint64_t value)
{
	value = SWAP_LE64(value);
	memcpy(p, &value, 8);
	return p + 8;
}

#endif
