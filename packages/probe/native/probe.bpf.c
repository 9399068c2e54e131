// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Everything that happens, as events. One object; the loader loads and attaches what is wanted of it.
#include "kernel-types.h"

#include "event-types.h"
#include "record.h"

#include "call.h"
#include "calls-descriptors.h"
#include "calls-files.h"
#include "calls-processes.h"
#include "calls-sockets.h"

/* Scap's codes of system calls, by the kernel's numbers. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u16);
} call_codes SEC(".maps");

/* Calls without an event type of their own: attached to as many tracepoints as are wanted. */
SEC("tracepoint")
int exit_generic(struct exit_context *context)
{
	__u32 number = (__u32)context->number;
	__u16 *code = bpf_map_lookup_elem(&call_codes, &number);
	struct scratch *s;

	if (is_left_out(EVENT_GENERIC_X, IGNORABLE_GENERIC_X, context->result)) {
		count_filtered(EVENT_GENERIC_X);
		return 0;
	}
	s = begin(EVENT_GENERIC_X, PARAMETERS_GENERIC_X);
	if (!s)
		return 0;
	put_u16(s, code ? *code : 0);
	put_u16(s, number);
	finish(s);
	return 0;
}

/* Helpers for tracing are for programs that say they are under the GPL; this file may be used under it. */
char terms[] SEC("license") = "GPL";
