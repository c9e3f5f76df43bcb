/*
 * As much of BusyBox's libbb.h as the fuzzed files want, on the host's own libc. A target that needs more adds it here.
 */
#ifndef PX_FUZZ_LIBBB_H
#define PX_FUZZ_LIBBB_H 1

#define _GNU_SOURCE 1
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>
#include <unistd.h>

#define FAST_FUNC
#define ALIGN1
#define ALIGNED(n) __attribute__ ((aligned(n)))
#define UNUSED_PARAM __attribute__ ((unused))
#define NORETURN __attribute__ ((noreturn))
#define OFF_FMT "l"
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define LONE_CHAR(s, c) ((s)[0] == (c) && !(s)[1])

typedef signed char smallint;
typedef unsigned char smalluint;
typedef unsigned long long uoff_t;

void *xmalloc(size_t size);
void *xzalloc(size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, int n);
char *xasprintf(const char *format, ...) __attribute__ ((format (printf, 1, 2)));
char *safe_strncpy(char *dst, const char *src, size_t size);
void overlapping_strcpy(char *dst, const char *src);
char *str_tolower(char *str);
char *is_prefixed_with(const char *string, const char *key);
char *skip_whitespace(const char *s);
char *skip_non_whitespace(const char *s);
void bb_error_msg(const char *s, ...) __attribute__ ((format (printf, 1, 2)));
void bb_perror_msg(const char *s, ...) __attribute__ ((format (printf, 1, 2)));
void bb_verror_msg(const char *s, va_list p, const char *strerr);

#endif
