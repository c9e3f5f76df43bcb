/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network page's script and what it says. See netinfo.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += netinfo.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "menu/netinfo.h"

enum { PAGE_BYTES_MAX = 16 * 1024 };

/* The grandchild: init takes it over, so that nobody here has to wait for it. */
static void run_script(const char *script, const char *url) NORETURN;
static void run_script(const char *script, const char *url)
{
	if (fork() == 0) {
		bb_daemonize_or_rexec(DAEMON_DEVNULL_STDIO | DAEMON_CLOSE_EXTRA_FDS | DAEMON_ONLY_SANITIZE, NULL);
		execl(script, script, url, (char *)NULL);
	}
	_exit(EXIT_SUCCESS);
}

void FAST_FUNC px_netinfo_start(const char *root, const char *url)
{
	char *script = xasprintf("%s/etc/px/network-page", root);

	if (access(script, X_OK) == 0) {
		pid_t pid = fork();

		if (pid == 0)
			run_script(script, url ? url : "");
		if (pid > 0)
			safe_waitpid(pid, NULL, 0);
	}
	free(script);
}

char* FAST_FUNC px_netinfo_read(const char *root)
{
	char *path = xasprintf("%s/run/px/network.page", root);
	size_t bytes = PAGE_BYTES_MAX;
	char *text = xmalloc_open_read_close(path, &bytes);

	free(path);
	if (!text)
		return xzalloc(1);
	return px_url_hide_users(px_ascii(text, '\n'));
}
