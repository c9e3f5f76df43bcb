/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalog's header stanza. See header.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += header.o

#include "libbb.h"
#include "lib/text.h"
#include "catalog/header.h"

/* --- time: UTC, and no zones, so that two machines never read another time */

/* digits of them at text; -1: they are not */
static int number(const char *text, int digits)
{
	int value = 0;

	while (digits--) {
		if (!isdigit(*text))
			return -1;
		value = value * 10 + *text++ - '0';
	}
	return value;
}

long long FAST_FUNC px_time_parse(const char *text)
{
	struct tm tm;
	char again[PX_TIME_BYTES_TEXT];
	long long time_s;

	if (strlen(text) != PX_TIME_BYTES_TEXT - 1)
		return -1;
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = number(text, 4) - 1900;
	tm.tm_mon = number(text + 5, 2) - 1;
	tm.tm_mday = number(text + 8, 2);
	tm.tm_hour = number(text + 11, 2);
	tm.tm_min = number(text + 14, 2);
	tm.tm_sec = number(text + 17, 2);
	if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mday < 0 || tm.tm_hour < 0 || tm.tm_min < 0 || tm.tm_sec < 0)
		return -1;
	time_s = timegm(&tm);
	/* timegm makes a right one of the 31st of February */
	return strcmp(px_time_print(again, time_s), text) == 0 ? time_s : -1;
}

char* FAST_FUNC px_time_print(char *buf, long long time_s)
{
	time_t t = time_s;
	struct tm tm;

	buf[0] = '\0';
	if (gmtime_r(&t, &tm) && tm.tm_year >= 0 && tm.tm_year < 8100)
		strftime(buf, PX_TIME_BYTES_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

/* --- fields */

unsigned FAST_FUNC px_serial_parse(const char *text)
{
	unsigned serial = isdigit(text[0]) ? bb_strtou(text, NULL, 10) : 0;

	return serial <= PX_SERIAL_MAX ? serial : 0;
}

static const char *set_time(long long *time_s, const char *value)
{
	*time_s = px_time_parse(value);
	return *time_s < 0 ? "not a time like 2026-11-25T10:00:00Z" : NULL;
}

static const char *set_name(struct px_header *header, char *value)
{
	header->name = px_ascii(value, 0);
	return strlen(value) > 60 ? "more than 60 characters" : NULL;
}

static const char *set_serial(struct px_header *header, const char *value)
{
	header->serial = px_serial_parse(value);
	return header->serial ? NULL : "not a number from 1 to 1000000000";
}

const char* FAST_FUNC px_header_set(struct px_header *header, const char *name, char *value)
{
	if (strcasecmp(name, "Catalog") == 0)
		return set_name(header, value);
	if (strcasecmp(name, "Serial") == 0)
		return header->serial ? "twice in one stanza" : set_serial(header, value);
	if (strcasecmp(name, "Date") == 0)
		return header->date_s >= 0 ? "twice in one stanza" : set_time(&header->date_s, value);
	if (strcasecmp(name, "Valid-Until") == 0)
		return header->valid_until_s >= 0 ? "twice in one stanza" : set_time(&header->valid_until_s, value);
	return "";
}
