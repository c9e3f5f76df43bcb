/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaving the menu: reboot, power off, a shell. See px_leave in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += leave.o

#include "libbb.h"
#include "install/child.h"
#include "report/log.h"
#include "menu/menu.h"
#include "report/report.h"

enum { FAILED_MS = 3000 };

/* Who waits for "done" on the server shall hear it, however slow the server is; but nobody waits for ever, and a
 * failure has been on the screen for as long as somebody wanted. */
static void end_reports(struct px_menu *menu)
{
	int wanted = px_report_active() && menu->status == 0
			&& (menu->install.end_ms || menu->said_local);

	if (wanted)
		px_log_say("px: waiting until the report of this installation is answered, for at most %u s",
				PX_REPORT_ANSWER_MS / 1000);
	if (px_report_close(wanted ? PX_REPORT_ANSWER_MS : FAILED_MS) != 0)
		px_log_say("px: the last report was not answered: going on without");
}

/* The program asks init, which unmounts everything first. Behind another root (-r: a test) only a program in there
 * is run: the machine that tests is not the one to be rebooted. */
static void become(struct px_menu *menu, const char *program)
{
	char *argv[] = { (char *)program, NULL };

	px_log_say("px: %s", program);
	sync();
	end_reports(menu);
	if (menu->root[0]) {
		char *path = xasprintf("%s/sbin/%s", menu->root, program);

		execv(path, argv);
		free(path);
	} else
		px_exec(argv);
	px_log_say("px: cannot %s: %s", program, strerror(errno));
	px_tell_open(menu);
}

/* On the console that asked for it, as its controlling terminal. */
static void NORETURN become_shell(struct px_menu *menu)
{
	char *argv[] = { (char *)"sh", (char *)"-i", NULL };
	const struct px_terminal *terminal = &menu->ui.terminals[menu->ui.last];

	signal(SIGPIPE, SIG_DFL);
	if (menu->ui.opened) {
		setsid();
		xdup2(terminal->in_fd, STDIN_FILENO);
		xdup2(terminal->out_fd, STDOUT_FILENO);
		xdup2(terminal->out_fd, STDERR_FILENO);
		ioctl(STDIN_FILENO, TIOCSCTTY, 1);
	}
	px_exec(argv);
	bb_simple_perror_msg(argv[0]);
	_exit(127);
}

int FAST_FUNC px_shell_is_closed(const struct px_menu *menu)
{
	char *path = xasprintf("%s/etc/px/no-shell", menu->root);
	int closed = access(path, F_OK) == 0;

	free(path);
	return closed;
}

static void run_shell(struct px_menu *menu)
{
	pid_t pid;

	if (px_shell_is_closed(menu)) {
		px_log_add("px: no shell: this system was built without (PX_SHELL=n)");
		return;
	}
	menu->front->leave(menu);
	px_ui_print(&menu->ui, "\nA shell on %s: \"exit\" brings the menu back. The log is /var/log/px.log.\n",
			menu->ui.terminals[menu->ui.last].name);
	pid = fork();
	if (pid == 0)
		become_shell(menu);
	if (pid > 0)
		wait4pid(pid);
	menu->front->enter(menu);
}

/* Has the firmware take the disk next, where it can be told (initramfs/overlay/etc/px/local): the one that was just
 * installed, else its own first one. */
static void prefer_disk(struct px_menu *menu)
{
	int installed = menu->disk && menu->install.end_ms && menu->status == 0;
	char *program = xasprintf("%s/etc/px/local", menu->root);
	char *argv[] = { program, installed ? (char *)menu->disk->path : NULL, NULL };

	if (access(program, X_OK) == 0 && spawn_and_wait(argv) != 0)
		px_log_say("px: the firmware cannot be told to boot the disk: its boot order decides");
	free(program);
}

/* A BIOS cannot be told, but the room's server can have the network boot give way once. With a plan it does so by
 * itself, for good. */
static void tell_server(struct px_menu *menu)
{
	char *path = xasprintf("%s/sys/firmware/efi", menu->root);
	int planned = menu->settings.token && menu->install.end_ms && menu->status == 0;
	struct px_event event;

	if (access(path, F_OK) != 0 && !planned) {
		px_tell_fill(menu, &event);
		px_report_local(&event);
		menu->said_local = 1;
	}
	free(path);
}

void FAST_FUNC px_leave(struct px_menu *menu, enum px_action action)
{
	switch (action) {
	case PX_DO_SHELL:
		run_shell(menu);
		break;
	case PX_DO_POWEROFF:
		menu->front->leave(menu);
		become(menu, "poweroff");
		menu->front->enter(menu);
		break;
	default: /* PX_DO_REBOOT, PX_DO_LOCAL */
		menu->front->leave(menu);
		if (action == PX_DO_LOCAL) {
			tell_server(menu);
			prefer_disk(menu);
		}
		become(menu, "reboot");
		menu->front->enter(menu);
	}
}

/* The kernel's own key for that (Documentation/admin-guide/sysrq.rst): it calls no driver. */
void FAST_FUNC px_leave_at_once(struct px_menu *menu)
{
	char *path = xasprintf("%s/proc/sysrq-trigger", menu->root);
	int fd;

	px_log_say("px: restarting at once");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || full_write(fd, "b", 1) != 1)
		px_log_say("px: %s: %s: switch the machine off", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(path);
}
