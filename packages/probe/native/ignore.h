// Leaving out what a process does of which the agent has decided that no rule can match it, as long as nothing changes
// that this rests on. Nothing is left out by default; which event types it is for stands in `filters.needs`.
//
// A verdict holds for one thread, and only while three counters have not moved since before the agent decided: those of
// changes of the thread, of its process, and of what may concern anybody. A change is counted behind its event: whoever
// has read a counter, and then everything that lay in the ring, knows of all that was counted. A change that is counted
// later makes the verdict void, whether its event was written, was lost or lies unread. A thread's own changes are
// counted before the call returns; a change by another thread races with the calls of this one, with its event as
// without. Who gets the number of a thread that has ended is counted as a change of that number before it runs.
#pragma once

#include <bpf/bpf_helpers.h>

#include "filter.h"

/* Counters of changes, by number of thread and process; those that share one are told of for nothing now and then. */
#define CHANGE_PLACES 65536
/* The counter of what may concern anybody: the agent counts there, too. It never is 0. */
#define COMMON_PLACE CHANGE_PLACES
/* Verdicts, by number of the thread: where two want a place, the later one has it. */
#define VERDICT_PLACES 8192
/* Event types that verdicts tell apart, and bits of the numbers of threads and processes. */
#define IGNORED_SLOTS 20
#define NUMBER_BITS 22

struct verdict {
	/* the sum of the counters; 0 while it is being written */
	__u64 stamp;
	/* the process's number, the thread's, and by slot a bit for what nobody wants of it */
	__u64 about;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CHANGE_PLACES + 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} changes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, VERDICT_PLACES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct verdict);
} verdicts SEC(".maps");

#ifdef OLD_KERNEL
/* Adding to a number that others add to, and learning what it was, came with Linux 5.12: here nothing is left out by process. */
static __always_inline void count_change(__u32 place)
{
}

static __always_inline bool is_ignored(__u32 slot)
{
	return false;
}
#else
static __always_inline void count_change(__u32 place)
{
	__u64 *count = bpf_map_lookup_elem(&changes, &place);
	__u64 before;

	if (!count)
		return;
	/* what gives the old value keeps its order with everything around it */
	before = __sync_fetch_and_add(count, 1);
	asm volatile("" : : "r"(before));
}

/* What is read before stays before, where the processor does not see to that by itself. */
static __always_inline void keep_order(__u64 *place)
{
#if defined(__TARGET_ARCH_x86)
	asm volatile("" : : : "memory");
#else
	__u64 before = __sync_fetch_and_add(place, 0);

	asm volatile("" : : "r"(before) : "memory");
#endif
}

/* Whether nobody wants that of the running thread. */
static __noinline bool is_ignored(__u32 slot)
{
	__u64 id = bpf_get_current_pid_tgid(), stamp, about, sum;
	__u32 thread = (__u32)id, process = id >> 32;
	__u32 place = thread & (VERDICT_PLACES - 1);
	__u32 thread_place = thread & (CHANGE_PLACES - 1), process_place = process & (CHANGE_PLACES - 1);
	__u32 common_place = COMMON_PLACE;
	struct verdict *verdict = bpf_map_lookup_elem(&verdicts, &place);
	__u64 *of_thread, *of_process, *common;

	if (!verdict)
		return false;
	stamp = *(volatile __u64 *)&verdict->stamp;
	keep_order(&verdict->stamp);
	about = *(volatile __u64 *)&verdict->about;
	if (about >> IGNORED_SLOTS != ((__u64)process << NUMBER_BITS | thread) || !(about >> slot & 1))
		return false;
	of_thread = bpf_map_lookup_elem(&changes, &thread_place);
	of_process = bpf_map_lookup_elem(&changes, &process_place);
	common = bpf_map_lookup_elem(&changes, &common_place);
	if (!of_thread || !of_process || !common)
		return false;
	sum = *(volatile __u64 *)of_thread + *(volatile __u64 *)of_process + *(volatile __u64 *)common;
	keep_order(common);
	/* had it been written meanwhile, the stamp would differ: it goes to 0 first, and comes last */
	return sum == stamp && *(volatile __u64 *)&verdict->stamp == stamp;
}

#endif

/* To be called when the event of a change has been handed over, or could not be. */
static __always_inline void note_change(__u32 number)
{
	if (filters.is_ignoring)
		count_change(number & (CHANGE_PLACES - 1));
}

static __always_inline void note_own_change(void)
{
	if (filters.is_ignoring)
		count_change((bpf_get_current_pid_tgid() >> 32) & (CHANGE_PLACES - 1));
}

static __always_inline void note_common_change(void)
{
	if (filters.is_ignoring)
		count_change(COMMON_PLACE);
}

/* Whether an event can be left out by process: never, always, or where its call failed. */
#define NOT_IGNORABLE 0
#define IGNORABLE_FAILED 2

/*
 * Whether nobody would miss an event of that type, of the running thread and with that result, as far as rules decided.
 * What is constant is decided when this is compiled.
 */
static __always_inline bool is_left_out(__u16 type, int ignorable, long result)
{
	__u8 need;

	if (ignorable == NOT_IGNORABLE || (ignorable == IGNORABLE_FAILED && result >= 0))
		return false;
	need = filters.needs[type & (EVENT_TYPES - 1)];
	return need >= NEED_BY_PROCESS && is_ignored((need - NEED_BY_PROCESS) & 31);
}
