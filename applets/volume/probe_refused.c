/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Things that people and servers hand out as disk images and that are none. See probe.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += probe_refused.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/probe.h"
#include "volume/probe_weak.h"

struct refused {
	uint16_t offset;
	uint8_t len;
	char magic[9];
	const char *name;
	const char *remedy;
};

static const char to_raw[] ALIGN1 = "make it raw: qemu-img convert -O raw";
static const char twice[] ALIGN1 = "it was compressed twice: undo one of them";
static const char is_archive[] ALIGN1 = "unpack it, or use Archive: in the catalog";
static const char repack[] ALIGN1 = "it is not unpacked here: do that first, or pack it with zstd, xz or gzip";
static const char decrypt[] ALIGN1 = "decrypt it first";
static const char restore[] ALIGN1 = "restore it with the tool that made it, then take a raw image";
static const char check_url[] ALIGN1 = "check the URL";

/* At least 4 bytes each. What has fewer is in probe_weak.c, with what else must hold: an image that has its size and
 * hash must not be refused because it happens to begin like something. */
static const struct refused refused[] = {
	/* other tools' images */
	{ 0, 4, "QFI\xfb", "a qcow2 image", to_raw },
	{ 0, 4, "QED", "a QED image", to_raw },
	{ 0, 4, "KDMV", "a VMDK image", to_raw },
	{ 0, 4, "COWD", "a VMDK image", to_raw },
	{ 0, 8, "conectix", "a VHD image", to_raw },
	{ 0, 8, "vhdxfile", "a VHDX image", to_raw },
	{ 64, 4, "\x7f\x10\xda\xbe", "a VDI image", to_raw },
	{ 0, 8, "WithoutF", "a Parallels image", to_raw },
	{ 0, 8, "WithouFr", "a Parallels image", to_raw },
	{ 0, 9, "Bochs Vir", "a Bochs image", to_raw },
	{ 0, 4, "\x3a\xff\x26\xed", "an Android sparse image", "make it raw: simg2img" },
	{ 0, 6, "MSWIM", "a WIM image", check_url },
	{ 0, 9, "partclone", "a partclone image", restore },
	{ 0, 9, "PaRtImAgE", "a partimage image", restore },
	{ 0, 9, "\0ntfsclon", "an ntfsclone image", restore },
	{ 0, 4, "FsA0", "an fsarchiver archive", restore },
	{ 0, 8, "EVF\x09\x0d\x0a\xff\0", "an EnCase image", restore },
	{ 0, 4, "\xfe\xef\x01\0", "a Ghost image", restore },
	/* archives */
	{ 257, 5, "ustar", "a tar archive", is_archive },
	{ 0, 4, "PK\3\4", "a zip archive", is_archive },
	{ 0, 4, "PK\5\6", "a zip archive", is_archive },
	{ 0, 4, "PK\7\10", "a zip archive", is_archive },
	{ 0, 4, "PK00", "a zip archive", is_archive },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive", is_archive },
	{ 0, 6, "Rar!\x1a\7", "a RAR archive", is_archive },
	{ 0, 4, "MSCF", "a CAB archive", is_archive },
	{ 0, 4, "xar!", "a xar archive", is_archive },
	{ 0, 6, "070701", "a cpio archive", is_archive },
	{ 0, 6, "070702", "a cpio archive", is_archive },
	{ 0, 6, "070707", "a cpio archive", is_archive },
	{ 0, 8, "!<arch>\n", "a Debian package or ar archive", check_url },
	{ 0, 4, "\xed\xab\xee\xdb", "an RPM package", check_url },
	/* packed by something that we do not have, or packed once more inside of what we have unpacked */
	{ 0, 9, "\x89LZO\0\r\n\x1a\n", "an lzop file", repack },
	{ 0, 4, "LRZI", "an lrzip file", repack },
	{ 0, 4, "RZIP", "an rzip file", repack },
	{ 0, 4, "bvx2", "an LZFSE file", repack },
	{ 0, 4, "7kSt", "a zpaq file", repack },
	{ 0, 9, "\xff\6\0\0sNaPp", "a Snappy file", repack },
	{ 0, 4, "\x37\xa4\x30\xec", "a zstd dictionary", check_url },
	{ 0, 6, "\xfd""7zXZ", "xz data inside of compressed data", twice },
	{ 0, 4, "LZIP", "lzip data inside of compressed data", twice },
	{ 0, 4, "\x28\xb5\x2f\xfd", "zstd data inside of compressed data", twice },
	{ 0, 4, "\x04\x22\x4d\x18", "lz4 data inside of compressed data", twice },
	{ 0, 4, "\x02\x21\x4c\x18", "lz4 data inside of compressed data", twice },
	{ 4, 6, "1AY&SY", "bzip2 data inside of compressed data", twice },
	/* encrypted: OpenPGP packets (RFC 4880, 4.2) of a session key for the usual keys */
	{ 0, 9, "age-encry", "a file that age encrypted", decrypt },
	{ 0, 4, "\x85\x01\x0c\x03", "a file that gpg encrypted", decrypt },
	{ 0, 4, "\x85\x01\x8c\x03", "a file that gpg encrypted", decrypt },
	{ 0, 4, "\x85\x02\x0c\x03", "a file that gpg encrypted", decrypt },
	{ 0, 8, "Salted__", "a file that openssl encrypted", decrypt },
	/* other files */
	{ 0, 4, "\x7f""ELF", "a program", check_url },
	{ 0, 4, "%PDF", "a PDF document", check_url },
	{ 514, 4, "HdrS", "a Linux kernel", check_url },
	{ 0, 4, "\x27\x05\x19\x56", "a U-Boot image", check_url },
	{ 0, 4, "\xd0\x0d\xfe\xed", "a device tree or FIT image", check_url },
	{ 0, 8, "ANDROID!", "an Android boot image", check_url },
	{ 0, 8, "SQLite f", "a database", check_url },
	{ 0, 4, "\x89PNG", "a picture", check_url },
};

/* by enum px_weak */
static const struct { const char *name, *remedy; } weak_names[] = {
	[PX_WEAK_COMPRESS] = { "a file of compress", repack },
	[PX_WEAK_PACK] = { "a file of pack", repack },
	[PX_WEAK_GZIP] = { "gzip data inside of compressed data", twice },
	[PX_WEAK_CPIO] = { "a cpio archive", is_archive },
	[PX_WEAK_LHA] = { "an LHA archive", is_archive },
	[PX_WEAK_GPG] = { "a file that gpg encrypted", decrypt },
	[PX_WEAK_SIGNED] = { "a file that gpg signed", decrypt },
	[PX_WEAK_PICTURE] = { "a picture", check_url },
	[PX_WEAK_TEXT] = { "text", check_url },
};

/* What begins as text: compared without case after leading blanks. */
static const struct { const char *start, *name, *remedy; } refused_text[] = {
	{ "<!doctype", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<html", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<head", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<body", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<title", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<script", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<!--", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<?xml", "an XML file", "if it is a bmap, give it with -b" },
	{ "<bmap", "a block map", "give it with -b" },
	{ "# disk descriptorfile", "the descriptor of a VMDK image", to_raw },
	{ "#!", "a script", "use Init: in the catalog" },
	{ "-----begin age", "a file that age encrypted", decrypt },
	{ "-----begin pgp message", "a file that gpg encrypted", decrypt },
	{ "-----begin ", "a key or a signature", check_url },
};

/* True when this much of the start is text: no disk begins like that, an error message does. */
static int refused_is_text(const uint8_t *head, size_t head_bytes)
{
	size_t i;

	head_bytes = MIN(head_bytes, 512);
	for (i = 0; i < head_bytes; i++)
		if (head[i] == 0x7f || (head[i] < ' ' && head[i] != '\n' && head[i] != '\r' && head[i] != '\t'))
			return 0;
	return head_bytes != 0;
}

static size_t refused_skip_blanks(const uint8_t *head, size_t head_bytes)
{
	size_t i = 0;

	if (head_bytes >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) /* UTF-8's byte order mark */
		i = 3;
	while (i < head_bytes && isspace(head[i]))
		i++;
	return i;
}

static const char *refused_as_text(const uint8_t *head, size_t head_bytes, const char **remedy)
{
	size_t skip = refused_skip_blanks(head, MIN(head_bytes, 512));
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(refused_text); i++) {
		size_t len = strlen(refused_text[i].start);

		if (len <= head_bytes - skip
		 && strncasecmp((const char *)head + skip, refused_text[i].start, len) == 0) {
			*remedy = refused_text[i].remedy;
			return refused_text[i].name;
		}
	}
	if (!refused_is_text(head, head_bytes))
		return NULL;
	*remedy = check_url;
	return "text";
}

/* A tar archive of before 1988 has no magic, but its header's sum: at 148 in octal, over its 512 bytes with blanks
 * there. */
static int refused_is_old_tar(const uint8_t *head, size_t head_bytes)
{
	unsigned sum = 0, said = 0;
	size_t i;

	if (head_bytes < 512 || head[0] == 0)
		return 0;
	for (i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : head[i];
	for (i = 148; i < 156 && head[i] == ' '; i++)
		continue;
	for (; i < 156 && head[i] >= '0' && head[i] <= '7'; i++)
		said = said << 3 | (head[i] - '0');
	return i > 148 && i < 156 && (head[i] == 0 || head[i] == ' ') && said == sum;
}

/* A PE program (Microsoft's PE format): at 60 it says where "PE" stands. */
static int refused_is_program(const uint8_t *head, size_t head_bytes)
{
	uint32_t at = px_le32(head + 60);

	return at < head_bytes - 4 && memcmp(head + at, "PE\0", 4) == 0;
}

/* Deflate streams of "compressed twice" may not be told from code by 3 bytes alone: what has a boot sector's
 * signature and a sound table is a disk, whatever it begins with. The caller asks only when there is none. */
const char* FAST_FUNC px_probe_refused(const uint8_t *head, size_t head_bytes, const char **remedy)
{
	enum px_weak weak;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused *r = &refused[i];

		if (r->offset + r->len <= head_bytes && memcmp(head + r->offset, r->magic, r->len) == 0) {
			*remedy = r->remedy;
			return r->name;
		}
	}
	weak = px_probe_weak(head, head_bytes);
	if (weak != PX_WEAK_NONE) {
		*remedy = weak_names[weak].remedy;
		return weak_names[weak].name;
	}
	if (refused_is_old_tar(head, head_bytes)) {
		*remedy = is_archive;
		return "a tar archive";
	}
	if (head_bytes >= 1024 && memcmp(head, "MZ", 2) == 0 && refused_is_program(head, head_bytes)) {
		*remedy = check_url;
		return "a program for EFI or Windows";
	}
	return refused_as_text(head, head_bytes, remedy);
}

const char* FAST_FUNC px_probe_end(const uint8_t *end)
{
	if (memcmp(end, "conectix", 8) == 0)
		return "a fixed VHD image";
	if (memcmp(end, "koly", 4) == 0 && end[4] == 0 && end[5] == 0 && end[6] == 0 && end[7] == 4)
		return "an Apple disk image (DMG)";
	return NULL;
}
