/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a machine may start from an image of hostile bytes: tables, FAT folders and chains, a loader's head. The first
 * byte of the input says which machine, and where the filesystem lies when the tables lead to none.
 */
//fuzz-sources: volume/boot.c volume/loader.c volume/fat.c volume/gpt_parse.c volume/mbr.c
//fuzz-sources: volume/volume.c volume/probe.c volume/probe_size.c volume/probe_refused.c volume/probe_weak.c lib/zero.c
#include "libbb.h"
#include "volume/boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct image {
	uint8_t *data;
	size_t bytes;
	unsigned reads;
};

static int FAST_FUNC get(void *arg, void *buf, size_t len_bytes, off_t offset_bytes)
{
	struct image *image = arg;

	if (++image->reads > 200000)
		abort(); /* no walk is that long */
	if (offset_bytes < 0 || offset_bytes > (off_t)image->bytes || len_bytes > image->bytes - offset_bytes)
		return -1;
	memcpy(buf, image->data + offset_bytes, len_bytes);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image image = { .bytes = size ? size - 1 : 0 };
	struct px_platform machine;
	struct px_loader loader;
	struct px_volume kind;
	struct px_boot boot;

	if (size < 1)
		return 0;
	image.data = malloc(image.bytes); /* of its own size, so that a byte read too many is seen */
	memcpy(image.data, data + 1, image.bytes);
	machine.firmware = data[0] & 3;
	machine.secure = !!(data[0] & 4);
	machine.cpu = data[0] & 8 ? PX_CPU_X64 : PX_CPU_AA64;
	px_volume_look(&kind, image.data, image.bytes);
	px_boot_look(&boot, &(struct px_boot_image){ &kind, image.data, image.bytes, get, &image }, &machine);
	if (boot.keyword && (!boot.words[0] || strlen(boot.words) >= sizeof(boot.words) - 1))
		abort();
	if (boot.certain && kind.table == PX_TABLE_NONE)
		abort();
	px_loader_look(&loader, get, &image, data[0] & 16 ? 0 : (data[0] >> 5) * 512, machine.cpu, machine.secure);
	free(image.data);
	return 0;
}
