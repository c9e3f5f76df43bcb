/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keywords and words for the state of a disk. See state.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += state.o

#include "libbb.h"
#include "lib/state.h"

/* Both in the order of enum px_state. */
static const char keywords[] ALIGN1 = "unknown\0" "untouched\0" "noboot\0" "unread\0" "verified\0";
static const char state_words[] ALIGN1 =
	"disk state not known: it may boot\0" "disk untouched\0" "disk does not boot\0" "disk written, not read back\0"
	"disk written and verified\0";

const char* FAST_FUNC px_state_keyword(enum px_state state)
{
	return nth_string(keywords, state);
}

enum px_state FAST_FUNC px_state_of(const char *keyword)
{
	int i = index_in_strings(keywords, keyword);

	return i < 0 ? PX_STATE_UNKNOWN : i;
}

const char* FAST_FUNC px_state_words(enum px_state state)
{
	return nth_string(state_words, state);
}

void FAST_FUNC px_state_warn(int fd, int quiet, const char *keyword, const char *fmt, ...)
{
	char *words, *line;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&words, fmt, args) < 0)
		bb_die_memory_exhausted();
	va_end(args);
	if (!quiet)
		bb_error_msg("warning: %s", words);
	line = xasprintf("warning=%s %s\n", keyword, words);
	if (fd >= 0)
		full_write(fd, line, strlen(line)); /* one write: lines do not mix */
	free(line);
	free(words);
}

void FAST_FUNC px_state_line(int fd, const char *key, const char *keyword)
{
	char line[64];
	size_t key_bytes = strlen(key), word_bytes = strlen(keyword);

	if (fd < 0 || key_bytes + word_bytes + 2 > sizeof(line))
		return;
	/* one write: lines of the signal handler and of the progress do not mix */
	memcpy(line, key, key_bytes);
	line[key_bytes] = '=';
	memcpy(line + key_bytes + 1, keyword, word_bytes);
	line[key_bytes + 1 + word_bytes] = '\n';
	full_write(fd, line, key_bytes + word_bytes + 2);
}
