/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two children of a pipe, their command lines, and which of them failed first. See pipe.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += pipe.o

#include "libbb.h"
#include "disk/identity.h"
#include "lib/url.h"
#include "install/pipe.h"

enum { LONELY_MS = 1000 };

/* --- command lines */

void FAST_FUNC px_command_add(struct px_command *command, const char *word)
{
	command->argv[command->count++] = xstrdup(word);
}

void FAST_FUNC px_command_add_words(struct px_command *command, const char *words)
{
	for (; *words; words += strlen(words) + 1)
		px_command_add(command, words);
}

void FAST_FUNC px_command_free(struct px_command *command)
{
	while (command->count)
		free(command->argv[--command->count]);
}

/* Nothing when nobody knows what it must be. */
static void add_digest(struct px_command *command, const struct px_digest *digest)
{
	char hash[7 + 64 + 1];

	if (!digest->known)
		return;
	*bin2hex(stpcpy(hash, "sha256:"), (const char *)digest->sha256, 32) = '\0';
	px_command_add(command, "-H");
	px_command_add(command, hash);
}

/* Whether pxwrite knows by itself that the whole image is right: by its hash, or by a block map that pxfetch has held
 * against the catalog's. */
static int is_proven(const struct px_image *image)
{
	return image->digest.known || (image->bmap && image->bmap_digest.known);
}

/* What pxfetch is to hold the file against. Of a raw image the two sums are one, which pxwrite computes. */
static const struct px_digest *fetched_digest(const struct px_image *image)
{
	const struct px_digest *source = &image->source_digest, *digest = &image->digest;
	static const struct px_digest none;

	if (digest->known && memcmp(source->sha256, digest->sha256, sizeof(source->sha256)) == 0)
		return &none;
	return source;
}

/* A look at the first bytes is not worth much waiting. */
static void add_haste(struct px_command *command, const struct px_install *install)
{
	if (install->looking)
		px_command_add_words(command, "-t\0" "1\0" "-T\0" "5\0");
}

/* Need lets an image go onto a smaller disk, but then all of it must come: what lies behind the disk's end is looked
 * at. */
static int is_longer_than_disk(const struct px_install *install)
{
	struct px_identity identity;
	const char *wrong;
	int longer;

	if (!install->identity || install->image->need_bytes <= 0)
		return 0;
	longer = px_identity_parse(&identity, install->identity, &wrong) == 0 && identity.size_bytes > 0
		&& identity.size_bytes < install->image->size_bytes;
	px_identity_free(&identity);
	return longer;
}

/* Whether pxwrite may look for what the disk holds already: its block map, which pxfetch has held against the catalog's
 * sum, must prove each range. */
static int asks(const struct px_install *install, const char *disk)
{
	return ENABLE_PX_WRITE_MISSING && install->bmap_path && install->image->bmap_digest.known
		&& !install->no_delta && !install->looking && !LONE_DASH(disk) && !is_longer_than_disk(install);
}

/* proven: who reads knows the hash of the whole, so that parts may be joined without anything that proves them.
 * asked: what is to be fetched is asked for. digest: of the file as it comes. */
static void fetch_command(struct px_command *command, const struct px_install *install, char **urls, int proven,
		int asked, const struct px_digest *digest)
{
	memset(command, 0, sizeof(*command));
	px_command_add_words(command, "pxfetch\0" "-q\0" "-p\0" "3\0" "-O\0" "-\0");
	add_haste(command, install);
	if (asked)
		px_command_add_words(command, "-R\0" "5\0"); /* PX_CHILD_ASK_FD */
	if (proven)
		px_command_add(command, "-j");
	add_digest(command, digest);
	px_command_add(command, "--");
	for (; *urls; urls++)
		px_command_add(command, *urls);
}

/* The disk that was chosen, whatever has that name by now. */
static void add_identity(struct px_command *command, const struct px_install *install)
{
	if (!install->identity)
		return;
	px_command_add(command, "-d");
	px_command_add(command, install->identity);
}

/* Which of the proofs are enough is for pxwrite to say, which sees the block map and the file's format. */
static void add_proof(struct px_command *command, const struct px_install *install)
{
	const struct px_image *image = install->image;

	if (install->bmap_path) {
		px_command_add(command, "-b");
		px_command_add(command, install->bmap_path);
		if (image->bmap_digest.known) /* pxfetch has held the map against it */
			px_command_add(command, "-B");
		if (asks(install, install->disk))
			px_command_add_words(command, "-u\0" "5\0"); /* PX_CHILD_ASK_FD */
	}
	if (fetched_digest(image)->known) /* the word of -c is said when pxfetch has ended well */
		px_command_add(command, "-P");
	if (install->whole)
		px_command_add(command, "-w");
}

/* A disk that has as much as is in use will do. */
static void add_need(struct px_command *command, const struct px_image *image)
{
	char need[sizeof(off_t) * 3];

	if (image->size_bytes < 0 || image->need_bytes <= 0)
		return;
	sprintf(need, "%"OFF_FMT"u", image->need_bytes);
	px_command_add(command, "-N");
	px_command_add(command, need);
}

static void write_command(struct px_command *command, const struct px_install *install, const char *disk)
{
	const struct px_image *image = install->image;
	char size[sizeof(off_t) * 3];

	memset(command, 0, sizeof(*command));
	px_command_add_words(command, "pxwrite\0" "-q\0" "-p\0" "3\0");
	if (install->looking)
		px_command_add(command, "-n");
	if (!LONE_DASH(disk)) {
		px_command_add_words(command, "-c\0" "4\0"); /* PX_CHILD_WORD_FD */
		add_identity(command, install);
		/* -f, below, says that what the disk held may go, not that anything at all may be written */
		px_command_add(command, "-k");
	}
	if (image->size_bytes >= 0) {
		sprintf(size, "%"OFF_FMT"u", image->size_bytes);
		px_command_add(command, "-s");
		px_command_add(command, size);
	}
	add_digest(command, &image->digest);
	if (!LONE_DASH(disk)) {
		add_need(command, image);
		add_proof(command, install);
		if (image->grow)
			px_command_add(command, "-g");
		if (install->force)
			px_command_add(command, "-f");
		if (install->boot_any)
			px_command_add_words(command, "-e\0" "any\0");
	}
	px_command_add(command, "--");
	px_command_add(command, disk);
}

void FAST_FUNC px_command_clear(struct px_command *command, const struct px_install *install, int force)
{
	memset(command, 0, sizeof(*command));
	px_command_add_words(command, "pxwrite\0" "-z\0" "-q\0" "-p\0" "3\0");
	if (force)
		px_command_add(command, "-f");
	add_identity(command, install);
	px_command_add(command, "--");
	px_command_add(command, install->disk);
}

static void free_urls(char **urls)
{
	char **u;

	for (u = urls; *u; u++)
		free(*u);
	free(urls);
}

/* For the first bytes alone nobody waits until a room is sent to. */
static void drop_multicast(char **urls)
{
	char **kept = urls;

	for (; *urls; urls++) {
		if (px_url_is_multicast(*urls))
			free(*urls);
		else
			*kept++ = *urls;
	}
	*kept = NULL;
}

char** FAST_FUNC px_pipe_urls(const struct px_install *install)
{
	char **urls = px_image_urls(install->catalog, install->image);

	px_image_spread(install->image, urls, install->mac);
	if (install->looking)
		drop_multicast(urls);
	return urls;
}

char* FAST_FUNC px_pipe_describe(const struct px_install *install)
{
	struct px_command fetch, write;
	char **urls = px_pipe_urls(install);
	char *text = xstrdup("");
	unsigned i;

	fetch_command(&fetch, install, urls, is_proven(install->image), asks(install, install->disk),
			fetched_digest(install->image));
	write_command(&write, install, install->disk);
	for (i = 0; i < fetch.count + write.count; i++) {
		const char *word = i < fetch.count ? fetch.argv[i] : write.argv[i - fetch.count];
		char *longer = xasprintf("%s%s%s", text, i == 0 ? "" : i == fetch.count ? " | " : " ", word);

		free(text);
		text = longer;
	}
	px_command_free(&fetch);
	px_command_free(&write);
	free_urls(urls);
	return text;
}

/* --- starting */

static void close_both(const int ends[2])
{
	if (ends[0] < 0)
		return;
	close(ends[0]);
	close(ends[1]);
}

static int start_pair(struct px_install *install, char **urls, const char *disk, int out_fd, size_t output_max_bytes)
{
	struct px_command fetch, write;
	int asked = asks(install, disk), data[2], ask[2] = { -1, -1 }, rc;

	install->lonely_ms = 0;
	install->committed = 0;
	if (px_child_pipe(data) != 0)
		return -1;
	fetch_command(&fetch, install, urls, is_proven(install->image), asked, fetched_digest(install->image));
	write_command(&write, install, disk);
	rc = asked ? px_child_pipe(ask) : 0;
	if (rc == 0 && asked)
		rc = px_child_start_asking(&install->write, "pxwrite", write.argv, data[0], out_fd, ask[1]);
	else if (rc == 0)
		rc = px_child_start(&install->write, "pxwrite", write.argv, data[0], out_fd, output_max_bytes);
	if (rc == 0)
		rc = px_child_start_asking(&install->fetch, "pxfetch", fetch.argv, -1, data[1], ask[0]);
	close_both(data);
	close_both(ask);
	px_command_free(&fetch);
	px_command_free(&write);
	return rc;
}

void FAST_FUNC px_pipe_forget(struct px_install *install)
{
	if (install->sources)
		free_urls(install->sources);
	install->sources = NULL;
}

const char* FAST_FUNC px_pipe_source(const struct px_install *install)
{
	unsigned i = 0;

	if (!install->sources)
		return NULL;
	while (install->sources[i] && i < install->fetch.mirror)
		i++;
	return install->sources[i];
}

int FAST_FUNC px_pipe_start(struct px_install *install, char **urls, const char *disk, int out_fd)
{
	int rc = start_pair(install, urls, disk, out_fd, 0);
	char **u;

	px_pipe_forget(install);
	for (u = urls; *u; u++)
		px_url_hide_users(*u);
	install->sources = urls;
	return rc;
}

int FAST_FUNC px_pipe_peek(struct px_install *install, char **urls, size_t max_bytes)
{
	int rc = start_pair(install, urls, "-", PX_CHILD_COLLECT, max_bytes);

	free_urls(urls);
	return rc;
}

int FAST_FUNC px_pipe_collect(struct px_install *install, const char *reference, const struct px_digest *digest,
		size_t max_bytes)
{
	struct px_command fetch;
	char *urls[2] = { px_url_resolve(install->catalog->url, reference), NULL };
	int rc;

	fetch_command(&fetch, install, urls, 0, 0, digest);
	rc = px_child_start(&install->fetch, "pxfetch", fetch.argv, -1, PX_CHILD_COLLECT, max_bytes);
	px_command_free(&fetch);
	free(urls[0]);
	return rc;
}

/* --- while they run */

/* One that reads has failed, and the one that writes to it may wait for a silent server for long. */
static int has_lost_its_reader(const struct px_install *install)
{
	if (install->run.pid > 0 && install->run.status > 0 && install->write.status < 0 && install->write.pid > 0)
		return 1;
	return install->write.pid > 0 && install->write.status > 0 && install->fetch.status < 0;
}

/* It gets LONELY_MS before it is stopped: when pxfetch failed first, pxwrite saw the end of its data before the end of
 * pxfetch could be seen here, and pxfetch is the cause. */
static void stop_lonely(struct px_install *install)
{
	if (!has_lost_its_reader(install))
		return;
	if (!install->lonely_ms)
		install->lonely_ms = monotonic_ms() + LONELY_MS;
	if (monotonic_ms() > install->lonely_ms || install->write.output_overflow) {
		px_child_stop(&install->write);
		px_child_stop(&install->fetch);
	}
}

void FAST_FUNC px_pipe_handle(struct px_install *install)
{
	if (install->write.pid > 0 && install->fetch.pid > 0 && install->fetch.status >= 0 && !install->committed) {
		install->committed = 1;
		if (install->fetch.status == 0)
			px_child_say(&install->write, "commit\n");
		px_child_hush(&install->write);
	}
	stop_lonely(install);
}

/* --- how it ended */

void FAST_FUNC px_pipe_reason(const struct px_child *child, char *reason)
{
	const char *message = px_child_message(child, 0);

	if (child->state_said && is_suffixed_with(message, px_state_words(child->state))
	 && px_child_message(child, 1)[0])
		message = px_child_message(child, 1);
	if (message[0])
		safe_strncpy(reason, message, PX_CHILD_LINE_BYTES);
	else if (child->status > 128)
		sprintf(reason, "%s: ended by signal %d", child->name, child->status - 128);
	else
		sprintf(reason, "%s: exit status %d", child->name, child->status);
}

/* What pxwrite and pxfetch say in why= when whoever reads from them has gone; pxwrite says its state after SIGPIPE,
 * too, and then ends with the status that a shell would give. */
static int failed_by_its_reader(const struct px_child *child)
{
	return child->stopped || child->status == 128 + SIGPIPE || strcmp(child->why, "output") == 0;
}

/* Keywords of why= that have nothing to do with what the child has read. */
static int failed_by_itself(const struct px_child *child)
{
	return index_in_strings("disk\0refused\0memory\0usage\0readback\0", child->why) >= 0;
}

/* The first in the order of the pipe: what comes behind it has failed for lack of data. Unless that ended earlier,
 * for a reason of its own. */
static const struct px_child *find_cause(const struct px_child *const *children, unsigned count)
{
	const struct px_child *cause = NULL;
	unsigned i;

	for (i = 0; i < count; i++) {
		const struct px_child *child = children[i];

		if (child->status == 0 || failed_by_its_reader(child))
			continue;
		if (!cause || (failed_by_itself(child) && child->ended_ms < cause->ended_ms))
			cause = child;
	}
	for (i = count; !cause && i-- > 0; )
		if (children[i]->status != 0)
			cause = children[i];
	return cause;
}

const struct px_child* FAST_FUNC px_pipe_blame(struct px_install *install, int with_tar)
{
	const struct px_child *const children[] = { &install->fetch, &install->write, &install->run };
	const struct px_child *cause = find_cause(children, with_tar ? 3 : 2);

	if (!cause || install->failed)
		return cause;
	install->status = cause->status > 128 ? PX_OTHER : cause->status;
	px_pipe_reason(cause, install->reason);
	if (cause == &install->fetch && install->write.status != 0)
		px_pipe_reason(&install->write, install->consequence);
	return cause;
}
