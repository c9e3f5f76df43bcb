/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks in words: refusals, the line of pxwrite -l. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += words.o

#include "libbb.h"
#include "disk/disk.h"
#include "lib/text.h"

/* What the operator does about who has the disk. */
static const char *free_how(const char *inuse)
{
	if (is_prefixed_with(inuse, "mounted"))
		return "unmount it first";
	if (is_prefixed_with(inuse, "swap"))
		return "swapoff first";
	if (is_prefixed_with(inuse, "md"))
		return "stop the array first: mdadm --stop";
	if (is_prefixed_with(inuse, "dm-"))
		return "close it first: vgchange -an, cryptsetup close or dmsetup remove";
	if (is_prefixed_with(inuse, "loop"))
		return "detach it first: losetup -d";
	return "free it first";
}

static char *refuse_shape(const struct px_disk *disk, const struct px_disk_wish *wish)
{
	if (disk->readonly)
		return xstrdup("read-only: look for its switch, or blockdev --setrw");
	if (wish->need_bytes > disk->size_bytes)
		return xasprintf("too small: it has %"OFF_FMT"u bytes, the image needs %"OFF_FMT"u: take a larger disk",
				disk->size_bytes, wish->need_bytes);
	if (wish->sector_bytes && disk->sector_bytes && wish->sector_bytes != disk->sector_bytes)
		return xasprintf("it has sectors of %u bytes, the image is made for %u: "
				"take another disk or an image made for it",
				disk->sector_bytes, wish->sector_bytes);
	return NULL;
}

char* FAST_FUNC px_disk_refusal(const struct px_disk *disk, const struct px_disk_wish *wish)
{
	char *why;

	if (disk->boot)
		return xasprintf("the running system is on it%s%s: boot from the network or another medium",
				disk->inuse ? ": " : "", disk->inuse ? disk->inuse : "");
	if (disk->inuse)
		return xasprintf("in use: %s: %s", disk->inuse, free_how(disk->inuse));
	why = refuse_shape(disk, wish);
	if (why)
		return why;
	if (!wish->named && (disk->usb || disk->removable))
		return xasprintf("%s: name it to use it", disk->usb ? "on USB" : "removable");
	if (!wish->may_hold_data && disk->data)
		return xasprintf("it holds data (%s): -f or px.force overwrites it", disk->data);
	return NULL;
}

static void print_field(const char *text, FILE *out)
{
	char *clean = px_text_clean_copy(text);

	fprintf(out, "\t%s", clean[0] ? clean : "-");
	free(clean);
}

/* Adds ",text" */
static void flag_add(char **flags, const char *name, const char *value)
{
	char *longer = xasprintf("%s%s%s%s", *flags, (*flags)[0] ? "," : "", name, value);

	free(*flags);
	*flags = longer;
}

void FAST_FUNC px_disk_print_list_line(const struct px_disk *disk, FILE *out)
{
	char *flags = xstrdup("");
	char *path = px_text_clean_copy(disk->path);

	fprintf(out, "%s\t%"OFF_FMT"u\t%u\t%s", path, disk->size_bytes, disk->sector_bytes, disk->transport);
	free(path);
	print_field(disk->model, out);
	print_field(disk->serial, out);
	print_field(disk->wwn, out);
	if (disk->readonly)
		flag_add(&flags, "ro", "");
	if (disk->removable)
		flag_add(&flags, "removable", "");
	if (disk->usb)
		flag_add(&flags, "usb", "");
	if (disk->boot)
		flag_add(&flags, "boot", "");
	if (disk->twin)
		flag_add(&flags, "twin", "");
	if (disk->inuse) {
		char *comma, *who = xstrdup(disk->inuse);

		while ((comma = strchr(who, ',')) != NULL)
			*comma = '?'; /* of a mount point; ours are "; " */
		flag_add(&flags, "inuse=", who);
		free(who);
	}
	if (disk->data)
		flag_add(&flags, "data=", disk->data);
	print_field(flags, out);
	fputc('\n', out);
	free(flags);
}
