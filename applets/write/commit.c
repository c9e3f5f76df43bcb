/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The word that the boot sector waits for. See commit.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += commit.o

#include "libbb.h"
#include "write/commit.h"

int FAST_FUNC px_commit_wait(int fd)
{
	static const char word[] ALIGN1 = "commit\n";
	const unsigned whole = sizeof(word) - 1;
	unsigned have = 0;     /* so much of word has come; whole + 1: this line is another one */
	char c;

	while (have != whole) {
		if (safe_read(fd, &c, 1) <= 0)
			return -1;
		if (have < whole && c == word[have])
			have++;
		else
			have = c == '\n' ? 0 : whole + 1;
	}
	return 0;
}
