/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk on its way to be an image: what the steps of capture.h and the map of what is in use know together.
 */
#ifndef PX_CAPTURING_H
#define PX_CAPTURING_H 1

struct px_capture_part {
	char *path;                 /* /dev/sda1 */
	off_t start_bytes, size_bytes;
	char *filesystem;           /* "ext4", "-" */
	char *verdict;              /* a keyword of pxread -n */
	char *words;
	char *map_path;             /* which of its bytes are in use, from partclone; NULL: not known, all are read */
};

struct px_capture {
	/* set by the caller, not owned */
	const char *url;            /* the folder: http://SERVER/up/ */
	const char *name;           /* of the image: [a-z0-9][a-z0-9.+-]* */
	const char *origin;         /* where it comes from, for the description: printable ASCII */
	off_t disk_bytes;
	smallint raw;               /* px.capture.raw: encrypted partitions are saved as they lie */
	smallint look_only;         /* stop when it is known what is in use; a second run with 0 here saves it */
	/* kept by the steps */
	smallint looked;
	struct px_capture_part *parts; /* in the order of their starts */
	unsigned count, mapping;
	off_t used_bytes;           /* what will be read; -1: not known: all that is not zero */
	char *map_path, *bmap_path, *stanza_path;
	off_t image_bytes, need_bytes, packed_bytes;
};

#endif
