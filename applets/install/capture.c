/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saving a disk: the children and their pipes. See capture.h.
 */
//kbuild:lib-$(CONFIG_PX_CAPTURE) += capture.o

#include "libbb.h"
#include "lib/file.h"
#include "lib/version.h"
#include "install/capture.h"
#include "install/pipe.h"
#include "install/usedmap.h"
#include "verify/bmap.h"
#include "verify/sha256.h"

enum { SURVEY_BYTES_MAX = 64 << 10, STANZA_BYTES_MAX = 64 << 10 };

static char *url_of(const struct px_capture *capture, const char *suffix)
{
	return xasprintf("%s%s%s", capture->url, capture->name, suffix);
}

/* Ends the command line with "--" and last, starts it in the place of child, and frees it. name stays. */
static int start_command(struct px_child *child, const char *name, struct px_command *command, const char *last,
		int in_fd, int out_fd, size_t output_max_bytes)
{
	int rc;

	px_command_add(command, "--");
	px_command_add(command, last);
	px_child_free(child);
	rc = px_child_start(child, name, command->argv, in_fd, out_fd, output_max_bytes);
	px_command_free(command);
	return rc == 0 ? 1 : -1;
}

/* A program whose words (see px_command_add_words) are constant but for the last. */
static int start_child(struct px_child *child, const char *words, const char *last, int in_fd, int out_fd,
		size_t output_max_bytes)
{
	struct px_command command = { .count = 0 };

	px_command_add_words(&command, words);
	return start_command(child, words, &command, last, in_fd, out_fd, output_max_bytes);
}

static void fail(struct px_install *install, const struct px_child *child, const char *step)
{
	char reason[PX_CHILD_LINE_BYTES];

	px_pipe_reason(child, reason);
	px_step_fail(install, child->status, step, reason);
}

/* --- the name is free */

static int FAST_FUNC start_name(struct px_install *install)
{
	char *url;
	int rc;

	if (install->capture->looked)
		return 0;
	url = url_of(install->capture, ".stanza");
	rc = start_child(&install->fetch, "pxfetch\0" "-q\0" "-p\0" "3\0" "-O\0" "-\0", url, -1, PX_CHILD_COLLECT,
			STANZA_BYTES_MAX);
	free(url);
	return rc;
}

static void FAST_FUNC end_name(struct px_install *install)
{
	char *reason;

	if (install->fetch.status == PX_SERVER)
		return; /* no such file */
	if (install->fetch.status != 0 && !install->fetch.output_overflow) {
		fail(install, &install->fetch, "name");
		return;
	}
	reason = xasprintf("%s%s.stanza: the server has an image of that name: choose another one",
			install->capture->url, install->capture->name);
	px_step_fail(install, PX_TARGET, "name", reason);
	free(reason);
}

static const struct px_step step_name = { start_name, end_name };

/* --- what lies on the disk */

static int FAST_FUNC start_survey(struct px_install *install)
{
	if (install->capture->looked)
		return 0;
	px_step_stage(install, "survey");
	return start_child(&install->fetch, "pxread\0" "-n\0" "-p\0" "3\0", install->disk, -1, PX_CHILD_COLLECT,
			SURVEY_BYTES_MAX);
}

/* "/dev/sda1 1048576 536870912 ext4 clean words", tabs between. Returns 0; -1: that is no such line. */
static int take_part(struct px_capture *capture, char *line)
{
	struct px_capture_part *part;
	char *fields[6];
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		fields[i] = strsep(&line, "\t");
		if (!fields[i])
			return -1;
	}
	capture->parts = xrealloc_vector(capture->parts, 3, capture->count);
	part = &capture->parts[capture->count++];
	part->path = xstrdup(fields[0]);
	part->start_bytes = strtoull(fields[1], NULL, 10);
	part->size_bytes = strtoull(fields[2], NULL, 10);
	part->filesystem = xstrdup(fields[3]);
	part->verdict = xstrdup(fields[4]);
	part->words = xstrdup(fields[5]);
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct px_capture_part *x = a, *y = b;

	return (x->start_bytes > y->start_bytes) - (x->start_bytes < y->start_bytes);
}

static void take_parts(struct px_install *install)
{
	char *rest = install->fetch.output, *line;

	while (rest && (line = strsep(&rest, "\n")) != NULL)
		if (line[0] && take_part(install->capture, line) < 0)
			px_step_fail(install, PX_OTHER, "survey", "pxread says what nobody understands");
	if (install->capture->count)
		qsort(install->capture->parts, install->capture->count, sizeof(install->capture->parts[0]), by_start);
}

/* The first partition that speaks against an image. */
static void judge(struct px_install *install)
{
	const struct px_capture *capture = install->capture;
	unsigned i;

	for (i = 0; i < capture->count; i++) {
		const struct px_capture_part *part = &capture->parts[i];
		char *reason;

		if (index_in_strings("clean\0" "plain\0" "swap\0", part->verdict) >= 0
		 || (capture->raw && strcmp(part->verdict, "encrypted") == 0))
			continue;
		reason = xasprintf("%s (%s): %s", part->path, part->filesystem, part->words);
		px_step_fail(install, PX_TARGET, "survey", reason);
		free(reason);
	}
}

static void FAST_FUNC end_survey(struct px_install *install)
{
	const struct px_child *child = &install->fetch;

	if (child->status != 0 && (child->status != PX_TARGET || !child->output_bytes)) {
		fail(install, child, "survey");
		return;
	}
	take_parts(install);
	judge(install);
}

static const struct px_step step_survey = { start_survey, end_survey };

/* --- what is in use; partclone knows the filesystems, and need not be there */

static const char *mapper_of(const char *filesystem)
{
	static const char names[] ALIGN1 = "ext2\0" "ext3\0" "ext4\0" "XFS\0" "btrfs\0" "F2FS\0" "NTFS\0" "exFAT\0"
		"FAT12\0" "FAT16\0" "FAT32\0";
	static const char programs[] ALIGN1 = "partclone.ext2\0" "partclone.ext3\0" "partclone.ext4\0" "partclone.xfs\0"
		"partclone.btrfs\0" "partclone.f2fs\0" "partclone.ntfs\0" "partclone.exfat\0" "partclone.fat\0"
		"partclone.fat\0" "partclone.fat\0";
	int i = index_in_strings(names, filesystem);

	return i >= 0 ? nth_string(programs, i) : NULL;
}

/* The next partition that a map can be made of. NULL: none. */
static const char *next_mapper(struct px_capture *capture)
{
	for (; capture->mapping < capture->count; capture->mapping++) {
		const char *program = mapper_of(capture->parts[capture->mapping].filesystem);

		if (program && executable_exists(program))
			return program;
	}
	return NULL;
}

static int run_mapper(struct px_install *install, const char *program)
{
	struct px_capture *capture = install->capture;
	struct px_capture_part *part = &capture->parts[capture->mapping];
	char *offset = xasprintf("--offset_domain=%"OFF_FMT"u", part->start_bytes);
	char *path = xasprintf("%s/tmp/px.map.%u.%u", install->root, (unsigned)getpid(), capture->mapping);
	const char *argv[] = { program, "-q", "-D", "-L", "/dev/null", offset, "-s", part->path, "-O", path, NULL };
	int rc;

	unlink(path);
	rc = px_step_run(install, program, argv);
	part->map_path = path;
	free(offset);
	return rc;
}

static int FAST_FUNC start_map(struct px_install *install)
{
	struct px_capture *capture = install->capture;
	const char *program = capture->looked ? NULL : next_mapper(capture);
	char *problem;

	if (program) {
		px_step_stage(install, "map");
		return run_mapper(install, program);
	}
	if (!capture->looked) {
		problem = px_usedmap_make(capture, install->root);
		if (problem)
			px_step_warn(install, problem);
		free(problem);
	}
	capture->looked = 1;
	return 0;
}

static void FAST_FUNC end_map(struct px_install *install)
{
	struct px_capture *capture = install->capture;
	struct px_capture_part *part = &capture->parts[capture->mapping++];
	char *words;

	install->again = 1;
	if (install->run.status == 0)
		return;
	words = xasprintf("%s: %s cannot tell what is in use: all of it is read", part->path, install->run.name);
	px_step_warn(install, words);
	free(words);
	unlink(part->map_path);
	free(part->map_path);
	part->map_path = NULL;
}

static const struct px_step step_map = { start_map, end_map };

/* --- pxread DISK | pxsend URL */

static int start_read(struct px_install *install, int out_fd)
{
	struct px_capture *capture = install->capture;
	struct px_command command = { .count = 0 };

	px_command_add_words(&command, "pxread\0" "-q\0" "-p\0" "3\0" "-b\0");
	px_command_add(&command, capture->bmap_path);
	if (capture->map_path) {
		px_command_add(&command, "-m");
		px_command_add(&command, capture->map_path);
	}
	return start_command(&install->fetch, "pxread", &command, install->disk, -1, out_fd, 0);
}

static int FAST_FUNC start_save(struct px_install *install)
{
	struct px_capture *capture = install->capture;
	char *url;
	int data[2], rc;

	if (capture->look_only)
		return 0;
	if (px_child_pipe(data) != 0)
		return -1;
	capture->bmap_path = xasprintf("%s/tmp/px.bmap.%u", install->root, (unsigned)getpid());
	url = url_of(capture, ".img.zst");
	rc = start_child(&install->write, "pxsend\0" "-q\0" "-p\0" "3\0" "-c\0" "4\0", url, data[0], -1, 0);
	if (rc > 0)
		rc = start_read(install, data[1]);
	close(data[0]);
	close(data[1]);
	free(url);
	return rc;
}

static void FAST_FUNC end_save(struct px_install *install)
{
	struct px_capture *capture = install->capture;
	const struct px_child *cause = px_pipe_blame(install, 0);

	if (cause)
		px_step_fail(install, install->status, cause == &install->fetch ? "read" : "send", install->reason);
	capture->image_bytes = install->fetch.image_bytes;
	capture->need_bytes = install->fetch.need_bytes;
	capture->packed_bytes = install->write.progress.bytes;
}

static const struct px_step step_save = { start_save, end_save };

/* --- the block map, the stanza */

static int send_file(struct px_install *install, const char *path, const char *suffix)
{
	struct px_command command = { .count = 0 };
	char *url = url_of(install->capture, suffix);
	int rc;

	px_command_add_words(&command, "pxsend\0" "-q\0" "-p\0" "3\0" "-i\0");
	px_command_add(&command, path);
	px_child_free(&install->fetch);
	rc = start_command(&install->write, "pxsend", &command, url, -1, -1, 0);
	free(url);
	return rc;
}

static void FAST_FUNC end_send(struct px_install *install)
{
	if (install->write.status != 0)
		fail(install, &install->write, "send");
}

static int FAST_FUNC start_bmap(struct px_install *install)
{
	const struct px_capture *capture = install->capture;
	struct stat st;

	if (capture->look_only)
		return 0;
	if (stat(capture->bmap_path, &st) != 0)
		return -1;
	if (st.st_size > PX_BMAP_MAX_BYTES) {
		px_step_fail(install, PX_RESOURCE, "read", "the block map has more than 16 MiB, which no machine "
				"takes: make the image by hand (pxread -c, with larger frames)");
		return 0;
	}
	return send_file(install, capture->bmap_path, ".bmap");
}

static const struct px_step step_bmap = { start_bmap, end_send };

static char *stanza_text(const struct px_capture *capture, const char *bmap_hex)
{
	return xasprintf("Image: %s\nTitle: %s\nDescription: Saved from %s by PXE Imager %s.\n"
			"Source: %s.img.zst\nSize: %"OFF_FMT"u\nNeed: %"OFF_FMT"u\nBmap: %s.bmap\nBmap-SHA256: %s\n",
			capture->name, capture->name, capture->origin, px_version, capture->name,
			capture->image_bytes, capture->need_bytes, capture->name, bmap_hex);
}

/* 0; -1 with errno set. */
static int write_stanza(struct px_install *install)
{
	struct px_capture *capture = install->capture;
	size_t len_bytes = PX_BMAP_MAX_BYTES;
	char *bmap = xmalloc_open_read_close(capture->bmap_path, &len_bytes), *text, hex[65];
	uint8_t sum[32];
	int rc;

	if (!bmap)
		return -1;
	px_sha256_of(bmap, len_bytes, sum);
	free(bmap);
	*bin2hex(hex, (const char *)sum, 32) = '\0';
	text = stanza_text(capture, hex);
	capture->stanza_path = xasprintf("%s/tmp/px.stanza.%u", install->root, (unsigned)getpid());
	rc = px_usedmap_save(capture->stanza_path, text);
	free(text);
	return rc;
}

static int FAST_FUNC start_stanza(struct px_install *install)
{
	struct px_capture *capture = install->capture;

	if (capture->look_only)
		return 0;
	if (!capture->image_bytes || !capture->need_bytes) {
		px_step_fail(install, PX_OTHER, "read", "pxread has not said how large the image is");
		return 0;
	}
	return write_stanza(install) < 0 ? -1 : send_file(install, capture->stanza_path, ".stanza");
}

static const struct px_step step_stanza = { start_stanza, end_send };

/* --- the whole */

static const struct px_step *const steps[] = {
	&step_name, &step_survey, &step_map, &step_save, &step_bmap, &step_stanza,
};

const struct px_plan px_capture_plan = {
	steps, ARRAY_SIZE(steps), ARRAY_SIZE(steps), "name\0survey\0map\0read\0send\0send\0",
};

char* FAST_FUNC px_capture_describe(const struct px_capture *capture, const char *disk)
{
	return xasprintf("pxread -n -- %s; pxread -b BMAP -m MAP -- %s | pxsend -- %s%s.img.zst; .bmap; .stanza", disk,
			disk, capture->url, capture->name);
}

static void forget_file(char **path)
{
	if (*path)
		unlink(*path);
	free(*path);
	*path = NULL;
}

void FAST_FUNC px_capture_free(struct px_capture *capture)
{
	unsigned i;

	for (i = 0; i < capture->count; i++) {
		struct px_capture_part *part = &capture->parts[i];

		forget_file(&part->map_path);
		free(part->path);
		free(part->filesystem);
		free(part->verdict);
		free(part->words);
	}
	free(capture->parts);
	forget_file(&capture->map_path);
	forget_file(&capture->bmap_path);
	forget_file(&capture->stanza_path);
	memset(capture, 0, sizeof(*capture));
}
