// Receives messages with control data that say what the kernel never said: what a message brings overwrites, while it is
// being received, the header that says where its control data are. The length alone is the kernel's: as much as it wrote
// for the descriptors that were really passed.
//
// Reads a case a line: how many descriptors to pass, then the control data in hexadecimal. Of its own, descriptors 3 to 63
// are /dev/null (even) and /dev/zero (odd); those that are passed are /dev/null and come behind. When the lines end, it
// passes many with many messages at once.
// Usage: lie < CASES
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define OWN 64
#define PASSED_MAXIMUM 64
#define FAR_OFF 2000
#define MESSAGES 20
#define EACH 60

static char control[CMSG_SPACE(PASSED_MAXIMUM * sizeof(int))], fake[4096] __attribute__((aligned(8)));
static int pair[2];

static void need(int is_done)
{
	if (is_done)
		return;
	perror("lie");
	exit(1);
}

/* Sends bytes with so many descriptors. */
static void give(const void *bytes, size_t length, int count)
{
	struct iovec piece = { (void *)bytes, length };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (count > 0) {
		struct cmsghdr *header = (struct cmsghdr *)control;
		int *numbers = (int *)CMSG_DATA(header);

		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		for (int i = 0; i < count; i++)
			numbers[i] = 4;
	}
	need(sendmsg(pair[0], &message, 0) == (ssize_t)length);
}

static void receive_lie(int count)
{
	struct msghdr lying = { .msg_control = fake }, message;
	struct iovec piece = { &message, sizeof(message) };

	give(&lying, sizeof(lying), count);
	message = (struct msghdr){ .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	need(recvmsg(pair[1], &message, 0) == sizeof(message));
	need(message.msg_control == fake && message.msg_controllen == (count ? CMSG_SPACE(count * sizeof(int)) : 0));
	for (int i = 0; i < count; i++)
		need(close(OWN + i) == 0);
}

static void receive_many(void)
{
	static char controls[MESSAGES][CMSG_SPACE(EACH * sizeof(int))];
	struct mmsghdr many[MESSAGES] = {};
	char byte;
	struct iovec piece = { &byte, 1 };

	for (int i = 0; i < MESSAGES; i++)
		many[i].msg_hdr = (struct msghdr){ .msg_iov = &piece, .msg_iovlen = 1, .msg_control = controls[i],
						   .msg_controllen = sizeof(controls[i]) };
	for (int i = 0; i < MESSAGES; i++)
		give("x", 1, EACH);
	need(recvmmsg(pair[1], many, MESSAGES, 0, NULL) == MESSAGES);
}

int main(void)
{
	static char line[2 * sizeof(fake) + 16];
	struct rlimit limit;
	int sizes = 1 << 20;

	need(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = FAR_OFF + 2;
	need(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	closefrom(3);
	need(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	/* out of the way of the numbers that mean something */
	for (int i = 0; i < 2; i++) {
		int moved = fcntl(pair[i], F_DUPFD, FAR_OFF);

		need(moved >= 0 && close(pair[i]) == 0);
		pair[i] = moved;
	}
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &sizes, sizeof(sizes));
	for (int i = 3; i < OWN; i++)
		need(open(i & 1 ? "/dev/zero" : "/dev/null", O_RDWR) == i);
	while (fgets(line, sizeof(line), stdin)) {
		char *text;
		int count = strtol(line, &text, 10);

		memset(fake, 0, sizeof(fake));
		for (unsigned i = 0, byte; i < sizeof(fake) && sscanf(text, " %2x", &byte) == 1; i++, text += 2) {
			text += *text == ' ';
			fake[i] = byte;
		}
		receive_lie(count);
	}
	receive_many();
	return 0;
}
