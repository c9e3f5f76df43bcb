/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences that both fronts share. See words.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += words.o

#include "libbb.h"
#include "lib/text.h"
#include "menu/words.h"

enum { LEFT_MAX_S = 99 * 3600 + 59 * 60 + 59 };

char* FAST_FUNC px_words_image(const struct px_image *image)
{
	const char *hash = image->digest.known ? ", hash known" : image->bmap_digest.known ? ", block map's hash known"
			: image->source_digest.known ? ", file's hash known" : "";
	const char *grow = image->grow ? ", grows to the disk's end" : "";
	char size[PX_SIZE_BYTES];

	if (image->size_bytes <= 0)
		return xasprintf("%s, size not known%s%s", image->id, hash, grow);
	return xasprintf("%s, %s%s%s", image->id, px_size_text(size, image->size_bytes), hash, grow);
}

char* FAST_FUNC px_words_disk(const struct px_disk *disk)
{
	return px_ascii(xasprintf("%s  %s", disk->path, disk->model[0] ? disk->model : "no model name"), 0);
}

char* FAST_FUNC px_words_disk_details(const struct px_disk *disk)
{
	char size[PX_SIZE_BYTES];

	return px_ascii(xasprintf("serial %s, %s, %s", disk->serial[0] ? disk->serial : "none",
			px_size_disk(size, disk->size_bytes), disk->transport), 0);
}

char* FAST_FUNC px_words_question(const struct px_disk *disk, const char *word)
{
	if (!disk->data)
		return xstrdup("The disk is blank. Type yes and Enter to install.");
	if (disk->serial[0])
		return xasprintf("All of this will be lost. To go on, type the last %u characters of the disk's "
				"serial number and Enter.", (unsigned)strlen(word));
	return xasprintf("All of this will be lost. The disk has no serial number: to go on, type %s and Enter.", word);
}

const char* FAST_FUNC px_words_stage(const char *stage)
{
	static const char stages[] ALIGN1 = "write\0verify\0init\0look\0unpack\0post\0flush\0unmount\0clear\0grow\0"
		"survey\0map\0read\0compare\0send\0";
	static const char titles[] ALIGN1 = "Writing\0" "Reading back and comparing\0" "Running the first script\0"
		"Looking at what is to come\0" "Unpacking the archive\0" "Running the last script\0"
		"Making sure that it is on the disk\0" "Unmounting\0" "Clearing the disk\0"
		"Letting the file system grow\0"
		"Looking at the disk\0" "Finding out what is in use\0" "Reading the disk\0"
		"Reading its ends once more\0" "Sending\0";
	int i = index_in_strings(stages, stage);

	return i >= 0 ? nth_string(titles, i) : stage[0] ? stage : "Starting";
}

const struct px_child_progress* FAST_FUNC px_words_progress(const struct px_menu *menu)
{
	const struct px_install *install = &menu->install;

	return menu->capture && install->fetch.pid > 0 && install->fetch.status < 0 ? &install->fetch.progress
			: &install->write.progress;
}

const char* FAST_FUNC px_words_abort(const struct px_menu *menu)
{
	return menu->capture ? "The disk is not saved then." : "The disk will not boot then.";
}

off_t FAST_FUNC px_words_total_bytes(const struct px_menu *menu)
{
	off_t total_bytes = px_words_progress(menu)->total_bytes;

	return total_bytes ? total_bytes : MAX(menu->image->size_bytes, 0);
}

int FAST_FUNC px_words_left(const struct px_menu *menu)
{
	const struct px_child_progress *write = px_words_progress(menu);
	off_t left_bytes = px_words_total_bytes(menu) - write->bytes;

	if (write->rate_bytes <= 0 || left_bytes <= 0)
		return -1;
	return MIN(left_bytes / write->rate_bytes, LEFT_MAX_S);
}

/* How long pxwrite waited for bytes says more than how long pxfetch was at work. */
static int net_percent(const struct px_menu *menu)
{
	int net = menu->install.write.progress.net_percent;

	return net >= 0 ? net : menu->install.fetch.progress.net_percent;
}

const char* FAST_FUNC px_words_limit(const struct px_menu *menu)
{
	const struct px_child_progress *write = &menu->install.write.progress;
	int net = net_percent(menu), decode = write->decode_percent, disk = write->disk_percent;

	if (net < 0 && decode < 0 && disk < 0)
		return NULL;
	if (decode > net && decode >= disk)
		return "decoder";
	return disk > net ? "disk" : "network";
}

char* FAST_FUNC px_words_brake(const struct px_menu *menu)
{
	const struct px_child_progress *write = &menu->install.write.progress;
	const char *brake = px_words_limit(menu);

	if (!brake)
		return NULL;
	return xasprintf("%s  (busy: network %d%%, decoder %d%%, disk %d%%)", brake, MAX(net_percent(menu), 0),
			MAX(write->decode_percent, 0), MAX(write->disk_percent, 0));
}

char* FAST_FUNC px_words_holds(const struct px_menu *menu)
{
	const struct px_child_progress *write = &menu->install.write.progress;
	off_t all_bytes = write->kept_bytes + write->differ_bytes;
	char differ[PX_SIZE_BYTES], all[PX_SIZE_BYTES];

	if (write->differ_bytes < 0 || all_bytes <= 0)
		return NULL;
	px_size_text(differ, write->differ_bytes);
	px_size_text(all, all_bytes);
	return xasprintf("the disk holds %u %% of this image already: %s of %s to fetch",
			(unsigned)(write->kept_bytes * 100.0 / all_bytes), differ, all);
}

char* FAST_FUNC px_words_parts(const struct px_menu *menu)
{
	const struct px_child_progress *write = &menu->install.write.progress;
	char kept[PX_SIZE_BYTES], fetched[PX_SIZE_BYTES], written[PX_SIZE_BYTES];

	if (!write->kept_bytes && !write->fetched_bytes)
		return NULL;
	px_size_text(kept, write->kept_bytes);
	px_size_text(fetched, write->fetched_bytes);
	px_size_text(written, write->written_bytes);
	return xasprintf("kept %s, fetched %s, written %s", kept, fetched, written);
}

char* FAST_FUNC px_words_time(char *buf, unsigned seconds)
{
	if (seconds >= 3600)
		sprintf(buf, "%u:%02u:%02u", MIN(seconds / 3600, 9999), seconds / 60 % 60, seconds % 60);
	else
		sprintf(buf, "%u:%02u", seconds / 60, seconds % 60);
	return buf;
}

const char* FAST_FUNC px_words_state(const struct px_menu *menu)
{
	const char *words = is_prefixed_with(menu->install.disk_state, "disk ");

	return words ? words : menu->install.disk_state;
}

static const char *archive_proof(const struct px_image *image)
{
	if (image->digest.known)
		return "the archive had the SHA256 of the catalog";
	return image->source_digest.known ? "the archive's file had the Source-SHA256 of the catalog" : NULL;
}

/* pxwrite says what it was (proof=, write/proof.h): that hangs on the file, not on the catalog alone. */
const char* FAST_FUNC px_words_proof(const struct px_install *install)
{
	static const char keywords[] ALIGN1 = "map\0sha256\0source\0file\0ranges\0format\0size\0";
	static const char words[] ALIGN1 =
		"what is in use had the checksums of the block map that the catalog pins (Bmap-SHA256)\0"
		"the image had the SHA256 of the catalog\0"
		"the file had the Source-SHA256 of the catalog, its contents their own checksums\0"
		"the file had the Source-SHA256 of the catalog\0"
		"the image had the checksums of its block map; the catalog names no hash of either\0"
		"the catalog names no hash: only the file's own checksums say that it is the right one\0"
		"the catalog names no hash, and the file has no checksums: only the size was right\0";
	int proof = index_in_strings(keywords, install->write.proof);

	if (install->image->init)
		return archive_proof(install->image);
	return proof < 0 ? NULL : nth_string(words, proof);
}

const char* FAST_FUNC px_words_after(const struct px_menu *menu)
{
	static const char after[] ALIGN1 = "\0" "restart\0" "power off\0" "start a shell\0" "go back to the menu\0"
		"boot its disk\0";

	return nth_string(after, px_choice_after(menu));
}
