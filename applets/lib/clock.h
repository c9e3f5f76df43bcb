/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What passes between processes about a clock that is known to be wrong.
 */
#ifndef PX_CLOCK_H
#define PX_CLOCK_H 1

/* When this initramfs was built, 2026-11-25T10:00:00Z: no right clock is earlier. */
#define PX_BUILT_FILE "/etc/px/built"

/* It is there when the clock was wrong at power-on, and has been set to the earliest time that can be: later dates than
 * that prove nothing. */
#define PX_NO_CLOCK_FILE "/run/px/no-clock"

#endif
