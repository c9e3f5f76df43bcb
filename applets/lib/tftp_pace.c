/*
 * A TFTP server that slows down. See tftp_pace.h.
 */
//kbuild:lib-$(CONFIG_PX_TRANSPORT_TFTP) += tftp_pace.o

#include "libbb.h"
#include "lib/tftp_pace.h"

enum { BROKEN_US = 10, STRAIN_MAX_US = 200 };

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

int FAST_FUNC px_tftp_pace_broken(struct px_tftp_pace *pace)
{
	pace->strain_us += BROKEN_US;
	return pace->strain_us >= STRAIN_MAX_US && pace->block_us - pace->best_block_us >= pace->strain_us / 2;
}
