// What events say of sockets: addresses that programs hand in, and both ends of connections.
// Ports are in the machine's order, addresses in the network's.
#pragma once

#include <bpf/bpf_endian.h>

#include "describe-file.h"
#include "kernel-types.h"
#include "record.h"

#define FAMILY_UNIX 1
#define FAMILY_IPV4 2
#define FAMILY_IPV6 10
#define UNIX_PATH 108

struct ends {
	__u64 near[2], far[2];
	__u16 near_port, far_port;
};

static __always_inline struct sock *sock_of(__s64 descriptor)
{
	struct file *file = file_of(descriptor);

	if (!file || format_of(file) != MODE_SOCKET)
		return NULL;
	return PEEK(socket, PEEK(file, file, private_data), sk);
}

/* An address as the program gave it, copied aside; its family, 0 where it can't be read. */
static __always_inline __u16 copy_address(struct scratch *s, __u64 address, __u32 length)
{
	__u32 taken = length > 128 ? 128 : length;

	*(__u64 *)s->aside = 0;
	if (address == 0 || taken < 2 || bpf_probe_read_user(s->aside, taken & 255, (void *)address))
		return 0;
	s->aside[taken & 255] = 0;
	return *(__u16 *)s->aside;
}

/* Text behind `at`, where a name without a place in the file system begins with a NUL. */
static __always_inline __u32 append_unix_path(__u8 *place, const __u8 *path)
{
	long length = bpf_probe_read_kernel_str(place, UNIX_PATH + 1, path[0] ? path : path + 1);

	return length > 0 && length <= UNIX_PATH + 1 ? length : 0;
}

static __noinline void put_address(struct scratch *s, __u64 address, __u32 length)
{
	__u16 family = copy_address(s, address, length);
	__u8 *place = place_of(s);

	*place = family;
	if (family == FAMILY_IPV4) {
		*(__u32 *)(place + 1) = *(__u32 *)(s->aside + 4);
		*(__u16 *)(place + 5) = bpf_ntohs(*(__u16 *)(s->aside + 2));
		put_written(s, 7);
	} else if (family == FAMILY_IPV6) {
		*(__u64 *)(place + 1) = *(__u64 *)(s->aside + 8);
		*(__u64 *)(place + 9) = *(__u64 *)(s->aside + 16);
		*(__u16 *)(place + 17) = bpf_ntohs(*(__u16 *)(s->aside + 2));
		put_written(s, 19);
	} else if (family == FAMILY_UNIX) {
		put_written(s, 1 + append_unix_path(place + 1, s->aside + 2));
	} else {
		put_nothing(s);
	}
}

static __always_inline void put_internet_tuple(struct scratch *s, __u8 family, struct ends *ends, bool is_outbound)
{
	__u8 *place = place_of(s);
	__u64 *from = is_outbound ? ends->near : ends->far, *to = is_outbound ? ends->far : ends->near;
	__u16 from_port = is_outbound ? ends->near_port : ends->far_port;
	__u16 to_port = is_outbound ? ends->far_port : ends->near_port;

	*place = family;
	if (family == FAMILY_IPV4) {
		*(__u32 *)(place + 1) = from[0];
		*(__u16 *)(place + 5) = bpf_ntohs(from_port);
		*(__u32 *)(place + 7) = to[0];
		*(__u16 *)(place + 11) = bpf_ntohs(to_port);
		put_written(s, 13);
		return;
	}
	*(__u64 *)(place + 1) = from[0];
	*(__u64 *)(place + 9) = from[1];
	*(__u16 *)(place + 17) = bpf_ntohs(from_port);
	*(__u64 *)(place + 19) = to[0];
	*(__u64 *)(place + 27) = to[1];
	*(__u16 *)(place + 35) = bpf_ntohs(to_port);
	put_written(s, 37);
}

static __always_inline void put_unix_tuple(struct scratch *s, struct sock *near, bool is_outbound, __u64 given,
					   __u32 given_length)
{
	struct sock *far = BPF_CORE_READ((struct unix_sock *)near, peer);
	struct sock *named = is_outbound ? far : near;
	__u8 *place = place_of(s);
	__u32 length = 17;

	*place = FAMILY_UNIX;
	*(__u64 *)(place + 1) = (__u64)(is_outbound ? far : near);
	*(__u64 *)(place + 9) = (__u64)(is_outbound ? near : far);
	s->aside[2] = s->aside[3] = 0;
	if (is_outbound && !far) {
		copy_address(s, given, given_length);
	} else {
		struct unix_address *address = BPF_CORE_READ((struct unix_sock *)named, addr);
		__u32 bytes = address ? BPF_CORE_READ(address, len) : 0;

		if (bytes > 2 + UNIX_PATH)
			bytes = 2 + UNIX_PATH;
		bpf_probe_read_kernel(s->aside, bytes & 127, (void *)address + bpf_core_field_offset(address->name));
		s->aside[bytes & 127] = 0;
	}
	put_written(s, length + append_unix_path(place + length, s->aside + 2));
}

/*
 * Both ends of a socket. Where the kernel knows no far end (UDP without connect) the address that the program gave,
 * if any, stands for it.
 */
static __noinline void put_tuple(struct scratch *s, __s64 descriptor, bool is_outbound, __u64 given, __u32 given_length)
{
	struct sock *sock = sock_of(descriptor);
	struct ends ends = {};
	__u16 family;

	if (!sock) {
		put_nothing(s);
		return;
	}
	family = PEEK(sock, sock, __sk_common.skc_family);
	if (family == FAMILY_UNIX) {
		put_unix_tuple(s, sock, is_outbound, given, given_length);
		return;
	}
	if (family != FAMILY_IPV4 && family != FAMILY_IPV6) {
		put_nothing(s);
		return;
	}
	ends.near_port = PEEK(inet_sock, sock, inet_sport);
	ends.far_port = PEEK(sock, sock, __sk_common.skc_dport);
	if (family == FAMILY_IPV4) {
		ends.near[0] = PEEK(inet_sock, sock, inet_saddr);
		ends.far[0] = PEEK(sock, sock, __sk_common.skc_daddr);
	} else {
		bpf_probe_read_kernel(ends.near, 16, (void *)PEEK(inet_sock, sock, pinet6) +
							     bpf_core_field_offset(struct ipv6_pinfo, saddr));
		bpf_probe_read_kernel(ends.far, 16, &sock->__sk_common.skc_v6_daddr);
	}
	if (ends.far_port == 0 && copy_address(s, given, given_length) == family) {
		ends.far_port = *(__u16 *)(s->aside + 2);
		if (family == FAMILY_IPV4) {
			ends.far[0] = *(__u32 *)(s->aside + 4);
		} else {
			ends.far[0] = *(__u64 *)(s->aside + 8);
			ends.far[1] = *(__u64 *)(s->aside + 16);
		}
	}
	put_internet_tuple(s, family, &ends, is_outbound);
}
