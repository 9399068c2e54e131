// Does one thing many times and prints how many nanoseconds each took: of time, and of processor time.
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

static double processor_time(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
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

static void connect_often(long count)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct linger reset = { 1, 0 };
	socklen_t length = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0);

	bind(server, (struct sockaddr *)&address, length);
	listen(server, 16);
	getsockname(server, (struct sockaddr *)&address, &length);
	for (long i = 0; i < count; i++) {
		int client = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(client, (struct sockaddr *)&address, sizeof(address)))
			exit(1);
		close(accept(server, NULL, NULL));
		/* without waiting states, which would fill up */
		setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(client);
	}
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
	int zero = open("/dev/zero", O_RDONLY);
	double started, used;
	char byte;

	stay_on_one_cpu();
	if (arguments > 3 && !strcmp(what, "flood")) {
		printf("%ld\n", flood(count, atof(argument[3])));
		return 0;
	}
	started = now();
	used = processor_time(RUSAGE_SELF) + processor_time(RUSAGE_CHILDREN);
	if (!strcmp(what, "getppid")) {
		for (long i = 0; i < count; i++)
			syscall(SYS_getppid);
	} else if (!strcmp(what, "read")) {
		for (long i = 0; i < count; i++)
			if (read(zero, &byte, 1) != 1)
				return 1;
	} else if (!strcmp(what, "open")) {
		for (long i = 0; i < count; i++)
			close(open("/dev/null", O_RDONLY));
	} else if (!strcmp(what, "connect")) {
		connect_often(count);
	} else if (!strcmp(what, "fork")) {
		char *words[] = { "/bin/true", NULL };

		for (long i = 0; i < count; i++) {
			pid_t child;

			if (posix_spawn(&child, words[0], NULL, NULL, words, environ))
				return 1;
			waitpid(child, NULL, 0);
		}
	} else {
		return 2;
	}
	printf("%.1f %.1f\n", (now() - started) / count,
	       (processor_time(RUSAGE_SELF) + processor_time(RUSAGE_CHILDREN) - used) / count);
	return 0;
}
