// Answers fanotify's questions about opens and programs of guarded containers, in a process of its own: the agent may
// be stopped, or busy, and nobody waits. It is told what to forbid on its standard input, tells denials on its standard
// output, and ends with the agent; then the kernel lets everything go.
//
// A message is its length (4 bytes) and texts, each with a zero behind it:
//   set ID CGROUP ROOT FLAGS (open PATH | program PATH)...   FLAGS: any of p (programs are restricted), r (only report)
//   drop ID
// and back:
//   done ID, failed ID WHY, (denied | reported) ID open|exec PID COMM PATH DEVICE INODE TIME, lost COUNT
// Usage: permission PID-OF-THE-AGENT PID-WHOSE-CGROUP-NAMESPACE-COUNTS
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "../container-root.h"
#include "answer.h"

#define MESSAGE_MAXIMUM (16 * 1024 * 1024)

static pthread_mutex_t tables_lock = PTHREAD_MUTEX_INITIALIZER;
static struct table *tables;
static int waiting;

/* Takes the guard's table out of the list; NULL where it has none. */
static struct table *take_table(const char *id)
{
	for (struct table **place = &tables; *place; place = &(*place)->next) {
		struct table *table = *place;

		if (strcmp(table->id, id) == 0) {
			*place = table->next;
			return table;
		}
	}
	return NULL;
}

/* A table is answered for under the lock only, so what is taken out of the list under it can be thrown away. */
static void put_in_place(struct table *table, const char *id)
{
	struct epoll_event wanted = { .events = EPOLLIN, .data.fd = table ? table->group : -1 };
	struct table *former;

	pthread_mutex_lock(&tables_lock);
	former = take_table(id);
	if (table) {
		table->next = tables;
		tables = table;
		epoll_ctl(waiting, EPOLL_CTL_ADD, table->group, &wanted);
	}
	pthread_mutex_unlock(&tables_lock);
	free_table(former);
}

/* Tells how many denials could not be told, when that has changed and can be told. */
static void tell_lost(void)
{
	static uint64_t told;
	char text[24];
	uint64_t lost;

	pthread_mutex_lock(&output.lock);
	lost = output.start == output.end ? output.lost : told;
	pthread_mutex_unlock(&output.lock);
	if (lost == told)
		return;
	told = lost;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)lost);
	tell(2, "lost", text);
}

static void *answer_all(void *unused)
{
	struct epoll_event ready[16];

	(void)unused;
	for (;;) {
		int count = epoll_wait(waiting, ready, 16, has_output() ? 20 : 1000);

		for (int i = 0; i < count; i++) {
			pthread_mutex_lock(&tables_lock);
			for (struct table *table = tables; table; table = table->next)
				if (table->group == ready[i].data.fd)
					answer(table);
			pthread_mutex_unlock(&tables_lock);
		}
		flush_output();
		tell_lost();
	}
	return NULL;
}

static const char *next_text(const char **at, const char *end)
{
	const char *text = *at;

	if (text >= end)
		return NULL;
	*at += strlen(text) + 1;
	return text;
}

/* Makes the table of a `set` message; NULL, and why in `reason`, where that can not be. */
static struct table *make_table(const char *id, const char **at, const char *end, char *reason, size_t size)
{
	const char *cgroup = next_text(at, end), *root_path = next_text(at, end), *flags = next_text(at, end), *what;
	struct table *table = calloc(1, sizeof(*table));
	char link[64], path[PATH_MAX];
	ssize_t length;
	int root;

	table->group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE |
					     FAN_UNLIMITED_MARKS,
				     O_RDONLY | O_CLOEXEC | O_LARGEFILE);
	table->id = strdup(id);
	table->cgroup = strdup(cgroup);
	table->restricts_programs = strchr(flags, 'p');
	table->only_reports = strchr(flags, 'r');
	root = open_root(root_path);
	if (table->group < 0 || root < 0) {
		snprintf(reason, size, "%s: %s", table->group < 0 ? "fanotify_init" : root_path, strerror(errno));
		goto failed;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
	length = readlink(link, path, sizeof(path) - 1);
	path[length < 0 ? 0 : length] = 0;
	table->root = strdup(strcmp(path, "/") == 0 ? "" : path);
	/* the list is whole before the first question can come */
	while ((what = next_text(at, end))) {
		const char *listed = next_text(at, end);

		if (!listed)
			break;
		if (strcmp(what, "program") == 0) {
			allow_program(table, root, listed);
		} else if (!forbid_path(table, root, listed)) {
			snprintf(reason, size, "%s can not be marked: %s", listed, strerror(errno));
			goto failed;
		}
	}
	if (table->restricts_programs && !mark_all(table, FAN_OPEN_EXEC_PERM, root)) {
		snprintf(reason, size, "the container's files can not be marked: %s", strerror(errno));
		goto failed;
	}
	close(root);
	return table;
failed:
	if (root >= 0)
		close(root);
	free_table(table);
	return NULL;
}

static void obey(const char *message, size_t length)
{
	const char *at = message, *end = message + length;
	const char *command = next_text(&at, end), *id = next_text(&at, end);
	char reason[PATH_MAX + 128] = "";
	struct table *table = NULL;

	if (!command || !id)
		return;
	if (strcmp(command, "set") == 0) {
		table = make_table(id, &at, end, reason, sizeof(reason));
		if (!table) {
			tell(3, "failed", id, reason);
			return;
		}
	}
	put_in_place(table, id);
	tell(2, "done", id);
}

static bool read_whole(void *bytes, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t got = read(STDIN_FILENO, (char *)bytes + done, length - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += got;
	}
	return true;
}

/* Paths of cgroups are read as the agent's machine has them, also where the agent is in a container itself. */
static void join_cgroup_namespace(const char *pid)
{
	char path[64];
	int descriptor;

	snprintf(path, sizeof(path), "/proc/%s/ns/cgroup", pid);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return;
	if (setns(descriptor, CLONE_NEWCGROUP)) {
		/* it is the same then, or not to be had: paths are read as they are here */
	}
	close(descriptor);
}

int main(int count, char **arguments)
{
	pthread_t answering;
	uint32_t length;

	if (count != 3)
		return 2;
	agent = atoi(arguments[1]);
	join_cgroup_namespace(arguments[2]);
	/* whoever asks waits: answering goes first, where that is allowed */
	setpriority(PRIO_PROCESS, 0, -10);
	waiting = epoll_create1(EPOLL_CLOEXEC);
	if (waiting < 0 || pthread_create(&answering, NULL, answer_all, NULL))
		return 1;
	while (read_whole(&length, 4) && length <= MESSAGE_MAXIMUM) {
		char *message = malloc(length + 1);

		if (!message || !read_whole(message, length))
			break;
		message[length] = 0;
		obey(message, length);
		free(message);
	}
	/* the kernel lets everything go that still waits */
	_exit(0);
}
