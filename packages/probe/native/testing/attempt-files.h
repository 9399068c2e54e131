// Files as attempts need them, and how an attempt ends that could not be made at all.
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void copy(int to, const char *from)
{
	char bytes[65536];
	int source = open(from, O_RDONLY);
	ssize_t length;

	if (source < 0)
		fail(from);
	while ((length = read(source, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, length) != length)
			fail("write");
	close(source);
}

static void copy_to(const char *path, const char *from)
{
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	if (to < 0)
		fail(path);
	copy(to, from);
	fchmod(to, 0755);
	close(to);
}
