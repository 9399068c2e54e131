// Lives a changeful life between long rounds of reading, and marks where it is: each mark is a write of so many bytes.
// Usage: wander SEED STEPS FOLDER CGROUP: FOLDER holds this program as wander-a, wander-b and wander-c, and folders x, y;
// CGROUP (or -) is a folder whose file cgroup.procs takes processes in
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *folder, *cgroup;
static _Thread_local uint64_t state;
static _Thread_local int marks;
static int source, sink;

static uint32_t any(uint32_t below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(state >> 33) % below;
}

static void mark(int count)
{
	static const char data[4096];

	while (count-- > 0)
		if (pwrite(sink, data, 1 + ++marks % 4000, 0) < 0)
			_exit(3);
}

static void read_for(int milliseconds)
{
	struct timespec start, now;
	char byte;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		for (int i = 0; i < 10; i++)
			if (pread(source, &byte, 1, 0) != 1)
				_exit(4);
		usleep(1000);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < milliseconds);
}

static void set_capabilities(uint64_t dropped)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return;
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted & ~(uint32_t)(dropped >> (32 * i));
	syscall(SYS_capset, &header, data);
}

static void enter(const char *group)
{
	char path[512], text[16];
	int file, length = snprintf(text, sizeof(text), "%d", getpid());

	if (cgroup[0] == '-')
		return;
	snprintf(path, sizeof(path), "%s%s/cgroup.procs", cgroup, group);
	file = open(path, O_WRONLY);
	if (file >= 0 && write(file, text, length) != length)
		errno = 0;
	close(file);
}

static void wait_for_children(void)
{
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
}

/* Children show their parent's name: they end first, or it would be a matter of chance which one they show. */
static void become(uint32_t seed, int steps)
{
	char path[512], first[16], second[16];

	wait_for_children();
	snprintf(path, sizeof(path), "%s/wander-%c", folder, any(2) ? 'a' : 'a' + any(3));
	snprintf(first, sizeof(first), "%u", seed);
	snprintf(second, sizeof(second), "%d", steps);
	execl(path, path, first, second, folder, cgroup, NULL);
	_exit(5);
}

static void *run_thread(void *seed)
{
	state = (uintptr_t)seed;
	read_for(any(150));
	mark(2);
	/* of the thread alone: the library would do it for all */
	if (any(2))
		syscall(SYS_setresuid, -1, any(2) ? 1234 : 0, -1);
	mark(2);
	read_for(150 + any(150));
	mark(2);
	if (any(2))
		syscall(SYS_setresuid, -1, 0, -1);
	mark(2);
	return NULL;
}

static void start_child(int steps, void (*first)(void))
{
	uint32_t seed = any(1u << 30);
	pid_t child = fork();

	if (child)
		return;
	state = seed;
	mark(2);
	if (first)
		first();
	if (any(2))
		become(seed, steps);
	for (; steps > 0; steps--) {
		read_for(any(250));
		mark(2);
	}
	_exit(0);
}

static void lead(void)
{
	setsid();
	mark(1);
}

/* By itself, or by a child. */
static void limit_files(const struct rlimit *limit, int by_child)
{
	pid_t child = by_child ? fork() : 0;

	if (child > 0) {
		waitpid(child, NULL, 0);
		return;
	}
	syscall(SYS_prlimit64, by_child ? getppid() : 0, RLIMIT_NOFILE, limit, NULL);
	if (by_child)
		_exit(0);
}

static void step(int steps)
{
	static const char *const places[] = { "x", "y", "." };
	char text[512];
	struct rlimit limit;
	pthread_t thread;

	switch (any(10)) {
	case 0:
		become(any(1u << 30), steps);
	case 1:
		if (setresuid(-1, any(2) ? 1234 : 0, -1))
			errno = 0;
		break;
	case 2:
		snprintf(text, sizeof(text), "%s/%s", folder, places[any(3)]);
		if (chdir(text))
			errno = 0;
		break;
	case 3:
		start_child(1 + any(2), NULL);
		break;
	case 4:
		prctl(PR_SET_NAME, any(2) ? "wander-b" : "wander-n");
		start_child(1, NULL);
		break;
	case 5:
		start_child(1, lead);
		break;
	case 6:
		if (pthread_create(&thread, NULL, run_thread, (void *)(uintptr_t)any(1u << 30)) == 0)
			pthread_join(thread, NULL);
		break;
	case 7:
		limit.rlim_cur = any(2) ? 777 : 700;
		limit.rlim_max = 4096;
		limit_files(&limit, any(2));
		break;
	case 8:
		set_capabilities(any(2) ? 1ull << CAP_SYS_TIME : 0);
		break;
	case 9:
		enter(any(2) ? "" : "/..");
		start_child(1, NULL);
	}
}

/* Gives up whatever it has become, but for its name. */
static void calm_down(void)
{
	struct rlimit limit = { 700, 4096 };

	if (setresuid(-1, 0, -1) || chdir(folder))
		errno = 0;
	set_capabilities(0);
	setrlimit(RLIMIT_NOFILE, &limit);
	enter("/..");
}

int main(int count, char **arguments)
{
	int steps;

	if (count != 5)
		return 2;
	state = strtoul(arguments[1], NULL, 10);
	steps = atoi(arguments[2]);
	folder = arguments[3];
	cgroup = arguments[4];
	source = open("/dev/zero", O_RDONLY);
	sink = open("/dev/null", O_WRONLY);
	any(2);
	for (; steps > 0; steps--) {
		mark(2);
		read_for(any(3) ? 150 + any(200) : any(50));
		mark(1);
		step(steps - 1);
		mark(2);
		if (any(2))
			calm_down();
	}
	wait_for_children();
	return 0;
}
