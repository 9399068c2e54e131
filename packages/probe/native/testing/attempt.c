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
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FORBIDDEN "/bin/forbidden"
#if defined(__aarch64__)
#define LOADER "/lib/ld-linux-aarch64.so.1"
#else
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#endif

extern char **environ;

static int tried, killed, denied, passed, failed;
static long longest;

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

/* What each way does once before, and then in each child; a child that comes back was denied. */

static void run(const char *path, const char *mark)
{
	execl(path, path, mark, (char *)NULL);
}

static void direct(const char *mark)
{
	run(FORBIDDEN, mark);
}

static void script(const char *mark)
{
	run("/bin/forbidden.sh", mark);
}

static void nested(const char *mark)
{
	run("/bin/nested.sh", mark);
}

static void interpreter(const char *mark)
{
	run("/bin/allowed.forbidden", mark);
}

static void loader(const char *mark)
{
	execl(LOADER, LOADER, "/bin/forbidden.dynamic", mark, (char *)NULL);
}

static void allowed_by_loader(const char *mark)
{
	execl(LOADER, LOADER, "/bin/allowed.dynamic", mark, (char *)NULL);
}

static void allowed_script(const char *mark)
{
	run("/bin/allowed.sh", mark);
}

static void shell(const char *mark)
{
	execl("/bin/sh", "/bin/sh", "-c", ": > \"$1\"", "sh", mark, (char *)NULL);
}

static void prepare_planted(void)
{
	unlink(LOADER);
	copy_to(LOADER, FORBIDDEN);
}

static void prepare_linked_loader(void)
{
	unlink(LOADER);
	if (symlink(FORBIDDEN, LOADER))
		fail("symlink");
}

static void planted(const char *mark)
{
	run("/bin/allowed.dynamic", mark);
}

static void in_memory(const char *mark)
{
	int file = syscall(SYS_memfd_create, "innocent", MFD_CLOEXEC);
	char *arguments[] = { "allowed", (char *)mark, NULL };

	copy(file, FORBIDDEN);
	syscall(SYS_execveat, file, "", arguments, environ, AT_EMPTY_PATH);
}

static void by_descriptor(const char *mark)
{
	int file = open(FORBIDDEN, O_RDONLY | O_CLOEXEC);
	char *arguments[] = { "allowed", (char *)mark, NULL };

	fexecve(file, arguments, environ);
}

static void script_by_descriptor(const char *mark)
{
	int file = open("/bin/forbidden.sh", O_RDONLY);
	char *arguments[] = { "allowed", (char *)mark, NULL };

	fexecve(file, arguments, environ);
}

/* Many files that are closed by the call, all of them the allowed script: none is to be taken for the real one. */
static void hidden_script(const char *mark)
{
	for (int i = 0; i < 200; i++)
		open("/bin/allowed.sh", O_RDONLY | O_CLOEXEC);
	run("/bin/forbidden.sh", mark);
}

static void prepare_symlink(void)
{
	unlink("/tmp/link");
	if (symlink(FORBIDDEN, "/tmp/link"))
		fail("symlink");
}

static void by_symlink(const char *mark)
{
	run("/tmp/link", mark);
}

static void prepare_symlink_over(void)
{
	unlink("/bin/replaced");
	if (symlink(FORBIDDEN, "/bin/replaced"))
		fail("symlink");
}

static void by_symlink_over(const char *mark)
{
	run("/bin/replaced", mark);
}

static void prepare_hard_link(void)
{
	unlink("/tmp/hard");
	if (link(FORBIDDEN, "/tmp/hard"))
		fail("link");
}

static void by_hard_link(const char *mark)
{
	run("/tmp/hard", mark);
}

static void prepare_hard_link_over(void)
{
	unlink("/bin/relinked");
	if (link(FORBIDDEN, "/bin/relinked"))
		fail("link");
}

static void by_hard_link_over(const char *mark)
{
	run("/bin/relinked", mark);
}

static void prepare_bind(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("unshare");
	if (mount(FORBIDDEN, "/bin/allowed", NULL, MS_BIND, NULL))
		fail("mount");
}

static void by_allowed_path(const char *mark)
{
	run("/bin/allowed", mark);
}

/* A file system of its own, with the program at a path that is allowed, and the way into it. */
static void prepare_own_root(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("unshare");
	if (mount("tmpfs", "/mnt", "tmpfs", 0, NULL))
		fail("tmpfs");
	mkdir("/mnt/bin", 0755);
	copy_to("/mnt/bin/allowed", FORBIDDEN);
}

static void prepare_own_overlay(void)
{
	prepare_own_root();
	mkdir("/mnt/lower", 0755);
	mkdir("/mnt/lower/bin", 0755);
	copy_to("/mnt/lower/bin/allowed", FORBIDDEN);
	mkdir("/mnt/other", 0755);
	mkdir("/mnt/root", 0755);
	if (mount("overlay", "/mnt/root", "overlay", 0, "lowerdir=/mnt/lower:/mnt/other"))
		fail("overlay");
}

static void in_other_root(const char *root, const char *mark)
{
	/* the mark is made in the container's own tree: its folder stays within reach */
	if (chroot(root) || fchdir(9))
		return;
	run("/bin/allowed", strrchr(mark, '/') + 1);
}

static void in_jail(const char *mark)
{
	in_other_root("/jail", mark);
}

static void in_own_root(const char *mark)
{
	in_other_root("/mnt", mark);
}

static void in_own_overlay(const char *mark)
{
	in_other_root("/mnt/root", mark);
}

/* Somebody keeps exchanging what the name means; the allowed program runs now and then. */
static pid_t start_swapping(const char *allowed)
{
	pid_t pid;

	unlink("/tmp/raced");
	unlink("/tmp/other");
	if (symlink(FORBIDDEN, "/tmp/raced") || symlink(allowed, "/tmp/other"))
		fail("symlink");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			syscall(SYS_renameat2, AT_FDCWD, "/tmp/raced", AT_FDCWD, "/tmp/other", 2 /* exchange */);
			sched_yield();
		}
	}
	return pid;
}

static void raced(const char *mark)
{
	run("/tmp/raced", mark);
}

static void prepare_changed(void)
{
	copy_to("/bin/changed", FORBIDDEN);
}

static void changed(const char *mark)
{
	run("/bin/changed", mark);
}

static void prepare_moved(void)
{
	if (rename("/bin/forbidden.moved", "/bin/moved"))
		fail("rename");
}

static void moved(const char *mark)
{
	run("/bin/moved", mark);
}

static void from_child_in_same_memory(const char *mark)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0)
		run(FORBIDDEN, mark);
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		kill(getpid(), WTERMSIG(status));
	_exit(WEXITSTATUS(status));
}

static void *run_in_thread(void *mark)
{
	run(FORBIDDEN, mark);
	_exit(errno == EPERM || errno == EACCES ? 77 : 78);
}

/* A thread that is not the first one calls: it takes the first one's place. */
static void from_thread(const char *mark)
{
	pthread_t thread;

	pthread_create(&thread, NULL, run_in_thread, (void *)mark);
	pthread_join(thread, NULL);
}

/* Where an overlay can move folders of the image, the files in them stay the image's. */
static void prepare_moved_folder(void)
{
	if (rename("/opt/listed", "/opt/former") || rename("/opt/other", "/opt/listed"))
		fail("rename");
}

static void in_moved_folder(const char *mark)
{
	run("/opt/listed/tool", mark);
}

static void prepare_preload(void)
{
	copy_to("/tmp/planted.so", "/lib/preload.so");
}

static void preload(const char *mark)
{
	setenv("LD_PRELOAD", "/tmp/planted.so", 1);
	setenv("MARK", mark, 1);
	run("/bin/allowed.dynamic", "");
}

/* Mapped to be read only, and then made code. */
static void protect(const char *mark)
{
	int file = open(FORBIDDEN, O_RDONLY);
	void *mapped = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);

	if (mprotect(mapped, 4096, PROT_READ | PROT_EXEC) == 0)
		_exit(open(mark, O_WRONLY | O_CREAT, 0644) < 0);
}

static void in_prepared_root(const char *mark)
{
	if (!fchdir(9))
		run("/bin/allowed", strrchr(mark, '/') + 1);
}

static const struct way {
	const char *name;
	void (*prepare)(void);
	void (*attempt)(const char *mark);
	bool is_race;
} ways[] = {
	{ "allowed", NULL, by_allowed_path },
	{ "allowed-script", NULL, allowed_script },
	{ "allowed-dynamic", NULL, planted },
	{ "allowed-by-loader", NULL, allowed_by_loader },
	{ "shell", NULL, shell },
	{ "direct", NULL, direct },
	{ "vfork", NULL, from_child_in_same_memory },
	{ "thread", NULL, from_thread },
	{ "script", NULL, script },
	{ "nested", NULL, nested },
	{ "script-descriptor", NULL, script_by_descriptor },
	{ "hidden-script", NULL, hidden_script },
	{ "interpreter", NULL, interpreter },
	{ "loader", NULL, loader },
	{ "planted-loader", prepare_planted, planted },
	{ "linked-loader", prepare_linked_loader, planted },
	{ "memfd", NULL, in_memory },
	{ "fexecve", NULL, by_descriptor },
	{ "symlink", prepare_symlink, by_symlink },
	{ "symlink-over", prepare_symlink_over, by_symlink_over },
	{ "hard-link", prepare_hard_link, by_hard_link },
	{ "hard-link-over", prepare_hard_link_over, by_hard_link_over },
	{ "bind-mount", prepare_bind, by_allowed_path },
	{ "jail", NULL, in_jail },
	{ "own-root", prepare_own_root, in_own_root },
	{ "own-overlay", prepare_own_overlay, in_own_overlay },
	{ "prepared-root", NULL, in_prepared_root },
	{ "race", NULL, raced, true },
	{ "changed", prepare_changed, changed },
	{ "moved", prepare_moved, moved },
	{ "listed-folder", NULL, in_moved_folder },
	{ "moved-folder", prepare_moved_folder, in_moved_folder },
	{ "preload", prepare_preload, preload },
	{ "protect", NULL, protect },
};

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
