/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test driver for disk/identity.h; ROOT "" is the real one:
 *
 *	identity print ROOT PATH          the identity of a disk
 *	identity parse TEXT               what was understood, printed again; or "wrong: why", exit 2
 *	identity differs ROOT PATH TEXT   "same", or what differs and exit 10
 *	identity open PATH TEXT [WAIT]    the same for the open file; meanwhile runs WAIT with sh once it is open
 */
#include "libbb.h"
#include "disk/identity.h"
#include "driver.h"

static int say(char *why)
{
	puts(why ? why : "same");
	return why ? 10 : 0;
}

static int parse(struct px_identity *identity, const char *text)
{
	const char *why;

	if (px_identity_parse(identity, text, &why) == 0)
		return 0;
	printf("wrong: %s\n", why);
	exit(2);
}

static int print(const struct px_disk *disk)
{
	puts(px_identity_print(disk));
	return 0;
}

int main(int argc, char **argv)
{
	struct px_identity identity;
	struct px_disk *disk, again = { .serial = (char *)"", .wwn = (char *)"" };
	enum px_status status = PX_OK;
	int fd;

	driver_start("identity");
	if (argc == 3 && strcmp(argv[1], "parse") == 0) {
		parse(&identity, argv[2]);
		again.diskseq = identity.diskseq;
		again.size_bytes = identity.size_bytes;
		again.serial = identity.serial ? identity.serial : again.serial;
		again.wwn = identity.wwn ? identity.wwn : again.wwn;
		return print(&again);
	}
	if (argc >= 4 && strcmp(argv[1], "open") == 0) {
		parse(&identity, argv[3]);
		fd = xopen(argv[2], O_RDONLY);
		if (argc > 4 && system(argv[4]) != 0)
			return 1;
		return say(px_identity_differs_fd(&identity, fd));
	}
	if (argc < 4)
		return 2;
	disk = px_disk_get(argv[2], argv[3], PX_DISK_FILES | PX_DISK_NO_DATA, &status);
	if (!disk)
		return status;
	if (strcmp(argv[1], "print") == 0)
		return print(disk);
	parse(&identity, argv[4]);
	return say(px_identity_differs(&identity, disk));
}
