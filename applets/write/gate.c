/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds the writers back until what they have is proven. See gate.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += gate.o

#include "libbb.h"
#include <pthread.h>
#include "write/gate.h"

struct px_gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	off_t end_bytes;
	smallint closed;
};

struct px_gate* FAST_FUNC px_gate_new(void)
{
	struct px_gate *gate = xzalloc(sizeof(*gate));

	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->moved, NULL);
	return gate;
}

void FAST_FUNC px_gate_free(struct px_gate *gate)
{
	if (!gate)
		return;
	pthread_cond_destroy(&gate->moved);
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

void FAST_FUNC px_gate_open(struct px_gate *gate, off_t end_bytes)
{
	pthread_mutex_lock(&gate->lock);
	gate->end_bytes = end_bytes;
	pthread_cond_broadcast(&gate->moved);
	pthread_mutex_unlock(&gate->lock);
}

void FAST_FUNC px_gate_close(struct px_gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->closed = 1;
	pthread_cond_broadcast(&gate->moved);
	pthread_mutex_unlock(&gate->lock);
}

int FAST_FUNC px_gate_wait(struct px_gate *gate, off_t end_bytes)
{
	int passes;

	pthread_mutex_lock(&gate->lock);
	while (!gate->closed && gate->end_bytes < end_bytes)
		pthread_cond_wait(&gate->moved, &gate->lock);
	passes = gate->end_bytes >= end_bytes;
	pthread_mutex_unlock(&gate->lock);
	return passes ? 0 : -1;
}
