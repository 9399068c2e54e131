// Calls that make and copy descriptors other than of files and sockets, and that read and write.
#pragma once

#include "call.h"
#include "describe-file.h"

/* Pieces of scattered data whose sizes are added up. */
#define VECTORS_SUMMED 16

#define FCNTL_DUPLICATE 0
#define FCNTL_SET_FLAGS 2
#define FCNTL_DUPLICATE_CLOEXEC 1030

/* A copy of what nobody was told of is nobody's concern, unless it takes the place of something that was. */
static __always_inline bool is_copy_needed(__u16 type, int from, int to)
{
	return !is_state_only(type) || is_known(from) || is_known(to);
}

static __always_inline bool is_fcntl_needed(struct pt_regs *regs)
{
	__u32 command = argument(regs, 1);

	if (!is_state_only(EVENT_SYSCALL_FCNTL_X))
		return true;
	return (command == FCNTL_DUPLICATE || command == FCNTL_SET_FLAGS || command == FCNTL_DUPLICATE_CLOEXEC) &&
	       is_known(argument(regs, 0));
}

CALL_IF(dup, SYSCALL_DUP_1_X, is_copy_needed(EVENT_SYSCALL_DUP_1_X, argument(regs, 0), -1))
{
	ID(0);
	note_descriptor(known, result);
}

CALL_IF(dup2, SYSCALL_DUP2_X, is_copy_needed(EVENT_SYSCALL_DUP2_X, argument(regs, 0), argument(regs, 1)))
{
	ID(0);
	ID(1);
	note_descriptor(known, result);
}

CALL_IF(dup3, SYSCALL_DUP3_X, is_copy_needed(EVENT_SYSCALL_DUP3_X, argument(regs, 0), argument(regs, 1)))
{
	ID(0);
	ID(1);
	put_u32(s, descriptor_flags(argument(regs, 2)) & EVENT_O_CLOEXEC);
	note_descriptor(known, result);
}

CALL_IF(fcntl, SYSCALL_FCNTL_X, is_fcntl_needed(regs))
{
	__u32 command = argument(regs, 1);

	ID(0);
	put_u8(s, fcntl_command(command));
	U64(2);
	if (command == FCNTL_DUPLICATE || command == FCNTL_DUPLICATE_CLOEXEC)
		note_descriptor(known, result);
}

static __always_inline void put_pipe(struct scratch *s, struct pt_regs *regs, long result,
				     struct known_descriptors *known)
{
	int ends[2] = { -1, -1 };
	struct file *file;

	if (bpf_probe_read_user(ends, sizeof(ends), (void *)argument(regs, 0)))
		ends[0] = ends[1] = -1;
	put_id(s, ends[0]);
	put_id(s, ends[1]);
	note_descriptor(known, ends[0]);
	note_descriptor(known, ends[1]);
	file = result == 0 ? file_of(ends[0]) : NULL;
	put_u64(s, file ? BPF_CORE_READ(file, f_inode, i_ino) : 0);
}

CALL(pipe, SYSCALL_PIPE_X)
{
	put_pipe(s, regs, result, known);
}

CALL(pipe2, SYSCALL_PIPE2_X)
{
	put_pipe(s, regs, result, known);
	put_u32(s, descriptor_flags(argument(regs, 1)));
}

CALL(eventfd, SYSCALL_EVENTFD_X)
{
	note_descriptor(known, result);
	U64(0);
	put_u32(s, 0);
}

CALL(eventfd2, SYSCALL_EVENTFD2_X)
{
	note_descriptor(known, result);
	put_u16(s, descriptor_flags(argument(regs, 1)));
	put_u64(s, (__u32)argument(regs, 0));
}

CALL(signalfd, SYSCALL_SIGNALFD_X)
{
	note_descriptor(known, result);
	ID(0);
	put_u32(s, 0);
	put_u8(s, 0);
}

CALL(signalfd4, SYSCALL_SIGNALFD4_X)
{
	note_descriptor(known, result);
	put_u16(s, descriptor_flags(argument(regs, 3)));
	ID(0);
	put_u32(s, 0);
}

CALL(timerfd_create, SYSCALL_TIMERFD_CREATE_X)
{
	note_descriptor(known, result);
	U8(0);
	/* the event has one byte for it: close-on-exec does not fit */
	put_u8(s, descriptor_flags(argument(regs, 1)));
}

CALL(inotify_init, SYSCALL_INOTIFY_INIT_X)
{
	note_descriptor(known, result);
	put_u8(s, 0);
}

CALL(inotify_init1, SYSCALL_INOTIFY_INIT1_X)
{
	note_descriptor(known, result);
	put_u16(s, descriptor_flags(argument(regs, 0)));
}

CALL(epoll_create, SYSCALL_EPOLL_CREATE_X)
{
	note_descriptor(known, result);
	U32(0);
}

CALL(epoll_create1, SYSCALL_EPOLL_CREATE1_X)
{
	note_descriptor(known, result);
	put_u32(s, argument(regs, 0) & O_CLOEXEC ? 1 : 0);
}

CALL(memfd_create, SYSCALL_MEMFD_CREATE_X)
{
	note_descriptor(known, result);
	TEXT(0);
	FLAGS(1, 7);
}

CALL(userfaultfd, SYSCALL_USERFAULTFD_X)
{
	note_descriptor(known, result);
	U32(0);
}

CALL(pidfd_open, SYSCALL_PIDFD_OPEN_X)
{
	note_descriptor(known, result);
	ID(0);
	put_u32(s, argument(regs, 1) & O_NONBLOCK ? 1 : 0);
}

CALL(pidfd_getfd, SYSCALL_PIDFD_GETFD_X)
{
	note_descriptor(known, result);
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

CALL(read, SYSCALL_READ_X)
{
	put_data(s, argument(regs, 1), result);
	ID(0);
	U32(2);
}

CALL(write, SYSCALL_WRITE_X)
{
	__u64 size = argument(regs, 2);

	put_data(s, argument(regs, 1), result > 0 ? result : (__u32)size);
	ID(0);
	put_u32(s, size);
}

/* the event's `pread` and `pwrite` are the kernel's pread64 and pwrite64 */
CALL(pread64, SYSCALL_PREAD_X)
{
	put_data(s, argument(regs, 1), result);
	ID(0);
	U32(2);
	U64(3);
}

CALL(pwrite64, SYSCALL_PWRITE_X)
{
	__u64 size = argument(regs, 2);

	put_data(s, argument(regs, 1), result > 0 ? result : (__u32)size);
	ID(0);
	put_u32(s, size);
	U64(3);
}

CALL(ioctl, SYSCALL_IOCTL_3_X)
{
	ID(0);
	U64(1);
	U64(2);
}

CALL(splice, SYSCALL_SPLICE_X)
{
	ID(0);
	ID(2);
	U64(4);
	FLAGS(5, 15);
}

CALL_AT(sendfile, sendfile64, SYSCALL_SENDFILE_X)
{
	__u64 offset = 0;

	bpf_probe_read_user(&offset, sizeof(offset), (void *)argument(regs, 2));
	put_u64(s, offset);
	ID(0);
	ID(1);
	U64(3);
}

CALL(readv, SYSCALL_READV_X)
{
	put_u32(s, result > 0 ? result : 0);
	put_vectors(s, argument(regs, 1), argument(regs, 2), result);
	ID(0);
}

/* what is written comes behind the data, and is known only when the pieces have been read */
CALL(writev, SYSCALL_WRITEV_X)
{
	__u32 total = put_first_piece(s, argument(regs, 1), argument(regs, 2), result);

	ID(0);
	put_u32(s, total);
}
