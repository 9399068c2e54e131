// Connections that guarded cgroups may not make.
#pragma once

#include "report.h"

#define FAMILY_IPV4 2
#define FAMILY_IPV6 10
#define ALLOW 1
#define DENY 0

struct destination {
	__u64 address[2];
	__u16 port;
	__u8 protocol;
};

struct rule_search {
	const struct policy *policy;
	struct destination destination;
	bool is_denied;
};

/* The first rule that fits decides. */
static long try_rule(__u32 index, struct rule_search *search)
{
	const struct destination *to = &search->destination;
	const struct connection_rule *rule;

	if (index >= search->policy->rule_count)
		return 1;
	rule = &search->policy->rules[index & (RULE_MAXIMUM - 1)];
	if ((to->address[0] & rule->mask[0]) != rule->network[0] || (to->address[1] & rule->mask[1]) != rule->network[1])
		return 0;
	if (to->port < rule->first_port || to->port > rule->last_port)
		return 0;
	if (rule->protocol && rule->protocol != to->protocol)
		return 0;
	search->is_denied = rule->is_denied;
	return 1;
}

struct connection_check {
	const struct destination *to;
	__u32 family;
	__u32 verdict;
};

/* Gives 1 once the connection is denied: who denies it further in need not be asked. */
static long check_connection_at(__u32 level, struct connection_check *check)
{
	const struct destination *to = check->to;
	struct guarded guarded = {};
	struct rule_search search = {};
	struct violation *violation;

	if (!guard_at(&guarded, level, RESTRICTS_CONNECTIONS))
		return 0;
	search.policy = guarded.policy;
	search.destination = *to;
	search.is_denied = guarded.policy->flags & DENIES_CONNECTIONS;
	bpf_loop(RULE_MAXIMUM, try_rule, &search, 0);
	if (!search.is_denied)
		return 0;
	bool is_stopped = !(guarded.policy->flags & ONLY_REPORTS);

	count(is_stopped ? STOPPED : REPORTED);
	violation = begin_violation(&guarded, CONNECTION);
	if (violation) {
		violation->is_stopped = is_stopped;
		violation->family = check->family;
		violation->port = to->port;
		violation->number = to->protocol;
		__builtin_memcpy(violation->address, to->address, 16);
		bpf_ringbuf_submit(violation, 0);
	}
	if (is_stopped)
		check->verdict = DENY;
	return is_stopped;
}

static __noinline int decide(struct destination *to, __u32 family)
{
	struct connection_check check = { .to = to, .family = family, .verdict = ALLOW };

	if (!to)
		return ALLOW;
	bpf_loop(LEVELS, check_connection_at, &check, 0);
	/* in terms that the kernel sees the bounds of */
	return check.verdict & ALLOW;
}

static __always_inline int decide_ipv4(struct bpf_sock_addr *context)
{
	struct destination to = {
		.address = { 0, 0xffff0000ull | (__u64)context->user_ip4 << 32 },
		.port = bpf_ntohs(context->user_port),
		.protocol = context->protocol,
	};

	return decide(&to, FAMILY_IPV4);
}

static __always_inline int decide_ipv6(struct bpf_sock_addr *context)
{
	struct destination to = {
		.address = { context->user_ip6[0] | (__u64)context->user_ip6[1] << 32,
			     context->user_ip6[2] | (__u64)context->user_ip6[3] << 32 },
		.port = bpf_ntohs(context->user_port),
		.protocol = context->protocol,
	};

	return decide(&to, FAMILY_IPV6);
}

SEC("cgroup/connect4")
int check_connect4(struct bpf_sock_addr *context)
{
	return decide_ipv4(context);
}

SEC("cgroup/connect6")
int check_connect6(struct bpf_sock_addr *context)
{
	return decide_ipv6(context);
}

/* Datagrams to an address of their own, without a connection. */
SEC("cgroup/sendmsg4")
int check_send4(struct bpf_sock_addr *context)
{
	return decide_ipv4(context);
}

SEC("cgroup/sendmsg6")
int check_send6(struct bpf_sock_addr *context)
{
	return decide_ipv6(context);
}
