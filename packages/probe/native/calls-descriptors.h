// Calls that make and copy descriptors other than of files and sockets, and that read and write.
#pragma once

#include "call.h"
#include "describe-file.h"

/* Pieces of scattered data whose sizes are added up. */
#define VECTORS_SUMMED 16

#define FCNTL_DUPLICATE 0
#define FCNTL_SET_FLAGS 2
#define FCNTL_DUPLICATE_CLOEXEC 1030

/* Whether a copy would be missed: where it failed there is no copy to look at. */
static __always_inline bool is_copy_needed(__u16 type, struct pt_regs *regs, long result)
{
	return is_needed_for(type, argument(regs, 0), result);
}

static __always_inline bool is_fcntl_needed(struct pt_regs *regs, long result)
{
	__u32 command = argument(regs, 1);
	bool copies = command == FCNTL_DUPLICATE || command == FCNTL_DUPLICATE_CLOEXEC;

	if (filters.needs[EVENT_SYSCALL_FCNTL_X] == NEED_TABLES && !copies && command != FCNTL_SET_FLAGS)
		return false;
	return is_needed_for(EVENT_SYSCALL_FCNTL_X, argument(regs, 0), copies ? result : -1);
}

CALL_IF(dup, SYSCALL_DUP_1_X, FIRST, is_copy_needed(EVENT_SYSCALL_DUP_1_X, regs, result))
{
	ID(0);
}

CALL_IF(dup2, SYSCALL_DUP2_X, FIRST | SECOND, is_copy_needed(EVENT_SYSCALL_DUP2_X, regs, result))
{
	ID(0);
	ID(1);
}

CALL_IF(dup3, SYSCALL_DUP3_X, FIRST | SECOND, is_copy_needed(EVENT_SYSCALL_DUP3_X, regs, result))
{
	ID(0);
	ID(1);
	put_u32(s, descriptor_flags(argument(regs, 2)) & EVENT_O_CLOEXEC);
}

CALL_IF(fcntl, SYSCALL_FCNTL_X, FIRST, is_fcntl_needed(regs, result))
{
	ID(0);
	put_u8(s, fcntl_command(argument(regs, 1)));
	U64(2);
}

static __always_inline void put_pipe(struct scratch *s, struct pt_regs *regs, long result)
{
	int ends[2] = { -1, -1 };
	struct file *file;

	if (bpf_probe_read_user(ends, sizeof(ends), (void *)argument(regs, 0)))
		ends[0] = ends[1] = -1;
	put_id(s, ends[0]);
	put_id(s, ends[1]);
	file = result == 0 ? file_of(ends[0]) : NULL;
	put_u64(s, file ? BPF_CORE_READ(file, f_inode, i_ino) : 0);
}

CALL(pipe, SYSCALL_PIPE_X)
{
	put_pipe(s, regs, result);
}

CALL(pipe2, SYSCALL_PIPE2_X)
{
	put_pipe(s, regs, result);
	put_u32(s, descriptor_flags(argument(regs, 1)));
}

CALL(eventfd, SYSCALL_EVENTFD_X)
{
	U64(0);
	put_u32(s, 0);
}

CALL(eventfd2, SYSCALL_EVENTFD2_X)
{
	put_u16(s, descriptor_flags(argument(regs, 1)));
	put_u64(s, (__u32)argument(regs, 0));
}

CALL_ON(signalfd, SYSCALL_SIGNALFD_X, FIRST)
{
	ID(0);
	put_u32(s, 0);
	put_u8(s, 0);
}

CALL_ON(signalfd4, SYSCALL_SIGNALFD4_X, FIRST)
{
	put_u16(s, descriptor_flags(argument(regs, 3)));
	ID(0);
	put_u32(s, 0);
}

CALL(timerfd_create, SYSCALL_TIMERFD_CREATE_X)
{
	U8(0);
	/* the event has one byte for it: close-on-exec does not fit */
	put_u8(s, descriptor_flags(argument(regs, 1)));
}

CALL(inotify_init, SYSCALL_INOTIFY_INIT_X)
{
	put_u8(s, 0);
}

CALL(inotify_init1, SYSCALL_INOTIFY_INIT1_X)
{
	put_u16(s, descriptor_flags(argument(regs, 0)));
}

CALL(epoll_create, SYSCALL_EPOLL_CREATE_X)
{
	U32(0);
}

CALL(epoll_create1, SYSCALL_EPOLL_CREATE1_X)
{
	put_u32(s, argument(regs, 0) & O_CLOEXEC ? 1 : 0);
}

CALL(memfd_create, SYSCALL_MEMFD_CREATE_X)
{
	TEXT(0);
	FLAGS(1, 7);
}

CALL(userfaultfd, SYSCALL_USERFAULTFD_X)
{
	U32(0);
}

CALL(pidfd_open, SYSCALL_PIDFD_OPEN_X)
{
	ID(0);
	put_u32(s, argument(regs, 1) & O_NONBLOCK ? 1 : 0);
}

CALL_ON(pidfd_getfd, SYSCALL_PIDFD_GETFD_X, FIRST)
{
	ID(0);
	ID(1);
	U32(2);
}

static __always_inline void put_data(struct scratch *s, __u64 address, __s64 available)
{
	__s64 shown = settings.data_length;

	put_bytes(s, address, available < shown ? (available > 0 ? available : 0) : shown);
}

/* The first piece of scattered data; gives the size of all. */
static __always_inline __u32 put_first_piece(struct scratch *s, __u64 vectors, __u64 count, __s64 available)
{
	__u64 first = 0, first_length = 0;
	__u32 total = 0;

	for (int i = 0; i < VECTORS_SUMMED; i++) {
		struct user_iovec piece = {};

		if (i >= count || bpf_probe_read_user(&piece, sizeof(piece), (void *)(vectors + i * sizeof(piece))))
			break;
		if (i == 0) {
			first = piece.base;
			first_length = piece.length;
		}
		total += piece.length;
	}
	put_data(s, first, available > 0 && available < first_length ? available : first_length);
	return total;
}

/* What calls moved between memories: nothing where they failed. */
static __always_inline void put_vectors(struct scratch *s, __u64 vectors, __u64 count, __s64 result)
{
	if (result > 0)
		put_first_piece(s, vectors, count, result);
	else
		put_nothing(s);
}

CALL_ON(read, SYSCALL_READ_X, FIRST)
{
	put_data(s, argument(regs, 1), result);
	ID(0);
	U32(2);
}

CALL_ON(write, SYSCALL_WRITE_X, FIRST)
{
	__u64 size = argument(regs, 2);

	put_data(s, argument(regs, 1), result > 0 ? result : (__u32)size);
	ID(0);
	put_u32(s, size);
}

/* the event's `pread` and `pwrite` are the kernel's pread64 and pwrite64 */
CALL_ON(pread64, SYSCALL_PREAD_X, FIRST)
{
	put_data(s, argument(regs, 1), result);
	ID(0);
	U32(2);
	U64(3);
}

CALL_ON(pwrite64, SYSCALL_PWRITE_X, FIRST)
{
	__u64 size = argument(regs, 2);

	put_data(s, argument(regs, 1), result > 0 ? result : (__u32)size);
	ID(0);
	put_u32(s, size);
	U64(3);
}

CALL_ON(ioctl, SYSCALL_IOCTL_3_X, FIRST)
{
	ID(0);
	U64(1);
	U64(2);
}

CALL_ON(splice, SYSCALL_SPLICE_X, FIRST | THIRD)
{
	ID(0);
	ID(2);
	U64(4);
	FLAGS(5, 15);
}

CALL_AT(sendfile, sendfile64, SYSCALL_SENDFILE_X, FIRST | SECOND)
{
	__u64 offset = 0;

	bpf_probe_read_user(&offset, sizeof(offset), (void *)argument(regs, 2));
	put_u64(s, offset);
	ID(0);
	ID(1);
	U64(3);
}

CALL_ON(readv, SYSCALL_READV_X, FIRST)
{
	put_u32(s, result > 0 ? result : 0);
	put_vectors(s, argument(regs, 1), argument(regs, 2), result);
	ID(0);
}

/* what is written comes behind the data, and is known only when the pieces have been read */
CALL_ON(writev, SYSCALL_WRITEV_X, FIRST)
{
	__u32 total = put_first_piece(s, argument(regs, 1), argument(regs, 2), result);

	ID(0);
	put_u32(s, total);
}
