/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The consoles of the kernel. See px_ui_open_consoles in ui.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += consoles.o

#include "libbb.h"
#include "menu/ui.h"

/* The screens of a PC know colours; what hangs on a serial line nobody knows: VT100. */
static int is_screen(const char *name)
{
	return is_prefixed_with(name, "tty") && isdigit(name[3]);
}

static void open_console(struct px_ui *ui, const char *root, const char *name)
{
	char *path = xasprintf("%s/dev/%s", root, name);
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	free(path);
	if (fd < 0 || !isatty(fd)) {
		close(fd);
		return;
	}
	ndelay_off(fd); /* only opening a serial line without carrier must not wait */
	ui->screens[ui->count].colour = is_screen(name);
	px_terminal_open(&ui->terminals[ui->count++], xstrdup(name), fd, fd);
}

unsigned FAST_FUNC px_ui_open_consoles(struct px_ui *ui, const char *root)
{
	char *path = xasprintf("%s/sys/class/tty/console/active", root);
	size_t max_bytes = 256;
	char *active = xmalloc_open_read_close(path, &max_bytes);
	char *rest = active, *name;

	free(path);
	while (rest && (name = strsep(&rest, " \n")) != NULL && ui->count < PX_TERMINALS_MAX)
		if (name[0])
			open_console(ui, root, strcmp(name, "tty0") == 0 ? "tty1" : name);
	free(active);
	ui->opened = ui->count > 0;
	return ui->count;
}
