// Doing a step again and again. Since Linux 5.17 a helper does so, and the kernel's checks go through the step once; before,
// they go through it for each round, as far as one round differs from the other in what they know.
#pragma once

#include <bpf/bpf_helpers.h>

/*
 * Of a function with external linkage, which takes and gives numbers alone, every kernel's checks are made once, by itself: it
 * is not gone through again for each place, and each round, that calls it.
 */
#define CHECKED_ONCE __attribute__((noinline))

/* Calls `step(round, state)` for the rounds from 0 on, `count` at most, until it gives something else than 0. */
#ifndef OLD_KERNEL
#define REPEAT(count, step, state) bpf_loop(count, step, state, 0)
#else
#define REPEAT(count, step, state)                                                                                     \
	do {                                                                                                           \
		_Pragma("nounroll") for (__u32 round = 0; round < (count); round++) if (step(round, state)) break;     \
	} while (0)
#endif
