// Telling whether the core that a program runs on has other work.
#pragma once

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Keeps the compiler from doing the steps of a loop at once. */
#define STEP(value, operation)                                                                                         \
	value operation;                                                                                               \
	__asm__ volatile("" : "+r"(value))
#define FOUR(step) step; step; step; step

/*
 * What the core is like at the moment. Two programs that share one core through its hardware threads, of which a virtual
 * machine sees nothing, take calls of the kernel half as long again; that comes and goes within seconds, and hides what
 * is to be measured. Steps that wait for each other take the core's clock alone; steps that don't, take twice as long
 * beside somebody else. Their ratio tells whether somebody is there, whatever the clock rate is.
 */
struct look {
	double ratio;
	/* nanoseconds of those that wait */
	double clock;
};

static __attribute__((noinline)) double do_one_by_one(void)
{
	unsigned long a = 1;
	double started = now();

	for (int i = 0; i < 400; i++) {
		FOUR(STEP(a, *= 3));
	}
	return now() - started;
}

static __attribute__((noinline)) double do_side_by_side(void)
{
	unsigned long a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;
	double started = now();

	for (int i = 0; i < 1500; i++) {
		FOUR(STEP(a, += 7); STEP(b, += 7); STEP(c, += 7); STEP(d, += 7); STEP(e, += 7); STEP(f, += 7);
		     STEP(g, += 7); STEP(h, += 7));
	}
	return now() - started;
}

static struct look look(void)
{
	double before = do_one_by_one(), between = do_side_by_side(), clock = (before + do_one_by_one()) / 2;

	return (struct look){ between / clock, clock };
}

static int compare_looks(const void *left, const void *right)
{
	double difference = ((const struct look *)left)->ratio - ((const struct look *)right)->ratio;

	return difference < 0 ? -1 : difference > 0;
}

/* How the core is without other work: the least that is seen in so many seconds, but for what may be a slip of the clock. */
static struct look look_for_least(double seconds)
{
	struct look looks[1000];
	int count = sizeof(looks) / sizeof(*looks);

	for (int i = 0; i < count; i++) {
		usleep(seconds * 1e6 / count);
		/* a core that has slept is slow at first */
		for (int warm = 0; warm < 20; warm++)
			looks[i] = look();
	}
	qsort(looks, count, sizeof(*looks), compare_looks);
	return looks[count / 20];
}
