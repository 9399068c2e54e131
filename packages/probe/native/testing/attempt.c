// Tries, in every way there is, what a guard forbids; and counts what became of it. Runs inside a guarded container,
// whose image has /bin/forbidden (creates the file that its last argument names), /bin/allowed and others.
//
// Usage: attempt exec WAY COUNT MARKS      tries to run /bin/forbidden; MARKS: a folder for its marks
//        attempt open PATH COUNT           attempt connect|send|fast 4|6|m PORT COUNT
//        attempt later ...                the same once there is a line on standard input
//        attempt first HOW ...            the same with another root, which it gave itself: chroot, pivot, user (in namespaces of its own)
//        attempt enter CGROUP ROOT PROGRAM ARGUMENT...   as a container runtime does: cgroup, root, program
// Prints: tried N killed N denied N passed N failed N longest MICROSECONDS (of an open); the way `allowed` and its likes try what is not forbidden.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attempt-files.h"
#include "attempt-ways.h"

static int tried, killed, denied, passed, failed;
static long longest;

static void count_child(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		killed++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		denied++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		passed++;
	else
		failed++;
}

static void try_programs(const char *name, int count, const char *marks)
{
	const struct way *way = NULL;
	pid_t swapping = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, name) == 0)
			way = &ways[i];
	if (!way) {
		fprintf(stderr, "no way %s\n", name);
		exit(2);
	}
	if (way->prepare)
		way->prepare();
	if (way->is_race)
		swapping = start_swapping("/bin/allowed");
	/* the folder of the marks, for attempts that leave this root */
	if (fcntl(9, F_GETFD) < 0)
		dup2(open(marks, O_RDONLY | O_DIRECTORY), 9);
	while (way->is_race ? killed + denied < count && tried < 100 * count : tried < count) {
		char mark[4096];
		pid_t pid;

		snprintf(mark, sizeof(mark), "%s/%s-%d", marks, name, tried++);
		pid = fork();
		if (pid == 0) {
			way->attempt(mark);
			_exit(errno == EPERM || errno == EACCES ? 77 : 78);
		}
		count_child(pid);
	}
	if (swapping) {
		kill(swapping, SIGKILL);
		waitpid(swapping, NULL, 0);
	}
}

static void count_result(bool has_worked)
{
	tried++;
	if (has_worked)
		passed++;
	else if (errno == EPERM)
		denied++;
	else
		fail("another error");
}

static void try_opens(const char *path, int count)
{
	for (int i = 0; i < count; i++) {
		struct timespec before, after;
		long took;
		int file;

		clock_gettime(CLOCK_MONOTONIC, &before);
		file = open(path, O_RDONLY);
		count_result(file >= 0);
		clock_gettime(CLOCK_MONOTONIC, &after);
		took = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
		if (took > longest)
			longest = took;
		if (file >= 0)
			close(file);
	}
}

/* The address of loopback: 4, 6, or m for IPv4 as IPv6 has it. */
static socklen_t address_of(char kind, int port, struct sockaddr_storage *address)
{
	struct sockaddr_in *four = (void *)address;
	struct sockaddr_in6 *six = (void *)address;

	memset(address, 0, sizeof(*address));
	if (kind == '4') {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		inet_pton(AF_INET, "127.0.0.1", &four->sin_addr);
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	inet_pton(AF_INET6, kind == 'm' ? "::ffff:127.0.0.1" : "::1", &six->sin6_addr);
	return sizeof(*six);
}

static void try_connections(const char *how, char kind, int port, int count)
{
	for (int i = 0; i < count; i++) {
		struct sockaddr_storage address;
		socklen_t length = address_of(kind, port, &address);
		bool is_datagram = strcmp(how, "send") == 0;
		int connection = socket(address.ss_family, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
		int status;

		if (connection < 0)
			fail("socket");
		if (strcmp(how, "connect") == 0)
			status = connect(connection, (struct sockaddr *)&address, length);
		else
			status = sendto(connection, "x", 1, is_datagram ? 0 : MSG_FASTOPEN, (struct sockaddr *)&address,
					length);
		count_result(status >= 0);
		close(connection);
	}
}

static void enter(char **arguments)
{
	char path[4096];
	int file;

	snprintf(path, sizeof(path), "%s/cgroup.procs", arguments[0]);
	file = open(path, O_WRONLY);
	if (file < 0 || write(file, "0", 1) != 1)
		fail(path);
	close(file);
	/* the former root lies on top of the new one for a moment */
	if (chdir(arguments[1]) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/"))
		fail(arguments[1]);
	execv(arguments[2], arguments + 2);
	fail(arguments[2]);
}

static void put(const char *path, const char *text)
{
	int file = open(path, O_WRONLY);

	if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
		fail(path);
	close(file);
}

/* What a container that runs already has made of itself before its guard is set: another root, in the first process. */
static void prepare_first(const char *how)
{
	if (strcmp(how, "user") == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
			fail("unshare");
		put("/proc/self/uid_map", "0 0 1");
		put("/proc/self/setgroups", "deny");
		put("/proc/self/gid_map", "0 0 1");
	}
	if (mount("tmpfs", "/mnt", "tmpfs", 0, NULL))
		fail("tmpfs");
	mkdir("/mnt/bin", 0755);
	copy_to("/mnt/bin/allowed", FORBIDDEN);
	dup2(open("/marks", O_RDONLY | O_DIRECTORY), 9);
	if (chdir("/mnt"))
		fail("chdir");
	if (strcmp(how, "chroot") == 0 ? chroot(".") : syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH))
		fail(how);
	prctl(PR_SET_NAME, "prepared");
}

int main(int count, char **arguments)
{
	if (count > 3 && strcmp(arguments[1], "first") == 0) {
		prepare_first(arguments[2]);
		arguments += 2;
		count -= 2;
	}
	if (count > 2 && strcmp(arguments[1], "later") == 0) {
		char byte;

		if (read(STDIN_FILENO, &byte, 1) != 1)
			return 1;
		arguments++;
		count--;
	}
	if (count >= 5 && strcmp(arguments[1], "enter") == 0)
		enter(arguments + 2);
	else if (count == 5 && strcmp(arguments[1], "exec") == 0)
		try_programs(arguments[2], atoi(arguments[3]), arguments[4]);
	else if (count == 4 && strcmp(arguments[1], "open") == 0)
		try_opens(arguments[2], atoi(arguments[3]));
	else if (count == 5)
		try_connections(arguments[1], arguments[2][0], atoi(arguments[3]), atoi(arguments[4]));
	else
		return 2;
	printf("tried %d killed %d denied %d passed %d failed %d longest %ld\n", tried, killed, denied, passed, failed,
	       longest);
	return 0;
}
