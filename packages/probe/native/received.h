// Descriptors that come over unix sockets (SCM_RIGHTS, SCM_PIDFD): no call says what they are. The kernel is asked at the
// very moment at which the call returns, and each is told of by an event of its own, which recordings hold.
//
// The control data, which programs can make say anything, tells nothing but numbers: what a number is, is read from the
// process's own table of descriptors.
#pragma once

#include "describe-socket.h"
#include "filter.h"
#include "peek.h"
#include "record.h"
#include "repeat.h"
#include "running.h"

#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define SCM_PIDFD 4
#define CONTROL_HEADER 16
/* Pieces of control data that are looked at; the kernel writes four at most in front of the last descriptor. */
#define CONTROLS_LOOKED_AT 8
/* Most descriptors that the kernel passes at once, with the process's own; most that one call of recvmmsg is told of. */
#define RECEIVED_MAXIMUM 254
#define RECEIVED_BY_MANY_MAXIMUM 1024
/* Messages that the kernel hands over at once. */
#define MESSAGES_MAXIMUM 1024

#define STATE_LISTENING 10
#define TYPE_STREAM 1

/*
 * An asynchronous event is of no thread and has lengths of four bytes. Its data are as packages/events/src/told-descriptor.ts
 * reads them: this, then the ends of a socket or the path of anything else.
 */
struct told_descriptor {
	__u32 thread, descriptor, mode, flags, device;
	/* two halves, so that nothing lies between */
	__u32 inode[2];
	__u32 file_system;
	__u16 family, socket_type, protocol, is_server;
};

#define ASYNCHRONOUS_LENGTHS 6
#define NO_THREAD (-1ull)

static __always_inline bool is_closed_on_exec(__u32 descriptor)
{
	struct task_struct *task = current_task();
	struct fdtable *table = FIELD(FIELD(task, files), fdt);

	return PEEK_NUMBER(FIELD(table, close_on_exec) + descriptor / 64) >> (descriptor & 63) & 1;
}

static __always_inline bool is_unix(__s64 descriptor)
{
	struct sock *sock = sock_of(descriptor);

	return sock && PEEK(sock, sock, __sk_common.skc_family) == FAMILY_UNIX;
}

/*
 * Whether it is the end that others connect to. Who accepts a connection gets a copy of the socket that listens, with the
 * length of its queue; who connects has none.
 */
static __always_inline bool is_serving(struct sock *sock, __u16 family)
{
	if (family == FAMILY_UNIX)
		return BPF_CORE_READ((struct unix_sock *)sock, addr) != NULL;
	return PEEK(sock, sock, sk_type) == TYPE_STREAM &&
	       (PEEK(sock, sock, __sk_common.skc_state) == STATE_LISTENING || PEEK(sock, sock, sk_max_ack_backlog));
}

static __always_inline void put_told_name(struct scratch *s)
{
	const char name[] = DESCRIPTOR_EVENT;
	__u8 *place = place_of(s);

#pragma unroll
	for (int i = 0; i < sizeof(name); i++)
		place[i] = name[i];
	put_written(s, sizeof(name));
}

/* Tells what that descriptor is, unless the reader's tables have nothing of its kind: see `tell_closed`. */
CHECKED_ONCE int tell_descriptor(int descriptor)
{
	struct file *file = file_of(descriptor);
	struct told_descriptor *told;
	struct file_facts facts;
	struct inode *inode;
	struct sock *sock;
	struct scratch *s;
	__u32 start;

	if (!file || (filters.omits_files && !is_kept(descriptor)))
		return 0;
	s = begin_for(EVENT_ASYNCEVENT_E, ASYNCHRONOUS_LENGTHS, NO_THREAD);
	if (!s)
		return 0;
	*(__u32 *)(s->data + PREFIX + 22) = PARAMETERS_ASYNCEVENT_E;
	/* of no plugin; the upper half of each length is 0 */
	put_u32(s, 0);
	put_nothing(s);
	put_told_name(s);
	put_nothing(s);
	start = s->position;
	find_file_facts(descriptor, &facts);
	inode = PEEK(file, file, f_inode);
	told = (void *)place_of(s);
	told->thread = (__u32)bpf_get_current_pid_tgid();
	told->descriptor = descriptor;
	told->mode = PEEK(inode, inode, i_mode);
	told->flags = open_flags(PEEK(file, file, f_flags) & ~O_CLOEXEC) | facts.flags |
		      (is_closed_on_exec(descriptor) ? EVENT_O_CLOEXEC : 0);
	told->device = facts.device;
	told->inode[0] = facts.inode;
	told->inode[1] = facts.inode >> 32;
	told->file_system = PEEK(super_block, PEEK(inode, inode, i_sb), s_magic);
	sock = sock_of(descriptor);
	if (sock) {
		told->family = PEEK(sock, sock, __sk_common.skc_family);
		told->socket_type = PEEK(sock, sock, sk_type);
		told->protocol = PEEK(sock, sock, sk_protocol);
		told->is_server = is_serving(sock, told->family);
	} else {
		told->family = told->socket_type = told->protocol = told->is_server = 0;
	}
	/* the tuple goes from who connects to who serves */
	s->position += sizeof(*told);
	if (sock)
		put_tuple(s, descriptor, !told->is_server, 0, 0);
	else
		put_path(s, file);
	*(__u32 *)(s->data + LENGTHS + 8) = s->position - start;
	finish(s);
	return 0;
}

/* Where the numbers of descriptors are, and how many. */
struct received {
	__u64 address;
	__u32 count;
};

static long tell_one_received(__u32 index, struct received *received)
{
	int descriptor = -1;

	if (index >= received->count ||
	    bpf_probe_read_user(&descriptor, sizeof(descriptor), (void *)(received->address + 4 * (__u64)index)))
		return 1;
	tell_descriptor(descriptor);
	return 0;
}

/*
 * Tells of the descriptors that came with a message that the running thread has received, `most` at most; gives of how many.
 * @param position where its control data are, `left` bytes.
 */
CHECKED_ONCE int tell_received(__u64 position, __u64 left, __u32 most)
{
	__u32 told = 0;

	if (settings.own_process == bpf_get_current_pid_tgid() >> 32)
		return 0;
	for (int i = 0; i < CONTROLS_LOOKED_AT; i++) {
		struct user_control header = {};
		__u64 taken;

		if (left <= CONTROL_HEADER || bpf_probe_read_user(&header, sizeof(header), (void *)position) ||
		    header.length < CONTROL_HEADER || header.length > left)
			break;
		if (header.level == SOL_SOCKET && (header.type == SCM_RIGHTS || header.type == SCM_PIDFD)) {
			struct received received = {
				.address = position + CONTROL_HEADER,
				.count = (header.length - CONTROL_HEADER) / 4,
			};

			if (received.count > most - told)
				received.count = most - told;
			REPEAT(RECEIVED_MAXIMUM, tell_one_received, &received);
			told += received.count;
		}
		taken = (header.length + 7) & ~7ull;
		if (taken >= left)
			break;
		position += taken;
		left -= taken;
	}
	return told;
}
