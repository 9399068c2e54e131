// What one guard forbids, and the kernel's group of marks that asks about it. A table is made whole, put in place, and
// thrown away whole: whoever answers never sees one that is half made.
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define OVERLAYFS_MAGIC 0x794c7630

/* A file as it was when it was listed. */
struct known_file {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct table {
	struct table *next;
	/* the guard's name among all; its cgroup as /proc/PID/cgroup has it */
	char *id, *cgroup;
	/* of the container's root, as seen from here, to be cut off paths; empty for "/" */
	char *root;
	int group;
	bool restricts_programs, only_reports;
	struct known_file *programs, *forbidden;
	size_t program_count, forbidden_count;
	/* paths in the container's tree; with / at the end, all below */
	char **paths;
	size_t path_count;
};

static void *grown(void *items, size_t count, size_t size)
{
	void *more = (count & (count - 1)) == 0 ? realloc(items, (count ? 2 * count : 1) * size) : items;

	if (!more)
		abort();
	return more;
}

static void free_table(struct table *table)
{
	if (!table)
		return;
	if (table->group >= 0)
		close(table->group);
	for (size_t i = 0; i < table->path_count; i++)
		free(table->paths[i]);
	free(table->paths);
	free(table->programs);
	free(table->forbidden);
	free(table->id);
	free(table->cgroup);
	free(table->root);
	free(table);
}

/* The path as it is for somebody whose root is the folder; looking at it asks nobody for permission. */
static int open_in_root(int root, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };

	return syscall(SYS_openat2, root, path, &how, sizeof(how));
}

static bool know_file(struct known_file **files, size_t *count, int descriptor)
{
	struct stat status;

	if (fstat(descriptor, &status))
		return false;
	*files = grown(*files, *count, sizeof(**files));
	(*files)[(*count)++] = (struct known_file){
		.device = status.st_dev, .inode = status.st_ino, .size = status.st_size, .changed = status.st_ctim,
	};
	return true;
}

static bool mark(const struct table *table, unsigned int kind, uint64_t mask, int descriptor)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	return fanotify_mark(table->group, FAN_MARK_ADD | kind, mask, AT_FDCWD, path) == 0;
}

/* The whole of an overlay is one container's; of other file systems, what is reached through the container's mount. */
static bool mark_all(const struct table *table, uint64_t mask, int root)
{
	struct statfs system;

	if (fstatfs(root, &system))
		return false;
	return mark(table, system.f_type == OVERLAYFS_MAGIC ? FAN_MARK_FILESYSTEM : FAN_MARK_MOUNT, mask, root);
}

/* A program that may be opened to be run. One that is not there may not. */
static void allow_program(struct table *table, int root, const char *path)
{
	int descriptor = open_in_root(root, path);

	if (descriptor < 0)
		return;
	know_file(&table->programs, &table->program_count, descriptor);
	close(descriptor);
}

/*
 * A file that may not be opened: the one that is there, by whatever name; and whatever is there later, by this path.
 * A folder (/ at the end) takes a mark on all of the container's files.
 */
static bool forbid_path(struct table *table, int root, const char *path)
{
	char folder[PATH_MAX];
	char *end;
	int descriptor;
	bool is_marked = true;

	table->paths = grown(table->paths, table->path_count, sizeof(char *));
	table->paths[table->path_count++] = strdup(path);
	if (path[strlen(path) - 1] == '/')
		return mark_all(table, FAN_OPEN_PERM, root);
	descriptor = open_in_root(root, path);
	if (descriptor >= 0) {
		know_file(&table->forbidden, &table->forbidden_count, descriptor);
		is_marked = mark(table, 0, FAN_OPEN_PERM, descriptor);
		close(descriptor);
	}
	snprintf(folder, sizeof(folder), "%s", path);
	end = strrchr(folder, '/');
	end[end == folder ? 1 : 0] = 0;
	descriptor = open_in_root(root, folder);
	if (descriptor < 0)
		return is_marked;
	is_marked = mark(table, 0, FAN_OPEN_PERM | FAN_EVENT_ON_CHILD, descriptor) && is_marked;
	close(descriptor);
	return is_marked;
}

static bool is_known(const struct known_file *files, size_t count, const struct stat *status, bool must_be_unchanged)
{
	for (size_t i = 0; i < count; i++) {
		const struct known_file *file = &files[i];

		if (file->device != status->st_dev || file->inode != status->st_ino)
			continue;
		if (!must_be_unchanged)
			return true;
		if (file->size == status->st_size && file->changed.tv_sec == status->st_ctim.tv_sec &&
		    file->changed.tv_nsec == status->st_ctim.tv_nsec)
			return true;
	}
	return false;
}

/* A path as seen from here, as it is in the container's tree. */
static const char *path_inside(const struct table *table, const char *path)
{
	size_t cut = strlen(table->root);

	return strncmp(path, table->root, cut) == 0 && path[cut] == '/' ? path + cut : path;
}

static bool is_forbidden_path(const struct table *table, const char *path)
{
	for (size_t i = 0; i < table->path_count; i++) {
		size_t length = strlen(table->paths[i]);

		if (table->paths[i][length - 1] == '/' ? strncmp(path, table->paths[i], length) == 0 :
							 strcmp(path, table->paths[i]) == 0)
			return true;
	}
	return false;
}
