/*
 * pxfetch URL... | pxwrite DISK as two children of an installation: command lines, start, and whose failure came first.
 */
#ifndef PX_PIPE_H
#define PX_PIPE_H 1

#include "install/install.h"

enum { PX_COMMAND_WORDS_MAX = PX_MIRRORS_MAX + 16 };

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

/* Starts pxfetch of urls (an array as of px_image_urls; freed) | pxwrite to disk ("-": to out_fd). Returns 0; -1:
 * errno is set. */
int px_pipe_start(struct px_install *install, char **urls, const char *disk, int out_fd) FAST_FUNC;

/* Starts pxfetch of one file that the image refers to, at most max_bytes, collected. Returns 0; -1: errno is set. */
int px_pipe_collect(struct px_install *install, const char *reference, size_t max_bytes) FAST_FUNC;

/* The command lines for -n: "pxfetch ... | pxwrite ..."; malloced. */
char *px_pipe_describe(const struct px_install *install) FAST_FUNC;

/* Call it while children run: ends a pxfetch whose pxwrite has failed. */
void px_pipe_stop_lonely_fetch(struct px_install *install) FAST_FUNC;

/* Of pxfetch and pxwrite, both ended: the one that failed first; sets status and reason (and consequence). */
const struct px_child *px_pipe_blame(struct px_install *install) FAST_FUNC;

/* The last message that is not only the disk's state; or the exit status in words. reason: PX_CHILD_LINE_BYTES. */
void px_pipe_reason(const struct px_child *child, char *reason) FAST_FUNC;

/* What pxwrite said last about the disk; if it died before it could: what must be feared. Not owned. */
const char *px_pipe_disk_state(const struct px_child *write) FAST_FUNC;

#endif
