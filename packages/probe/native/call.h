// One program per system call, run when the call returns: `exit_NAME`. What they write is declared with CALL.
#pragma once

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "filter.h"
#include "ignore.h"
#include "kernel-types.h"
#include "record.h"
#include "running.h"

#if defined(__TARGET_ARCH_x86)
#define CALL_CLONE 56
#define CALL_FORK 57
#define CALL_VFORK 58
#define COMPATIBLE_STATUS 2
#else
#define CALL_CLONE 220
#define CALL_FORK -1
#define CALL_VFORK -2
#define COMPATIBLE_STATUS 0
#endif
#define CALL_CLONE3 435

struct exit_context {
	__u64 common;
	long number;
	long result;
};

/* The argument of that index of the call that returns. */
static __always_inline __u64 argument(struct pt_regs *regs, int index)
{
#if defined(__TARGET_ARCH_x86)
	switch (index) {
	case 0:
		return FIELD(regs, di);
	case 1:
		return FIELD(regs, si);
	case 2:
		return FIELD(regs, dx);
	case 3:
		return FIELD(regs, r10);
	case 4:
		return FIELD(regs, r8);
	default:
		return FIELD(regs, r9);
	}
#else
	/* the first register holds the result already */
	return index == 0 ? FIELD(regs, orig_x0) : FIELD(regs, regs[index]);
#endif
}

static __always_inline long call_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return FIELD(regs, orig_ax);
#else
	return FIELD(regs, syscallno);
#endif
}

/* Whether the thread is in a call of the 32-bit kind. */
static __always_inline bool is_compatible(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread_info.status) & COMPATIBLE_STATUS;
#else
	return false;
#endif
}

/* Which arguments are descriptors that the call uses. */
#define NONE 0
#define FIRST 1
#define SECOND 2
#define THIRD 4
#define FIFTH 16

static __always_inline void tell_closed_arguments(struct pt_regs *regs, __u32 used)
{
	if (!used || !tells_closed())
		return;
	if (used & FIRST)
		tell_closed(argument(regs, 0));
	if (used & SECOND)
		tell_closed(argument(regs, 1));
	if (used & THIRD)
		tell_closed(argument(regs, 2));
	if (used & FIFTH)
		tell_closed(argument(regs, 4));
}

/*
 * Declares the program of a call: the name events and users know it by, the kernel's name of its tracepoint, the event
 * type, which arguments are descriptors, and an expression over `regs` and `result` that says whether somebody would
 * miss the event. The result is always the first parameter; the body writes the others.
 */
#define CALL_WHERE(call, tracepoint, event, used, is_needed)                                                           \
	static __always_inline void describe_##call(struct scratch *s, struct pt_regs *regs, long result);             \
	SEC("tracepoint/syscalls/sys_exit_" #tracepoint)                                                               \
	int exit_##call(struct exit_context *context)                                                                  \
	{                                                                                                              \
		long result = context->result;                                                                         \
		struct pt_regs *regs = current_registers();                                                            \
		struct scratch *s;                                                                                     \
                                                                                                                       \
		if (!is_result_needed(EVENT_##event, result) || !(is_needed) ||                                        \
		    is_left_out(EVENT_##event, IGNORABLE_##event, result)) {                                           \
			count_filtered(EVENT_##event);                                                                 \
			return 0;                                                                                      \
		}                                                                                                      \
		tell_closed_arguments(regs, used);                                                                     \
		s = begin(EVENT_##event, PARAMETERS_##event);                                                          \
		if (s) {                                                                                               \
			put_u64(s, result);                                                                            \
			describe_##call(s, regs, result);                                                              \
			finish(s);                                                                                     \
		}                                                                                                      \
		if (CHANGES_##event)                                                                                   \
			note_own_change();                                                                             \
		/* limits can be set for others */                                                                     \
		if (EVENT_##event == EVENT_SYSCALL_PRLIMIT_X && argument(regs, 0))                                     \
			note_common_change();                                                                          \
		return 0;                                                                                              \
	}                                                                                                              \
	static __always_inline void describe_##call(struct scratch *s, struct pt_regs *regs, long result)

#define CALL_AT(call, tracepoint, event, used) CALL_WHERE(call, tracepoint, event, used, true)
#define CALL_IF(call, event, used, is_needed) CALL_WHERE(call, call, event, used, is_needed)
#define CALL_ON(call, event, used) CALL_AT(call, call, event, used)
#define CALL(call, event) CALL_ON(call, event, NONE)

/* The argument as each kind of parameter: descriptors and ids with their sign, texts and data from where it points. */
#define ID(index) put_id(s, argument(regs, index))
#define TEXT(index) put_text(s, argument(regs, index))
#define U8(index) put_u8(s, argument(regs, index))
#define U32(index) put_u32(s, argument(regs, index))
#define U64(index) put_u64(s, argument(regs, index))
#define FLAGS(index, mask) put_u32(s, argument(regs, index) & (mask))
