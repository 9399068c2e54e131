// Calls on sockets.
#pragma once

#include "call.h"
#include "calls-descriptors.h"
#include "describe-socket.h"
#include "received.h"

CALL(socket, SOCKET_SOCKET_X)
{
	U32(0);
	U32(1);
	U32(2);
	put_u32(s, descriptor_flags(argument(regs, 1)) & (EVENT_O_CLOEXEC | EVENT_O_NONBLOCK));
}

CALL(socketpair, SOCKET_SOCKETPAIR_X)
{
	int pair[2] = { -1, -1 };
	struct sock *sock = NULL;

	if (result == 0 && bpf_probe_read_user(pair, sizeof(pair), (void *)argument(regs, 3)) == 0)
		sock = sock_of(pair[0]);
	put_id(s, pair[0]);
	put_id(s, pair[1]);
	put_u64(s, (__u64)sock);
	put_u64(s, sock ? (__u64)BPF_CORE_READ((struct unix_sock *)sock, peer) : 0);
	U32(0);
	U32(1);
	U32(2);
}

CALL_ON(bind, SOCKET_BIND_X, FIRST)
{
	put_address(s, argument(regs, 1), argument(regs, 2));
	ID(0);
}

CALL_ON(connect, SOCKET_CONNECT_X, FIRST)
{
	if (result == 0 || result == IN_PROGRESS)
		put_tuple(s, argument(regs, 0), true, argument(regs, 1), argument(regs, 2));
	else
		put_nothing(s);
	ID(0);
	put_address(s, argument(regs, 1), argument(regs, 2));
}

CALL_ON(listen, SOCKET_LISTEN_X, FIRST)
{
	ID(0);
	U32(1);
}

CALL_ON(shutdown, SOCKET_SHUTDOWN_X, FIRST)
{
	ID(0);
	put_u8(s, (__u32)argument(regs, 1) <= 2 ? argument(regs, 1) : 255);
}

/* The new connection, and how full the queue of those that wait is. */
static __always_inline void put_accepted(struct scratch *s, struct pt_regs *regs, long result)
{
	struct sock *sock = NULL;
	__u32 waiting = 0, most = 0;

	if (result >= 0) {
		put_tuple(s, result, false, 0, 0);
		sock = sock_of((int)argument(regs, 0));
	} else {
		put_nothing(s);
	}
	if (sock) {
		waiting = PEEK(sock, sock, sk_ack_backlog);
		most = PEEK(sock, sock, sk_max_ack_backlog);
	}
	put_u8(s, waiting && most ? (__u64)waiting * 100 / most : 0);
	put_u32(s, waiting);
	put_u32(s, most);
}

CALL_ON(accept, SOCKET_ACCEPT_5_X, FIRST)
{
	put_accepted(s, regs, result);
}

CALL_ON(accept4, SOCKET_ACCEPT4_6_X, FIRST)
{
	put_accepted(s, regs, result);
	put_u32(s, descriptor_flags(argument(regs, 3)) & (EVENT_O_CLOEXEC | EVENT_O_NONBLOCK));
}

CALL_ON(sendto, SOCKET_SENDTO_X, FIRST)
{
	__u64 size = argument(regs, 2);

	put_data(s, argument(regs, 1), result > 0 ? result : (__u32)size);
	ID(0);
	put_u32(s, size);
	if (result >= 0)
		put_tuple(s, argument(regs, 0), true, argument(regs, 4), argument(regs, 5));
	else
		put_nothing(s);
}

CALL_ON(recvfrom, SOCKET_RECVFROM_X, FIRST)
{
	if (result >= 0) {
		put_data(s, argument(regs, 1), result);
		/* the kernel wrote the sender's address there, of a length that it bounded itself */
		put_tuple(s, argument(regs, 0), false, argument(regs, 4), argument(regs, 4) ? 28 : 0);
	} else {
		put_nothing(s);
		put_nothing(s);
	}
	ID(0);
	U32(2);
}

CALL_ON(sendmsg, SOCKET_SENDMSG_X, FIRST)
{
	struct user_message message = {};
	__u32 total;

	bpf_probe_read_user(&message, sizeof(message), (void *)argument(regs, 1));
	total = put_first_piece(s, message.vectors, message.vector_count, result);
	ID(0);
	put_u32(s, total);
	if (result >= 0)
		put_tuple(s, argument(regs, 0), true, message.name, message.name_length);
	else
		put_nothing(s);
}

static __always_inline void put_received(struct scratch *s, struct pt_regs *regs, struct user_message *message,
					 __u32 size)
{
	if (size > 0)
		put_first_piece(s, message->vectors, message->vector_count, size);
	else
		put_nothing(s);
	put_tuple(s, argument(regs, 0), false, message->name, message->name_length);
	put_bytes(s, message->control, message->control_length);
}

/*
 * The programs of the calls that bring descriptors. They are always on: of descriptors nothing else tells. Whether there
 * is an event of the call itself is said as of the others.
 */
SEC("tracepoint/syscalls/sys_exit_recvmsg")
int exit_recvmsg(struct exit_context *context)
{
	long result = context->result;
	struct pt_regs *regs = current_registers();
	bool is_event_needed = filters.needs[EVENT_SOCKET_RECVMSG_X] == NEED_RULES;
	struct user_message message = {};
	struct scratch *s;

	if (!is_result_needed(EVENT_SOCKET_RECVMSG_X, result)) {
		count_filtered(EVENT_SOCKET_RECVMSG_X);
		return 0;
	}
	/* a look into the program's memory takes several times as long as the question what kind of socket it is */
	if (result >= 0 && (is_event_needed || is_unix(argument(regs, 0)))) {
		bpf_probe_read_user(&message, sizeof(message), (void *)argument(regs, 1));
		if (message.control_length && is_unix(argument(regs, 0)))
			tell_received(message.control, message.control_length, RECEIVED_MAXIMUM);
	}
	if (!is_event_needed) {
		count_filtered(EVENT_SOCKET_RECVMSG_X);
		return 0;
	}
	tell_closed_arguments(regs, FIRST);
	s = begin(EVENT_SOCKET_RECVMSG_X, PARAMETERS_SOCKET_RECVMSG_X);
	if (!s)
		return 0;
	put_u64(s, result);
	put_u32(s, result > 0 ? result : 0);
	if (result >= 0) {
		put_received(s, regs, &message, result);
	} else {
		put_nothing(s);
		put_nothing(s);
		put_nothing(s);
	}
	ID(0);
	finish(s);
	return 0;
}

/*
 * Tells of one of the messages that a call brought, and of the descriptors that came with it, `most` at most; gives of how many.
 * @param address where what was filled is; `count` how many the call filled.
 */
CHECKED_ONCE int tell_message(__u64 address, __u64 count, __u32 is_over_unix, __u32 most)
{
	struct pt_regs *regs = current_registers();
	struct user_message_of_many one = {};
	struct scratch *s;
	int told = 0;

	bpf_probe_read_user(&one, sizeof(one), (void *)address);
	if (is_over_unix && one.message.control_length)
		told = tell_received(one.message.control, one.message.control_length, most);
	if (filters.needs[EVENT_SOCKET_RECVMMSG_X] != NEED_RULES)
		return told;
	s = begin(EVENT_SOCKET_RECVMMSG_X, PARAMETERS_SOCKET_RECVMMSG_X);
	if (!s)
		return told;
	put_u64(s, count);
	ID(0);
	put_u32(s, one.received);
	put_received(s, regs, &one.message, one.received);
	finish(s);
	return told;
}

struct many {
	__u64 messages;
	__s64 count;
	bool is_over_unix;
	/* descriptors that may yet be told of */
	__u32 left;
};

static long tell_one_of_many(__u32 index, struct many *many)
{
	if (index >= many->count)
		return 1;
	many->left -= tell_message(many->messages + index * sizeof(struct user_message_of_many), many->count,
				   many->is_over_unix, many->left);
	return 0;
}

/* An event for each message, as Falco's probe makes them; one where the call brought none. */
SEC("tracepoint/syscalls/sys_exit_recvmmsg")
int exit_recvmmsg(struct exit_context *context)
{
	struct pt_regs *regs = current_registers();
	struct many many = {
		.messages = argument(regs, 1),
		.count = context->result,
		.left = RECEIVED_BY_MANY_MAXIMUM,
	};
	bool is_event_needed = filters.needs[EVENT_SOCKET_RECVMMSG_X] == NEED_RULES;
	struct scratch *s;

	if (!is_event_needed)
		count_filtered(EVENT_SOCKET_RECVMMSG_X);
	else
		tell_closed_arguments(regs, FIRST);
	many.is_over_unix = is_unix(argument(regs, 0));
	if (many.count > 0) {
		if (is_event_needed || many.is_over_unix)
			REPEAT(MESSAGES_MAXIMUM, tell_one_of_many, &many);
		return 0;
	}
	if (!is_event_needed)
		return 0;
	s = begin(EVENT_SOCKET_RECVMMSG_X, PARAMETERS_SOCKET_RECVMMSG_X);
	if (!s)
		return 0;
	put_u64(s, many.count);
	ID(0);
	put_u32(s, 0);
	put_nothing(s);
	put_nothing(s);
	put_nothing(s);
	finish(s);
	return 0;
}
