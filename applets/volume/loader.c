/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fallback loader of UEFI. See loader.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += loader.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/loader.h"

static const struct cpu {
	uint16_t cpu;               /* enum px_cpu */
	smallint arm;
	char name[24];              /* its fallback loader */
	char words[20];
} cpus[] = {
	{ PX_CPU_X64, 0, "EFI/BOOT/BOOTX64.EFI", "x86-64" },
	{ PX_CPU_AA64, 1, "EFI/BOOT/BOOTAA64.EFI", "ARM (64 bits)" },
	{ PX_CPU_IA32, 0, "EFI/BOOT/BOOTIA32.EFI", "x86 (32 bits)" },
	{ PX_CPU_ARM, 1, "EFI/BOOT/BOOTARM.EFI", "ARM (32 bits)" },
};

enum {
	MZ_BYTES = 64, MZ_PE_AT = 60,
	/* behind "PE\0\0": the file header (20 bytes: machine, ...), then the optional one, whose magic says how many
	 * bytes of addresses it has */
	PE_MACHINE = 4, PE_OPTIONAL = 24, PE_PLUS = 0x20b,
	DIRECTORIES_AT = 92, DIRECTORIES_AT_PLUS = 108, DIRECTORY_BYTES = 8, SIGNATURES = 4,
	PE_BYTES = PE_OPTIONAL + DIRECTORIES_AT_PLUS + 4 + (SIGNATURES + 1) * DIRECTORY_BYTES,
};

static const struct cpu *find_cpu(unsigned number)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(cpus); i++)
		if (cpus[i].cpu == number)
			return &cpus[i];
	return NULL;
}

/* Whether the directory of signatures (the fifth) names any bytes. */
static int is_signed(const uint8_t *pe)
{
	const uint8_t *optional = pe + PE_OPTIONAL;
	const uint8_t *count = optional + (px_le16(optional) == PE_PLUS
			? DIRECTORIES_AT_PLUS : DIRECTORIES_AT);

	return px_le32(count) > SIGNATURES && px_le32(count + 4 + SIGNATURES * DIRECTORY_BYTES + 4) != 0;
}

static enum px_loader_verdict judge_cpu(struct px_loader *loader, const struct cpu *own, const struct cpu *other)
{
	loader->other = other ? other->words : "another processor";
	loader->foreign = other && other->arm != own->arm;
	return PX_LOADER_OTHER_CPU;
}

static enum px_loader_verdict judge_program(struct px_loader *loader, const struct px_fat *fat,
		const struct px_fat_file *file, const struct cpu *own, int secure)
{
	uint8_t mz[MZ_BYTES], pe[PE_BYTES];
	unsigned machine;

	if (file->folder || file->size_bytes < MZ_BYTES)
		return PX_LOADER_NO_PROGRAM;
	if (px_fat_read(fat, file, mz, sizeof(mz), 0) != 0)
		return PX_LOADER_UNKNOWN;
	if (mz[0] != 'M' || mz[1] != 'Z' || px_le32(mz + MZ_PE_AT) > file->size_bytes)
		return PX_LOADER_NO_PROGRAM;
	if (px_fat_read(fat, file, pe, sizeof(pe), px_le32(mz + MZ_PE_AT)) != 0)
		return PX_LOADER_UNKNOWN;
	if (memcmp(pe, "PE\0\0", 4) != 0)
		return PX_LOADER_NO_PROGRAM;
	machine = pe[PE_MACHINE] | pe[PE_MACHINE + 1] << 8;
	if (machine != own->cpu)
		return judge_cpu(loader, own, find_cpu(machine));
	return secure && !is_signed(pe) ? PX_LOADER_UNSIGNED : PX_LOADER_FINE;
}

/* No loader for this processor: perhaps one for another. */
static enum px_loader_verdict judge_others(struct px_loader *loader, const struct px_fat *fat,
		const struct cpu *own)
{
	struct px_fat_file file;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(cpus); i++) {
		int rc = &cpus[i] == own ? 0 : px_fat_find(fat, cpus[i].name, &file);

		if (rc < 0)
			return PX_LOADER_UNKNOWN;
		if (rc > 0)
			return judge_cpu(loader, own, &cpus[i]);
	}
	return px_fat_is_empty(fat) ? PX_LOADER_EMPTY : PX_LOADER_NONE;
}

void FAST_FUNC px_loader_look(struct px_loader *loader, px_fat_bytes bytes, void *arg, off_t start_bytes,
		enum px_cpu cpu, int secure)
{
	const struct cpu *own = find_cpu(cpu);
	struct px_fat_file file;
	struct px_fat fat;
	int rc;

	memset(loader, 0, sizeof(*loader));
	if (!own)
		return;
	loader->name = own->name;
	rc = px_fat_open(&fat, bytes, arg, start_bytes);
	if (rc <= 0) {
		loader->verdict = rc < 0 ? PX_LOADER_UNKNOWN : PX_LOADER_NO_FAT;
		return;
	}
	rc = px_fat_find(&fat, own->name, &file);
	if (rc > 0)
		loader->verdict = judge_program(loader, &fat, &file, own, secure);
	else if (rc == 0)
		loader->verdict = judge_others(loader, &fat, own);
}
