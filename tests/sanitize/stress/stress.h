/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the stress tests of the threads share: chance, and faults. See stress.c.
 */
#ifndef STRESS_H
#define STRESS_H 1

/* Only what is given is random: a round that fails is run again with its number. Not for two threads at once. */
unsigned chance(unsigned *seed, unsigned below);

/* Sometimes a while, mostly nothing: so that threads meet in other orders than the usual one. */
void dawdle(unsigned *seed);

/* Ends the program with the round's number, what was expected, and 1. */
void expect(int holds, const char *what);

/* Without the faults below: the threads of the tests themselves. */
pthread_t start(void *(*run)(void *), void *arg);

/*
 * Faults of the system under the code that is tested (faults.c). Each counts its calls down, and happens when its count
 * reaches 0; -1: never.
 */
struct faults {
	int write_at, read_at, flip_at, flush_at, thread_at, event_at;
	smallint no_zero;    /* the disk cannot zero by itself */
	int happened;        /* how many */
};
extern struct faults faults;
void faults_none(void);

/* The disk: memory, behind a number that is no file. As memory it is seen by the sanitizer: a read that is not ordered
 * behind the write of another thread is a report. */
enum { DISK_FD = 1000, DISK_BYTES = 40 << 20, SECTOR_BYTES = 512 };
extern uint8_t disk[DISK_BYTES];

/* One round; seed says all. */
void round_of_ring(unsigned seed);
void round_of_gate(unsigned seed);
void round_of_frames(unsigned seed);
void round_of_pour(unsigned seed);
void round_of_delta(unsigned seed);

#endif
