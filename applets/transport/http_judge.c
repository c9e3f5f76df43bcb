/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fields of an HTTP answer are worth. See http_judge.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTP) += http_judge.o

#include "libbb.h"
#include "transport/connection.h"
#include "transport/http_judge.h"

enum { APART_OWN_S = 1, APART_OTHER_S = 60, PATIENCE_MAX_S = 24 * 60 * 60 };

int FAST_FUNC px_http_is_file(const struct px_http_head *head, off_t offset_bytes)
{
	return head->code == 200 || head->code == 206
		|| (head->code == 416 && offset_bytes > 0 && head->range_total >= 0);
}

int FAST_FUNC px_http_is_redirect(const struct px_http_head *head)
{
	return head->code == 301 || head->code == 302 || head->code == 303 || head->code == 307 || head->code == 308;
}

int FAST_FUNC px_http_is_same_server(const struct px_url *a, const struct px_url *b)
{
	return strcasecmp(a->host, b->host) == 0
		&& strcmp(px_connection_port(a), px_connection_port(b)) == 0;
}

static int is_strong(const struct px_http_head *head, time_t now_s)
{
	if (head->validator[0] == '"')
		return 1;
	if (head->modified_s < 0)
		return 0;
	if (head->date_s >= 0)
		return head->date_s - head->modified_s >= APART_OWN_S;
	return now_s - head->modified_s >= APART_OTHER_S;
}

/* "host\nport\npath\ncoding": none of these holds a line end. */
static void make_place(char *place, const struct px_http_head *head, const struct px_url *url)
{
	const char *parts[] = { url->host, px_connection_port(url), url->path, head->coding };
	sha256_ctx_t hash;
	uint8_t sum[32];
	unsigned i;

	sha256_begin(&hash);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		sha256_hash(&hash, parts[i], strlen(parts[i]));
		sha256_hash(&hash, "\n", 1);
	}
	sha256_end(&hash, sum);
	*bin2hex(place, (char *)sum, sizeof(sum)) = '\0';
}

void FAST_FUNC px_http_validator(struct px_validator *validator, const struct px_http_head *head,
		const struct px_url *url, time_t now_s)
{
	memset(validator, 0, sizeof(*validator));
	if (!head->validator[0] || !is_strong(head, now_s))
		return;
	safe_strncpy(validator->tag, head->validator, sizeof(validator->tag));
	make_place(validator->place, head, url);
}

int FAST_FUNC px_http_same(const struct px_validator *a, const struct px_validator *b)
{
	return a->tag[0] && strcmp(a->tag, b->tag) == 0 && strcmp(a->place, b->place) == 0;
}

/* Codings, each with the ends of names and the media type of files in that format. */
static const char formats[] ALIGN1 =
	"gzip\0"     ".gz .tgz\0"        "gzip\0"
	"x-gzip\0"   ".gz .tgz\0"        "gzip\0"
	"compress\0" ".Z .taz\0"         "compress\0"
	"x-compress\0" ".Z .taz\0"       "compress\0"
	"bzip2\0"    ".bz2 .tbz .tbz2\0" "bzip2\0"
	"x-bzip2\0"  ".bz2 .tbz .tbz2\0" "bzip2\0"
	"xz\0"       ".xz .txz\0"        "xz\0"
	"x-xz\0"     ".xz .txz\0"        "xz\0"
	"lzma\0"     ".lzma .tlz\0"      "lzma\0"
	"x-lzma\0"   ".lzma .tlz\0"      "lzma\0"
	"zstd\0"     ".zst .tzst\0"      "zstd\0"
	"x-zstd\0"   ".zst .tzst\0"      "zstd\0"
	"lz4\0"      ".lz4\0"            "lz4\0"
	"x-lz4\0"    ".lz4\0"            "lz4\0"
	"br\0"       ".br\0"             "brotli\0";

static const char *next_word(const char *word)
{
	return word + strlen(word) + 1;
}

/* Whether a name of len bytes ends with one of endings, which blanks stand between. */
static int ends_with_one(const char *name, size_t len, const char *endings)
{
	while (*endings) {
		size_t n = strcspn(endings, " ");
		if (len > n && strncasecmp(name + len - n, endings, n) == 0)
			return 1;
		endings += n;
		endings += strspn(endings, " ");
	}
	return 0;
}

/* application/gzip, application/x-gzip */
static int is_media_type(const char *type, const char *format)
{
	if (strncasecmp(type, "application/", 12) != 0)
		return 0;
	type += 12;
	if (strncasecmp(type, "x-", 2) == 0)
		type += 2;
	return strcasecmp(type, format) == 0;
}

int FAST_FUNC px_http_is_stored(const struct px_http_head *head, const char *path)
{
	const char *coding = formats;

	if (!head->coding[0])
		return 1;
	while (*coding) {
		const char *endings = next_word(coding), *format = next_word(endings);
		if (strcmp(coding, head->coding) == 0)
			return ends_with_one(path, strcspn(path, "?"), endings) || is_media_type(head->type, format);
		coding = next_word(format);
	}
	return 0;
}

unsigned FAST_FUNC px_http_patience_s(const struct px_http_head *head, time_t now_s)
{
	time_t left_s = head->retry_s;

	if (head->retry_at_s >= 0)
		left_s = head->retry_at_s - (head->date_s >= 0 ? head->date_s : now_s);
	return MAX(0, MIN(left_s, PATIENCE_MAX_S));
}
