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

/* Descriptors of a process that are remembered; those above always count as known. */
#define KNOWN_WORDS 16
#define KNOWN_MAXIMUM (64 * KNOWN_WORDS)
/* Processes that have places of their own: a power of two. */
#define KNOWN_PLACES 2048

/* Who needs events of a type: rules, only the tables, nobody (its call is about to go off). */
#define NEED_RULES 0
#define NEED_TABLES 1
#define NEED_NONE 2

struct filters {
	/* which paths `open_paths` can hold: a bit for what each starts with */
	__u64 path_starts;
	/* what is remembered of descriptors counts for one epoch alone */
	__u32 epoch;
	/* descriptors of files, pipes and the like are in nobody's tables */
	__u8 omits_files;
	__u8 reserved[3];
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

/*
 * Descriptors that the reader was told of, by number, and those of them that have been closed since, which it is told
 * only when somebody uses the number again: most are never used before they are made anew. A process that is not here
 * was told of whole.
 */
struct known_descriptors {
	/* whose they are; 0 where a place is free */
	__u64 files;
	__u64 epoch;
	__u64 words[KNOWN_WORDS], closed[KNOWN_WORDS];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct known_descriptors);
} descriptors SEC(".maps");

/*
 * The same for processes that found their place here free, which most do: finding it is several times as fast. Who has a
 * place keeps it until its last thread ends; what is here counts, whatever `descriptors` holds.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KNOWN_PLACES);
	__type(key, __u32);
	__type(value, struct known_descriptors);
} places SEC(".maps");

static __always_inline void count_filtered(__u16 type)
{
	struct counters *counters = find_counters();

	if (counters)
		counters->filtered[type & (EVENT_TYPES - 1)]++;
}

static __always_inline bool is_state_only(__u16 type)
{
	return filters.needs[type & (EVENT_TYPES - 1)] != NEED_RULES;
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

/* Descriptors belong to this: threads share it, and processes that asked for it. */
static __always_inline __u64 files_of(struct task_struct *task)
{
	return PEEK_NUMBER((void *)task + bpf_core_field_offset(task->files));
}

static __always_inline __u64 current_files(void)
{
	return files_of((struct task_struct *)bpf_get_current_task_btf());
}

/* The place that a process may have: only where it says `files` is it its own. */
static __always_inline struct known_descriptors *find_place(__u64 files)
{
	__u32 key = (__u32)((files >> 6) * 2654435761u) >> 16 & (KNOWN_PLACES - 1);

	return bpf_map_lookup_elem(&places, &key);
}

static __always_inline struct known_descriptors *find_known(__u64 files)
{
	struct known_descriptors *found = find_place(files);

	if (!found || found->files != files)
		found = bpf_map_lookup_elem(&descriptors, &files);
	return found && found->epoch == filters.epoch ? found : NULL;
}

/* The descriptors of the running thread, where they are remembered. */
static __always_inline struct known_descriptors *current_known(void)
{
	return filters.omits_files ? find_known(current_files()) : NULL;
}

static __always_inline __u64 *word_of(__u64 *words, __u32 descriptor)
{
	__u32 offset = descriptor / 64 * 8;

	/* the kernel's checks have to see the very number that is added */
	asm volatile("%0 &= %1" : "+r"(offset) : "i"(8 * (KNOWN_WORDS - 1)));
	return (void *)words + offset;
}

static __always_inline bool has_descriptor(__u64 *words, __u32 descriptor)
{
	return *word_of(words, descriptor) & (1ull << (descriptor & 63));
}

/* Whether the reader was told of the descriptor of that number that the running thread has, or had. */
static __always_inline bool is_known(int descriptor)
{
	struct known_descriptors *found;

	if (!filters.omits_files || descriptor >= KNOWN_MAXIMUM)
		return true;
	if (descriptor < 0)
		return false;
	found = find_known(current_files());
	return !found || has_descriptor(found->words, descriptor);
}

/* The reader is being told of that descriptor, of the thread whose descriptors are remembered there. */
static __always_inline void note_descriptor(struct known_descriptors *found, long descriptor)
{
	if (!found || descriptor < 0 || descriptor >= KNOWN_MAXIMUM)
		return;
	__sync_fetch_and_or(word_of(found->words, descriptor), 1ull << (descriptor & 63));
	if (has_descriptor(found->closed, descriptor))
		__sync_fetch_and_and(word_of(found->closed, descriptor), ~(1ull << (descriptor & 63)));
}

/* Remembers what `from` says of the descriptors of a process, or all of them where it is NULL. */
static __noinline void remember_process(__u64 files, struct known_descriptors *from)
{
	struct known_descriptors *place = find_place(files);

	if (place && (place->files == files || __sync_val_compare_and_swap(&place->files, 0, files) == 0)) {
#pragma unroll
		for (int i = 0; i < KNOWN_WORDS; i++) {
			place->words[i] = from ? from->words[i] : ~0ull;
			place->closed[i] = from ? from->closed[i] : 0;
		}
		/* last: from now on it counts */
		*(volatile __u64 *)&place->epoch = from ? from->epoch : filters.epoch;
	} else if (from) {
		bpf_map_update_elem(&descriptors, &files, from, BPF_ANY);
	} else {
		struct known_descriptors all = { .files = files, .epoch = filters.epoch };

#pragma unroll
		for (int i = 0; i < KNOWN_WORDS; i++)
			all.words[i] = ~0ull;
		bpf_map_update_elem(&descriptors, &files, &all, BPF_ANY);
	}
}

static __always_inline void forget_descriptors(__u64 files)
{
	struct known_descriptors *place = find_place(files);

	if (place && place->files == files) {
		*(volatile __u64 *)&place->epoch = 0;
		*(volatile __u64 *)&place->files = 0;
	}
	bpf_map_delete_elem(&descriptors, &files);
}

/* Whether the reader has to be told now that a descriptor was closed; else that is remembered. */
static __always_inline bool is_close_told(int descriptor, long result)
{
	struct known_descriptors *found;
	__u64 files;

	if (!filters.omits_files || filters.needs[EVENT_SYSCALL_CLOSE_X] == NEED_RULES || descriptor >= KNOWN_MAXIMUM)
		return true;
	if (result < 0 || descriptor < 0)
		return false;
	files = current_files();
	found = find_known(files);
	if (!found) {
		remember_process(files, NULL);
		found = find_known(files);
	}
	if (!found)
		return true;
	if (has_descriptor(found->words, descriptor))
		__sync_fetch_and_or(word_of(found->closed, descriptor), 1ull << (descriptor & 63));
	return false;
}

/* Tells that a descriptor was closed, before its number is used by what the reader is told next. */
static __noinline void tell_closed(struct known_descriptors *found, __u32 descriptor)
{
	struct scratch *s;

	if (!found || descriptor >= KNOWN_MAXIMUM)
		return;
	s = begin(EVENT_SYSCALL_CLOSE_X, PARAMETERS_SYSCALL_CLOSE_X);
	if (!s)
		return;
	put_u64(s, 0);
	put_id(s, descriptor);
	finish(s);
	__sync_fetch_and_and(word_of(found->words, descriptor), ~(1ull << (descriptor & 63)));
	__sync_fetch_and_and(word_of(found->closed, descriptor), ~(1ull << (descriptor & 63)));
}

static __always_inline void tell_if_closed(struct known_descriptors *found, __u32 descriptor)
{
	if (descriptor < KNOWN_MAXIMUM && has_descriptor(found->closed, descriptor))
		tell_closed(found, descriptor);
}

/* Any of the arguments may be the number of a descriptor; telling of one that isn't asked for does no harm. */
static __always_inline void tell_closed_arguments(struct known_descriptors *found, __u64 first, __u64 second,
						  __u64 third)
{
	if (!found)
		return;
	tell_if_closed(found, first);
	tell_if_closed(found, second);
	tell_if_closed(found, third);
}

/* A new process has copies of its parent's descriptors, unless it shares them. */
static __always_inline void inherit_descriptors(struct task_struct *parent, struct task_struct *child)
{
	__u64 from = files_of(parent), to = files_of(child);
	struct known_descriptors *found;

	if (!filters.omits_files || from == to)
		return;
	found = find_known(from);
	if (found)
		remember_process(to, found);
	else
		forget_descriptors(to);
}

/* The last thread that has these descriptors is ending. */
static __always_inline void forget_process(struct task_struct *task)
{
	struct files_struct *files = BPF_CORE_READ(task, files);

	if (filters.omits_files && files && BPF_CORE_READ(files, count.counter) <= 1)
		forget_descriptors((__u64)files);
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
 * names (it is relative, has dots or doubled slashes, is too long).
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
		__u64 slashes = find_bytes(word, '/'), ends = slashes | find_bytes(word, '.');

		if (slashes & (ends << 8 | before))
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
	switch (filters.opens[kind & (OPEN_KINDS - 1)]) {
	case OPEN_NONE:
		return false;
	case OPEN_BY_PATH:
		return address == 0 || is_path_asked_for(address, kind);
	default:
		return true;
	}
}
