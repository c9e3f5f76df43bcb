/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left to do when the menu dies. See warden.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += warden.o

#include "libbb.h"
#include <sys/mount.h>
#include "install/mounts.h"
#include "install/pipe.h"
#include "install/warden.h"
#include "report/log.h"

/* What the pipe carries: always the newest counts. */
struct order {
	pid_t group;                /* 0: no script runs */
	smallint touched;
	smallint dismissed;
};

enum { UNMOUNT_TRIES = 30, TRY_MS = 100 };

/* pxfetch and pxwrite end with the menu by themselves (PR_SET_PDEATHSIG); what a script has started does not. */
static void kill_group(pid_t group)
{
	int i;

	if (group <= 0)
		return;
	for (i = 0; i < UNMOUNT_TRIES && kill(-group, SIGKILL) == 0; i++)
		usleep(TRY_MS * 1000);
}

/* Those of a folder that something still uses are taken out of sight. */
static void unmount_all(const char *target)
{
	unsigned count, tries = 0;
	char *point;

	while ((point = px_mounts_last(target, &count)) != NULL) {
		int rc = umount2(point, tries < UNMOUNT_TRIES ? 0 : MNT_DETACH);

		if (rc != 0 && tries > UNMOUNT_TRIES) {
			px_log_add("px: %s: cannot be unmounted: %s", point, strerror(errno));
			free(point);
			return;
		}
		free(point);
		if (rc == 0) {
			tries = 0;
			continue;
		}
		tries++;
		usleep(TRY_MS * 1000);
	}
}

static void NORETURN clean_up(const struct px_install *install, const struct order *order)
{
	struct px_command command;

	px_log_add("px: the menu has died: its scripts are ended, %s is unmounted%s", install->target,
			order->touched ? ", the disk is cleared" : "");
	kill_group(order->group);
	unmount_all(install->target);
	if (!order->touched)
		_exit(EXIT_SUCCESS);
	px_command_clear(&command, install, 1);
	px_exec(command.argv);
	px_log_add("px: pxwrite: %s", strerror(errno));
	_exit(EXIT_FAILURE);
}

/* Until the other end of the pipe is closed, which happens without "dismissed" when the menu has died. */
static void NORETURN wait_for_the_end(const struct px_install *install, int fd)
{
	struct order order = { .group = 0 }, next;

	while (safe_read(fd, &next, sizeof(next)) == sizeof(next))
		order = next;
	if (order.dismissed)
		_exit(EXIT_SUCCESS);
	clean_up(install, &order);
}

/* Whatever ends the menu, Ctrl-C and a hang-up too, shall not end this. */
static void NORETURN become_warden(const struct px_install *install, const int ends[2])
{
	int null_fd = open("/dev/null", O_RDWR);

	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	close(ends[1]);
	xdup2(null_fd, STDIN_FILENO);
	xdup2(null_fd, STDOUT_FILENO);
	xdup2(null_fd, STDERR_FILENO);
	xdup2(null_fd, PX_CHILD_PROGRESS_FD);
	wait_for_the_end(install, ends[0]);
}

int FAST_FUNC px_warden_start(const struct px_install *install)
{
	int ends[2];
	pid_t pid;

	if (px_child_pipe(ends) != 0)
		return -1;
	/* twice: it is nobody's child, and nobody waits for it */
	pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			become_warden(install, ends);
		_exit(EXIT_SUCCESS);
	}
	close(ends[0]);
	if (pid > 0) {
		wait4pid(pid);
		return ends[1];
	}
	close(ends[1]);
	return -1;
}

void FAST_FUNC px_warden_tell(int warden_fd, pid_t group, int touched)
{
	struct order order = { .group = group, .touched = touched };

	if (warden_fd >= 0)
		full_write(warden_fd, &order, sizeof(order));
}

void FAST_FUNC px_warden_dismiss(int warden_fd)
{
	struct order order = { .dismissed = 1 };

	if (warden_fd < 0)
		return;
	full_write(warden_fd, &order, sizeof(order));
	close(warden_fd);
}
