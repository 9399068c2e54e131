// Calls on sockets.
#pragma once

#include "call.h"
#include "calls-descriptors.h"
#include "describe-socket.h"

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

/* Where only the tables need it, what they need is told in its place. */
static __always_inline bool is_receiving_needed(struct pt_regs *regs, long result)
{
	if (result >= 0 && tells_closed())
		tell_received(argument(regs, 1));
	return filters.needs[EVENT_SOCKET_RECVMSG_X] == NEED_RULES;
}

CALL_IF(recvmsg, SOCKET_RECVMSG_X, FIRST, is_receiving_needed(regs, result))
{
	struct user_message message = {};

	put_u32(s, result > 0 ? result : 0);
	if (result < 0) {
		put_nothing(s);
		put_nothing(s);
		put_nothing(s);
		ID(0);
		return;
	}
	bpf_probe_read_user(&message, sizeof(message), (void *)argument(regs, 1));
	if (result > 0)
		put_first_piece(s, message.vectors, message.vector_count, result);
	else
		put_nothing(s);
	put_tuple(s, argument(regs, 0), false, message.name, message.name_length);
	put_bytes(s, message.control, message.control_length);
	ID(0);
}
