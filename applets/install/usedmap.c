/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map of what is in use. See usedmap.h.
 */
//kbuild:lib-$(CONFIG_PX_CAPTURE) += usedmap.o

#include "libbb.h"
#include "install/usedmap.h"

enum { SWAP_HEAD_BYTES = 64 << 10, LAST_BYTES = 1 << 20 };

struct maker {
	FILE *out;
	off_t at_bytes;         /* so far */
	off_t used_bytes;
};

/* From where the map ends so far to end_bytes. */
static void put(struct maker *maker, off_t end_bytes, char status)
{
	off_t len_bytes = end_bytes - maker->at_bytes;

	if (len_bytes <= 0)
		return;
	fprintf(maker->out, "0x%llx 0x%llx %c\n", (long long)maker->at_bytes, (long long)len_bytes, status);
	if (status == '+')
		maker->used_bytes += len_bytes;
	maker->at_bytes = end_bytes;
}

/* A line of partclone's: position, size, status. The first one says where ddrescue would go on. Returns 0; -1: it is no
 * such line, or not in its partition. */
static int put_line(struct maker *maker, const struct px_capture_part *part, const char *line)
{
	unsigned long long start, len_bytes;
	off_t end_bytes = part->start_bytes + part->size_bytes;
	char status;

	if (line[0] == '#' || sscanf(line, "%llx %llx %c", &start, &len_bytes, &status) != 3)
		return line[0] != '#' && maker->at_bytes != part->start_bytes ? -1 : 0;
	if ((off_t)start < maker->at_bytes || (off_t)start > end_bytes
	 || len_bytes > (unsigned long long)end_bytes - start)
		return -1;
	put(maker, start, '?');
	put(maker, start + len_bytes, status == '?' ? '?' : '+');
	return 0;
}

static int put_map(struct maker *maker, const struct px_capture_part *part)
{
	FILE *map = fopen(part->map_path, "r");
	char *line;
	int rc = map ? 0 : -1;

	while (rc == 0 && (line = xmalloc_fgetline(map)) != NULL) {
		rc = put_line(maker, part, line);
		free(line);
	}
	if (map)
		fclose(map);
	return rc;
}

static int put_part(struct maker *maker, const struct px_capture_part *part)
{
	off_t end_bytes = part->start_bytes + part->size_bytes;
	int rc = 0;

	if (part->start_bytes < maker->at_bytes)
		return -1; /* it overlaps the one before */
	put(maker, part->start_bytes, '+');
	if (part->map_path) {
		rc = put_map(maker, part);
		if (maker->at_bytes == part->start_bytes)
			rc = -1; /* a map of nothing: no filesystem is like that */
		/* NTFS keeps its second boot sector behind its last cluster, which no map of clusters has */
		put(maker, MAX(end_bytes - LAST_BYTES, maker->at_bytes), '?');
		put(maker, end_bytes, '+');
	} else if (strcmp(part->verdict, "swap") == 0)
		put(maker, MIN(end_bytes, part->start_bytes + SWAP_HEAD_BYTES), '+');
	else
		put(maker, end_bytes, '+');
	put(maker, end_bytes, '?');
	return rc;
}

static int put_all(struct maker *maker, const struct px_capture *capture)
{
	unsigned i;

	fputs("# Made by pximenu of partclone's maps\n# position and status\n0x0 ?\n", maker->out);
	for (i = 0; i < capture->count; i++)
		if (put_part(maker, &capture->parts[i]) < 0)
			return -1;
	put(maker, capture->disk_bytes, '?');
	return 0;
}

static int is_mapped(const struct px_capture *capture)
{
	unsigned i;

	for (i = 0; i < capture->count; i++)
		if (capture->parts[i].map_path)
			return 1;
	return 0;
}

char* FAST_FUNC px_usedmap_make(struct px_capture *capture, const char *root)
{
	struct maker maker = { .at_bytes = 0 };
	int failed;

	capture->used_bytes = -1;
	if (!is_mapped(capture))
		return NULL;
	capture->map_path = xasprintf("%s/tmp/px.used.%u", root, (unsigned)getpid());
	unlink(capture->map_path);
	maker.out = fopen(capture->map_path, "wx");
	failed = !maker.out || put_all(&maker, capture) < 0;
	if (maker.out)
		failed |= fclose(maker.out) != 0;
	if (!failed) {
		capture->used_bytes = maker.used_bytes;
		return NULL;
	}
	unlink(capture->map_path);
	free(capture->map_path);
	capture->map_path = NULL;
	return xstrdup("the maps of what is in use make no sense together: all that is not zero is read");
}

int FAST_FUNC px_usedmap_save(const char *path, const char *text)
{
	size_t len_bytes = strlen(text);
	int fd, rc;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	rc = full_write(fd, text, len_bytes) == (ssize_t)len_bytes ? 0 : -1;
	return close(fd) == 0 ? rc : -1;
}
