/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of an installation share. See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += step.o

#include "libbb.h"
#include "install/step.h"
#include "report/log.h"

enum { LINES_SHOWN = 8 };

void FAST_FUNC px_step_fail(struct px_install *install, int status, const char *step, const char *reason)
{
	if (install->failed)
		return;
	install->failed = 1;
	install->status = install->aborted ? PX_ABORTED : status > 128 ? PX_OTHER : status;
	install->step = step;
	if (install->aborted)
		reason = "aborted by the user";
	if (reason != install->reason)
		safe_strncpy(install->reason, reason, sizeof(install->reason));
}

/* True when text, lines with '\n' between them, has that line. */
static int has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	while (text && (strncmp(text, line, len) != 0 || (text[len] && text[len] != '\n'))) {
		text = strchr(text, '\n');
		text += !!text;
	}
	return text != NULL;
}

void FAST_FUNC px_step_warn(struct px_install *install, const char *words)
{
	char *longer;

	if (has_line(install->warnings, words)) /* a look has found it already */
		return;
	px_log_say("px: warning: %s", words);
	longer = xasprintf("%s%s%s", install->warnings ? install->warnings : "", install->warnings ? "\n" : "", words);
	free(install->warnings);
	install->warnings = longer;
}

void FAST_FUNC px_step_keep_lines(struct px_install *install)
{
	int i;

	free(install->lines);
	install->lines = NULL;
	for (i = LINES_SHOWN - 1; i >= 0; i--) {
		const char *line = px_child_message(&install->run, i);
		char *longer;

		if (!line[0])
			continue;
		longer = xasprintf("%s%s%s", install->lines ? install->lines : "", install->lines ? "\n" : "", line);
		free(install->lines);
		install->lines = longer;
	}
}

void FAST_FUNC px_step_stage(struct px_install *install, const char *stage)
{
	struct px_child_progress *progress = &install->write.progress;

	memset(progress, 0, sizeof(*progress));
	progress->net_percent = progress->decode_percent = progress->disk_percent = -1;
	safe_strncpy(progress->stage, stage, sizeof(progress->stage));
}

static void make_room(struct px_install *install)
{
	px_child_free(&install->run);
	install->ended_ms = 0;
}

int FAST_FUNC px_step_run(struct px_install *install, const char *name, const char *const *argv)
{
	make_room(install);
	return px_child_start(&install->run, name, (char **)argv, -1, PX_CHILD_MERGE, 0) == 0 ? 1 : -1;
}

int FAST_FUNC px_step_call(struct px_install *install, const char *name, px_child_work work)
{
	make_room(install);
	return px_child_call(&install->run, name, work, install) == 0 ? 1 : -1;
}

int FAST_FUNC px_step_running(const struct px_install *install)
{
	return px_child_running(&install->fetch) || px_child_running(&install->write)
		|| px_child_running(&install->run);
}

int FAST_FUNC px_step_is_scripted(const struct px_install *install)
{
	return install->image->init != NULL;
}
