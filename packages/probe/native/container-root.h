// Where a container's files begin, whatever its processes say: by the mount namespace of one of them. What a process has
// for its root it chose itself, where it may call chroot.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct root_search {
	int mounts, root, error;
};

/* In a thread of its own, which is in the other mount namespace until it ends: entering one leads to its root. */
static void *find_root(void *argument)
{
	struct root_search *search = argument;

	if (!unshare(CLONE_FS) && !setns(search->mounts, CLONE_NEWNS))
		search->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	search->error = errno;
	return NULL;
}

/* Which user namespace a namespace belongs to; 0 with errno where that can not be told. */
static ino_t owner_of(int namespace)
{
	struct stat status = { .st_ino = 0 };
	int owner = ioctl(namespace, NS_GET_USERNS);

	if (owner < 0)
		return 0;
	if (fstat(owner, &status))
		status.st_ino = 0;
	close(owner);
	return status.st_ino;
}

static int open_namespace(const char *pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The root of a process's mount namespace; -1 with errno, EXDEV where the process made that namespace itself. */
static int open_namespace_root(const char *pid)
{
	struct root_search search = { .mounts = open_namespace(pid, "mnt"), .root = -1, .error = 0 };
	/* a process never leaves its own namespace of processes, which whoever started the container made with the mounts */
	int processes = open_namespace(pid, "pid");
	ino_t owner = 0, expected = 0;
	pthread_t thread;
	int failure;

	search.error = errno;
	if (search.mounts >= 0 && processes >= 0) {
		owner = owner_of(search.mounts);
		expected = owner_of(processes);
		search.error = owner && expected ? EXDEV : errno;
		if (owner && owner == expected) {
			failure = pthread_create(&thread, NULL, find_root, &search);
			if (failure)
				search.error = failure;
			else
				pthread_join(thread, NULL);
		}
	}
	if (search.mounts >= 0)
		close(search.mounts);
	if (processes >= 0)
		close(processes);
	errno = search.error;
	return search.root;
}

/* A folder as somebody's root; of /proc/PID/root it is not what the process took for its root since it was started. */
static int open_root(const char *path)
{
	char pid[16], rest;

	if (sscanf(path, "/proc/%15[0-9]/root%c", pid, &rest) == 1)
		return open_namespace_root(pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}
