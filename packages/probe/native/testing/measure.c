// Does one thing many times, in pieces that take about a tenth of a millisecond, and prints how many nanoseconds of
// processor time each took: in the piece that is the least but for a tenth of them, and on the whole. What others do on the
// machine, of which a virtual one sees nothing, makes most pieces longer; it leaves some alone.
// Usage: measure getppid|read|open|connect|fork COUNT
//        measure flood PER_SECOND SECONDS: copies and closes a descriptor so often (0: as often as it can), and prints how
//        many of each there were
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
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

extern char **environ;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

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

static void measure(void (*act)(void), long piece, long count)
{
	long pieces = (count + piece - 1) / piece;
	double *times = calloc(pieces, sizeof(*times));
	double started = processor_time(), before = started;

	for (long i = 0; i < pieces; i++) {
		double now;

		for (long j = 0; j < piece; j++)
			act();
		now = processor_time();
		times[i] = (now - before) / piece;
		before = now;
	}
	qsort(times, pieces, sizeof(*times), compare);
	printf("%.1f %.1f\n", times[pieces / 10], (before - started) / (pieces * piece));
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

	stay_on_one_cpu();
	if (arguments > 3 && !strcmp(what, "flood")) {
		printf("%ld\n", flood(count, atof(argument[3])));
		return 0;
	}
	prepare();
	for (unsigned long i = 0; i < sizeof(things) / sizeof(*things); i++) {
		if (strcmp(what, things[i].name))
			continue;
		measure(things[i].act, things[i].count, count);
		return 0;
	}
	return 2;
}
