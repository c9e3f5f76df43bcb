/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which disk is meant, beyond its name. See identity.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += identity.o

#include "libbb.h"
#include <sys/sysmacros.h>
#include "disk/identity.h"
#include "disk/disk.h"
#include "disk/parts.h"
#include "disk/sysfs.h"
#include "lib/text.h"

/* In the order of field_names. */
enum { FIELD_DISKSEQ, FIELD_SERIAL, FIELD_WWN, FIELD_SIZE };

static const char field_names[] ALIGN1 = "diskseq\0serial\0wwn\0size\0";

/* --- as text */

/* Adds ",name=value" with what would end the field escaped. */
static void print_text(char **text, const char *name, const char *value)
{
	char *escaped = xmalloc(3 * strlen(value) + 1);
	char *p = escaped;
	char *longer;

	if (value[0]) {
		for (; *value; value++) {
			if (*value > ' ' && *value <= '~' && !strchr(",=%", *value))
				*p++ = *value;
			else
				p += sprintf(p, "%%%02X", (uint8_t)*value);
		}
		*p = '\0';
		longer = xasprintf("%s%s%s=%s", *text, (*text)[0] ? "," : "", name, escaped);
		free(*text);
		*text = longer;
	}
	free(escaped);
}

char* FAST_FUNC px_identity_print(const struct px_disk *disk)
{
	char *text = disk->diskseq ? xasprintf("diskseq=%llu", disk->diskseq) : xstrdup("");
	char number[sizeof(off_t) * 3];

	print_text(&text, "serial", disk->serial);
	print_text(&text, "wwn", disk->wwn);
	sprintf(number, "%"OFF_FMT"u", disk->size_bytes);
	print_text(&text, "size", number);
	return text;
}

/* --- from text */

static int hex_digit(char c)
{
	if (isdigit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes the escapes in place. %00 would end the text early, so it is as wrong as %zz. */
static const char *unescape(char *value)
{
	char *to = value;

	for (; *value; value++) {
		int high, low;

		if (*value != '%') {
			*to++ = *value;
			continue;
		}
		high = hex_digit(value[1]);
		low = high < 0 ? -1 : hex_digit(value[2]);
		if (low < 0 || high + low == 0)
			return "% without two hexadecimal digits";
		*to++ = high << 4 | low;
		value += 2;
	}
	*to = '\0';
	return NULL;
}

/* A number > 0 with one of suffixes (powers of 1024) behind it or none. */
static const char *parse_number(unsigned long long *number, const char *text, const char *suffixes)
{
	const char *suffix;
	unsigned shift = 0;
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (*end && end[1] == '\0' && (suffix = strchr(suffixes, *end)) != NULL) {
		shift = 10 * (suffix - suffixes + 1);
		end++;
	}
	if (!isdigit(text[0]) || errno || *end || *number == 0 || *number >> (62 - shift))
		return "no number, or too large a one";
	*number <<= shift;
	return NULL;
}

static const char *parse_text(char **text, char *value)
{
	const char *wrong = unescape(value);

	if (!wrong)
		*text = xstrdup(value);
	return wrong;
}

/* Why a field is wrong, or NULL. *seen: a bit for each field that has been there. */
static const char *parse_field(struct px_identity *identity, char *field, unsigned *seen)
{
	char *value = strchrnul(field, '=');
	unsigned long long size_bytes;
	const char *wrong;
	int kind;

	if (*value)
		*value++ = '\0';
	kind = index_in_strings(field_names, field);
	if (kind < 0)
		return "no such field: diskseq=, serial=, wwn= or size=";
	if (*seen & 1 << kind)
		return "a field stands twice";
	*seen |= 1 << kind;
	if (!*value)
		return "a value is missing";
	if (kind == FIELD_DISKSEQ)
		return parse_number(&identity->diskseq, value, "");
	if (kind == FIELD_SERIAL)
		return parse_text(&identity->serial, value);
	if (kind == FIELD_WWN)
		return parse_text(&identity->wwn, value);
	wrong = parse_number(&size_bytes, value, "kMGT");
	identity->size_bytes = wrong ? 0 : size_bytes;
	return wrong;
}

int FAST_FUNC px_identity_parse(struct px_identity *identity, const char *text, const char **why)
{
	char *copy = xstrdup(text);
	char *rest = copy, *field;
	unsigned seen = 0;

	memset(identity, 0, sizeof(*identity));
	*why = copy[0] ? NULL : "no field in it: diskseq=, serial=, wwn= or size=";
	while (!*why && (field = strsep(&rest, ",")) != NULL)
		*why = parse_field(identity, field, &seen);
	free(copy);
	return *why ? -1 : 0;
}

void FAST_FUNC px_identity_free(struct px_identity *identity)
{
	free(identity->serial);
	free(identity->wwn);
}

/* --- compared */

static char *text_differs(const char *what, const char *wanted, const char *found)
{
	char *clean_wanted, *clean_found, *why;

	if (!wanted || strcmp(wanted, found) == 0)
		return NULL;
	clean_wanted = px_text_clean_copy(wanted);
	clean_found = px_text_clean_copy(found);
	why = xasprintf("its %s is %s, not %s", what, found[0] ? clean_found : "not known", clean_wanted);
	free(clean_wanted);
	free(clean_found);
	return why;
}

char* FAST_FUNC px_identity_differs(const struct px_identity *identity, const struct px_disk *disk)
{
	char *why = text_differs("serial number", identity->serial, disk->serial);

	if (!why)
		why = text_differs("wwn", identity->wwn, disk->wwn);
	if (!why && identity->size_bytes && identity->size_bytes != disk->size_bytes)
		why = xasprintf("it has %"OFF_FMT"u bytes, not %"OFF_FMT"u", disk->size_bytes, identity->size_bytes);
	if (!why && identity->diskseq && identity->diskseq != disk->diskseq)
		why = xasprintf("it was put in later (diskseq %llu, not %llu)", disk->diskseq, identity->diskseq);
	return why;
}

static char *differs_from(const struct px_identity *identity, struct px_disk *disk, int fd)
{
	if (px_disk_ask(disk, fd) < 0)
		return xstrdup("it cannot be looked at");
	return px_identity_differs(identity, disk);
}

char* FAST_FUNC px_identity_differs_fd(const struct px_identity *identity, int fd)
{
	struct px_disk file = { .path = (char *)"file", .serial = (char *)"", .wwn = (char *)"" };
	struct px_disk *disk;
	struct stat st;
	char *link, *folder, *why;

	if (fstat(fd, &st) != 0 || !S_ISBLK(st.st_mode))
		return differs_from(identity, &file, fd);
	link = px_sys_path(NULL, "/sys/dev/block/%u:%u", major(st.st_rdev), minor(st.st_rdev));
	folder = realpath(link, NULL);
	disk = px_disk_make(NULL, folder ? bb_basename(folder) : "", xstrdup("disk"), PX_DISK_NO_DATA);
	why = differs_from(identity, disk, fd);
	px_disk_free(disk);
	free(folder);
	free(link);
	return why;
}
