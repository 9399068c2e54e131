// Answers the kernel's questions: may this process open this file? Nothing here waits for anybody.
#pragma once

#include <time.h>

#include "output.h"
#include "table.h"

static pid_t agent;

/* Paths of a process's cgroups, of which version 1 has one in each of a dozen hierarchies: longer ones the kernel does not tell. */
#define CGROUPS_MAXIMUM (32 * PATH_MAX)

/* Reads a file of /proc to its end, or as far as there is room; the length, or -1 with errno. */
static ssize_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length = 0, got;
	int descriptor, error;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -1;
	do {
		got = read(descriptor, text + length, size - 1 - length);
		length += got > 0 ? got : 0;
	} while (got > 0);
	error = errno;
	close(descriptor);
	errno = error;
	text[length] = 0;
	return got < 0 ? -1 : length;
}

/*
 * Whether the process is in the cgroup or one below. Whoever makes cgroups below its own until the path is longer than the
 * kernel tells is taken to be in it: nobody else has a reason to. Asked by one thread alone.
 */
static bool is_in_cgroup(pid_t pid, const char *cgroup)
{
	static char text[CGROUPS_MAXIMUM];
	size_t length = strlen(cgroup);
	char *line;

	if (read_proc(pid, "cgroup", text, sizeof(text)) < 0)
		return errno == ENAMETOOLONG;
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return false;
	line = strchr(line, '/');
	return line && strncmp(line, cgroup, length) == 0 && (line[length] == 0 || line[length] == '/' || line[length] == '\n');
}

static void tell_attempt(const struct table *table, const char *what, pid_t pid, const char *path, const struct stat *status)
{
	char process[16], device[24], inode[24], time[24], comm[32] = "";
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(process, sizeof(process), "%d", pid);
	snprintf(device, sizeof(device), "%llu", (unsigned long long)status->st_dev);
	snprintf(inode, sizeof(inode), "%llu", (unsigned long long)status->st_ino);
	snprintf(time, sizeof(time), "%lld", now.tv_sec * 1000000000ll + now.tv_nsec);
	if (read_proc(pid, "comm", comm, sizeof(comm)) < 0)
		comm[0] = 0;
	comm[strcspn(comm, "\n")] = 0;
	tell(9, table->only_reports ? "reported" : "denied", table->id, what, process, comm, path, device, inode, time);
}

static bool may_open(const struct table *table, const struct fanotify_event_metadata *event)
{
	char link[64], path[PATH_MAX];
	struct stat status;
	ssize_t length;
	const char *what, *inside;

	if (event->pid == agent || event->pid == getpid() || !is_in_cgroup(event->pid, table->cgroup))
		return true;
	if (fstat(event->fd, &status))
		return true;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", event->fd);
	length = readlink(link, path, sizeof(path) - 1);
	path[length < 0 ? 0 : length] = 0;
	inside = path_inside(table, path);
	if (event->mask & FAN_OPEN_EXEC_PERM && table->restricts_programs &&
	    !is_known(table->programs, table->program_count, &status, true))
		what = "exec";
	else if (event->mask & FAN_OPEN_PERM && (is_known(table->forbidden, table->forbidden_count, &status, false) ||
						  is_forbidden_path(table, inside)))
		what = "open";
	else
		return true;
	tell_attempt(table, what, event->pid, inside, &status);
	return table->only_reports;
}

/* Answers all that is asked by now. */
static void answer(const struct table *table)
{
	static char bytes[64 * 1024] __attribute__((aligned(8)));
	ssize_t length = read(table->group, bytes, sizeof(bytes));
	const struct fanotify_event_metadata *event = (const void *)bytes;

	if (length <= 0)
		return;
	for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
		struct fanotify_response response = { .fd = event->fd };

		if (event->fd < 0)
			continue;
		response.response = may_open(table, event) ? FAN_ALLOW : FAN_DENY;
		if (write(table->group, &response, sizeof(response)) < 0) {
			/* whoever asked has gone: nobody waits for this answer */
		}
		close(event->fd);
	}
}
