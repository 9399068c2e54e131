// Receives a connection over a socket, to a number that was another connection's, and makes it its standard input.
// Usage: receive PORT: on the loopback interface, where somebody accepts
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int connection(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int made = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (made < 0 || connect(made, (struct sockaddr *)&address, sizeof(address)))
		exit(1);
	return made;
}

/* Sends a descriptor where it is not below zero, else receives one. */
static int pass(int over, int descriptor)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec piece = { &byte, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (descriptor >= 0) {
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
		return sendmsg(over, &message, 0) == 1 ? 0 : -1;
	}
	if (recvmsg(over, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
		return -1;
	memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return descriptor;
}

int main(int arguments, char **argument)
{
	int port = arguments > 1 ? atoi(argument[1]) : 0, pair[2], first = connection(port), second, received;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return 1;
	second = connection(port);
	if (pass(pair[0], second) || close(first))
		return 1;
	received = pass(pair[1], -1);
	if (received != first)
		return 1;
	return dup2(received, 0) == 0 ? 0 : 1;
}
