/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Round trips. See tftp_trip.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_TFTP) += tftp_trip.o

#include "libbb.h"
#include "transport/tftp_trip.h"

enum { REPEAT_MIN_US = 5 * 1000 };

unsigned FAST_FUNC px_tftp_trip_learn(struct px_tftp_trip *trip, int sample_us)
{
	if (trip->trip_us == 0) {
		trip->trip_us = sample_us + 1;
		trip->vary_us = sample_us / 2;
	} else {
		trip->vary_us += (abs(sample_us - trip->trip_us) - trip->vary_us) / 4;
		trip->trip_us += (sample_us - trip->trip_us) / 8;
	}
	return MAX(REPEAT_MIN_US, MIN(trip->trip_us + 4 * trip->vary_us, PX_TFTP_REPEAT_FIRST_US));
}
