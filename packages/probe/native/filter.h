// What is left out in the kernel, because neither rules nor tables would miss it. The agent derives from its rules
// which events that are (packages/agent/src/live/kernel-filter.ts) and says it here; nothing is left out by default.
#pragma once

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "describe-file.h"
#include "flags.h"
#include "kernel-types.h"
#include "peek.h"
#include "record.h"

/* How a file was asked for: the access (1 read, 2 write), whether it is emptied, whether that failed. */
#define OPEN_TRUNCATES 4
#define OPEN_FAILED 8
#define OPEN_KINDS 16

/* What rules ask of a kind of opening. */
#define OPEN_ALL 0
#define OPEN_NONE 1
/* those with a path that starts like one in `open_paths` */
#define OPEN_BY_PATH 2

/* Bytes of a path that prefixes can have, and that are looked at: longer paths are told of whatever they are. */
#define PREFIX_MAXIMUM 64
#define PATH_LOOKED_AT 128

/*
 * Who needs events of a type: rules, only the tables, nobody (its call is about to go off), rules where it is about a
 * kept descriptor, rules unless they are done with the process (see ignore.h): from there on its slot is added.
 */
#define NEED_RULES 0
#define NEED_TABLES 1
#define NEED_NONE 2
#define NEED_RULES_FOR_KEPT 3
#define NEED_BY_PROCESS 32

struct filters {
	/* which paths `open_paths` can hold: a bit for what each starts with */
	__u64 path_starts;
	/* descriptors of files, pipes and the like are in nobody's tables: those of directories and sockets alone are kept */
	__u8 omits_files;
	/* some events are left out by process: changes of processes have to be counted */
	__u8 is_ignoring;
	__u8 reserved[6];
	__u8 opens[OPEN_KINDS];
	/* by event type: who needs it */
	__u8 needs[EVENT_TYPES];
};

struct filters filters SEC(".data.filters");

struct path_key {
	/* how many bits of the text count */
	__u32 bits;
	__u8 text[PREFIX_MAXIMUM];
};

/* By the start of a path, a bit for each kind of opening that rules ask for there. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct path_key);
	__type(value, __u32);
} open_paths SEC(".maps");

static __always_inline void count_filtered(__u16 type)
{
	struct counters *counters = find_counters();

	if (counters)
		counters->filtered[type & (EVENT_TYPES - 1)]++;
}

/* A connection that is being made: not a failure. */
#define IN_PROGRESS -115

/* Whether an event with that result may be missed: calls that failed change no table. */
static __always_inline bool is_result_needed(__u16 type, long result)
{
	switch (filters.needs[type & (EVENT_TYPES - 1)]) {
	case NEED_TABLES:
		return result >= 0 || result == IN_PROGRESS;
	case NEED_NONE:
		return false;
	default:
		return true;
	}
}

/* Whether that is a descriptor of the running thread, of a directory or a socket. */
static __always_inline bool is_kept(int descriptor)
{
	struct file *file = file_of(descriptor);
	__u32 format;

	if (!file)
		return false;
	format = format_of(file);
	return format == MODE_DIRECTORY || format == MODE_SOCKET;
}

/* Whether somebody would miss an event of that type about these descriptors; one that is none has a negative number. */
static __always_inline bool is_needed_for(__u16 type, int first, int second)
{
	return !filters.omits_files || filters.needs[type & (EVENT_TYPES - 1)] == NEED_RULES || is_kept(first) ||
	       is_kept(second);
}

static __noinline void tell_close(int descriptor)
{
	struct scratch *s = begin(EVENT_SYSCALL_CLOSE_X, PARAMETERS_SYSCALL_CLOSE_X);

	if (!s)
		return;
	put_u64(s, 0);
	put_id(s, descriptor);
	finish(s);
}

/*
 * Where files are omitted nobody is told that descriptors are closed, so that the reader may take a number for a
 * descriptor that it no longer is. What matters is what it is when the reader is told of its use: as directories and
 * sockets are told of when they are made, one that is neither is told to be closed, which to the reader is the same as
 * a file.
 */
static __always_inline void tell_closed(int descriptor)
{
	if (descriptor >= 0 && !is_kept(descriptor))
		tell_close(descriptor);
}

static __always_inline bool tells_closed(void)
{
	return filters.omits_files && filters.needs[EVENT_SYSCALL_CLOSE_X] != NEED_RULES;
}

#define EVERY_BYTE(value) (0x0101010101010101ull * (value))

/* The highest bit of each byte that has the value. */
static __always_inline __u64 find_bytes(__u64 word, __u8 value)
{
	__u64 difference = word ^ EVERY_BYTE(value), low = EVERY_BYTE(0x7f);

	return ~(((difference & low) + low) | difference | low);
}

/*
 * Whether a rule can ask for a path: it starts like one that rules name, or it has to be worked out first what it
 * names (it is relative, has dots in front of slashes, doubled slashes, is too long).
 */
static __noinline bool is_path_asked_for(__u64 address, __u32 kind)
{
	struct {
		/* so that the text below is aligned to words */
		__u32 unused;
		__u32 bits;
		__u8 text[PATH_LOOKED_AT];
	} path;
	__u64 before = 0, start;
	__u32 *found;
	long length;

	length = bpf_probe_read_user_str(path.text, PATH_LOOKED_AT, (void *)address);
	if (length < 3 || length >= PATH_LOOKED_AT || path.text[0] != '/')
		return true;
	if (path.text[(length - 2) & (PATH_LOOKED_AT - 1)] == '/' || path.text[(length - 2) & (PATH_LOOKED_AT - 1)] == '.')
		return true;
	for (int i = 0; i < PATH_LOOKED_AT / 8; i++) {
		__u64 word = *(__u64 *)(path.text + 8 * i);
		/* a dot is a slash but for the last bit */
		__u64 ends = find_bytes(word | EVERY_BYTE(1), '/'), pairs = ends & (ends << 8 | before);

		if (pairs && pairs & find_bytes(word, '/'))
			return true;
		before = ends >> 56;
		if (8 * (i + 1) >= length)
			break;
	}
	start = *(__u64 *)path.text >> 8 & 0xffffffff;
	if (!(filters.path_starts & 1ull << ((__u32)(start * 2654435761u) >> 26)))
		return false;
	path.bits = 8 * (length - 1 > PREFIX_MAXIMUM ? PREFIX_MAXIMUM : length - 1);
	found = bpf_map_lookup_elem(&open_paths, &path.bits);
	return found && *found & 1u << kind;
}

/* Whether somebody would miss an event of a call that opens; `address` is its path's, 0 where it has none. */
static __always_inline bool is_open_needed(__u64 flags, __u64 address, long result)
{
	__u32 access = flags & 3, kind;
	struct file *file;

	if (result >= 0) {
		if (!filters.omits_files)
			return true;
		/* paths are relative to directories */
		file = file_of(result);
		if (!file || format_of(file) == MODE_DIRECTORY)
			return true;
	}
	kind = access == 1 ? 2 : access == 2 ? 3 : 1;
	if (flags & O_TRUNC)
		kind |= OPEN_TRUNCATES;
	if (result < 0)
		kind |= OPEN_FAILED;
	FORGET(kind);
	switch (filters.opens[kind & (OPEN_KINDS - 1)]) {
	case OPEN_NONE:
		return false;
	case OPEN_BY_PATH:
		return address == 0 || is_path_asked_for(address, kind);
	default:
		return true;
	}
}
