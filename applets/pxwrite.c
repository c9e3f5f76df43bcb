/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxwrite: decodes an image and puts it on a disk, all of it or none of it.
 *
 * The pipeline is source -> decoder -> size check -> write/blkwrite, which hashes and writes. What is decided here is
 * whether to begin at all.
 */
//applet:IF_PX_WRITE(APPLET(pxwrite, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_WRITE) += pxwrite.o
//usage:#define pxwrite_trivial_usage
//usage:       "[-nqfkgV] [-s BYTES] [-H sha256:HEX] [-b BMAP [-B]] [-m BYTES] [-p FD] [-c FD]\n"
//usage:       "	[-d IDENTITY] [-i FILE] DISK\n"
//usage:       "or: pxwrite [-q] [-s BYTES] [-H sha256:HEX] [-m BYTES] [-p FD] [-i FILE] -\n"
//usage:       "or: pxwrite -z [-qf] [-p FD] [-d IDENTITY] DISK\n"
//usage:       "or: pxwrite -l [DISK]"
//usage:#define pxwrite_full_usage "\n\n"
//usage:       "Write an image (raw or compressed, told by its first bytes) from stdin to DISK,\n"
//usage:       "boot sector last, and read it back. DISK -: decode and prove it, to stdout\n"
//usage:     "\n	-l		List disks; with DISK: say which one that is (diskseq=,serial=,wwn=,size=)"
//usage:     "\n	-z		Only clear the first and the last MiB of DISK: it does not boot then"
//usage:     "\n	-n		Only say what would be done"
//usage:     "\n	-q		Quiet"
//usage:     "\n	-f		DISK may hold data"
//usage:     "\n	-k		The image must be known or proven all the same: -f is about DISK only"
//usage:     "\n	-g		Grow the last partition to the end of DISK"
//usage:     "\n	-V		Do not read DISK back"
//usage:     "\n	-s BYTES	Size of the image, decoded"
//usage:     "\n	-H sha256:HEX	Hash of the image, decoded"
//usage:     "\n	-b BMAP		Block map of the image: its size and checksums"
//usage:     "\n	-B		BMAP is vouched for: it proves the image, each range before it is written"
//usage:     "\n	-m BYTES	Memory the decoder may take (default: a quarter of RAM)"
//usage:     "\n	-p FD		Write progress lines to FD"
//usage:     "\n	-c FD		Write no table and no boot sector before FD says: commit"
//usage:     "\n	-d IDENTITY	Refuse any DISK but this one: diskseq=,serial=,wwn=,size= (see -l DISK)"
//usage:     "\n	-i FILE		Read FILE instead of stdin"
//usage:     "\n"
//usage:     "\nExit status: 0 written and verified, 2 usage, 3 disk error, 9 bad image,"
//usage:     "\n10 DISK refused (untouched), 11 decoder needs more than -m, 130 aborted"
#include "libbb.h"
#include <sys/sysinfo.h>
#include "write/blkwrite.h"
#include "decode/decode.h"
#include "write/deliver.h"
#include "disk/disk.h"
#include "disk/identity.h"
#include "disk/machine.h"
#include "write/pour.h"
#include "write/source.h"
#include "lib/fd.h"

enum {
	OPT_DRY = 1 << 0,
	OPT_QUIET = 1 << 1,
	OPT_FORCE = 1 << 2,
	OPT_GROW = 1 << 3,
	OPT_NO_READBACK = 1 << 4,
	OPT_LIST = 1 << 5,
	OPT_CLEAR = 1 << 6,
	OPT_VOUCHED = 1 << 7,
	OPT_KNOWN = 1 << 8,
	OPTS_OF_DISK = OPT_DRY | OPT_FORCE | OPT_KNOWN | OPT_GROW | OPT_NO_READBACK | OPT_CLEAR,
};

struct globals {
	unsigned opts;
	const char *path;
	size_t memory_bytes;
	off_t image_bytes;         /* what -s or -b say; -1: nothing */
	const char *input;
	const char *decoder;       /* name of the format, NULL: raw */
	struct px_disk *disk;
	struct px_bmap *bmap;
	struct px_blkdev dev;
	struct px_blkwrite w;
	struct px_identity identity;
	smallint identity_known;   /* -d */
	smallint to_stdout;        /* DISK is -: no disk, no state */
};
#define G (*ptr_to_globals)

static void say_state(void)
{
	bb_error_msg("%s: %s", G.path, px_state_words(G.w.state));
}

/* What -p says of a failure. What a step knows better (G.w.why) comes first; then that it was the input that failed:
 * whoever wrote that knows more. */
static const char *why(void)
{
	if (G.w.why)
		return G.w.why;
	if (G.w.source && G.w.source->status != PX_OK)
		return "input";
	switch (xfunc_error_retval) {
	case PX_USAGE:
		return "usage";
	case PX_IO:
		return G.to_stdout ? "output" : "disk";
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
static void say_end(void)
{
	if (!G.to_stdout && !(xfunc_error_retval == PX_OK && (G.w.quiet || (G.opts & OPT_CLEAR))))
		say_state();
	if (!G.to_stdout)
		px_state_line(G.w.progress_fd, "state", px_state_keyword(G.w.state));
	if (xfunc_error_retval != PX_OK)
		px_state_line(G.w.progress_fd, "why", why());
}

/* Nothing needs to be undone: the boot sector is not there yet. While it is cleared or written, signals are blocked.
 * Only calls that a handler may make. */
static void on_signal(int sig UNUSED_PARAM)
{
	const char *words = px_state_words(G.w.state);

	full_write(STDERR_FILENO, "\npxwrite: aborted: ", 19);
	full_write(STDERR_FILENO, words, strlen(words));
	full_write(STDERR_FILENO, "\n", 1);
	px_state_line(G.w.progress_fd, "state", px_state_keyword(G.w.state));
	px_state_line(G.w.progress_fd, "why", "aborted");
	_exit(PX_ABORTED);
}

static size_t quarter_of_ram(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return (uint64_t)info.totalram * info.mem_unit / 4;
}

/* From here on each end says what it leaves behind; until it is called nothing has been opened. */
static void begin_to_say(void)
{
	die_func = say_end;
	G.w.state = PX_STATE_UNTOUCHED;
	G.w.quiet = !!(G.opts & OPT_QUIET);
	if (G.to_stdout)
		return;
	signal(SIGPIPE, SIG_IGN); /* a reader of -p that went away is no reason to stop */
	px_state_line(G.w.progress_fd, "state", px_state_keyword(G.w.state));
}

/* The map of -b. It takes the place of -s, and with -B of -H. Nothing but -B says where the map comes from: pximenu
 * gives it for a map whose SHA-256 the catalog has. */
static void parse_bmap(const char *bmap)
{
	enum px_status status;

	G.bmap = px_bmap_load(bmap, &status);
	if (!G.bmap) {
		xfunc_error_retval = status;
		xfunc_die();
	}
	if (G.image_bytes >= 0 && G.image_bytes != G.bmap->image_bytes)
		bb_error_msg_and_die("%s is for an image of %"OFF_FMT"u bytes, -s says %"OFF_FMT"u", bmap,
				G.bmap->image_bytes, G.image_bytes);
	G.w.bmap_vouched = !!(G.opts & OPT_VOUCHED);
	if (G.w.bmap_vouched && (G.bmap->unchecked || G.bmap->kind != PX_BMAP_SHA256)) {
		if (!G.w.digest.known)
			bb_error_msg_and_die("-B: %s has ranges without a SHA-256: "
					"give the hash of the image, too (-H)", bmap);
		G.w.bmap_vouched = 0; /* it proves less than the hash does */
	}
	if (G.bmap->unchecked && !G.w.digest.known)
		bb_error_msg_and_die("%s has ranges without a checksum: give the hash of the image, too (-H)", bmap);
	G.image_bytes = G.bmap->image_bytes;
}

/* A number that is no open file is a mistake to be told now, not after the last byte. */
static void parse_commit(const char *commit)
{
	G.w.commit_fd = commit ? px_fd_parse(commit) : -1;
	if (commit && G.w.commit_fd < 0)
		bb_perror_msg_and_die("-c %s", commit);
}

/* Here, too: the disk would get that number, and the progress be written into it. */
static void parse_progress(const char *fd)
{
	G.w.progress_fd = fd ? px_fd_parse(fd) : -1;
	if (fd && G.w.progress_fd < 0)
		bb_perror_msg_and_die("-p %s", fd);
}

static void parse_identity(const char *identity)
{
	const char *wrong;

	if (px_identity_parse(&G.identity, identity, &wrong) < 0)
		bb_error_msg_and_die("-d %s: %s", identity, wrong);
	G.identity_known = 1;
}

static void parse_options(char **argv)
{
	char *size = NULL, *hash = NULL, *bmap = NULL, *memory = NULL, *fd = NULL, *input = NULL;
	char *commit = NULL, *identity = NULL;

	G.opts = getopt32(argv, "^nqfgVlzBks:H:b:m:p:i:c:d:" "\0" "?1", &size, &hash, &bmap, &memory, &fd, &input,
			&commit, &identity);
	argv += optind;
	if (!argv[0] && !(G.opts & OPT_LIST))
		bb_show_usage();
	G.path = argv[0];
	G.to_stdout = !(G.opts & OPT_LIST) && LONE_DASH(G.path);
	G.input = input;
	G.image_bytes = size ? (off_t)xatoull_range_sfx(size, 1, INT64_MAX, kmg_i_suffixes) : -1;
	if (size || hash || bmap)
		G.w.proof = (hash && (size || bmap)) || (bmap && (G.opts & OPT_VOUCHED))
				? PX_PROOF_WHOLE : PX_PROOF_PART;
	G.memory_bytes = memory ? xatoul_sfx(memory, kmg_i_suffixes) : quarter_of_ram();
	parse_progress(fd);
	if (!(G.opts & OPT_LIST))
		begin_to_say();
	if (hash && px_digest_parse(&G.w.digest, hash) < 0)
		bb_error_msg_and_die("-H %s: not sha256: and 64 hexadecimal digits", hash);
	parse_commit(commit);
	if (identity)
		parse_identity(identity);
	if (bmap)
		parse_bmap(bmap);
	else if (G.opts & OPT_VOUCHED)
		bb_simple_error_msg_and_die("-B: no block map (-b) to vouch for");
}

/* pxwrite -l DISK: what -d takes. The columns of the list are a contract and have no room for it. */
static int say_identity(void)
{
	enum px_status status;
	char *identity;

	G.disk = px_disk_get(NULL, G.path, PX_DISK_FILES | PX_DISK_NO_DATA, &status);
	if (!G.disk)
		return status;
	identity = px_identity_print(G.disk);
	puts(identity);
	free(identity);
	px_disk_free(G.disk);
	fflush_stdout_and_exit(EXIT_SUCCESS);
}

static int list_disks(void)
{
	struct px_disks *disks = px_disk_list(NULL, 0);
	unsigned i;

	for (i = 0; i < disks->count; i++)
		px_disk_print_list_line(disks->disk[i], stdout);
	if (disks->driverless)
		bb_error_msg("no driver here for the disk controller with PCI id %s", disks->driverless);
	px_disks_free(disks);
	fflush_stdout_and_exit(EXIT_SUCCESS);
}

/* --- the disk */

static enum px_status open_failed(int error)
{
	char *holder;

	if (error != EBUSY) {
		bb_error_msg("%s: cannot open: %s", G.path, strerror(error));
		return error == EACCES || error == EROFS || error == EPERM || error == ENOMEDIUM ? PX_TARGET : PX_IO;
	}
	holder = px_disk_holder(NULL, G.disk->name);
	bb_error_msg("%s: in use%s%s", G.path, holder ? ": " : "", holder ? holder : ": another program has it open");
	free(holder);
	return PX_TARGET;
}

/* need_bytes 0, sector_bytes 0: not known yet */
static enum px_status refuse_disk(off_t need_bytes, unsigned sector_bytes)
{
	struct px_disk_wish wish = {
		.need_bytes = need_bytes,
		.sector_bytes = sector_bytes,
		.named = 1,
		.may_hold_data = !!(G.opts & OPT_FORCE),
	};
	char *why = px_disk_refusal(G.disk, &wish);

	if (!why)
		return PX_OK;
	bb_error_msg("%s: %s", G.path, why);
	free(why);
	return PX_TARGET;
}

/* Whether the disk may be read while it is written. A disk with heads would lose time. A forged stick or card,
 * smaller than it says, overwrites its beginning later on: it must be read when all of it is written. */
static int reads_behind(const struct px_disk *disk)
{
	return !disk->rotational && !disk->removable && !disk->usb && strcmp(disk->transport, "mmc") != 0;
}

/* differs: malloced, what differs from -d; or NULL */
static enum px_status refuse_another(char *differs)
{
	if (!differs)
		return PX_OK;
	bb_error_msg("%s: this is another disk than the one that was chosen: %s", G.path, differs);
	free(differs);
	G.w.why = "identity";
	return PX_TARGET;
}

/* The disk is looked at before it is opened: an open for writing makes udev look at it, too, and hold it meanwhile. */
static enum px_status open_disk(void)
{
	enum px_status status = PX_OK;
	int error;

	G.disk = px_disk_get(NULL, G.path, PX_DISK_FILES, &status);
	if (!G.disk)
		return status;
	if (G.identity_known)
		status = refuse_another(px_identity_differs(&G.identity, G.disk));
	if (status == PX_OK)
		status = refuse_disk(MAX(G.image_bytes, 0), 0);
	if (status != PX_OK)
		return status;
	error = px_blkdev_open(&G.dev, G.path, G.opts & OPT_DRY);
	if (error)
		return open_failed(error);
	/* the path may have got another disk since the look: what is open now stays the same */
	if (G.identity_known && refuse_another(px_identity_differs_fd(&G.identity, G.dev.fd)) != PX_OK)
		return PX_TARGET;
	if (px_disk_ask(G.disk, G.dev.fd) < 0)
		return PX_IO;
	G.dev.sector_bytes = G.disk->sector_bytes;
	G.dev.size_bytes = G.disk->size_bytes / G.dev.sector_bytes * G.dev.sector_bytes;
	G.w.read_behind = reads_behind(G.disk) && !G.dev.is_file;
	return refuse_disk(MAX(G.image_bytes, 0), 0);
}

/* --- the image */

/* A raw image says nothing about its end: something else must. */
static enum px_status prove_raw_end(void)
{
	if (G.image_bytes < 0)
		G.image_bytes = px_source_size_bytes(G.w.source);
	if (G.image_bytes >= 0 || G.w.digest.known)
		return PX_OK;
	bb_simple_error_msg("a raw image from a pipe: its end proves nothing: give its size (-s) or hash (-H)");
	return PX_USAGE;
}

static enum px_status open_image(void)
{
	const struct px_decoder *decoder;
	const uint8_t *magic;
	ssize_t n;

	G.w.source = px_source_open(G.input, G.input ? G.input : "standard input");
	if (!G.w.source)
		return PX_IO;
	G.w.image = G.w.source;
	n = px_source_peek(G.w.source, &magic, PX_MAGIC_BYTES);
	if (n < 0)
		return G.w.source->status;
	decoder = px_decoder_find(magic, n);
	if (decoder) {
		struct px_decode_options options = {
			.memory_bytes = G.memory_bytes,
			.hashed = G.w.digest.known,
			.sized = G.w.proof != PX_PROOF_NONE,
			.proven = G.w.proof == PX_PROOF_WHOLE,
		};
		if (!G.to_stdout) {
			options.history_bytes = PX_POUR_HISTORY_BYTES;
			options.slack_bytes = PX_RING_SLACK_BYTES;
		}
		G.decoder = decoder->name;
		G.w.image = decoder->open(G.w.source, &options);
	} else if (n > 0) {
		enum px_status status = prove_raw_end();
		if (status != PX_OK)
			return status;
	}
	G.w.is_raw = !decoder;
	G.w.image_bytes = G.image_bytes;
	return PX_OK;
}

/* What is read would be overwritten before it is read. */
static enum px_status refuse_source(void)
{
	struct stat st;

	if (px_source_stat(G.w.source, &st) < 0 || !px_disk_is_source(NULL, G.disk, &st))
		return PX_OK;
	bb_error_msg("%s: the image is read from this very disk", G.path);
	return PX_TARGET;
}

static enum px_status look_at_image(void)
{
	static const struct px_digest no_digest; /* blkwrite hashes, in a thread of its own */

	G.w.image = px_check_open(G.w.image, "the image", G.image_bytes, &no_digest);
	return px_blkwrite_look(&G.w);
}

/* Other tools' images, archives, pages: by what they begin with or, where that can be looked at, end with. */
static enum px_status refuse_format(void)
{
	const struct px_volume *kind = &G.w.kind;
	uint8_t end[512];

	if (kind->refuse) {
		bb_error_msg("this is %s, no disk image: %s", kind->refuse, kind->remedy);
		return PX_DATA;
	}
	if (!G.decoder && G.w.proof != PX_PROOF_WHOLE && px_source_end(G.w.source, end, sizeof(end)) == 0)
		return px_blkwrite_refuse_end(end);
	return PX_OK;
}

/* What nothing here knows may be packed or encrypted in a way that nobody has heard of. */
static enum px_status refuse_doubtful(void)
{
	const struct px_volume *kind = &G.w.kind;

	if (!kind->doubtful)
		return PX_OK;
	if (G.w.proof != PX_PROOF_WHOLE && (G.opts & (OPT_FORCE | OPT_KNOWN)) != OPT_FORCE) {
		bb_error_msg("%s: no partition table, and no filesystem that is known here: if this is an image "
				"all the same, give its size (%s) and hash (%s)%s", kind->words,
				G.opts & OPT_KNOWN ? "Size" : "-s", G.opts & OPT_KNOWN ? "SHA256" : "-H",
				G.opts & OPT_KNOWN ? "" : ", or -f");
		return PX_DATA;
	}
	px_state_warn(G.w.progress_fd, G.w.quiet, "doubtful",
			"the image has no partition table and no filesystem that is known here: %s", kind->words);
	return PX_OK;
}

static void warn_of_table(void)
{
	const struct px_volume *kind = &G.w.kind;

	if (kind->table == PX_TABLE_BROKEN)
		px_state_warn(G.w.progress_fd, G.w.quiet, "table",
				"the image's partition table is broken: %s; it is written as it is",
				kind->broken);
	if (G.image_bytes >= 0 && kind->end_bytes > G.image_bytes + 511)
		px_state_warn(G.w.progress_fd, G.w.quiet, "beyond",
				"the image's last partition ends at byte %"OFF_FMT"u, %"OFF_FMT"u bytes behind "
				"the image: %s",
				kind->end_bytes, kind->end_bytes - G.image_bytes,
				kind->end_bytes - G.image_bytes > PX_OVERHANG_BYTES
					? "what the disk holds there stays" : "cleared");
}

/* Whether this machine will start from the image. A stick, a card, a file or a loop device is mostly meant for another
 * machine: of these it is only said when somebody asks (-n). */
static void warn_of_boot(void)
{
	const struct px_disk *disk = G.disk;
	int is_own = !disk->file && !disk->usb && !disk->removable && strcmp(disk->transport, "loop") != 0;
	struct px_boot boot;

	px_boot_look(&boot, &G.w.kind, G.w.head, G.w.head_bytes, px_machine_firmware(NULL));
	if (boot.keyword && (is_own || (G.opts & OPT_DRY)))
		px_state_warn(G.w.progress_fd, G.w.quiet, boot.keyword, "%s", boot.words);
}

/* What the first MiB says about image and disk together. */
static enum px_status refuse_image(void)
{
	const struct px_volume *kind = &G.w.kind;
	off_t need_bytes = MAX(G.image_bytes, kind->end_bytes);
	enum px_status status = refuse_format();

	if (status == PX_OK && G.image_bytes >= 0)
		status = px_blkwrite_whole(&G.w, G.image_bytes);
	if (status == PX_OK)
		status = refuse_doubtful();
	if (status != PX_OK)
		return status;
	if (G.w.proof == PX_PROOF_NONE)
		need_bytes = MAX(need_bytes, kind->filesystem_bytes);
	warn_of_table();
	warn_of_boot();
	return refuse_disk(need_bytes, kind->sector_bytes);
}

static void say_plan(void)
{
	printf("image: %s, %s", G.decoder ? G.decoder : "raw", G.w.kind.words);
	if (G.image_bytes >= 0)
		printf(", %"OFF_FMT"u bytes", G.image_bytes);
	printf("\ndisk: %s, %"OFF_FMT"u bytes, %u-byte sectors, holds %s\n", G.path, G.dev.size_bytes,
			G.dev.sector_bytes, G.disk->data ? G.disk->data : "nothing");
	fflush_all();
}

static enum px_status run(void)
{
	enum px_status status = open_disk();

	if (status == PX_OK)
		status = open_image();
	if (status == PX_OK)
		status = refuse_source();
	if (status == PX_OK)
		status = look_at_image();
	if (status == PX_OK)
		status = refuse_image();
	if (status == PX_OK)
		status = px_blkwrite_fits(&G.w);
	if (status != PX_OK)
		return status;
	if (G.opts & OPT_DRY) {
		say_plan();
		return PX_OK;
	}
	return px_blkwrite_run(&G.w);
}

/* pxwrite -z: what scripts that make a disk bootable by themselves are framed with. */
static enum px_status clear(void)
{
	enum px_status status = open_disk();

	if (status == PX_OK && !(G.opts & OPT_DRY))
		status = px_blkwrite_clear(&G.w);
	if (status == PX_OK && !G.w.quiet)
		say_state();
	return status;
}

/* pxwrite -: no disk here; a reader that goes away ends it (SIGPIPE). */
static enum px_status deliver(void)
{
	enum px_status status;

	if ((G.opts & OPTS_OF_DISK) || G.bmap || G.w.commit_fd >= 0 || G.identity_known)
		bb_simple_error_msg_and_die("- is no disk: -n, -f, -k, -g, -V, -z, -b, -c and -d say nothing about it");
	status = open_image();
	if (status != PX_OK)
		return status;
	G.w.image = px_check_open(G.w.image, "the image", G.image_bytes, &G.w.digest);
	return px_deliver(G.w.image, G.w.source, G.image_bytes, G.w.progress_fd, !!(G.opts & OPT_QUIET));
}

int pxwrite_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxwrite_main(int argc UNUSED_PARAM, char **argv)
{
	enum px_status status;

	SET_PTR_TO_GLOBALS(xzalloc(sizeof(G)));
	px_fd_keep_standard();
	xfunc_error_retval = PX_USAGE;
	parse_options(argv);
	if (G.to_stdout)
		return deliver();
	xfunc_error_retval = PX_OTHER;
	if (G.opts & OPT_LIST)
		return G.path ? say_identity() : list_disks();
	bb_signals((1 << SIGINT) + (1 << SIGTERM) + (1 << SIGHUP), on_signal);
	G.w.dev = &G.dev;
	G.w.bmap = G.bmap;
	G.w.skip_readback = !!(G.opts & OPT_NO_READBACK);
	G.w.grow = !!(G.opts & OPT_GROW);
	status = (G.opts & OPT_CLEAR) ? clear() : run();
	if (ENABLE_FEATURE_CLEAN_UP) {
		px_blkwrite_free(&G.w);
		px_stream_close(G.w.image);
		px_disk_free(G.disk);
		px_bmap_free(G.bmap);
	}
	return status;
}
