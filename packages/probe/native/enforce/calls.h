// Calls that a policy forbids outright.
#pragma once

#include "report.h"

struct call_check {
	__u32 number;
};

/* Gives 1 once the process is ended: who forbids it further in need not be asked. */
static long check_call_at(__u32 level, struct call_check *check)
{
	__u32 number = check->number;
	struct guarded guarded = {};
	struct violation *violation;
	bool is_stopped;

	if (!guard_at(&guarded, level, RESTRICTS_CALLS))
		return 0;
	if (!(guarded.policy->calls[(number >> 6) & 7] & (1ull << (number & 63))))
		return 0;
	if (!(guarded.policy->flags & COVERS_OUTSIDE) && is_outside())
		return 0;
	is_stopped = stop(&guarded);
	violation = begin_violation(&guarded, CALL);
	if (violation) {
		violation->is_stopped = is_stopped;
		violation->number = number;
		bpf_ringbuf_submit(violation, 0);
	}
	return is_stopped;
}

/* Attached to the entry of every call that some policy forbids. */
SEC("tracepoint")
int check_call(struct call_entry *context)
{
	struct call_check check = { .number = context->number };

	if (check.number < 512)
		bpf_loop(LEVELS, check_call_at, &check, 0);
	return 0;
}
