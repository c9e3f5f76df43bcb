/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The look at an image beside a question, or beside a countdown. See looking.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += looking.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "disk/identity.h"
#include "menu/looking.h"

void FAST_FUNC px_looking_begin(struct px_menu *menu)
{
	struct px_install *install = &menu->install;

	memset(install, 0, sizeof(*install));
	menu->looking = 1;
	menu->looked = 0;
	menu->look_identity = px_identity_print(menu->disk);
	install->catalog = menu->catalog;
	install->image = menu->image;
	install->disk = menu->disk->path;
	install->identity = menu->look_identity;
	install->root = menu->root;
	install->force = 1; /* what is on the disk is what is asked about */
	install->boot_any = menu->settings.boot_any || menu->image->boot_any;
	install->mac = menu->network.mac;
	px_install_look(install);
}

void FAST_FUNC px_looking_begin_countdown(struct px_menu *menu, unsigned seconds)
{
	if (seconds && !menu->capture)
		px_looking_begin(menu);
}

struct px_install* FAST_FUNC px_looking_install(struct px_menu *menu)
{
	return menu->looking && px_install_running(&menu->install) ? &menu->install : NULL;
}

char* FAST_FUNC px_looking_words(struct px_menu *menu)
{
	const struct px_install *install = &menu->install;
	char *words;

	if (!menu->looking || (!install->failed && !install->warnings))
		return NULL;
	words = xasprintf("%s%s%s%s", install->warnings ? install->warnings : "",
			install->warnings && install->failed ? "\n" : "",
			install->failed ? "It will be refused: " : "", install->failed ? install->reason : "");
	return px_url_hide_users(px_ascii(words, '\n'));
}

void FAST_FUNC px_looking_end(struct px_menu *menu)
{
	if (!menu->looking)
		return;
	menu->looked = !px_install_running(&menu->install) && menu->install.looked;
	px_install_free(&menu->install);
	free(menu->look_identity);
	menu->look_identity = NULL;
	menu->looking = 0;
}
