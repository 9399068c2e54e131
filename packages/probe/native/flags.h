// Flags as events have them: the same on every architecture (PPM_* of scap; facts of falcosecurity/libs under MIT).
#pragma once

#include <linux/types.h>

#if defined(__TARGET_ARCH_arm64)
#define O_DIRECTORY 040000
#define O_DIRECT 0200000
#define O_LARGEFILE 0400000
#else
#define O_DIRECT 040000
#define O_LARGEFILE 0100000
#define O_DIRECTORY 0200000
#endif
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#define O_DSYNC 010000
#define O_CLOEXEC 02000000
#define O_SYNC (04000000 | O_DSYNC)
#define O_TMPFILE (020000000 | O_DIRECTORY)

#define EVENT_O_CREAT (1 << 2)
#define EVENT_O_APPEND (1 << 3)
#define EVENT_O_DSYNC (1 << 4)
#define EVENT_O_EXCL (1 << 5)
#define EVENT_O_NONBLOCK (1 << 6)
#define EVENT_O_SYNC (1 << 7)
#define EVENT_O_TRUNC (1 << 8)
#define EVENT_O_DIRECT (1 << 9)
#define EVENT_O_DIRECTORY (1 << 10)
#define EVENT_O_LARGEFILE (1 << 11)
#define EVENT_O_CLOEXEC (1 << 12)
#define EVENT_O_TMPFILE (1 << 13)
#define EVENT_O_CREATED (1 << 14)
#define EVENT_UPPER_LAYER (1 << 15)
#define EVENT_LOWER_LAYER (1 << 16)

#define TAKE(from, to)                                                                                                 \
	if ((flags & (from)) == (from))                                                                                \
	result |= (to)

static __always_inline __u32 open_flags(__u64 flags)
{
	__u32 access = flags & 3;
	__u32 result = access == 1 ? 2 : access == 2 ? 3 : 1;

	TAKE(O_CREAT, EVENT_O_CREAT);
	TAKE(O_APPEND, EVENT_O_APPEND);
	TAKE(O_DSYNC, EVENT_O_DSYNC);
	TAKE(O_EXCL, EVENT_O_EXCL);
	TAKE(O_NONBLOCK, EVENT_O_NONBLOCK);
	TAKE(O_SYNC, EVENT_O_SYNC);
	TAKE(O_TRUNC, EVENT_O_TRUNC);
	TAKE(O_DIRECT, EVENT_O_DIRECT);
	TAKE(O_DIRECTORY, EVENT_O_DIRECTORY);
	TAKE(O_LARGEFILE, EVENT_O_LARGEFILE);
	TAKE(O_CLOEXEC, EVENT_O_CLOEXEC);
	TAKE(O_TMPFILE, EVENT_O_TMPFILE);
	return result;
}

/* Permissions are the kernel's own bits; a call that can't make a file has none. */
static __always_inline __u32 open_mode(__u64 flags, __u64 mode)
{
	return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? mode & 07777 : 0;
}

/* Close-on-exec, non-blocking and direct: what calls that make descriptors take. */
static __always_inline __u32 descriptor_flags(__u64 flags)
{
	__u32 result = 0;

	TAKE(O_CLOEXEC, EVENT_O_CLOEXEC);
	TAKE(O_NONBLOCK, EVENT_O_NONBLOCK);
	TAKE(O_DIRECT, EVENT_O_DIRECT);
	return result;
}

static __always_inline __u32 resolve_flags(__u64 flags)
{
	__u32 result = 0;

	TAKE(0x08, 1 << 0);
	TAKE(0x10, 1 << 1);
	TAKE(0x02, 1 << 2);
	TAKE(0x04, 1 << 3);
	TAKE(0x01, 1 << 4);
	TAKE(0x20, 1 << 5);
	return result;
}

static __always_inline __u32 clone_flags(__u64 flags)
{
	__u32 result = 0;

	TAKE(0x00000400, 1 << 0); /* FILES */
	TAKE(0x00000200, 1 << 1); /* FS */
	TAKE(0x80000000, 1 << 2); /* IO */
	TAKE(0x08000000, 1 << 3); /* NEWIPC */
	TAKE(0x40000000, 1 << 4); /* NEWNET */
	TAKE(0x00020000, 1 << 5); /* NEWNS */
	TAKE(0x20000000, 1 << 6); /* NEWPID */
	TAKE(0x04000000, 1 << 7); /* NEWUTS */
	TAKE(0x00008000, 1 << 8); /* PARENT */
	TAKE(0x00100000, 1 << 9); /* PARENT_SETTID */
	TAKE(0x00002000, 1 << 10); /* PTRACE */
	TAKE(0x00000800, 1 << 11); /* SIGHAND */
	TAKE(0x00040000, 1 << 12); /* SYSVSEM */
	TAKE(0x00010000, 1 << 13); /* THREAD */
	TAKE(0x00800000, 1 << 14); /* UNTRACED */
	TAKE(0x00000100, 1 << 15); /* VM */
	TAKE(0x10000000, 1 << 20); /* NEWUSER */
	TAKE(0x00200000, 1 << 23); /* CHILD_CLEARTID */
	TAKE(0x01000000, 1 << 24); /* CHILD_SETTID */
	TAKE(0x00080000, 1 << 25); /* SETTLS */
	TAKE(0x00004000, 1 << 27); /* VFORK */
	TAKE(0x02000000, 1 << 28); /* NEWCGROUP */
	return result;
}

#define EVENT_CLONE_FILES (1 << 0)
#define EVENT_CLONE_THREAD (1 << 13 | 1 << 11 | 1 << 15)
#define EVENT_CLONE_IN_PID_NAMESPACE (1 << 29)

static __always_inline __u32 protection_flags(__u64 flags)
{
	__u32 result = flags & 15;

	TAKE(0x01000000, 1 << 4); /* GROWSDOWN */
	TAKE(0x02000000, 1 << 5); /* GROWSUP */
	return result;
}

static __always_inline __u32 mapping_flags(__u64 flags)
{
	__u32 result = flags & 3; /* SHARED, PRIVATE */

	TAKE(0x10, 1 << 2); /* FIXED */
	TAKE(0x20, 1 << 3); /* ANONYMOUS */
	TAKE(0x40, 1 << 4); /* 32BIT */
	TAKE(0x4000, 1 << 6); /* NORESERVE */
	TAKE(0x8000, 1 << 7); /* POPULATE */
	TAKE(0x10000, 1 << 8); /* NONBLOCK */
	TAKE(0x100, 1 << 9); /* GROWSDOWN */
	TAKE(0x800, 1 << 10); /* DENYWRITE */
	TAKE(0x1000, 1 << 11); /* EXECUTABLE */
	TAKE(0x2000, 1 << 14); /* LOCKED */
	return result;
}

static __always_inline __u8 fcntl_command(__u32 command)
{
	switch (command) {
	case 0 ... 4: /* DUPFD, GETFD, SETFD, GETFL, SETFL */
		return command + 1;
	case 5: /* GETLK */
		return 6;
	case 6: /* SETLK */
		return 8;
	case 7: /* SETLKW */
		return 9;
	case 8: /* SETOWN */
		return 10;
	case 9: /* GETOWN */
		return 12;
	case 10: /* SETSIG */
		return 13;
	case 11: /* GETSIG */
		return 15;
	case 15: /* SETOWN_EX */
		return 21;
	case 16: /* GETOWN_EX */
		return 22;
	case 36: /* OFD_GETLK */
		return 30;
	case 37: /* OFD_SETLK */
		return 31;
	case 38: /* OFD_SETLKW */
		return 32;
	case 1024: /* SETLEASE */
		return 23;
	case 1025: /* GETLEASE */
		return 24;
	case 1026: /* NOTIFY */
		return 27;
	case 1029: /* CANCELLK */
		return 25;
	case 1030: /* DUPFD_CLOEXEC */
		return 26;
	case 1031: /* SETPIPE_SZ */
		return 28;
	case 1032: /* GETPIPE_SZ */
		return 29;
	default:
		return 0;
	}
}

#define EVENT_PTRACE_PEEKTEXT 2
#define EVENT_PTRACE_PEEKDATA 3
#define EVENT_PTRACE_PEEKUSR 4

static __always_inline __u16 ptrace_request(__u32 request)
{
	switch (request) {
	case 0 ... 3: /* TRACEME, PEEKTEXT, PEEKDATA, PEEKUSR */
		return request + 1;
	case 4 ... 9: /* POKETEXT, POKEDATA, POKEUSR, CONT, KILL, SINGLESTEP */
		return request + 1;
	case 12 ... 15: /* GETREGS, SETREGS, GETFPREGS, SETFPREGS */
		return request + 14;
	case 16: /* ATTACH */
		return 11;
	case 17: /* DETACH */
		return 12;
	case 18: /* GETFPXREGS */
		return 30;
	case 19: /* SETFPXREGS */
		return 31;
	case 21: /* OLDSETOPTIONS */
		return 32;
	case 24: /* SYSCALL */
		return 13;
	case 25: /* GET_THREAD_AREA */
		return 33;
	case 26: /* SET_THREAD_AREA */
		return 34;
	case 30: /* ARCH_PRCTL */
		return 35;
	case 31: /* SYSEMU */
		return 36;
	case 32: /* SYSEMU_SINGLESTEP */
		return 37;
	case 33: /* SINGLEBLOCK */
		return 38;
	case 0x4200 ... 0x4208: /* SETOPTIONS, GETEVENTMSG, GETSIGINFO, SETSIGINFO, GETREGSET, SETREGSET, SEIZE ... */
		return request - 0x4200 + 14;
	case 0x4209 ... 0x420b: /* PEEKSIGINFO, GETSIGMASK, SETSIGMASK */
		return request - 0x4209 + 23;
	default:
		return 0;
	}
}

static __always_inline __u8 resource_limit(__u32 resource)
{
	return resource <= 15 ? resource : 255;
}

static __always_inline __u32 io_uring_flags(__u32 flags)
{
	return (flags & 3) | (flags & 0x7c) << 1;
}

/* A device's number as user space has it. */
static __always_inline __u32 device_number(__u32 device)
{
	__u32 major = device >> 20, minor = device & 0xfffff;

	return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}
#undef TAKE
