// Does one thing after the other, each by a bare system call, and prints what it did: the event type, then each
// parameter that the event should have, with tabs between. `*` stands for a value that only the kernel knows.
// A `~` in front of flags: whichever layer of an overlay the file is on may be set too. `·` stands for NUL.
// Usage: behave FOLDER
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static long result;

/* The result as events have it: the number, or minus the errno. */
static long call(long number, ...)
{
	long a[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result < 0)
		result = -errno;
	return result;
}

#define CALL(...) call(__VA_ARGS__, 0l, 0l, 0l, 0l, 0l, 0l)
#define AT_CWD ((long)AT_FDCWD)
#define L(value) ((long)(value))

static void said(const char *type, const char *format, ...)
{
	va_list list;

	printf("%d\t%s\t%ld", getpid(), type, result);
	va_start(list, format);
	if (*format)
		putchar('\t');
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
}

static unsigned device_of(const char *path, unsigned long *inode)
{
	struct stat facts;

	if (stat(path, &facts))
		return 0;
	*inode = facts.st_ino;
	return (minor(facts.st_dev) & 0xff) | major(facts.st_dev) << 8 | (minor(facts.st_dev) & ~0xff) << 12;
}

static char folder[256], file[300], other[300], directory[300];

static void open_files(void)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS };
	unsigned long inode = 0;
	unsigned device;
	int fd;

	fd = CALL(SYS_openat, AT_CWD, L(file), L(O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC), 0640l);
	device = device_of(file, &inode);
	/* RDWR, CREAT, TRUNC, CLOEXEC, and made by this call; layers of an overlay may come on top */
	said("SYSCALL_OPENAT_2_X", "-100\t%s\t~%d\t%d\t%u\t%lu", file, 3 | 4 | 256 | 4096 | 16384, 0640, device, inode);
	CALL(SYS_write, L(fd), L("hello"), 5l);
	said("SYSCALL_WRITE_X", "hello\t%d\t5", fd);
	char buffer[16] = {};
	CALL(SYS_pread64, L(fd), L(buffer), 16l, 1l);
	said("SYSCALL_PREAD_X", "ello\t%d\t16\t1", fd);
	CALL(SYS_pwrite64, L(fd), L("HE"), 2l, 0l);
	said("SYSCALL_PWRITE_X", "HE\t%d\t2\t0", fd);
	lseek(fd, 0, SEEK_SET);
	CALL(SYS_read, L(fd), L(buffer), 16l);
	said("SYSCALL_READ_X", "HEllo\t%d\t16", fd);
	struct iovec vectors[2] = { { "one", 3 }, { "three", 5 } };
	CALL(SYS_writev, L(fd), L(vectors), 2l);
	said("SYSCALL_WRITEV_X", "one\t%d\t8", fd);
	CALL(SYS_fchmod, L(fd), 0600l);
	said("SYSCALL_FCHMOD_X", "%d\t%d", fd, 0600);
	CALL(SYS_fchown, L(fd), 0l, 0l);
	said("SYSCALL_FCHOWN_X", "%d\t0\t0", fd);
	CALL(SYS_fcntl, L(fd), L(F_DUPFD_CLOEXEC), 100l);
	said("SYSCALL_FCNTL_X", "%d\t26\t100", fd);
	CALL(SYS_close, 100l);
	said("SYSCALL_CLOSE_X", "100");
	CALL(SYS_close_range, 200l, 300l, 4l);
	said("SYSCALL_CLOSE_RANGE_X", "200\t300\t4");
	CALL(SYS_close, 9999l);
	said("SYSCALL_CLOSE_X", "9999");
	CALL(SYS_openat, AT_CWD, L("/no/such/file"), L(O_WRONLY | O_APPEND | O_DIRECTORY));
	said("SYSCALL_OPENAT_2_X", "-100\t/no/such/file\t%d\t0\t0\t0", 2 | 8 | 1024);
	CALL(SYS_openat2, AT_CWD, L(file), L(&how), L(sizeof(how)));
	said("SYSCALL_OPENAT2_X", "-100\t%s\t~%d\t0\t%d\t%u\t%lu", file, 1 | 4096, 8, device, inode);
#ifdef SYS_open
	CALL(SYS_open, L(file), L(O_RDONLY | O_NONBLOCK), 0l);
	said("SYSCALL_OPEN_X", "%s\t~%d\t0\t%u\t%lu", file, 1 | 64, device, inode);
	CALL(SYS_creat, L(file), 0604l);
	said("SYSCALL_CREAT_X", "%s\t%d\t%u\t%lu\t*", file, 0604, device, inode);
#endif
}

static void name_files(void)
{
	long at = open(folder, O_RDONLY | O_DIRECTORY);

	CALL(SYS_mkdirat, AT_CWD, L(directory), 0750l);
	said("SYSCALL_MKDIRAT_X", "-100\t%s\t%d", directory, 0750);
	CALL(SYS_renameat2, AT_CWD, L(file), AT_CWD, L(other), 1l);
	said("SYSCALL_RENAMEAT2_X", "-100\t%s\t-100\t%s\t1", file, other);
	CALL(SYS_linkat, at, L("other"), AT_CWD, L(file), L(AT_SYMLINK_FOLLOW));
	said("SYSCALL_LINKAT_2_X", "%ld\tother\t-100\t%s\t%d", at, file, AT_SYMLINK_FOLLOW);
	CALL(SYS_unlinkat, at, L("other"), 0l);
	said("SYSCALL_UNLINKAT_2_X", "%ld\tother\t0", at);
	CALL(SYS_symlinkat, L("/etc/shadow"), at, L("link"));
	said("SYSCALL_SYMLINKAT_X", "/etc/shadow\t%ld\tlink", at);
	CALL(SYS_fchmodat, at, L("file"), 04711l);
	said("SYSCALL_FCHMODAT_X", "%ld\tfile\t%d", at, 04711);
	CALL(SYS_fchownat, at, L("link"), 1l, 2l, L(AT_SYMLINK_NOFOLLOW));
	said("SYSCALL_FCHOWNAT_X", "%ld\tlink\t1\t2\t0", at);
	CALL(SYS_mknodat, AT_CWD, L("/no/node"), L(S_IFCHR | 0600), L(makedev(1, 3)));
	said("SYSCALL_MKNODAT_X", "-100\t/no/node\t%d\t%d", S_IFCHR | 0600, 0x103);
	CALL(SYS_unlinkat, AT_CWD, L(directory), L(AT_REMOVEDIR));
	said("SYSCALL_UNLINKAT_2_X", "-100\t%s\t%d", directory, AT_REMOVEDIR);
	CALL(SYS_fchdir, at);
	said("SYSCALL_FCHDIR_X", "%ld", at);
	CALL(SYS_chdir, L("/usr"));
	said("SYSCALL_CHDIR_X", "/usr");
#ifdef SYS_open
	CALL(SYS_mkdir, L(directory), 0700l);
	said("SYSCALL_MKDIR_2_X", "%s\t%d", directory, 0700);
	CALL(SYS_rmdir, L(directory));
	said("SYSCALL_RMDIR_2_X", "%s", directory);
	CALL(SYS_rename, L(file), L(other));
	said("SYSCALL_RENAME_X", "%s\t%s", file, other);
	CALL(SYS_renameat, AT_CWD, L(other), AT_CWD, L(file));
	said("SYSCALL_RENAMEAT_X", "-100\t%s\t-100\t%s", other, file);
	CALL(SYS_link, L(file), L(other));
	said("SYSCALL_LINK_2_X", "%s\t%s", file, other);
	CALL(SYS_unlink, L(other));
	said("SYSCALL_UNLINK_2_X", "%s", other);
	CALL(SYS_symlink, L("target"), L(other));
	said("SYSCALL_SYMLINK_X", "target\t%s", other);
	CALL(SYS_chmod, L(file), 0644l);
	said("SYSCALL_CHMOD_X", "%s\t%d", file, 0644);
	CALL(SYS_chown, L(file), 0l, 0l);
	said("SYSCALL_CHOWN_X", "%s\t0\t0", file);
	CALL(SYS_lchown, L(other), 0l, 0l);
	said("SYSCALL_LCHOWN_X", "%s\t0\t0", other);
	CALL(SYS_mknod, L("/no/node"), L(S_IFIFO | 0644), 0l);
	said("SYSCALL_MKNOD_X", "/no/node\t%d\t0", S_IFIFO | 0644);
#endif
}

static void make_descriptors(void)
{
	int pair[2];

	CALL(SYS_pipe2, L(pair), L(O_CLOEXEC | O_NONBLOCK));
	said("SYSCALL_PIPE2_X", "%d\t%d\t*\t%d", pair[0], pair[1], 4096 | 64);
	CALL(SYS_dup, L(pair[0]));
	said("SYSCALL_DUP_1_X", "%d", pair[0]);
	CALL(SYS_dup3, L(pair[0]), 120l, L(O_CLOEXEC));
	said("SYSCALL_DUP3_X", "%d\t120\t4096", pair[0]);
	CALL(SYS_eventfd2, 7l, L(O_CLOEXEC));
	said("SYSCALL_EVENTFD2_X", "4096\t7");
	CALL(SYS_signalfd4, -1l, L(&(unsigned long){ 0 }), 8l, L(O_NONBLOCK));
	said("SYSCALL_SIGNALFD4_X", "64\t-1\t0");
	CALL(SYS_timerfd_create, 1l, L(O_NONBLOCK));
	said("SYSCALL_TIMERFD_CREATE_X", "1\t64");
	CALL(SYS_inotify_init1, L(O_NONBLOCK));
	said("SYSCALL_INOTIFY_INIT1_X", "64");
	CALL(SYS_epoll_create1, L(O_CLOEXEC));
	said("SYSCALL_EPOLL_CREATE1_X", "1");
	CALL(SYS_memfd_create, L("payload"), 3l);
	said("SYSCALL_MEMFD_CREATE_X", "payload\t3");
	CALL(SYS_pidfd_open, L(getpid()), 0l);
	said("SYSCALL_PIDFD_OPEN_X", "%d\t0", getpid());
	CALL(SYS_pidfd_getfd, result, 0l, 0l);
	said("SYSCALL_PIDFD_GETFD_X", "*\t0\t0");
	CALL(SYS_userfaultfd, L(O_CLOEXEC));
	said("SYSCALL_USERFAULTFD_X", "%d", O_CLOEXEC);
	CALL(SYS_ioctl, 0l, 0x5401l, 0l);
	said("SYSCALL_IOCTL_3_X", "0\t%d\t0", 0x5401);
#ifdef SYS_open
	CALL(SYS_pipe, L(pair));
	said("SYSCALL_PIPE_X", "%d\t%d\t*", pair[0], pair[1]);
	CALL(SYS_dup2, L(pair[0]), 121l);
	said("SYSCALL_DUP2_X", "%d\t121", pair[0]);
	CALL(SYS_eventfd, 3l);
	said("SYSCALL_EVENTFD_X", "3\t0");
	CALL(SYS_inotify_init);
	said("SYSCALL_INOTIFY_INIT_X", "0");
	CALL(SYS_epoll_create, 4l);
	said("SYSCALL_EPOLL_CREATE_X", "4");
#endif
}

/* An IPv4 end as events have it: four bytes and the port, in hexadecimal. */
#define LOOPBACK "7f000001"

static void swap_bytes(char *text, unsigned port)
{
	sprintf(text, "%02x%02x", port & 0xff, port >> 8);
}

/* Sends the standard input along with a byte, twice; receives it by each call that can. */
static void pass_descriptors(void)
{
	char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec piece = { &byte, 1 };
	struct mmsghdr one = { .msg_hdr = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control,
					    .msg_controllen = sizeof(control) } };
	struct cmsghdr *header = CMSG_FIRSTHDR(&one.msg_hdr);
	int pair[2], passed = 0;

	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &passed, sizeof(int));
	sendmsg(pair[0], &one.msg_hdr, 0);
	sendmsg(pair[0], &one.msg_hdr, 0);
	CALL(SYS_recvmsg, L(pair[1]), L(&one.msg_hdr), 0l);
	/* the length, level and type of a piece of control data, then what it holds: here one number */
	said("SOCKET_RECVMSG_X", "1\tx\t*\t\x14·······\x01···\x01···**······\t%d", pair[1]);
	one.msg_hdr.msg_controllen = sizeof(control);
	CALL(SYS_recvmmsg, L(pair[1]), L(&one), 1l, 0l, 0l);
	said("SOCKET_RECVMMSG_X", "%d\t1\tx\t*\t\x14·······\x01···\x01···**······", pair[1]);
	CALL(SYS_recvmmsg, L(pair[1]), L(&one), 1l, L(MSG_DONTWAIT), 0l);
	said("SOCKET_RECVMMSG_X", "%d\t0\t\t\t", pair[1]);
}

static void use_sockets(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, own;
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "/no/such/socket" };
	socklen_t length = sizeof(address);
	char server_port[8], client_port[8], buffer[16];
	int server, client, accepted, datagram, pair[2];

	server = CALL(SYS_socket, L(AF_INET), L(SOCK_STREAM | SOCK_CLOEXEC), 0l);
	said("SOCKET_SOCKET_X", "2\t%d\t0\t4096", SOCK_STREAM | SOCK_CLOEXEC);
	CALL(SYS_bind, L(server), L(&address), L(sizeof(address)));
	said("SOCKET_BIND_X", "02" LOOPBACK "0000\t%d", server);
	getsockname(server, (struct sockaddr *)&address, &length);
	swap_bytes(server_port, ntohs(address.sin_port));
	CALL(SYS_listen, L(server), 5l);
	said("SOCKET_LISTEN_X", "%d\t5", server);
	client = socket(AF_INET, SOCK_STREAM, 0);
	CALL(SYS_connect, L(client), L(&address), L(sizeof(address)));
	length = sizeof(own);
	getsockname(client, (struct sockaddr *)&own, &length);
	swap_bytes(client_port, ntohs(own.sin_port));
	said("SOCKET_CONNECT_X", "02" LOOPBACK "%s" LOOPBACK "%s\t%d\t02" LOOPBACK "%s", client_port, server_port, client,
	     server_port);
	accepted = CALL(SYS_accept4, L(server), 0l, 0l, L(SOCK_NONBLOCK));
	said("SOCKET_ACCEPT4_6_X", "02" LOOPBACK "%s" LOOPBACK "%s\t0\t0\t5\t64", client_port, server_port);
	CALL(SYS_sendto, L(client), L("ping"), 4l, 0l, 0l, 0l);
	said("SOCKET_SENDTO_X", "ping\t%d\t4\t02" LOOPBACK "%s" LOOPBACK "%s", client, client_port, server_port);
	CALL(SYS_recvfrom, L(accepted), L(buffer), 16l, 0l, 0l, 0l);
	said("SOCKET_RECVFROM_X", "ping\t02" LOOPBACK "%s" LOOPBACK "%s\t%d\t16", client_port, server_port, accepted);
	struct iovec vectors[2] = { { "pong", 4 }, { "!", 1 } }, into = { buffer, 16 };
	struct msghdr message = { .msg_iov = vectors, .msg_iovlen = 2 }, received = { .msg_iov = &into, .msg_iovlen = 1 };
	CALL(SYS_sendmsg, L(accepted), L(&message), 0l);
	said("SOCKET_SENDMSG_X", "pong\t%d\t5\t02" LOOPBACK "%s" LOOPBACK "%s", accepted, server_port, client_port);
	CALL(SYS_recvmsg, L(client), L(&received), 0l);
	said("SOCKET_RECVMSG_X", "5\tpong!\t02" LOOPBACK "%s" LOOPBACK "%s\t\t%d", server_port, client_port, client);
	pass_descriptors();
	CALL(SYS_shutdown, L(client), L(SHUT_WR));
	said("SOCKET_SHUTDOWN_X", "%d\t1", client);
	datagram = socket(AF_INET, SOCK_DGRAM, 0);
	CALL(SYS_sendto, L(datagram), L("x"), 1l, 0l, L(&address), L(sizeof(address)));
	said("SOCKET_SENDTO_X", "x\t%d\t1\t02************" LOOPBACK "%s", datagram, server_port);
	datagram = socket(AF_UNIX, SOCK_STREAM, 0);
	CALL(SYS_connect, L(datagram), L(&name), L(sizeof(name)));
	said("SOCKET_CONNECT_X", "\t%d\t012f6e6f2f737563682f736f636b657400", datagram);
	CALL(SYS_socketpair, L(AF_UNIX), L(SOCK_DGRAM), 0l, L(pair));
	said("SOCKET_SOCKETPAIR_X", "%d\t%d\t*\t*\t1\t2\t0", pair[0], pair[1]);
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(0x1234), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	server = socket(AF_INET6, SOCK_STREAM, 0);
	CALL(SYS_bind, L(server), L(&six), L(sizeof(six)));
	said("SOCKET_BIND_X", "0a000000000000000000000000000000013412\t%d", server);
#ifdef SYS_accept
	server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CALL(SYS_accept, L(server), 0l, 0l);
	said("SOCKET_ACCEPT_5_X", "\t0\t0\t0");
#endif
}

static void change_itself(void)
{
	struct rlimit64 limit, wanted = { 512, 4096 };
	unsigned long header[1] = { 0x20080522 };

	CALL(SYS_prctl, L(PR_SET_NAME), L("renamed"));
	said("SYSCALL_PRCTL_X", "15\trenamed\t0");
	CALL(SYS_prctl, L(PR_SET_NO_NEW_PRIVS), 0l);
	said("SYSCALL_PRCTL_X", "38\t\t0");
	syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
	CALL(SYS_prlimit64, 0l, L(RLIMIT_NOFILE), L(&wanted), L(&limit));
	said("SYSCALL_PRLIMIT_X", "512\t4096\t%ld\t%ld\t0\t7", limit.rlim_cur, limit.rlim_max);
	CALL(SYS_setpgid, 0l, 0l);
	said("SYSCALL_SETPGID_X", "0\t0");
	CALL(SYS_setsid);
	said("SYSCALL_SETSID_X", "");
	CALL(SYS_mprotect, 0l, 4096l, L(PROT_READ | PROT_EXEC));
	said("SYSCALL_MPROTECT_X", "0\t4096\t5");
	CALL(SYS_mmap, 0l, 8192l, L(PROT_READ), L(MAP_PRIVATE | MAP_ANONYMOUS), -1l, 0l);
	said("SYSCALL_MMAP_X", "*\t*\t*\t0\t8192\t1\t10\t-1\t0");
	CALL(SYS_capset, L(header), 0l);
	said("SYSCALL_CAPSET_X", "*\t*\t*");
	CALL(SYS_seccomp, 99l, 5l, 0l);
	said("SYSCALL_SECCOMP_X", "99\t5");
	CALL(SYS_bpf, 99l, 0l, 0l);
	said("SYSCALL_BPF_2_X", "99");
	CALL(SYS_delete_module, L("no_such"), L(O_NONBLOCK));
	said("SYSCALL_DELETE_MODULE_X", "no_such\t2");
	CALL(SYS_io_uring_setup, 0l, 0l);
	said("SYSCALL_IO_URING_SETUP_X", "0\t0\t0\t0\t0\t0\t0");
	CALL(SYS_mount, L("what"), L("/no/place"), L("tmpfs"), L(MS_NOSUID | MS_NODEV), 0l);
	said("SYSCALL_MOUNT_X", "what\t/no/place\ttmpfs\t6");
	CALL(SYS_umount2, L("/no/place"), L(MNT_DETACH));
	said("SYSCALL_UMOUNT2_X", "/no/place\t2");
	CALL(SYS_setns, 9999l, L(CLONE_NEWNET));
	said("SYSCALL_SETNS_X", "9999\t16");
	CALL(SYS_unshare, L(CLONE_NEWUTS));
	said("SYSCALL_UNSHARE_X", "128");
	CALL(SYS_chroot, L("/no/root"));
	said("SYSCALL_CHROOT_X", "/no/root");
	CALL(SYS_setregid, -1l, 0l);
	said("SYSCALL_SETREGID_X", "4294967295\t0");
	CALL(SYS_setreuid, -1l, 0l);
	said("SYSCALL_SETREUID_X", "4294967295\t0");
	CALL(SYS_setresgid, 3l, 3l, 3l);
	said("SYSCALL_SETRESGID_X", "3\t3\t3");
	CALL(SYS_setgid, 3l);
	said("SYSCALL_SETGID_X", "3");
	CALL(SYS_setresuid, 2l, 2l, 2l);
	said("SYSCALL_SETRESUID_X", "2\t2\t2");
	CALL(SYS_setuid, 0l);
	said("SYSCALL_SETUID_X", "0");
}

static void reach_others(void)
{
	int child = fork();

	if (child == 0) {
		pause();
		_exit(0);
	}
	CALL(SYS_kill, L(child), 0l);
	said("SYSCALL_KILL_X", "%d\t0", child);
	CALL(SYS_tgkill, L(child), L(child), 0l);
	said("SYSCALL_TGKILL_X", "%d\t%d\t0", child, child);
	CALL(SYS_tkill, L(child), 0l);
	said("SYSCALL_TKILL_X", "%d\t0", child);
	CALL(SYS_ptrace, L(PTRACE_SEIZE), L(child), 0l, 0l);
	said("SYSCALL_PTRACE_X", "000000000000000000\t000000000000000000\t20\t%d", child);
	struct iovec local = { (char[8]){}, 8 }, remote = { &child, 4 };
	CALL(SYS_process_vm_readv, L(child), L(&local), 1l, L(&remote), 1l, 0l);
	said("SYSCALL_PROCESS_VM_READV_X", "%d\t*", child);
	CALL(SYS_process_vm_writev, L(child), L(&local), 1l, L(&remote), 1l, 0l);
	said("SYSCALL_PROCESS_VM_WRITEV_X", "%d\t*", child);
	CALL(SYS_kill, L(child), L(SIGKILL));
	said("SYSCALL_KILL_X", "%d\t9", child);
	waitpid(child, NULL, 0);
	CALL(SYS_sethostname, 0l, -1l);
	/* events without a type of their own hold no result: scap's code of the call is in its place */
	result = 44;
	said("GENERIC_X", "%d", SYS_sethostname);
}

static void run_programs(void)
{
	char *arguments[] = { "not", "started", NULL }, *environment[] = { "A=1", NULL };

	CALL(SYS_execve, L("/no/program"), L(arguments), L(environment));
	said("SYSCALL_EXECVE_19_X", "not\tstarted·\t%d\t%d\t%d\t\t*\t*\t*\t*\t*\t*\t*\t*\tA=1·", getpid(), getpid(), getppid());
	CALL(SYS_execveat, AT_CWD, L("/no/program"), L(arguments), L(environment), 0l);
	said("SYSCALL_EXECVEAT_X", "not\tstarted·\t%d\t%d\t%d\t\t*\t*\t*\t*\t*\t*\t*\t*\tA=1·", getpid(), getpid(), getppid());
}

static void in_child(void (*behave)(void))
{
	int child = fork();

	if (child == 0) {
		behave();
		_exit(7);
	}
	waitpid(child, NULL, 0);
}

int main(int count, char **arguments)
{
	snprintf(folder, sizeof(folder), "%s", count > 1 ? arguments[1] : ".");
	snprintf(file, sizeof(file), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(directory, sizeof(directory), "%s/directory", folder);
	open_files();
	name_files();
	make_descriptors();
	use_sockets();
	run_programs();
	reach_others();
	in_child(change_itself);
	return 0;
}
