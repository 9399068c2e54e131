// Does one thing many times, in pieces that take about a tenth of a millisecond, and prints how many nanoseconds of
// processor time each took: in the piece that is the least but for a tenth of them, and on the whole. What others do on the
// machine, of which a virtual one sees nothing, makes most pieces longer; it leaves some alone.
// Usage: measure getppid|read|open|connect|fork COUNT [RATIO CLOCK]
//        With RATIO and CLOCK, as `alone` prints them, only pieces count during which the core had no other work, reckoned
//        at that clock rate; exits with 3 when there was other work all the time.
//        measure alone SECONDS: looks at the core for so long, and prints by what RATIO and CLOCK it is known to be alone
//        measure flood PER_SECOND SECONDS: copies and closes a descriptor so often (0: as often as it can), and prints how
//        many of each there were
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core.h"

extern char **environ;

/* Of this process and of those that it made and that have ended. */
static double processor_time(void)
{
	struct timespec own;
	struct rusage others;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	getrusage(RUSAGE_CHILDREN, &others);
	return (own.tv_sec + others.ru_utime.tv_sec + others.ru_stime.tv_sec) * 1e9 + own.tv_nsec +
	       (others.ru_utime.tv_usec + others.ru_stime.tv_usec) * 1e3;
}

/* Stays on the last CPU that it may use: moving between CPUs is what others' work would cost it most. */
static void stay_on_one_cpu(void)
{
	cpu_set_t allowed, last;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&last);
		CPU_SET(cpu, &last);
		sched_setaffinity(0, sizeof(last), &last);
		return;
	}
}

static int zero, server;
static struct sockaddr_in address = { .sin_family = AF_INET };

static void prepare(void)
{
	socklen_t length = sizeof(address);

	zero = open("/dev/zero", O_RDONLY);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server = socket(AF_INET, SOCK_STREAM, 0);
	bind(server, (struct sockaddr *)&address, length);
	listen(server, 16);
	getsockname(server, (struct sockaddr *)&address, &length);
}

static void do_getppid(void)
{
	syscall(SYS_getppid);
}

static void do_read(void)
{
	char byte;

	if (read(zero, &byte, 1) != 1)
		exit(1);
}

static void do_open(void)
{
	close(open("/dev/null", O_RDONLY));
}

static void do_connect(void)
{
	struct linger reset = { 1, 0 };
	int client = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(client, (struct sockaddr *)&address, sizeof(address)))
		exit(1);
	close(accept(server, NULL, NULL));
	/* without waiting states, which would fill up */
	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(client);
}

static void do_fork(void)
{
	char *words[] = { "/bin/true", NULL };
	pid_t child;

	if (posix_spawn(&child, words[0], NULL, NULL, words, environ))
		exit(1);
	waitpid(child, NULL, 0);
}

static const struct {
	const char *name;
	void (*act)(void);
	/* how many make a piece */
	long count;
} things[] = {
	{ "getppid", do_getppid, 1000 }, { "read", do_read, 500 }, { "open", do_open, 100 },
	{ "connect", do_connect, 10 },	 { "fork", do_fork, 1 },
};

static int compare(const void *left, const void *right)
{
	double difference = *(const double *)left - *(const double *)right;

	return difference < 0 ? -1 : difference > 0;
}

/* Somebody else's work is not felt within that of the ratio without it. */
#define ALONE 1.06
/* How long to wait for pieces without other work, in nanoseconds. */
#define PATIENCE 2e10

static bool is_alone(struct look seen, struct look alone)
{
	return seen.ratio <= alone.ratio * ALONE;
}

/*
 * @param alone how the core is without other work; all 0 to take every piece.
 * @returns false when there was other work all the time.
 */
static bool measure(void (*act)(void), long piece, long count, struct look alone)
{
	bool is_any = alone.ratio == 0;
	long pieces = (count + piece - 1) / piece, taken = 0, done = 0;
	double *times = calloc(pieces, sizeof(*times)), whole = 0, end = now() + PATIENCE;
	struct look before = {}, after = {};

	while (taken < pieces && (is_any || now() < end)) {
		double time, started;

		if (!is_any)
			before = done == 0 ? look() : after;
		started = processor_time();
		for (long j = 0; j < piece; j++)
			act();
		time = processor_time() - started;
		whole += time;
		done++;
		if (is_any) {
			times[taken++] = time / piece;
			continue;
		}
		after = look();
		if (is_alone(before, alone) && is_alone(after, alone))
			times[taken++] = time / piece * 2 * alone.clock / (before.clock + after.clock);
	}
	if (taken == 0)
		return false;
	qsort(times, taken, sizeof(*times), compare);
	printf("%.1f %.1f\n", times[taken / 10], whole / (done * piece));
	return true;
}

/* Pairs of calls between two looks at the clock. */
#define BURST 200

static long flood(double per_second, double seconds)
{
	double started = now();
	long pairs = 0;

	for (double passed = 0; passed < seconds * 1e9; passed = now() - started) {
		if (per_second > 0 && 2 * pairs > passed * per_second / 1e9) {
			usleep(100);
			continue;
		}
		for (int i = 0; i < BURST; i++)
			close(dup(0));
		pairs += BURST;
	}
	return pairs;
}

int main(int arguments, char **argument)
{
	const char *what = arguments > 2 ? argument[1] : "";
	long count = arguments > 2 ? atol(argument[2]) : 0;
	struct look alone = {};

	stay_on_one_cpu();
	if (!strcmp(what, "alone")) {
		alone = look_for_least(count);
		printf("%.4f %.1f\n", alone.ratio, alone.clock);
		return 0;
	}
	if (arguments > 3 && !strcmp(what, "flood")) {
		printf("%ld\n", flood(count, atof(argument[3])));
		return 0;
	}
	if (arguments > 4)
		alone = (struct look){ atof(argument[3]), atof(argument[4]) };
	prepare();
	for (unsigned long i = 0; i < sizeof(things) / sizeof(*things); i++) {
		if (strcmp(what, things[i].name))
			continue;
		return measure(things[i].act, things[i].count, count, alone) ? 0 : 3;
	}
	return 2;
}
