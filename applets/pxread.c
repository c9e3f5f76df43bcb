/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxread: makes an image of a disk, or of another image: zstd frames that stand alone, a seek table, a block map.
 *
 * The source is opened for reading only. What is written has its final name when all of it is right, and not before.
 */
//applet:IF_PX_READ(APPLET(pxread, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_READ) += pxread.o
//usage:#define pxread_trivial_usage
//usage:       "[-q2H] [-l LEVEL] [-c FRAME] [-m MAP]... [-p FD] [-b BMAP] [-o FILE] SOURCE\n"
//usage:       "or: pxread -n SOURCE"
//usage:#define pxread_full_usage "\n\n"
//usage:       "Make an image of SOURCE, a disk, a raw image or one that pxwrite decodes: zstd frames\n"
//usage:       "with a seek table, to stdout\n"
//usage:     "\n	-o FILE		To FILE; stdout gets what a catalog says of it: Size, Need, ..."
//usage:     "\n	-b BMAP		Write a block map, too: a range and its SHA-256 for each frame in use"
//usage:     "\n	-m MAP		Only what MAP (ddrescue's, partclone's) says is in use, and the first MiB;"
//usage:     "\n			the rest is zeros"
//usage:     "\n	-2		Read SOURCE twice and compare"
//usage:     "\n	-H		Print the SHA-256 of the whole, too"
//usage:     "\n	-n		Only say what lies in each partition (name, start, bytes, filesystem,"
//usage:     "\n			state, why not), and whether that can be taken as it lies"
//usage:     "\n	-l LEVEL	Of zstd, 1 to 4 or 16 to 22 (default 3)"
//usage:     "\n	-c FRAME	Bytes a frame (default 512k; 1M from 64 GiB on)"
//usage:     "\n	-q		Quiet"
//usage:     "\n	-p FD		Write progress lines to FD, at the end size= and need="
//usage:     "\n"
//usage:     "\nExit status: 0 done, 2 usage, 3 cannot read or write, 9 no image, or it changed,"
//usage:     "\n10 in use, or (-n) dirty, hibernated, encrypted, a RAID's, 11 no memory, 130 aborted"
#include "libbb.h"
#include "lib/fd.h"
#include "lib/progress.h"
#include "lib/state.h"
#include "read/encode.h"
#include "read/origin.h"
#include "read/seektable.h"
#include "read/survey.h"
#include "verify/failmark.h"
#include "verify/sha256.h"

enum {
	OPT_QUIET = 1 << 0,
	OPT_TWICE = 1 << 1,
	OPT_HASH = 1 << 2,
	OPT_LOOK = 1 << 3,
	BLOCK_BYTES = 4096,
	FRAME_BYTES = 512 << 10,
	FRAME_BYTES_MIN = 64 << 10,
	FRAME_BYTES_MAX = 64 << 20,
	FRAMES_WANTED = 1 << 17,   /* at most, unless -c says otherwise: the map of so many has 14 MiB */
	FRAMES_MAX = 1 << 18,      /* of a block map that pxwrite takes */
	LEVEL = 3,
	LEVEL_MAX = 22,
	LEVEL_GAP = 5, LEVEL_GAP_END = 16, /* kbuild/libraries.sh leaves their strategies out */
};

struct globals {
	unsigned opts;
	int level;
	size_t frame_bytes;        /* 0: by the size */
	llist_t *maps;
	const char *bmap_path;
	struct px_origin origin;
	struct px_used used;
	struct px_extent extent;
	struct px_encoder *encoder;
	struct px_part image, bmap;
	struct px_progress progress;
	int progress_fd;
	smallint begun;            /* there may be something to remove */
	uint8_t bmap_sha256[32];
};
#define G (*ptr_to_globals)

/* --- ends */

static void remove_parts(void)
{
	px_part_remove(&G.image);
	px_part_remove(&G.bmap);
	if (G.begun && !G.image.path)
		px_failmark_write(STDOUT_FILENO);
}

static const char *why(void)
{
	switch (xfunc_error_retval) {
	case PX_USAGE:
		return "usage";
	case PX_IO:
		return G.image.failed || G.bmap.failed ? "output" : "disk";
	case PX_DATA:
		return "image";
	case PX_TARGET:
		return "refused";
	case PX_RESOURCE:
		return "memory";
	}
	return "other";
}

/* BusyBox calls it at every end, the good one too. */
static void at_end(void)
{
	if (xfunc_error_retval == PX_OK)
		return;
	remove_parts();
	px_state_line(G.progress_fd, "why", why());
}

static void on_signal(int sig UNUSED_PARAM)
{
	remove_parts();
	full_write(STDERR_FILENO, "\npxread: aborted\n", 17);
	px_state_line(G.progress_fd, "why", "aborted");
	_exit(PX_ABORTED);
}

/* --- options */

static void parse_options(char **argv)
{
	char *level = NULL, *frame = NULL, *fd = NULL, *image = NULL, *bmap = NULL;

	G.opts = getopt32(argv, "^q2Hnl:c:m:*p:b:o:" "\0" "=1", &level, &frame, &G.maps, &fd, &bmap, &image);
	G.origin.path = argv[optind];
	G.image.path = image;
	G.bmap_path = bmap;
	G.progress_fd = fd ? px_fd_parse(fd) : -1;
	if (fd && G.progress_fd < 0)
		bb_perror_msg_and_die("-p %s", fd);
	G.level = level ? xatou_range(level, 1, LEVEL_MAX) : LEVEL;
	if (G.level >= LEVEL_GAP && G.level < LEVEL_GAP_END)
		bb_error_msg_and_die("-l %d: levels %u to %u are not built in: %u is faster, %u smaller",
				G.level, LEVEL_GAP, LEVEL_GAP_END - 1, LEVEL_GAP - 1, LEVEL_GAP_END);
	G.frame_bytes = frame ? xatoul_range_sfx(frame, FRAME_BYTES_MIN, FRAME_BYTES_MAX, kmg_i_suffixes) : 0;
	if (G.frame_bytes % BLOCK_BYTES)
		bb_error_msg_and_die("-c %s: not a multiple of 4k", frame);
	if (!image && !(G.opts & OPT_LOOK) && isatty(STDOUT_FILENO))
		bb_simple_error_msg_and_die("an image is nothing for a terminal: -o FILE");
}

/* A frame more is a range more in the block map, which has a limit. */
static void choose_frame(void)
{
	if (G.frame_bytes)
		return;
	G.frame_bytes = FRAME_BYTES;
	while (G.origin.size_bytes >= (off_t)G.frame_bytes * FRAMES_WANTED)
		G.frame_bytes *= 2;
}

/* --- reading */

static enum px_status load_maps(void)
{
	enum px_status status = PX_OK;
	llist_t *map;

	if (!G.maps)
		px_origin_holes(&G.origin, &G.used);
	else if (G.origin.size_bytes < 0) {
		bb_simple_error_msg("-m: only for a disk or a raw image");
		return PX_USAGE;
	}
	for (map = G.maps; map && status == PX_OK; map = map->link)
		status = px_used_map(&G.used, map->data, G.origin.size_bytes);
	if (G.maps)
		px_used_add(&G.used, 0, PX_HEAD_BYTES); /* the partition table is no filesystem's */
	px_used_sort(&G.used);
	return status;
}

/* The image's first bytes: is it one, and where does a backup GPT lie, which no map of a filesystem has. */
static enum px_status look(const uint8_t *data, size_t len_bytes)
{
	struct px_volume kind;

	px_volume_look(&kind, data, len_bytes);
	if (kind.refuse) {
		bb_error_msg("%s: this is %s, no disk image: %s", G.origin.path, kind.refuse, kind.remedy);
		return PX_DATA;
	}
	px_extent_look(&G.extent, data, len_bytes);
	px_encoder_set_extent(G.encoder, &G.extent);
	if (G.maps && G.extent.backup_end_bytes) {
		px_used_add(&G.used, G.extent.backup_bytes, G.extent.backup_end_bytes);
		px_used_sort(&G.used);
	}
	return PX_OK;
}

/* One frame from offset_bytes on: *len_bytes of it, 0 at the end. */
static enum px_status read_frame(uint8_t *data, off_t offset_bytes, size_t *len_bytes, int *mapped)
{
	ssize_t n = G.frame_bytes;

	if (G.origin.size_bytes >= 0)
		n = MIN(G.origin.size_bytes - offset_bytes, n);
	*mapped = px_used_any(&G.used, offset_bytes, offset_bytes + n);
	if (n > 0 && *mapped) {
		n = px_origin_read(&G.origin, data, n, offset_bytes);
		if (n < 0)
			return G.origin.status;
		px_used_clear(&G.used, data, n, offset_bytes);
	} else if (n > 0 && offset_bytes == 0)
		memset(data, 0, n); /* a hole is not read, but the first frame is looked at */
	*len_bytes = n;
	return offset_bytes == 0 && n > 0 ? look(data, n) : PX_OK;
}

static enum px_status too_many_frames(void)
{
	bb_error_msg("%s: more than %u frames of %u bytes: no block map has so many: -c with more",
			G.origin.path, FRAMES_MAX, (unsigned)G.frame_bytes);
	return PX_USAGE;
}

static enum px_status read_all(void)
{
	enum px_status status = PX_OK;
	off_t offset_bytes = 0;
	size_t len_bytes = G.frame_bytes;
	uint8_t *data;
	int mapped;

	while (len_bytes == G.frame_bytes && (data = px_encoder_buffer(G.encoder)) != NULL) {
		status = read_frame(data, offset_bytes, &len_bytes, &mapped);
		if (status == PX_OK && G.bmap_path && offset_bytes / (off_t)G.frame_bytes == FRAMES_MAX && len_bytes)
			status = too_many_frames();
		if (status != PX_OK || !len_bytes)
			break;
		px_encoder_put(G.encoder, len_bytes, mapped);
		offset_bytes += len_bytes;
		px_progress_update(&G.progress, offset_bytes);
	}
	if (status == PX_OK)
		status = px_encoder_finish(G.encoder);
	if (status == PX_OK && !offset_bytes) {
		bb_error_msg("%s: empty: no image", G.origin.path);
		status = PX_DATA;
	}
	return status;
}

/* --- once more */

static enum px_status compare_frame(const struct px_frame *frame, uint8_t *data, off_t offset_bytes)
{
	enum px_status status;
	uint8_t sum[32];
	size_t len_bytes;
	int mapped;

	status = read_frame(data, offset_bytes, &len_bytes, &mapped);
	if (status != PX_OK)
		return status;
	px_sha256_of(data, len_bytes, sum);
	if (len_bytes == frame->len_bytes && memcmp(sum, frame->sha256, 32) == 0)
		return PX_OK;
	bb_error_msg("%s: read twice, and not the same at %"OFF_FMT"u: it changes, or does not read well",
			G.origin.path, offset_bytes);
	return PX_DATA;
}

/* Of a disk always the ends, where the tables are; with -2 everything that is in use. */
static enum px_status compare(void)
{
	size_t count, i;
	const struct px_frame *frames = px_encoder_frames(G.encoder, &count);
	uint8_t *data = aligned_alloc(BLOCK_BYTES, G.frame_bytes);
	enum px_status status = PX_OK;

	if (!data)
		bb_die_memory_exhausted();
	if (px_origin_again(&G.origin) != 0)
		status = G.origin.status;
	px_progress_init(&G.progress, "compare", px_encoder_image_bytes(G.encoder), G.progress_fd,
			!!(G.opts & OPT_QUIET));
	for (i = 0; i < count && status == PX_OK; i++) {
		if (frames[i].mapped && ((G.opts & OPT_TWICE) || i == 0 || i == count - 1))
			status = compare_frame(&frames[i], data, (off_t)i * G.frame_bytes);
		px_progress_update(&G.progress, (off_t)i * G.frame_bytes);
	}
	px_progress_end(&G.progress, (off_t)i * G.frame_bytes);
	free(data);
	return status;
}

/* --- the whole */

static enum px_status write_bmap(void)
{
	size_t count;
	const struct px_frame *frames = px_encoder_frames(G.encoder, &count);
	char *text;
	int failed;

	if (!G.bmap_path)
		return PX_OK;
	text = px_bmap_make(frames, count, G.frame_bytes, px_encoder_image_bytes(G.encoder));
	px_sha256_of(text, strlen(text), G.bmap_sha256);
	failed = px_part_write(&G.bmap, text, strlen(text));
	free(text);
	return failed ? PX_IO : PX_OK;
}

/* Both are complete on the disk before the first has its name. */
static enum px_status name_parts(void)
{
	if (px_part_sync(&G.image) != 0 || (G.bmap_path && px_part_sync(&G.bmap) != 0))
		return PX_IO;
	if (px_part_name(&G.image) != 0 || (G.bmap_path && px_part_name(&G.bmap) != 0))
		return PX_IO;
	return PX_OK;
}

static void say_sum(const char *name, const uint8_t *sum)
{
	char hex[65];

	*bin2hex(hex, (const char *)sum, 32) = '\0';
	printf("%s: %s\n", name, hex);
}

static void say_number(const char *keyword, off_t bytes)
{
	char text[sizeof(off_t) * 3];

	sprintf(text, "%"OFF_FMT"u", bytes);
	px_state_line(G.progress_fd, keyword, text);
}

static enum px_status say_fields(int on_stdout)
{
	off_t image_bytes = px_encoder_image_bytes(G.encoder);
	off_t need_bytes = px_extent_need(&G.extent, px_encoder_used_bytes(G.encoder), image_bytes);

	say_number("size", image_bytes);
	say_number("need", need_bytes);
	if (!on_stdout)
		return PX_OK;
	printf("Size: %"OFF_FMT"u\nNeed: %"OFF_FMT"u\n", image_bytes, need_bytes);
	if (G.bmap_path)
		say_sum("Bmap-SHA256", G.bmap_sha256);
	if (G.opts & OPT_HASH)
		say_sum("SHA256", px_encoder_sha256(G.encoder));
	if (fflush(stdout) == 0)
		return PX_OK;
	bb_simple_perror_msg("standard output");
	return PX_IO;
}

static enum px_status open_parts(const char *image_path)
{
	const struct stat *source = G.origin.is_disk ? NULL : &G.origin.st;
	enum px_status status = px_part_open(&G.image, image_path, source);

	if (status == PX_OK && G.bmap_path)
		status = px_part_open(&G.bmap, G.bmap_path, source);
	G.begun = status == PX_OK;
	return status;
}

static enum px_status look_only(void)
{
	if (px_origin_open(&G.origin, G.origin.path) != 0)
		return G.origin.status;
	if (G.origin.size_bytes >= 0)
		return px_survey_print(&G.origin, stdout);
	bb_error_msg("-n: %s: only for a disk or a raw image", G.origin.path);
	return PX_USAGE;
}

static enum px_status run(void)
{
	const char *path = G.origin.path, *image_path = G.image.path;
	enum px_status status;

	if (px_origin_open(&G.origin, path) != 0)
		return G.origin.status;
	status = load_maps();
	if (status == PX_OK)
		status = open_parts(image_path);
	if (status != PX_OK)
		return status;
	choose_frame();
	G.encoder = px_encoder_open(G.frame_bytes, G.level, !!(G.opts & OPT_HASH), &G.image);
	if (!G.encoder)
		return PX_RESOURCE;
	px_progress_init(&G.progress, "read", MAX(G.origin.size_bytes, 0), G.progress_fd, !!(G.opts & OPT_QUIET));
	status = read_all();
	px_progress_end(&G.progress, px_encoder_image_bytes(G.encoder));
	if (status == PX_OK && (G.origin.is_disk || (G.opts & OPT_TWICE)))
		status = compare();
	if (status == PX_OK && px_origin_unchanged(&G.origin) != 0)
		status = G.origin.status;
	if (status == PX_OK)
		status = write_bmap();
	if (status == PX_OK)
		status = name_parts();
	if (status == PX_OK)
		status = say_fields(image_path != NULL);
	return status;
}

int pxread_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxread_main(int argc UNUSED_PARAM, char **argv)
{
	enum px_status status;

	SET_PTR_TO_GLOBALS(xzalloc(sizeof(G)));
	G.progress_fd = -1;
	px_fd_keep_standard();
	xfunc_error_retval = PX_USAGE;
	parse_options(argv);
	die_func = at_end;
	xfunc_error_retval = PX_OTHER;
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of write */
	bb_signals((1 << SIGINT) + (1 << SIGTERM) + (1 << SIGHUP), on_signal);
	status = (G.opts & OPT_LOOK) ? look_only() : run();
	if (ENABLE_FEATURE_CLEAN_UP) {
		px_encoder_close(G.encoder);
		px_origin_close(&G.origin);
		px_used_free(&G.used);
	}
	return status;
}
