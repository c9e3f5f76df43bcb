/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A TFTP server that slows down. See tftp_pace.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_TFTP) += tftp_pace.o

#include "libbb.h"
#include "transport/tftp_pace.h"

enum { BROKEN_US = 10, STRAIN_MAX_US = 200, SLEEP_US = 100 };

void FAST_FUNC px_tftp_pace_whole(struct px_tftp_pace *pace, unsigned window_us, unsigned blocks)
{
	int block_us = window_us / blocks + 1;

	pace->strain_us -= pace->strain_us > 0;
	if (pace->block_us)
		block_us = (int)pace->block_us + (block_us - (int)pace->block_us) / 8;
	pace->block_us = block_us;
	if (!pace->best_block_us || pace->block_us < pace->best_block_us)
		pace->best_block_us = pace->block_us;
}

/* What a block costs: its own time and its part of the round trip. A server that slows down a little sleeps SLEEP_US
 * at least. */
int FAST_FUNC px_tftp_pace_broken(struct px_tftp_pace *pace, unsigned blocks, unsigned trip_us)
{
	unsigned now_us = pace->block_us + trip_us / blocks;
	unsigned then_us = pace->best_block_us + SLEEP_US + trip_us / MAX(1, blocks / PX_TFTP_SMALLER);

	pace->strain_us += BROKEN_US;
	return pace->strain_us >= STRAIN_MAX_US && pace->block_us - pace->best_block_us >= pace->strain_us / 2
		&& now_us > then_us + then_us / 2;
}
