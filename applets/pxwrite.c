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
//usage:       "[-nqfkgV] [-s BYTES [-N BYTES]] [-H sha256:HEX [-w]]\n"
//usage:       "	[-b BMAP [-B]" IF_PX_WRITE_MISSING(" [-u FD]") "]\n"
//usage:       "	[-m BYTES] [-p FD] [-c FD [-P]] [-d IDENTITY] [-e MACHINE]\n"
//usage:       "	[-i FILE] DISK\n"
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
//usage:     "\n	-N BYTES	Up to the last byte in use (Need): so small may DISK be"
//usage:     "\n	-H sha256:HEX	Hash of the image, decoded; not computed where -B or -P proves it"
//usage:     "\n	-w		Compute it all the same"
//usage:     "\n	-b BMAP		Block map of the image: its size and checksums"
//usage:     "\n	-B		BMAP is vouched for: it proves the image, each range before it is written"
//usage:     "\n	-m BYTES	Memory the decoder may take (default: a quarter of RAM)"
//usage:     "\n	-p FD		Write progress lines to FD"
//usage:     "\n	-c FD		Write no table and no boot sector before FD says: commit"
//usage:     "\n	-P		Who says so has then held what I read against its hash: where it has"
//usage:     "\n			checksums of its own, that proves the image"
//usage:     "\n	-d IDENTITY	Refuse any DISK but this one: diskseq=,serial=,wwn=,size= (see -l DISK)"
//usage:     "\n	-e MACHINE	What is to start from DISK: bios, uefi, secure (UEFI with Secure Boot), any"
//usage:     "\n			(do not ask); default: this machine, if DISK is built in"
//usage:	IF_PX_WRITE_MISSING(
//usage:     "\n	-u FD		With -b: ask on FD for what DISK has not got yet, read that from"
//usage:     "\n			stdin (the other side is pxfetch -R); implies -B"
//usage:	)
//usage:     "\n	-i FILE		Read FILE instead of stdin"
//usage:     "\n"
//usage:     "\nExit status: 0 written and verified, 2 usage, 3 disk error, 9 bad image,"
//usage:     "\n10 DISK refused (untouched), 11 decoder needs more than -m, 130 aborted"
#include "libbb.h"
#include <sys/sysinfo.h>
#include "write/blkwrite.h"
#include "write/deliver.h"
#include "write/input.h"
#include "write/judge.h"
#include "write/missing.h"
#include "write/proof.h"
#include "write/target.h"
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
	OPT_SOURCE_PROVEN = 1 << 9,
	OPT_WHOLE = 1 << 10,
	OPT_MISSING = 1 << 20,
	OPTS_OF_DISK = OPT_DRY | OPT_FORCE | OPT_KNOWN | OPT_GROW | OPT_NO_READBACK | OPT_CLEAR | OPT_WHOLE,
};

struct globals {
	unsigned opts;
	const char *path;
	size_t memory_bytes;
	const char *input;
	struct px_bmap *bmap;
	struct px_target target;
	struct px_blkwrite w;
	smallint to_stdout;        /* DISK is -: no disk, no state */
	int ask_fd;                /* -u */
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
	if (G.target.why)
		return G.target.why;
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

static void die_with(enum px_status status)
{
	xfunc_error_retval = status;
	xfunc_die();
}

/* All that proves the image. bmap: NULL: none. Nothing but -B says where the map comes from: pximenu gives it for a
 * map whose SHA-256 the catalog has; and -P where pxfetch holds the file against Source-SHA256. */
static void parse_proof(const char *hash, const char *bmap)
{
	enum px_status status = PX_OK;

	if (hash && px_digest_parse(&G.w.digest, hash) < 0)
		bb_error_msg_and_die("-H %s: not sha256: and 64 hexadecimal digits", hash);
	if ((G.opts & OPT_VOUCHED) && !bmap)
		bb_simple_error_msg_and_die("-B: no block map (-b) to vouch for");
	if ((G.opts & OPT_SOURCE_PROVEN) && G.w.commit_fd < 0)
		bb_simple_error_msg_and_die("-P: nobody says that the file was right (-c)");
	G.w.bmap_vouched = !!(G.opts & (OPT_VOUCHED | OPT_MISSING));
	G.w.source_proven = !!(G.opts & OPT_SOURCE_PROVEN);
	G.w.whole = !!(G.opts & OPT_WHOLE);
	if (bmap) {
		G.w.bmap = G.bmap = px_bmap_load(bmap, &status);
		if (!G.bmap)
			die_with(status);
	}
	status = px_proof_settle(&G.w, bmap);
	if (status != PX_OK)
		die_with(status);
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

	if (px_identity_parse(&G.target.identity, identity, &wrong) < 0)
		bb_error_msg_and_die("-d %s: %s", identity, wrong);
	G.target.identity_known = 1;
}

/* Nothing is held against "any". The processor is always this machine's. */
static void parse_machine(const char *name)
{
	struct px_platform *machine = &G.target.machine;
	int i = name ? index_in_strings("any\0bios\0uefi\0secure\0", name) : 0;

	if (i < 0)
		bb_error_msg_and_die("-e %s: not one of bios, uefi, secure, any", name);
	px_platform_look(machine, NULL);
	if (!name)
		return;
	G.target.machine_known = 1;
	machine->firmware = i == 0 ? PX_FIRMWARE_UNKNOWN : i == 1 ? PX_FIRMWARE_BIOS : PX_FIRMWARE_UEFI;
	machine->secure = i == 3;
}

/* Who gives a block map that decides what of the disk stays vouches for it. */
static void parse_missing(const char *fd)
{
	G.ask_fd = px_fd_parse(fd);
	if (G.ask_fd < 0)
		bb_perror_msg_and_die("-u %s", fd);
	if (!G.bmap || (G.opts & (OPT_DRY | OPT_CLEAR)))
		bb_simple_error_msg_and_die("-u: needs a block map (-b), and goes neither with -n nor with -z");
}

/* How much of the image must fit, which says nothing without how long it is. */
static void parse_need(const char *need)
{
	off_t need_bytes = xatoull_range_sfx(need, 1, INT64_MAX, kmg_i_suffixes);

	if (G.w.image_bytes < 0)
		bb_simple_error_msg_and_die("-N: give the size of the image, too (-s or -b)");
	G.w.need_bytes = MIN(need_bytes, G.w.image_bytes);
}

static void parse_options(char **argv)
{
	char *size = NULL, *hash = NULL, *bmap = NULL, *memory = NULL, *fd = NULL, *input = NULL;
	char *commit = NULL, *identity = NULL, *machine = NULL, *need = NULL, *ask = NULL;

	G.opts = getopt32(argv, "^nqfgVlzBkPws:H:b:m:p:i:c:d:e:" IF_PX_WRITE_MISSING("u:") "N:" "\0" "?1", &size, &hash,
			&bmap, &memory, &fd, &input, &commit, &identity, &machine, IF_PX_WRITE_MISSING(&ask,)
			&need);
	argv += optind;
	if (!argv[0] && !(G.opts & OPT_LIST))
		bb_show_usage();
	G.path = argv[0];
	G.target.path = G.path;
	G.target.dry = !!(G.opts & OPT_DRY);
	G.target.force = !!(G.opts & OPT_FORCE);
	G.to_stdout = !(G.opts & OPT_LIST) && LONE_DASH(G.path);
	G.input = input;
	G.w.image_bytes = size ? (off_t)xatoull_range_sfx(size, 1, INT64_MAX, kmg_i_suffixes) : -1;
	G.memory_bytes = memory ? xatoul_sfx(memory, kmg_i_suffixes) : quarter_of_ram();
	parse_progress(fd);
	if (!(G.opts & OPT_LIST))
		begin_to_say();
	parse_commit(commit);
	parse_machine(machine);
	if (identity)
		parse_identity(identity);
	parse_proof(hash, bmap);
	if (ask)
		parse_missing(ask);
	if (need && !ask) /* with -u all of the image must fit: its ranges are asked for by their place */
		parse_need(need);
}

/* pxwrite -l DISK: what -d takes. The columns of the list are a contract and have no room for it. */
static int say_identity(void)
{
	enum px_status status;
	char *identity;

	G.target.disk = px_disk_get(NULL, G.path, PX_DISK_FILES | PX_DISK_NO_DATA, &status);
	if (!G.target.disk)
		return status;
	identity = px_identity_print(G.target.disk);
	puts(identity);
	free(identity);
	px_disk_free(G.target.disk);
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

/* --- the order of events */

/* With -u it is known here whether the image comes in parts or as a whole, after all. */
static enum px_status open_image(void)
{
	enum px_status status;
	int whole = 0;

	if (!ENABLE_PX_WRITE_MISSING || !(G.opts & OPT_MISSING))
		return px_input_open(&G.w, G.input, G.memory_bytes, 1);
	status = px_input_source(&G.w, G.input);
	if (status != PX_OK)
		return status;
	G.w.missing = px_missing_open(&G.w, G.ask_fd, G.memory_bytes);
	status = px_missing_look(G.w.missing, &whole);
	if (status != PX_OK || !whole)
		return status;
	px_missing_free(G.w.missing);
	G.w.missing = NULL;
	return px_input_decode(&G.w, G.memory_bytes, 1);
}

static enum px_status look_at_image(void)
{
	static const struct px_digest no_digest; /* blkwrite hashes, in a thread of its own */

	if (G.w.missing)
		return PX_OK; /* px_missing_look has seen its first MiB */
	G.w.image = px_check_open(G.w.image, "the image", G.w.image_bytes, &no_digest);
	return px_blkwrite_look(&G.w);
}

static void say_plan(void)
{
	printf("image: %s, %s", G.w.format ? G.w.format : "raw", G.w.kind.words);
	if (G.w.image_bytes >= 0)
		printf(", %"OFF_FMT"u bytes", G.w.image_bytes);
	printf("\ndisk: %s, %"OFF_FMT"u bytes, %u-byte sectors, holds %s\n", G.path, G.target.dev.size_bytes,
			G.target.dev.sector_bytes, G.target.disk->data ? G.target.disk->data : "nothing");
	fflush_all();
}

static enum px_status run(void)
{
	off_t need_bytes = G.w.need_bytes ? G.w.need_bytes : MAX(G.w.image_bytes, 0);
	enum px_status status = px_target_open(&G.target, need_bytes);

	if (status == PX_OK)
		status = open_image();
	if (status == PX_OK)
		status = px_judge_source(&G.w, &G.target);
	if (status == PX_OK)
		status = look_at_image();
	if (status == PX_OK)
		status = px_judge_image(&G.w, &G.target, G.opts & OPT_KNOWN);
	if (status == PX_OK)
		status = px_blkwrite_fits(&G.w);
	if (status != PX_OK)
		return status;
	if (G.opts & OPT_DRY) {
		say_plan();
		return PX_OK;
	}
	G.w.read_behind = px_target_reads_behind(&G.target);
	G.w.read_all = px_target_may_be_forged(&G.target);
	return px_blkwrite_run(&G.w);
}

/* pxwrite -z: what scripts that make a disk bootable by themselves are framed with. */
static enum px_status clear(void)
{
	enum px_status status = px_target_open(&G.target, MAX(G.w.image_bytes, 0));

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

	if ((G.opts & OPTS_OF_DISK) || G.bmap || G.w.commit_fd >= 0 || G.target.identity_known
	 || G.target.machine_known || G.w.need_bytes)
		bb_simple_error_msg_and_die("- is no disk: "
				"-n, -f, -k, -g, -V, -z, -b, -c, -w, -d, -e and -N say nothing about it");
	status = px_input_open(&G.w, G.input, G.memory_bytes, 0);
	if (status != PX_OK)
		return status;
	G.w.image = px_check_open(G.w.image, "the image", G.w.image_bytes, &G.w.digest);
	return px_deliver(G.w.image, G.w.source, G.w.image_bytes, G.w.progress_fd, !!(G.opts & OPT_QUIET));
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
	G.w.dev = &G.target.dev;
	G.w.skip_readback = !!(G.opts & OPT_NO_READBACK);
	G.w.grow = !!(G.opts & OPT_GROW);
	status = (G.opts & OPT_CLEAR) ? clear() : run();
	if (ENABLE_FEATURE_CLEAN_UP) {
		px_blkwrite_free(&G.w);
		px_stream_close(G.w.image);
		px_disk_free(G.target.disk);
		px_bmap_free(G.bmap);
	}
	return status;
}
