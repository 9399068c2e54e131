// Every way to run /bin/forbidden, and those to run what is allowed.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempt-files.h"

#define FORBIDDEN "/bin/forbidden"
#if defined(__aarch64__)
#define LOADER "/lib/ld-linux-aarch64.so.1"
#else
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#endif

extern char **environ;

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
