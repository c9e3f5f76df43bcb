/*
 * What a transport is: one file in this folder, one registered entry.
 *
 *	PX_TRANSPORT(http) = { "http", http_open };
 *
 * The entry is found through the linker section px_transports, so the file must be linked as obj-y (see Kbuild.src); a new
 * transport touches no other file but Config.in.
 */
#ifndef PX_TRANSPORT_H
#define PX_TRANSPORT_H 1

#include "lib/stream.h"

#define PX_TRANSPORT(name) \
	static const struct px_transport px_transport_##name; \
	static const struct px_transport *const px_transport_entry_##name \
		__attribute__ ((used, section("px_transports"))) = &px_transport_##name; \
	static const struct px_transport px_transport_##name

#endif
