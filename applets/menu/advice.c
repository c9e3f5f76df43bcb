/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be done about a failure. See px_advice in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += advice.o

#include "libbb.h"
#include "menu/menu.h"

enum { ANY = -1 };

/* The first that fits counts: the same exit status means another thing in another step. steps: NUL after each, ""
 * (any) alone. */
static const struct {
	const char *steps;
	int status;
	const char *words;
} advices[] = {
	{ "", PX_ABORTED, "Start again from the menu." },
	{ "kernel command line\0", ANY,
		"Correct the kernel command line (pxelinux.cfg or grub.cfg on the server) and start again." },
	{ "order\0", PX_AUTH,
		"Set the clock in the firmware's setup, or sign a catalog with a later Auto; or install by hand." },
	{ "order\0", ANY,
		"Mend this machine's stanza in the catalog and sign it again; or choose an image in the menu." },
	{ "image\0", PX_TARGET, "Correct px.image=, or give the catalog on the server an image of that name." },
	{ "image\0", ANY,
		"Mend this image's stanza in the catalog on the server; other images can be chosen in the menu." },
	{ "disk\0", ANY, "Choose a disk in the menu, or correct px.disk= (or the image's Disk in the catalog)." },
	{ "catalog\0", PX_NETWORK,
		"Check cable, switch and server; px.catalog= says where the catalog is. \"m\" tries again." },
	{ "catalog\0", PX_SERVER, "Put the file \"images\" where the server gives it out, or correct px.catalog=." },
	{ "catalog\0", PX_AUTH,
		"Sign the catalog (make sign) with a key of this initramfs; docs/trust.md explains each reason." },
	{ "catalog\0", PX_USAGE, "Correct px.catalog= on the kernel command line: that is no URL." },
	{ "init\0" "post\0", PX_NETWORK, "Check cable, switch and server; then try again from the menu." },
	{ "init\0" "post\0", PX_SERVER, "The server has no such script: correct Init and Post in the catalog." },
	{ "init\0" "post\0", PX_DATA,
		"The script on the server is none, or not the one whose hash the catalog names: mend either." },
	{ "init\0" "post\0", ANY,
		"Mend this script on the server; what it said last is above, all of it in the log (F2)." },
	{ "unpack\0", PX_IO,
		"Does the Init script make file systems that are large enough? Else: \"s\", dmesg." },
	{ "unpack\0", PX_DATA,
		"The archive is damaged, or SHA256 in the catalog is not its own: make it anew on the server." },
	{ "unmount\0" "sync\0" "flush\0", ANY,
		"Not all may be on the disk. \"s\": dmesg shows what the kernel says; try another disk." },
	{ "name\0", PX_TARGET, "Choose another name (px.capture.name=), or take the old image away on the server." },
	{ "survey\0", PX_TARGET, "Do what the reason says, then save the disk again: nothing was sent." },
	{ "survey\0" "read\0", PX_IO, "The disk does not read well: \"s\", dmesg. ddrescue is for broken disks." },
	{ "read\0", PX_DATA, "The disk changed while it was read, or is no image: save it again." },
	{ "send\0", PX_SERVER, "The server does not take it: may PUT write into that folder, and is there room?" },
	{ "send\0", PX_DATA, "What the server has now is not what was sent: look at its disk; save it again." },
	{ "", PX_USAGE,
		"Mend this image's stanza in the catalog: a raw image, for one, needs its Size or SHA256 there." },
	{ "", PX_IO, "The disk (or its cable) failed. \"s\": dmesg shows what the kernel says; try another disk." },
	{ "", PX_NETWORK, "Check cable, switch and server; then try again from the menu." },
	{ "", PX_AUTH, "Correct user and password, or the certificate, in the URL or on the server." },
	{ "", PX_PROTOCOL, "The server's answer or the catalog is malformed: mend it on the server." },
	{ "", PX_SERVER, "The server has no such file or does not give it: check name and rights on the server." },
	{ "", PX_DATA,
		"The image is damaged, or its Size and hashes in the catalog are wrong: make it anew there." },
	{ "", PX_TARGET,
		"This disk cannot take this image: choose another disk or image, or correct px.disk= and px.image=." },
	{ "", PX_RESOURCE,
		"This machine has too little memory for how the image was compressed: take a smaller window." },
};

const char* FAST_FUNC px_advice(const char *step, int status)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(advices); i++)
		if ((advices[i].status == ANY || advices[i].status == status)
		 && (!advices[i].steps[0] || index_in_strings(advices[i].steps, step) >= 0))
			return advices[i].words;
	return "F2 shows the log.";
}
