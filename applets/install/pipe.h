/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxfetch URL... | pxwrite DISK as two children of an installation: command lines, start, and whose failure came first.
 */
#ifndef PX_PIPE_H
#define PX_PIPE_H 1

#include "install/install.h"

enum { PX_COMMAND_WORDS_MAX = PX_MIRRORS_MAX + 24 };

/* Options of both pxfetch and pxwrite come first, then "--": neither a URL nor a disk is ever taken for an option. */
struct px_command {
	char *argv[PX_COMMAND_WORDS_MAX];
	unsigned count;
};

/* Adds a copy of word. */
void px_command_add(struct px_command *command, const char *word) FAST_FUNC;

/* Adds copies of words: a NUL after each, an empty one ends. */
void px_command_add_words(struct px_command *command, const char *words) FAST_FUNC;

/* Frees the words, not command. */
void px_command_free(struct px_command *command) FAST_FUNC;

/* The command line that clears install->disk. */
void px_command_clear(struct px_command *command, const struct px_install *install, int force) FAST_FUNC;

/* Starts pxfetch of urls (an array as of px_image_urls; freed) | pxwrite to disk ("-": to out_fd). Returns 0; -1: errno
 * is set. */
int px_pipe_start(struct px_install *install, char **urls, const char *disk, int out_fd) FAST_FUNC;

/* The same with the first max_bytes that pxwrite delivers in install->write.output; it is stopped when there are
 * more. */
int px_pipe_peek(struct px_install *install, char **urls, size_t max_bytes) FAST_FUNC;

/* Starts pxfetch of one file that the image refers to, at most max_bytes, collected; it must
 * have that digest, if any is known. Returns 0; -1: errno is set. */
int px_pipe_collect(struct px_install *install, const char *reference, const struct px_digest *digest,
		size_t max_bytes) FAST_FUNC;

/* The image's mirrors in the order for this machine; as px_image_urls. */
char **px_pipe_urls(const struct px_install *install) FAST_FUNC;

/* Whence the bytes come, or came last: a mirror's URL without user and password; NULL: nothing was fetched yet. */
const char *px_pipe_source(const struct px_install *install) FAST_FUNC;
void px_pipe_forget(struct px_install *install) FAST_FUNC; /* frees what that needs */

/* The command lines for -n: "pxfetch ... | pxwrite ..."; malloced. */
char *px_pipe_describe(const struct px_install *install) FAST_FUNC;

/* Call it while children run: lets pxwrite know whether pxfetch had all of it, and ends those whose reader has
 * failed. */
void px_pipe_handle(struct px_install *install) FAST_FUNC;

/* Of pxfetch and pxwrite (and install->run, which reads what pxwrite delivers), all ended, the one that failed first
 * and by itself; sets status and reason (and consequence). NULL: none failed. */
const struct px_child *px_pipe_blame(struct px_install *install, int with_tar) FAST_FUNC;

/* The last message that is not only the disk's state; or the exit status in words. reason: PX_CHILD_LINE_BYTES. */
void px_pipe_reason(const struct px_child *child, char *reason) FAST_FUNC;

#endif
