/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * write/gate.c by itself: who has passed sees what lay there before the gate was opened that far; who is closed out
 * does not wait.
 */
#include "libbb.h"
#include <pthread.h>
#include "write/gate.h"
#include "stress.h"

enum { WAITERS = 4, BYTES = 512 };

struct pass {
	struct px_gate *gate;
	uint8_t proven[BYTES];     /* written by the opener alone, before it opens the gate so far */
	unsigned seed;
	int will_close;
};

struct waiter {
	struct pass *pass;
	unsigned seed;
};

static void *wait_there(void *arg)
{
	struct waiter *waiter = arg;
	struct pass *pass = waiter->pass;
	unsigned at = 0, i;

	while (at < BYTES) {
		unsigned end = at + 1 + chance(&waiter->seed, 40);

		end = MIN(end, BYTES);
		dawdle(&waiter->seed);
		if (px_gate_wait(pass->gate, end) < 0) {
			expect(pass->will_close, "a gate that nobody closes lets pass");
			return NULL;
		}
		for (i = at; i < end; i++)
			expect(pass->proven[i] == 1, "what passes is proven");
		at = end;
	}
	return NULL;
}

static void open_it(struct pass *pass)
{
	unsigned at = 0, close_at = pass->will_close ? chance(&pass->seed, BYTES) : BYTES + 1;

	while (at < BYTES) {
		unsigned end = at + chance(&pass->seed, 60);

		end = MIN(end, BYTES);
		if (end >= close_at)
			break;
		memset(pass->proven + at, 1, end - at);
		px_gate_open(pass->gate, end);
		at = end;
		dawdle(&pass->seed);
	}
	if (pass->will_close)
		px_gate_close(pass->gate);
}

void round_of_gate(unsigned seed)
{
	struct pass pass = { .gate = px_gate_new(), .seed = seed, .will_close = chance(&seed, 2) };
	struct waiter waiters[WAITERS];
	pthread_t threads[WAITERS];
	unsigned i, count = 1 + chance(&seed, WAITERS);

	for (i = 0; i < count; i++) {
		waiters[i] = (struct waiter){ &pass, seed + i };
		threads[i] = start(wait_there, &waiters[i]);
	}
	open_it(&pass);
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	px_gate_free(pass.gate);
}
