/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files from elsewhere. See fd.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += fd.o

#include "libbb.h"
#include <sys/syscall.h>
#include "lib/fd.h"

int FAST_FUNC px_fd_parse(const char *text)
{
	unsigned fd = bb_strtou(text, NULL, 10);

	if (errno || fd > INT_MAX || fcntl(fd, F_GETFD) < 0)
		return -1;
	return fd;
}

/* A folder, and not /dev/null: what is written there would count as delivered. */
void FAST_FUNC px_fd_keep_standard(void)
{
	int fd;

	do
		fd = open("/", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Linux before 5.9 has no such call. */
void FAST_FUNC px_fd_close(int first, int last)
{
	int fd;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	for (fd = first; fd <= MIN(last, 1023); fd++)
		close(fd);
}
