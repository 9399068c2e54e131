// Putting one event together and handing it over. An event is assembled in this CPU's scratch memory, because its
// length is known only at its end, and copied into the ring in one go.
//
// A record: cpu (u16), reserved (u16), sequence number of this CPU (u32); then the event as @seawall/events has it:
// timestamp (u64), thread (u64), length (u32), type (u16), parameter count (u32), u16 lengths, parameters.
#pragma once

#include "kernel-types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define PREFIX 8
#define HEADER 26
#define LENGTHS (PREFIX + HEADER)
/* Longest event; what is written lies below, plus one longest parameter. */
#define EVENT_MASK 0xffff
/* Longest text and list of texts, with the NUL at its end: longer ones are cut. */
#define TEXT_MAXIMUM 4096
#define SPARE 8192
#define EVENT_TYPES 512

struct scratch {
	__u32 is_busy, sequence, position, parameter;
	__u8 data[EVENT_MASK + 1 + SPARE];
	/*
	 * For what has to be looked at, or turned round, before it is written, and where that starts so far: here and not with the loop that
	 * moves it, or the kernel's checks would go through that loop once for each place where it may start.
	 */
	__u8 aside[2 * SPARE];
	__u32 start;
};

struct settings {
	/* nanoseconds from the epoch to the machine's start */
	__u64 boot_time;
	/* the process that reads the ring: its own calls are filtered */
	__u32 own_process;
	/* bytes of data that transfers show */
	__u32 data_length;
	/* no more events: taking programs off takes the kernel a while, in which nobody reads */
	__u32 is_stopped;
	/* of a thread in the kernel */
	__u32 stack_size;
};

/* What became of the events of this CPU, by type. */
struct counters {
	__u64 written[EVENT_TYPES], filtered[EVENT_TYPES], dropped[EVENT_TYPES];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counts SEC(".maps");

struct settings settings SEC(".data.settings");

static __always_inline struct counters *find_counters(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&counts, &key);
}

/* Whether another program was interrupted in the midst of its event; from now on this one is in the midst of its own. */
static __always_inline bool was_busy(struct scratch *s)
{
#ifndef OLD_KERNEL
	return __sync_lock_test_and_set(&s->is_busy, 1);
#else
	/* a program is never put aside for another there: one that interrupts it has ended when it goes on */
	if (s->is_busy)
		return true;
	s->is_busy = 1;
	return false;
#endif
}

static __always_inline struct scratch *scratch_here(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&scratches, &cpu);
}

/* Starts an event of a thread; NULL when there is no place for it, and then it is counted. */
static __always_inline struct scratch *begin_for(__u16 type, __u32 parameters, __u64 tid)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct scratch *s = scratch_here();
	struct counters *counters;

	if (!s || settings.is_stopped)
		return NULL;
	if (was_busy(s)) {
		/* nothing here waits */
		counters = find_counters();
		if (counters)
			__sync_fetch_and_add(&counters->dropped[type], 1);
		return NULL;
	}
	*(__u16 *)(s->data) = cpu;
	*(__u16 *)(s->data + 2) = 0;
	*(__u32 *)(s->data + 4) = s->sequence++;
	*(__u64 *)(s->data + PREFIX) = settings.boot_time + bpf_ktime_get_boot_ns();
	*(__u64 *)(s->data + PREFIX + 8) = tid;
	*(__u16 *)(s->data + PREFIX + 20) = type;
	*(__u32 *)(s->data + PREFIX + 22) = parameters;
	s->parameter = 0;
	s->position = LENGTHS + 2 * parameters;
	return s;
}

/* The same for the thread that runs, unless it belongs to the process that reads the ring. */
static __always_inline struct scratch *begin(__u16 type, __u32 parameters)
{
	__u64 id = bpf_get_current_pid_tgid();

	if (settings.own_process == id >> 32 && !settings.is_stopped) {
		struct counters *counters = find_counters();

		if (counters)
			counters->filtered[type]++;
		return NULL;
	}
	return begin_for(type, parameters, (__u32)id);
}

/* Hands the event over, and keeps its place. */
static __always_inline void hand_over(struct scratch *s)
{
	__u32 length = s->position & EVENT_MASK;
	__u16 type = *(__u16 *)(s->data + PREFIX + 20) & (EVENT_TYPES - 1);
	struct counters *counters = find_counters();
	long error;

	*(__u32 *)(s->data + PREFIX + 16) = length - PREFIX;
	error = bpf_ringbuf_output(&ring, s->data, length, BPF_RB_NO_WAKEUP);
	if (counters) {
		if (error)
			counters->dropped[type]++;
		else
			counters->written[type]++;
	}
}

static __always_inline void finish(struct scratch *s)
{
	hand_over(s);
	s->is_busy = 0;
}

/* Another event of that type and time, of another thread, in the place of one that was handed over. */
static __always_inline void begin_again(struct scratch *s, __u64 tid)
{
	*(__u32 *)(s->data + 4) = s->sequence++;
	*(__u64 *)(s->data + PREFIX + 8) = tid;
	s->parameter = 0;
	s->position = LENGTHS + 2 * *(__u32 *)(s->data + PREFIX + 22);
}

static __always_inline __u8 *place_of(struct scratch *s)
{
	return s->data + (s->position & EVENT_MASK);
}

/* Ends a parameter whose bytes have been written at `place_of`. */
static __always_inline void put_written(struct scratch *s, __u32 length)
{
	*(__u16 *)(s->data + ((LENGTHS + 2 * s->parameter) & 127)) = length;
	s->parameter++;
	s->position = (s->position & EVENT_MASK) + length;
}

/* The parameter as it was in the event before, where all in front of it have the same lengths. */
static __always_inline void put_again(struct scratch *s)
{
	put_written(s, *(__u16 *)(s->data + ((LENGTHS + 2 * s->parameter) & 127)));
}

static __always_inline void put_nothing(struct scratch *s)
{
	put_written(s, 0);
}

static __always_inline void put_u8(struct scratch *s, __u8 value)
{
	*place_of(s) = value;
	put_written(s, 1);
}

static __always_inline void put_u16(struct scratch *s, __u16 value)
{
	*(__u16 *)place_of(s) = value;
	put_written(s, 2);
}

static __always_inline void put_u32(struct scratch *s, __u32 value)
{
	*(__u32 *)place_of(s) = value;
	put_written(s, 4);
}

static __always_inline void put_u64(struct scratch *s, __u64 value)
{
	*(__u64 *)place_of(s) = value;
	put_written(s, 8);
}

/* Descriptors and process ids are 4 bytes in the kernel and 8, with their sign, in events. */
static __always_inline void put_id(struct scratch *s, __u64 value)
{
	put_u64(s, (__s64)(__s32)value);
}

/* A text of the program's memory; one that can't be read has no value. */
static __always_inline void put_text(struct scratch *s, __u64 address)
{
	long length = bpf_probe_read_user_str(place_of(s), TEXT_MAXIMUM, (void *)address);

	put_written(s, length > 0 && length <= TEXT_MAXIMUM ? length : 0);
}

static __always_inline void put_kernel_text(struct scratch *s, const void *text)
{
	long length = bpf_probe_read_kernel_str(place_of(s), TEXT_MAXIMUM, text);

	put_written(s, length > 0 && length <= TEXT_MAXIMUM ? length : 0);
}

/* Bytes of the program's memory, at most 4095 of them. */
static __always_inline void put_bytes(struct scratch *s, __u64 address, __u64 length)
{
	__u32 taken = length >= TEXT_MAXIMUM ? TEXT_MAXIMUM - 1 : length;

	if (taken == 0 || bpf_probe_read_user(place_of(s), taken & (TEXT_MAXIMUM - 1), (void *)address))
		taken = 0;
	put_written(s, taken);
}

/* Texts one after the other with a NUL behind each: at most `room` bytes, the last text cut where there are more. */
static __always_inline void put_texts(struct scratch *s, __u64 address, __u64 length, __u32 room)
{
	__u8 *place = place_of(s);
	__u32 taken = length > room ? room : length;

	if (taken > TEXT_MAXIMUM)
		taken = TEXT_MAXIMUM;
	if (taken == 0 || bpf_probe_read_user(place, taken, (void *)address)) {
		put_nothing(s);
		return;
	}
	place[(taken - 1) & (TEXT_MAXIMUM - 1)] = 0;
	put_written(s, taken);
}
