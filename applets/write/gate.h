/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds the writers back until what they have is proven: one thread opens the gate further and further, others wait
 * in front of it.
 */
#ifndef PX_GATE_H
#define PX_GATE_H 1

struct px_gate;

struct px_gate *px_gate_new(void) FAST_FUNC;
void px_gate_free(struct px_gate *gate) FAST_FUNC; /* NULL is fine; nobody may wait any more */

/* All bytes up to end_bytes may pass. */
void px_gate_open(struct px_gate *gate, off_t end_bytes) FAST_FUNC;

/* Nothing passes any more, and nobody waits. */
void px_gate_close(struct px_gate *gate) FAST_FUNC;

/* Waits until all bytes up to end_bytes may pass: 0; -1: they never will. */
int px_gate_wait(struct px_gate *gate, off_t end_bytes) FAST_FUNC;

#endif
