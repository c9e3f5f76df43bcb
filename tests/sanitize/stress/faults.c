/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system under the code that is tested: the linker's --wrap puts these in the place of the C library's. Counters
 * are relaxed atomics, which order nothing: they hide no race.
 */
#include "libbb.h"
#include <pthread.h>
#include <sys/eventfd.h>
#include "stress.h"

struct faults faults;
uint8_t disk[DISK_BYTES];

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
ssize_t __real_pwrite64(int, const void *, size_t, off_t);
ssize_t __wrap_pwrite64(int, const void *, size_t, off_t);
ssize_t __real_pread64(int, void *, size_t, off_t);
ssize_t __wrap_pread64(int, void *, size_t, off_t);
int __wrap_fallocate64(int, int, off_t, off_t);
int __wrap_fdatasync(int);
int __real_eventfd(unsigned, int);
int __wrap_eventfd(unsigned, int);

void faults_none(void)
{
	faults = (struct faults){ -1, -1, -1, -1, -1, -1, 0, 0 };
}

static int happens(int *count)
{
	if (__atomic_load_n(count, __ATOMIC_RELAXED) < 0 || __atomic_fetch_sub(count, 1, __ATOMIC_RELAXED) != 0)
		return 0;
	__atomic_fetch_add(&faults.happened, 1, __ATOMIC_RELAXED);
	return 1;
}

static int fails(int *count, int error)
{
	if (!happens(count))
		return 0;
	*__errno_location() = error;
	return 1;
}

pthread_t start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	expect(__real_pthread_create(&thread, NULL, run, arg) == 0, "a thread for the test");
	return thread;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	return happens(&faults.thread_at) ? EAGAIN : __real_pthread_create(thread, attr, run, arg);
}

int __wrap_eventfd(unsigned value, int flags)
{
	return fails(&faults.event_at, EMFILE) ? -1 : __real_eventfd(value, flags);
}

/* Some disks take a part first. */
static size_t part_of(size_t len_bytes, off_t offset_bytes)
{
	return (offset_bytes >> 20) % 5 == 0 && len_bytes > SECTOR_BYTES ? len_bytes / 2 / SECTOR_BYTES * SECTOR_BYTES
		: len_bytes;
}

ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len_bytes, off_t offset_bytes)
{
	unsigned seed = offset_bytes;

	if (fd != DISK_FD)
		return __real_pwrite64(fd, buf, len_bytes, offset_bytes);
	dawdle(&seed);
	if (fails(&faults.write_at, EIO))
		return -1;
	len_bytes = part_of(len_bytes, offset_bytes);
	memcpy(disk + offset_bytes, buf, len_bytes);
	return len_bytes;
}

ssize_t __wrap_pread64(int fd, void *buf, size_t len_bytes, off_t offset_bytes)
{
	unsigned seed = offset_bytes;

	if (fd != DISK_FD)
		return __real_pread64(fd, buf, len_bytes, offset_bytes);
	dawdle(&seed);
	if (fails(&faults.read_at, EIO))
		return -1;
	len_bytes = part_of(len_bytes, offset_bytes);
	memcpy(buf, disk + offset_bytes, len_bytes);
	if (happens(&faults.flip_at))
		((uint8_t *)buf)[len_bytes / 3] ^= 4;
	return len_bytes;
}

int __wrap_fallocate64(int fd UNUSED_PARAM, int mode UNUSED_PARAM, off_t offset_bytes, off_t len_bytes)
{
	if (faults.no_zero || fails(&faults.write_at, EIO)) {
		if (faults.no_zero)
			*__errno_location() = EOPNOTSUPP;
		return -1;
	}
	memset(disk + offset_bytes, 0, len_bytes);
	return 0;
}

int __wrap_fdatasync(int fd UNUSED_PARAM)
{
	return fails(&faults.flush_at, EIO) ? -1 : 0;
}
