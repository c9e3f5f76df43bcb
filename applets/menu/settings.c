/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel command line and network values. See settings.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += settings.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "menu/settings.h"

enum { FILE_BYTES_MAX = 64 << 10, WORD_BYTES_MAX = 63 };

/* The file's text, malloced; NULL when it cannot be read. */
static char *read_text(const char *root, const char *path)
{
	char *name = xasprintf("%s%s", root, path);
	size_t max_bytes = FILE_BYTES_MAX;
	char *text = xmalloc_open_read_close(name, &max_bytes);

	free(name);
	return text;
}

static void set(char **field, const char *value)
{
	free(*field);
	*field = value[0] ? xstrdup(value) : NULL;
}

static void complain(struct px_settings *settings, const char *name, const char *value, const char *why)
{
	if (settings->problem)
		return;
	settings->problem = xasprintf("px.%s=%s: %s", name, value, why);
	px_url_hide_users(px_ascii(settings->problem, 0));
}

/* A switch: there, "=1", "=yes", "=on"; or "=0", "=no", "=off". What is none of these must not switch anything on. */
static int is_on(struct px_settings *settings, const char *name, const char *value)
{
	int i = index_in_strings("0\0no\0off\0" "1\0yes\0on\0", value);

	if (value[0] && i < 0)
		complain(settings, name, value, "not one of 1, yes, on, 0, no, off");
	return !value[0] || i >= 3;
}

static void set_seconds(struct px_settings *settings, const char *name, const char *value, unsigned *field)
{
	unsigned seconds = bb_strtou(value, NULL, 10);

	if (errno || seconds > 86400)
		complain(settings, name, value, "not a number of seconds up to 86400");
	else
		*field = seconds;
}

static void set_verify(struct px_settings *settings, const char *value)
{
	settings->whole = strcmp(value, "whole") == 0;
	if (!settings->whole)
		complain(settings, "verify", value, "not whole");
}

static void set_boot(struct px_settings *settings, const char *value)
{
	settings->boot_any = strcmp(value, "any") == 0;
	if (!settings->boot_any && strcmp(value, "this") != 0)
		complain(settings, "boot", value, "neither this nor any");
}

static void set_after(struct px_settings *settings, const char *value)
{
	settings->after = px_after_parse(value);
	if (!settings->after)
		complain(settings, "after", value, "not one of reboot, local, poweroff, shell, menu");
}

/* A folder on an HTTP server. */
static void set_capture(struct px_settings *settings, const char *value)
{
	if (!ENABLE_PX_CAPTURE)
		complain(settings, "capture", value, "this pximenu was built without PX_CAPTURE");
	else if (!is_prefixed_with(value, "http://")
	 && !(ENABLE_PX_TRANSPORT_HTTPS && is_prefixed_with(value, "https://")))
		complain(settings, "capture", value, ENABLE_PX_TRANSPORT_HTTPS ? "not an http: or https: URL"
				: "not an http: URL");
	else {
		free(settings->capture);
		settings->capture = xasprintf("%s%s", value, value[strlen(value) - 1] == '/' ? "" : "/");
	}
}

static void set_capture_name(struct px_settings *settings, const char *value)
{
	const char *wrong = px_image_id_problem(value);

	if (wrong)
		complain(settings, "capture.name", value, wrong);
	else
		set(&settings->capture_name, value);
}

/* A word that goes to scripts and into reports as it is. */
static void set_word(struct px_settings *settings, const char *name, const char *value, char **field)
{
	size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	if (!len || value[len] || len > WORD_BYTES_MAX)
		complain(settings, name, value, "not 1 to 63 letters, digits, '.', '_' and '-'");
	else
		set(field, value);
}

/* How a BIOS is to boot its disk is the business of who writes pxelinux's files (pxroom); it is only checked here. */
static void check_local(struct px_settings *settings, const char *value)
{
	if (index_in_strings("localboot\0chain\0", value) < 0)
		complain(settings, "local", value, "neither localboot nor chain");
}

/* "no": nobody is told, whatever etc/px/defaults says. */
static void set_report(struct px_settings *settings, const char *value)
{
	set(&settings->report, strcmp(value, "no") == 0 ? "" : value);
	settings->report_weak = 0;
}

static void take(struct px_settings *settings, const char *name, const char *value)
{
	static const char names[] ALIGN1 =
		"catalog\0image\0disk\0log\0report\0ui\0auto\0force\0timeout\0after\0nic\0shell\0medium\0root\0"
		"verify\0patience\0boot\0delta\0capture\0capture.name\0capture.raw\0name\0room\0token\0local\0";

	switch (index_in_strings(names, name)) {
	case 0: set(&settings->catalog, value); break;
	case 1:
	case 2: /* an empty one is a mistake of who made the command line: no other may be taken in its place */
		if (!value[0])
			complain(settings, name, value, "empty");
		set(name[0] == 'i' ? &settings->image : &settings->disk, value);
		break;
	case 3: set(&settings->log, value); break;
	case 4: set_report(settings, value); break;
	case 5: set(&settings->ui, value); break;
	case 6:
		settings->automatic_said = 1;
		settings->automatic = is_on(settings, name, value);
		break;
	case 7: settings->force = is_on(settings, name, value); break;
	case 8: set_seconds(settings, name, value, &settings->timeout_s); break;
	case 9: set_after(settings, value); break;
	case 10: /* px.nic: the network script's */
	case 11: /* px.shell: init's */
	case 12: /* px.medium, px.root: the medium's scripts' */
	case 13:
		break;
	case 14: set_verify(settings, value); break;
	case 15: set_seconds(settings, name, value, &settings->patience_s); break;
	case 16: set_boot(settings, value); break;
	case 17: settings->no_delta = !is_on(settings, name, value); break;
	case 18: set_capture(settings, value); break;
	case 19: set_capture_name(settings, value); break;
	case 20: settings->capture_raw = is_on(settings, name, value); break;
	case 21: set_word(settings, name, value, &settings->name); break;
	case 22: set_word(settings, name, value, &settings->room); break;
	case 23: set_word(settings, name, value, &settings->token); break;
	case 24: check_local(settings, value); break;
	default:
		complain(settings, name, value, "no such parameter");
	}
}

/* Cuts the next parameter off *text: "name=value" with quotes removed; NULL at the end. */
static char *next_parameter(char **text)
{
	char *s = *text, *d, *start;
	int quoted = 0;

	while (isspace(*s))
		s++;
	if (!*s)
		return NULL;
	start = d = s;
	for (; *s && (quoted || !isspace(*s)); s++) {
		if (*s == '"')
			quoted = !quoted;
		else
			*d++ = *s;
	}
	*text = *s ? s + 1 : s;
	*d = '\0';
	return start;
}

static void take_all(struct px_settings *settings, char *text)
{
	char *rest = text;
	char *parameter;

	while (rest && (parameter = next_parameter(&rest)) != NULL) {
		char *name = is_prefixed_with(parameter, "px.");
		char *value;

		if (!name)
			continue;
		value = strchrnul(name, '=');
		if (*value)
			*value++ = '\0';
		take(settings, name, value);
	}
}

static void check_together(struct px_settings *settings)
{
	if (settings->automatic && !settings->image && !settings->capture_name)
		settings->problem = xstrdup(settings->capture ? "px.auto: px.image= or px.capture.name= is missing"
				: "px.auto: px.image= is missing");
	else if (settings->automatic && settings->image && settings->capture_name)
		settings->problem = xstrdup("px.auto: px.image= and px.capture.name=: one of them is too much");
	else if (settings->automatic && settings->capture_name && !settings->capture)
		settings->problem = xstrdup("px.capture.name=: px.capture= is missing");
}

void FAST_FUNC px_settings_read(struct px_settings *settings, const char *root)
{
	char *text = read_text(root, "/proc/cmdline");
	char *defaults = read_text(root, "/etc/px/defaults");

	memset(settings, 0, sizeof(*settings));
	settings->timeout_s = 10;
	settings->patience_s = 30 * 60;
	/* a medium has its own catalog, and no server */
	if (defaults && !(text && strstr(text, "px.medium=")))
		take_all(settings, defaults);
	settings->report_weak = settings->report != NULL;
	if (text)
		take_all(settings, text);
	free(defaults);
	free(text);
	if (!settings->problem)
		check_together(settings);
}

int FAST_FUNC px_network_read(struct px_network *network, const char *root)
{
	static const char names[] ALIGN1 =
		"PX_SERVER\0PX_MAC\0PX_IFACE\0PX_IP\0PX_GATEWAY\0PX_DNS\0PX_ERROR\0";
	char **fields[] = { &network->server, &network->mac, &network->iface, &network->ip, &network->gateway,
			&network->dns, &network->problem };
	char *text = read_text(root, "/run/px/network");
	char *line = text;

	memset(network, 0, sizeof(*network));
	if (!text)
		return -1;
	while (line && *line) {
		char *end = strchr(line, '\n');
		char *value;
		int field;

		if (end)
			*end++ = '\0';
		value = strchrnul(line, '=');
		if (*value)
			*value++ = '\0';
		field = index_in_strings(names, line);
		if (field >= 0)
			set(fields[field], value);
		line = end;
	}
	free(text);
	return 0;
}

void FAST_FUNC px_network_free(struct px_network *network)
{
	free(network->server);
	free(network->mac);
	free(network->iface);
	free(network->ip);
	free(network->gateway);
	free(network->dns);
	free(network->problem);
}
