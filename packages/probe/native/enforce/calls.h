// Calls that a policy forbids outright.
#pragma once

#include "report.h"

/* Attached to the entry of every call that some policy forbids. */
SEC("tracepoint")
int check_call(struct call_entry *context)
{
	__u32 number = context->number;
	struct guarded guarded = {};
	struct violation *violation;
	bool is_stopped;

	if (number >= 512 || !find_guard(&guarded, RESTRICTS_CALLS))
		return 0;
	if (!(guarded.policy->calls[(number >> 6) & 7] & (1ull << (number & 63))))
		return 0;
	if (!(guarded.policy->flags & COVERS_OUTSIDE) && is_outside())
		return 0;
	is_stopped = stop(&guarded);
	violation = begin_violation(&guarded, CALL);
	if (!violation)
		return 0;
	violation->is_stopped = is_stopped;
	violation->number = number;
	bpf_ringbuf_submit(violation, 0);
	return 0;
}
