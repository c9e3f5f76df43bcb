/*
 * Things that people and servers hand out as disk images and that are none. See probe.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += probe_refused.o

#include "libbb.h"
#include "volume/mbr.h"
#include "volume/probe.h"

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
static const char not_image[] ALIGN1 = "this is no disk image: check the URL";

static const struct refused refused[] = {
	{ 0, 4, "QFI\xfb", "a qcow2 image", to_raw },
	{ 0, 4, "QED", "a QED image", to_raw },
	{ 0, 4, "KDMV", "a VMDK image", to_raw },
	{ 0, 4, "COWD", "a VMDK image", to_raw },
	{ 0, 8, "conectix", "a VHD image", to_raw },
	{ 0, 8, "vhdxfile", "a VHDX image", to_raw },
	{ 64, 4, "\x7f\x10\xda\xbe", "a VDI image", to_raw },
	{ 0, 8, "WithoutF", "a Parallels image", to_raw },
	{ 0, 8, "WithouFr", "a Parallels image", to_raw },
	{ 0, 4, "\x3a\xff\x26\xed", "an Android sparse image", "make it raw: simg2img" },
	{ 0, 6, "MSWIM", "a WIM image", not_image },
	{ 257, 5, "ustar", "a tar archive", is_archive },
	{ 0, 4, "PK\3\4", "a zip archive", is_archive },
	{ 0, 4, "PK\5\6", "a zip archive", is_archive },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive", is_archive },
	{ 0, 6, "Rar!\x1a\7", "a RAR archive", is_archive },
	{ 0, 6, "070701", "a cpio archive", is_archive },
	{ 0, 6, "070702", "a cpio archive", is_archive },
	{ 0, 8, "!<arch>\n", "a Debian package or ar archive", not_image },
	{ 0, 3, "\x1f\x8b\x08", "gzip data inside of compressed data", twice },
	{ 0, 6, "\xfd""7zXZ", "xz data inside of compressed data", twice },
	{ 0, 4, "\x28\xb5\x2f\xfd", "zstd data inside of compressed data", twice },
	{ 0, 4, "\x04\x22\x4d\x18", "lz4 data inside of compressed data", twice },
	{ 4, 6, "1AY&SY", "bzip2 data inside of compressed data", twice },
	{ 0, 4, "\x7f""ELF", "a program", not_image },
	{ 0, 4, "%PDF", "a PDF document", not_image },
	{ 514, 4, "HdrS", "a Linux kernel", not_image },
};

/* What begins as text: compared without case after leading blanks. */
static const struct { const char *start, *name, *remedy; } refused_text[] = {
	{ "<!doctype html", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "<html", "an HTML page", "the server sent a page instead of the image: check the URL" },
	{ "# disk descriptorfile", "the descriptor of a VMDK image", "make it raw: qemu-img convert -O raw" },
	{ "<?xml", "an XML file", "if it is a bmap, give it with -b" },
	{ "#!", "a script", "use Init: in the catalog" },
	{ "-----begin ", "a key or a signature", "this is no disk image: check the URL" },
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
	*remedy = not_image;
	return "text";
}

/* Deflate streams of "compressed twice" may not be told from code by 3 bytes alone: what has a boot sector's
 * signature and a sound table is a disk, whatever it begins with. The caller asks only when there is none. */
const char* FAST_FUNC px_probe_refused(const uint8_t *head, size_t head_bytes, const char **remedy)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused *r = &refused[i];

		if (r->offset + r->len <= head_bytes && memcmp(head + r->offset, r->magic, r->len) == 0) {
			*remedy = r->remedy;
			return r->name;
		}
	}
	return refused_as_text(head, head_bytes, remedy);
}
