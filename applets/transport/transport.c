/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transports that are linked in, and how one says that it failed. See transport.h.
 */
//kbuild:obj-$(CONFIG_PX_FETCH) += transport.o

#include "libbb.h"
#include "transport/transport.h"
#include "lib/text.h"

/* The linker makes these out of what PX_TRANSPORT put into the section; weak, because without any transport there is
 * no such section. */
extern const struct px_transport *const __start_px_transports[] __attribute__ ((weak));
extern const struct px_transport *const __stop_px_transports[] __attribute__ ((weak));

const struct px_transport* FAST_FUNC px_transport_find(const char *scheme)
{
	const struct px_transport *const *t;

	for (t = __start_px_transports; t < __stop_px_transports; t++)
		if (strcmp((*t)->scheme, scheme) == 0)
			return *t;
	return NULL;
}

int FAST_FUNC px_transfer_fail(struct px_transfer *xfer, struct px_stream *s, enum px_status status, const char *fmt,
		...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(xfer->reason, sizeof(xfer->reason), fmt, args);
	va_end(args);
	px_text_clean(xfer->reason);
	xfer->again = (status == PX_NETWORK);
	xfer->changed = 0;
	xfer->distrusts = 0;
	xfer->pause_s = 0;
	s->status = status;
	return -1;
}

int FAST_FUNC px_transfer_changed(struct px_transfer *xfer, struct px_stream *s, const char *why)
{
	px_transfer_fail(xfer, s, PX_DATA, "%s", why);
	xfer->changed = 1;
	return -1;
}

const char* FAST_FUNC px_transfer_why(enum px_status status, int distrusts)
{
	switch (status) {
	case PX_USAGE:
		return "usage";
	case PX_IO:
		return "input";
	case PX_NETWORK:
		return "network";
	case PX_AUTH:
		return distrusts ? "certificate" : "password";
	case PX_PROTOCOL:
		return "protocol";
	case PX_SERVER:
		return "server";
	case PX_DATA:
		return "data";
	default:
		return "other";
	}
}
