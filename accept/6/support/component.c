// What a component of the control plane does, one thing after the other, as its arguments say:
// write:PATH, read:PATH, listen:PORT, connect:PORT (both of 127.0.0.1), wait:MILLISECONDS, stay (until a signal ends it).
// It takes the place of etcd, kube-apiserver and the rest in containers: statically linked, under their names.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int opens(const char *path, int flags)
{
	int descriptor = open(path, flags, 0644);
	return descriptor < 0 ? -1 : close(descriptor);
}

// The socket stays open for as long as the program runs.
static int at_port(const char *port, int (*reach)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return descriptor < 0 ? -1 : reach(descriptor, (struct sockaddr *)&address, sizeof address);
}

static int bind_and_listen(int descriptor, const struct sockaddr *address, socklen_t size)
{
	return bind(descriptor, address, size) != 0 ? -1 : listen(descriptor, 16);
}

static int take(const char *step)
{
	const char *colon = strchr(step, ':');
	const char *object = colon == NULL ? "" : colon + 1;
	if (strncmp(step, "write:", 6) == 0)
		return opens(object, O_WRONLY | O_CREAT | O_TRUNC);
	if (strncmp(step, "read:", 5) == 0)
		return opens(object, O_RDONLY);
	if (strncmp(step, "listen:", 7) == 0)
		return at_port(object, bind_and_listen);
	if (strncmp(step, "connect:", 8) == 0)
		return at_port(object, connect);
	if (strncmp(step, "wait:", 5) == 0)
		return usleep(atoi(object) * 1000);
	if (strcmp(step, "stay") == 0)
		return pause();
	return -1;
}

int main(int count, char **steps)
{
	for (int i = 1; i < count; i++) {
		if (take(steps[i]) == 0)
			continue;
		perror(steps[i]);
		return 1;
	}
	return 0;
}
