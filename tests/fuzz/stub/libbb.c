/*
 * The functions of stub/libbb.h. Messages are formatted (so that a bad argument shows) and dropped.
 */
#include "libbb.h"

static void *check(void *p)
{
	if (!p)
		abort();
	return p;
}

void *xmalloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *xzalloc(size_t size)
{
	return check(calloc(1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return check(strdup(s));
}

char *xstrndup(const char *s, int n)
{
	return check(strndup(s, n));
}

char *xasprintf(const char *format, ...)
{
	va_list p;
	char *s;
	int n;

	va_start(p, format);
	n = vasprintf(&s, format, p);
	va_end(p);
	if (n < 0)
		abort();
	return s;
}

char *safe_strncpy(char *dst, const char *src, size_t size)
{
	if (!size)
		return dst;
	dst[--size] = '\0';
	return strncpy(dst, src, size);
}

void overlapping_strcpy(char *dst, const char *src)
{
	memmove(dst, src, strlen(src) + 1);
}

char *str_tolower(char *str)
{
	char *c;

	for (c = str; *c; c++)
		*c = tolower((unsigned char)*c);
	return str;
}

char *is_prefixed_with(const char *string, const char *key)
{
	size_t n = strlen(key);

	return strncmp(string, key, n) == 0 ? (char *)string + n : NULL;
}

char *skip_whitespace(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

char *skip_non_whitespace(const char *s)
{
	while (*s && !isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

/* Grows by 2^shift elements whenever idx reaches a multiple of that; what is new is zero. */
void *px_fuzz_realloc_vector(void *vector, unsigned element_bytes, unsigned shift, int idx)
{
	unsigned step = 1 << (shift & 0xff);

	if (idx & (step - 1))
		return vector;
	vector = xrealloc(vector, (size_t)element_bytes * (idx + step + 1));
	memset((char *)vector + (size_t)element_bytes * idx, 0, (size_t)element_bytes * (step + 1));
	return vector;
}

void bb_die_memory_exhausted(void)
{
	abort();
}

const char *nth_string(const char *strings, int n)
{
	while (n--)
		strings += strlen(strings) + 1;
	return strings;
}

const char *bb_basename(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

ssize_t safe_read(int fd, void *buf, size_t count)
{
	return read(fd, buf, count);
}

ssize_t full_write(int fd, const void *buf, size_t count)
{
	return write(fd, buf, count);
}

int *bb_errno;

uint32_t *global_crc32_table;

uint32_t *global_crc32_new_table_le(void)
{
	uint32_t i, j, value;

	if (!global_crc32_table)
		global_crc32_table = xmalloc(256 * sizeof(uint32_t));
	for (i = 0; i < 256; i++) {
		for (value = i, j = 0; j < 8; j++)
			value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
		global_crc32_table[i] = value;
	}
	return global_crc32_table;
}

uint32_t crc32_block_endian0(uint32_t val, const void *buf, unsigned len, uint32_t *table)
{
	const uint8_t *p = buf;

	while (len--)
		val = table[(uint8_t)val ^ *p++] ^ val >> 8;
	return val;
}

char *trim(char *s)
{
	char *start = skip_whitespace(s);
	size_t len = strlen(start);

	while (len && isspace((unsigned char)start[len - 1]))
		len--;
	memmove(s, start, len);
	s[len] = '\0';
	return s + len;
}

int index_in_strings(const char *strings, const char *key)
{
	int i;

	for (i = 0; *strings; i++, strings += strlen(strings) + 1)
		if (strcmp(strings, key) == 0)
			return i;
	return -1;
}

/* As libbb's: digits only, errno and the largest value when it is no number, errno EINVAL when something follows it. */
unsigned long long bb_strtoull(const char *arg, char **endp, int base)
{
	char *end;
	unsigned long long value;

	errno = ERANGE;
	if (endp)
		*endp = (char *)arg;
	if (!isalnum((unsigned char)*arg))
		return ULLONG_MAX;
	errno = 0;
	value = strtoull(arg, &end, base);
	if (endp)
		*endp = end;
	if (*end)
		errno = EINVAL;
	return value;
}

char *bin2hex(char *dst, const char *src, int count)
{
	for (; count; count--, dst += 2)
		sprintf(dst, "%02x", (unsigned char)*src++);
	return dst;
}

char *hex2bin(char *dst, const char *src, int count)
{
	for (; count; count--, src += 2) {
		char pair[3] = { src[0], src[0] ? src[1] : 0, 0 };
		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1])) {
			errno = EINVAL;
			return NULL;
		}
		*dst++ = strtoul(pair, NULL, 16);
	}
	return dst;
}

void px_fuzz_hash_begin(struct px_fuzz_hash *h)
{
	h->state = 14695981039346656037ULL;
}

void px_fuzz_hash_add(struct px_fuzz_hash *h, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size--)
		h->state = (h->state ^ *p++) * 1099511628211ULL;
}

unsigned px_fuzz_hash_end(struct px_fuzz_hash *h, void *sum, unsigned size)
{
	unsigned i;

	for (i = 0; i < size; i++)
		((uint8_t *)sum)[i] = h->state >> i % 8 * 8;
	return size;
}

void bb_simple_error_msg(const char *s)
{
	bb_error_msg("%s", s);
}

void bb_verror_msg(const char *s, va_list p, const char *strerr)
{
	char text[4096];

	vsnprintf(text, sizeof(text), s, p);
	(void)strerr;
}

void bb_error_msg(const char *s, ...)
{
	va_list p;

	va_start(p, s);
	bb_verror_msg(s, p, NULL);
	va_end(p);
}

void bb_perror_msg(const char *s, ...)
{
	va_list p;

	va_start(p, s);
	bb_verror_msg(s, p, strerror(errno));
	va_end(p);
}
