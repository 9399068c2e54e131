// Passes descriptors of every kind over a unix socket to another process, which uses each of them once, under numbers
// that meant something else before. Prints what the names of some of them are made of.
// Usage: pass FOLDER
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSED 10

static void need(int is_done)
{
	if (is_done)
		return;
	perror("pass");
	exit(1);
}

static int port_of(int socket)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	need(getsockname(socket, (struct sockaddr *)&address, &length) == 0);
	return ntohs(address.sin_port);
}

static int bound(int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int made = socket(AF_INET, type, 0);

	need(made >= 0 && bind(made, (struct sockaddr *)&address, sizeof(address)) == 0);
	return made;
}

static int connected(int listening)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int made = socket(AF_INET, SOCK_STREAM, 0);

	need(getsockname(listening, (struct sockaddr *)&address, &length) == 0);
	need(made >= 0 && connect(made, (struct sockaddr *)&address, length) == 0);
	return made;
}

static int connected_to_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listening = socket(AF_UNIX, SOCK_STREAM, 0), made = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	need(bind(listening, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listening, 1) == 0);
	need(connect(made, (struct sockaddr *)&address, sizeof(address)) == 0);
	return made;
}

static unsigned long inode_of(int descriptor)
{
	struct stat facts;

	need(fstat(descriptor, &facts) == 0);
	return facts.st_ino;
}

static void give(int over, const int *descriptors, int count)
{
	char byte = 0, control[CMSG_SPACE(PASSED * sizeof(int))] = {};
	struct iovec piece = { &byte, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
	need(sendmsg(over, &message, 0) == 1);
}

/* Takes what comes with one message, by recvmsg or by recvmmsg; credentials come in front of the descriptors. */
static void take(int over, int by_many, int *descriptors, int count)
{
	char byte, control[256] = {};
	struct iovec piece = { &byte, 1 };
	struct mmsghdr one = { .msg_hdr = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control,
					    .msg_controllen = sizeof(control) } };

	if (by_many)
		need(recvmmsg(over, &one, 1, 0, NULL) == 1);
	else
		need(recvmsg(over, &one.msg_hdr, 0) == 1);
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&one.msg_hdr); header; header = CMSG_NXTHDR(&one.msg_hdr, header)) {
		if (header->cmsg_type != SCM_RIGHTS)
			continue;
		need(header->cmsg_len == CMSG_LEN(count * sizeof(int)));
		memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
	}
}

static int receive(int over)
{
	int passed[PASSED], last, inside, yes = 1;
	char byte[8] = { 1 };

	/* what had these numbers before is known, and is closed: files and sockets */
	for (int i = 0; i < PASSED; i++) {
		passed[i] = i & 1 ? socket(AF_INET, SOCK_STREAM, 0) : open("/dev/null", O_RDWR);
		need(passed[i] >= 0);
	}
	for (int i = 0; i < PASSED; i++)
		need((i & 1 || write(passed[i], byte, 1) == 1) && close(passed[i]) == 0);
	need(setsockopt(over, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) == 0);
	take(over, 0, passed, PASSED);
	need(read(passed[0], byte, 1) == 1);
	need(write(passed[1], byte, 1) == 1);
	need(write(passed[2], byte, 1) == 1);
	need(read(passed[3], byte, 1) == 1);
	need(write(passed[4], byte, 8) == 8);
	need(write(passed[5], byte, 1) == 1);
	need(write(passed[6], byte, 1) == 1);
	inside = openat(passed[7], "inside", O_RDONLY);
	need(inside >= 0 && read(inside, byte, 1) == 1);
	/* reading these fails, and shows what they are */
	need(read(passed[8], byte, 1) < 0);
	need(recv(passed[9], byte, 1, MSG_DONTWAIT) < 0);
	for (int i = 0; i < PASSED; i++)
		need(close(dup(passed[i])) == 0);
	take(over, 1, &last, 1);
	need(read(last, byte, 1) == 1);
	return 0;
}

int main(int arguments, char **argument)
{
	int pair[2], passed[PASSED], ends[2], listening, status;
	char path[4096], number[16];
	pid_t child;

	if (arguments > 2 && strcmp(argument[1], "receive") == 0)
		return receive(atoi(argument[2]));
	need(arguments > 1 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	child = fork();
	need(child >= 0);
	if (child == 0) {
		snprintf(number, sizeof(number), "%d", pair[1]);
		close(pair[0]);
		execl("/proc/self/exe", "pass", "receive", number, NULL);
		_exit(1);
	}
	snprintf(path, sizeof(path), "%s/file", argument[1]);
	passed[0] = open(path, O_RDONLY);
	listening = bound(SOCK_STREAM);
	need(listen(listening, 5) == 0);
	passed[1] = connected(listening);
	passed[2] = accept(listening, NULL, NULL);
	need(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
	passed[3] = ends[0];
	passed[4] = eventfd(0, 0);
	passed[5] = memfd_create("shared", 0);
	snprintf(path, sizeof(path), "%s/socket", argument[1]);
	passed[6] = connected_to_path(path);
	passed[7] = open(argument[1], O_RDONLY | O_DIRECTORY);
	passed[8] = listening;
	passed[9] = bound(SOCK_DGRAM);
	printf("server %d\nclient %d\npipe %lu\ndatagrams %d\n", port_of(listening), port_of(passed[1]), inode_of(passed[3]),
	       port_of(passed[9]));
	for (int i = 0; i < PASSED; i++)
		need(passed[i] >= 0);
	give(pair[0], passed, PASSED);
	snprintf(path, sizeof(path), "%s/last", argument[1]);
	passed[0] = open(path, O_RDONLY);
	give(pair[0], passed, 1);
	need(waitpid(child, &status, 0) == child);
	return status != 0;
}
