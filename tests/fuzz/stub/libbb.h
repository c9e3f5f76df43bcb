/*
 * As much of BusyBox's libbb.h as the fuzzed files want, on the host's own libc. A target that needs more adds it here.
 */
#ifndef PX_FUZZ_LIBBB_H
#define PX_FUZZ_LIBBB_H 1

#define _GNU_SOURCE 1
#include <byteswap.h>
#include <ctype.h>
#include <endian.h>
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
#define ALWAYS_INLINE __attribute__ ((always_inline)) inline
#define UNUSED_PARAM __attribute__ ((unused))
#define NORETURN __attribute__ ((noreturn))
#define OFF_FMT "l"
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define LONE_CHAR(s, c) ((s)[0] == (c) && !(s)[1])

#define DOT_OR_DOTDOT(s) ((s)[0] == '.' && (!(s)[1] || ((s)[1] == '.' && !(s)[2])))
#define SWAP_LE16(x) htole16(x)
#define SWAP_LE32(x) htole32(x)
#define SWAP_LE64(x) htole64(x)
#define SWAP_BE16(x) htobe16(x)
#define SWAP_BE32(x) htobe32(x)
#define SWAP_BE64(x) htobe64(x)
#define ASSIGN_CONST_PTR(to, value) do { *(void **)(to) = (void *)(value); } while (0)
#define xrealloc_vector(vector, shift, idx) px_fuzz_realloc_vector((vector), sizeof((vector)[0]), (shift), (idx))

typedef signed char smallint;
typedef unsigned char smalluint;
typedef unsigned long long uoff_t;

/* No hash at all, only as long as one: what hostile bytes do to the code around it does not depend on its value. */
typedef struct px_fuzz_hash {
	uint64_t state;
} sha256_ctx_t, sha1_ctx_t, md5_ctx_t;
void px_fuzz_hash_begin(struct px_fuzz_hash *h);
void px_fuzz_hash_add(struct px_fuzz_hash *h, const void *data, size_t size);
unsigned px_fuzz_hash_end(struct px_fuzz_hash *h, void *sum, unsigned size);
#define sha256_begin(h) px_fuzz_hash_begin(h)
#define sha256_hash(h, data, size) px_fuzz_hash_add(h, data, size)
#define sha256_end(h, sum) px_fuzz_hash_end(h, sum, 32)
#define sha1_begin(h) px_fuzz_hash_begin(h)
#define sha1_hash(h, data, size) px_fuzz_hash_add(h, data, size)
#define sha1_end(h, sum) px_fuzz_hash_end(h, sum, 20)
#define md5_begin(h) px_fuzz_hash_begin(h)
#define md5_hash(h, data, size) px_fuzz_hash_add(h, data, size)
#define md5_end(h, sum) px_fuzz_hash_end(h, sum, 16)

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
extern int *bb_errno;
void *px_fuzz_realloc_vector(void *vector, unsigned element_bytes, unsigned shift, int idx);
void bb_die_memory_exhausted(void) NORETURN;
const char *nth_string(const char *strings, int n);
const char *bb_basename(const char *name);
ssize_t safe_read(int fd, void *buf, size_t count);
ssize_t full_write(int fd, const void *buf, size_t count);
extern uint32_t *global_crc32_table;
uint32_t *global_crc32_new_table_le(void);
uint32_t crc32_block_endian0(uint32_t val, const void *buf, unsigned len, uint32_t *table);
char *trim(char *s);
int index_in_strings(const char *strings, const char *key);
unsigned long long bb_strtoull(const char *arg, char **endp, int base);
char *bin2hex(char *dst, const char *src, int count);
char *hex2bin(char *dst, const char *src, int count);
void bb_simple_error_msg(const char *s);
void bb_error_msg(const char *s, ...) __attribute__ ((format (printf, 1, 2)));
void bb_perror_msg(const char *s, ...) __attribute__ ((format (printf, 1, 2)));
void bb_verror_msg(const char *s, va_list p, const char *strerr);

#endif
