/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has a disk, or a part of it. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += holder.o

#include "libbb.h"
#include "disk/disk.h"
#include "disk/parts.h"
#include "disk/sysfs.h"
#include "lib/text.h"

/* The disk and its partitions, by name and number. */
struct member {
	struct member *next;
	char *name;   /* "sda1" */
	char *dev;    /* "8:1" */
};

struct search {
	const char *root;
	const char *disk;        /* in /sys/block */
	const char *file;        /* or a regular file */
	struct member *members;
	char *who;       /* what was found, joined with "; " */
	smallint boot;
};

static void search_add(struct search *s, char *who)
{
	char *joined;
	const char *same = s->who ? strstr(s->who, who) : NULL;

	if (same && (same == s->who || same[-1] == ' ') && (same[strlen(who)] == ';' || same[strlen(who)] == '\0')) {
		free(who); /* said before */
		return;
	}
	joined = s->who ? xasprintf("%s; %s", s->who, who) : xstrdup(who);
	free(s->who);
	free(who);
	s->who = joined;
}

static void search_member(struct search *s, const char *name, char *dev)
{
	struct member *m = xzalloc(sizeof(*m));

	m->name = xstrdup(name);
	m->dev = dev ? dev : xstrdup("");
	m->next = s->members;
	s->members = m;
}

static int FAST_FUNC search_partition(const char *name, void *arg)
{
	struct search *s = arg;
	char *number = px_sys_text(s->root, "/sys/block/%s/%s/partition", s->disk, name);

	if (number)
		search_member(s, name, px_sys_text(s->root, "/sys/block/%s/%s/dev", s->disk, name));
	free(number);
	return 0;
}

static void search_open(struct search *s, const char *root, const char *disk)
{
	char *folder = px_sys_path(root, "/sys/block/%s", disk);

	memset(s, 0, sizeof(*s));
	s->root = root;
	s->disk = disk;
	px_sys_each(folder, search_partition, s);
	free(folder);
	search_member(s, disk, px_sys_text(root, "/sys/block/%s/dev", disk));
}

/* Ends with clean words: a mount point may be named in any bytes. */
static void search_close(struct search *s)
{
	char *who = s->who;

	if (who)
		s->who = px_text_clean_copy(who);
	free(who);
	while (s->members) {
		struct member *m = s->members;

		s->members = m->next;
		free(m->name);
		free(m->dev);
		free(m);
	}
}

/* name: as in sysfs, with '!' for '/' */
static int search_has_node(const struct search *s, const char *path)
{
	const char *node = is_prefixed_with(path, "/dev/");
	const struct member *m;

	for (m = s->members; node && m; m = m->next) {
		const char *a = m->name, *b = node;

		while (*a && (*a == *b || (*a == '!' && *b == '/')))
			a++, b++;
		if (*a == *b)
			return 1;
	}
	return 0;
}

static int search_has_dev(const struct search *s, const char *dev)
{
	const struct member *m;

	for (m = s->members; m; m = m->next)
		if (m->dev[0] && strcmp(m->dev, dev) == 0)
			return 1;
	return 0;
}

/* Blanks and backslashes are \040, \011, \012, \134 in mountinfo and swaps. */
static char *unescape(char *text)
{
	char *in = text, *out = text;

	while (*in) {
		if (in[0] == '\\' && in[1] >= '0' && in[1] <= '3'
		 && in[2] >= '0' && in[2] <= '7' && in[3] >= '0' && in[3] <= '7') {
			*out++ = (in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0');
			in += 4;
		} else
			*out++ = *in++;
	}
	*out = '\0';
	return text;
}

/* Where a running system keeps itself: its root, its kernels, the medium of a live system. */
static int is_system_mount(const char *where)
{
	static const char places[] ALIGN1 = "/\0/usr\0/boot\0/boot/efi\0/efi\0/cdrom\0/media/cdrom\0"
		"/run/live/medium\0/lib/live/mount/medium\0/run/initramfs/live\0/run/archiso/bootmnt\0";

	return index_in_strings(places, where) >= 0;
}

static void search_mounted(struct search *s, char *where)
{
	unescape(where);
	if (is_system_mount(where))
		s->boot = 1;
	search_add(s, xasprintf("mounted on %s", where));
}

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw: number, parent, device, root, where, options,
 * optional fields, "-", type, source (proc_pid_mountinfo(5)). btrfs has a device number of its own, there the source
 * tells. */
static void search_mountinfo_line(struct search *s, char *line)
{
	char *fields[5];
	char *source, *rest = line;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		fields[i] = strsep(&rest, " ");
		if (!rest)
			return;
	}
	source = strstr(rest, " - ");
	if (!source)
		return;
	source = skip_non_whitespace(source + 3);
	source = skip_whitespace(source);
	source[strcspn(source, " \n")] = '\0';
	if (search_has_dev(s, fields[2]) || search_has_node(s, unescape(source)))
		search_mounted(s, fields[4]);
}

/* /dev/sda1 /boot ext4 rw 0 0 */
static void search_mounts_line(struct search *s, char *line)
{
	char *rest = line;
	char *source = strsep(&rest, " ");
	char *where = rest ? strsep(&rest, " ") : NULL;

	if (where && search_has_node(s, unescape(source)))
		search_mounted(s, where);
}

/* Returns 0 when there is no such file. */
static int search_lines(struct search *s, const char *file, void (*line_found)(struct search *s, char *line))
{
	char *path = px_sys_path(s->root, "%s", file);
	FILE *f = fopen_for_read(path);
	char *line;

	free(path);
	if (!f)
		return 0;
	while ((line = xmalloc_fgetline(f)) != NULL) {
		line_found(s, line);
		free(line);
	}
	fclose(f);
	return 1;
}

static void search_swap_line(struct search *s, char *line)
{
	line[strcspn(line, " \t")] = '\0';
	if (search_has_node(s, unescape(line)))
		search_add(s, xstrdup("swap"));
}

/* What stands on a member: md, dm, bcache ... */
static int FAST_FUNC search_holder(const char *name, void *arg)
{
	struct search *s = arg;
	char *dm = px_sys_text(s->root, "/sys/block/%s/dm/name", name);

	search_add(s, dm ? xasprintf("%s (%s)", name, dm) : xstrdup(name));
	free(dm);
	return 0;
}

static int FAST_FUNC search_loop(const char *name, void *arg)
{
	struct search *s = arg;
	char *backing;

	if (!is_prefixed_with(name, "loop"))
		return 0;
	backing = px_sys_text(s->root, "/sys/block/%s/loop/backing_file", name);
	if (backing && (search_has_node(s, backing) || (s->file && strcmp(s->file, backing) == 0)))
		search_add(s, xstrdup(name));
	free(backing);
	return 0;
}

static void search_holders(struct search *s)
{
	const struct member *m;
	char *folder;

	for (m = s->members; m; m = m->next) {
		if (strcmp(m->name, s->disk) == 0)
			folder = px_sys_path(s->root, "/sys/block/%s/holders", s->disk);
		else
			folder = px_sys_path(s->root, "/sys/block/%s/%s/holders", s->disk, m->name);
		px_sys_each(folder, search_holder, s);
		free(folder);
	}
}

static void search_loops(struct search *s)
{
	char *folder = px_sys_path(s->root, "/sys/block");

	px_sys_each(folder, search_loop, s);
	free(folder);
}

/* That of pid 1 shows what a mount namespace of our own may hide. */
static void search_mounts(struct search *s)
{
	int found = search_lines(s, "/proc/self/mountinfo", search_mountinfo_line);

	found |= search_lines(s, "/proc/1/mountinfo", search_mountinfo_line);
	if (!found)
		search_lines(s, "/proc/mounts", search_mounts_line);
}

char* FAST_FUNC px_disk_holder(const char *root, const char *name)
{
	struct search s;

	search_open(&s, root, name);
	search_mounts(&s);
	search_lines(&s, "/proc/swaps", search_swap_line);
	search_holders(&s);
	search_loops(&s);
	search_close(&s);
	return s.who;
}

char* FAST_FUNC px_disk_file_holder(const char *root, const char *real_path)
{
	struct search s = { .root = root, .file = real_path };

	search_loops(&s);
	return s.who;
}

/* The running system may stand on the disk by way of md, dm (LVM, LUKS) or bcache: their slaves lead down, holders
 * up. */
static int FAST_FUNC boot_visit(const char *name, void *arg)
{
	struct search *s = arg;

	return px_disk_is_boot(s->root, name);
}

int FAST_FUNC px_disk_is_boot(const char *root, const char *name)
{
	const struct member *m;
	struct search s;

	search_open(&s, root, name);
	search_mounts(&s);
	for (m = s.members; m && !s.boot; m = m->next) {
		char *folder = strcmp(m->name, name) == 0 ? px_sys_path(root, "/sys/block/%s/holders", name)
				: px_sys_path(root, "/sys/block/%s/%s/holders", name, m->name);

		s.boot = px_sys_each(folder, boot_visit, &s);
		free(folder);
	}
	search_close(&s);
	free(s.who);
	return s.boot;
}
