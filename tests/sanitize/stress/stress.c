/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The threads of pxwrite (lib/ring.c, write/gate.c, write/pour.c, write/readbehind.c, write/compare.c, write/pieces.c,
 * decode/zstd_frames.c) under ThreadSanitizer: many short rounds, of random sizes, with faults at random places.
 *
 *   stress WHAT SECONDS [SEED]     WHAT: ring, gate, frames, pour, delta; SEED: the first round's number
 *
 * Besides what the sanitizer finds, each round knows how it must end: all bytes in place, or the failure that was put
 * in. A round that is not over after PATIENCE_S never ends. Ends with "WHAT: N rounds".
 */
#include "libbb.h"
#include <pthread.h>
#include "stress.h"

enum { PATIENCE_S = 120 };

static const char name[] = "stress";
const char *applet_name = name;

static const char *what_runs;
static unsigned round_seed;

unsigned chance(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

void dawdle(unsigned *seed)
{
	unsigned c = chance(seed, 16);

	if (c == 0)
		usleep(chance(seed, 300));
	else if (c < 4)
		sched_yield();
}

void expect(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "stress: %s, round %u: not so: %s\n", what_runs, round_seed, what);
	_exit(1);
}

static void hangs(int sig UNUSED_PARAM)
{
	expect(0, "the round ends");
}

int main(int argc, char **argv)
{
	static const char names[] = "ring\0gate\0frames\0pour\0delta\0";
	static void (*const rounds[])(unsigned) = { round_of_ring, round_of_gate, round_of_frames, round_of_pour,
		round_of_delta };
	unsigned long long end_ms;
	unsigned count = 0;
	int which = argc > 2 ? index_in_strings(names, argv[1]) : -1;

	if (which < 0)
		return 2;
	ASSIGN_CONST_PTR(&bb_errno, __errno_location());
	logmode = LOGMODE_NONE;
	signal(SIGALRM, hangs);
	signal(SIGPIPE, SIG_IGN);
	what_runs = argv[1];
	round_seed = argc > 3 ? atoi(argv[3]) : 0;
	end_ms = monotonic_ms() + atoi(argv[2]) * 1000ULL;
	do {
		alarm(PATIENCE_S);
		faults_none();
		rounds[which](round_seed++);
		count++;
	} while (monotonic_ms() < end_ms);
	printf("%s: %u rounds\n", what_runs, count);
	return 0;
}
