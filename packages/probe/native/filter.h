// What is left out in the kernel, because neither rules nor tables would miss it. The agent derives from its rules
// which events that are (packages/agent/src/live/kernel-filter.ts) and says it here; nothing is left out by default.
#pragma once

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "describe-file.h"
#include "flags.h"
#include "kernel-types.h"
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

#define MODE_FORMAT 0170000
#define MODE_DIRECTORY 0040000

struct filters {
	/* which paths `open_paths` can hold: a bit for what each starts with */
	__u64 path_starts;
	/* what is remembered of descriptors counts for one epoch alone */
	__u32 epoch;
	/* descriptors of files, pipes and the like are in nobody's tables */
	__u8 omits_files;
	__u8 reserved[3];
	__u8 opens[OPEN_KINDS];
	/* by event type: only the tables need it */
	__u8 is_state_only[EVENT_TYPES];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct filters);
} filters SEC(".maps");

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

/* Descriptors that the reader was told of, by number. A process that is not here was told of whole. */
struct known_descriptors {
	__u32 epoch, reserved;
	__u64 words[KNOWN_WORDS];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct known_descriptors);
} known SEC(".maps");

static __always_inline const struct filters *find_filters(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&filters, &key);
}

static __always_inline void count_filtered(__u16 type)
{
	struct counters *counters = find_counters();

	if (counters)
		counters->filtered[type & (EVENT_TYPES - 1)]++;
}

static __always_inline bool is_state_only(const struct filters *set, __u16 type)
{
	return set && set->is_state_only[type & (EVENT_TYPES - 1)];
}

/* Descriptors belong to this: threads share it, and processes that asked for it. */
static __always_inline __u64 files_of(struct task_struct *task)
{
	return (__u64)BPF_CORE_READ(task, files);
}

static __always_inline struct known_descriptors *find_known(const struct filters *set, __u64 files)
{
	struct known_descriptors *found = bpf_map_lookup_elem(&known, &files);

	return found && found->epoch == set->epoch ? found : NULL;
}

static __always_inline __u64 *word_of(struct known_descriptors *known, __u32 descriptor)
{
	__u32 offset = descriptor / 64 * 8;

	/* the kernel's checks have to see the very number that is added */
	asm volatile("%0 &= %1" : "+r"(offset) : "i"(8 * (KNOWN_WORDS - 1)));
	return (void *)known->words + offset;
}

/* Whether the reader was told of the descriptor of that number that the running thread has, or had. */
static __always_inline bool is_known(const struct filters *set, int descriptor)
{
	struct known_descriptors *found;

	if (!set || !set->omits_files || descriptor >= KNOWN_MAXIMUM)
		return true;
	if (descriptor < 0)
		return false;
	found = find_known(set, (__u64)bpf_get_current_task_btf()->files);
	return !found || (*word_of(found, descriptor) & (1ull << (descriptor & 63)));
}

/* The reader is being told of that descriptor. */
static __always_inline void note_descriptor(long descriptor)
{
	const struct filters *set = find_filters();
	struct known_descriptors *found;

	if (!set || !set->omits_files || descriptor < 0 || descriptor >= KNOWN_MAXIMUM)
		return;
	found = find_known(set, (__u64)bpf_get_current_task_btf()->files);
	if (found)
		__sync_fetch_and_or(word_of(found, descriptor), 1ull << (descriptor & 63));
}

/* The reader is being told that the descriptor was closed. */
static __always_inline void forget_descriptor(long descriptor)
{
	const struct filters *set = find_filters();
	struct known_descriptors *found;
	__u64 files;

	if (!set || !set->omits_files || descriptor < 0 || descriptor >= KNOWN_MAXIMUM)
		return;
	files = (__u64)bpf_get_current_task_btf()->files;
	found = find_known(set, files);
	if (found) {
		__sync_fetch_and_and(word_of(found, descriptor), ~(1ull << (descriptor & 63)));
	} else {
		struct known_descriptors all = { .epoch = set->epoch };

#pragma unroll
		for (int i = 0; i < KNOWN_WORDS; i++)
			all.words[i] = descriptor >> 6 == i ? ~(1ull << (descriptor & 63)) : ~0ull;
		bpf_map_update_elem(&known, &files, &all, BPF_ANY);
	}
}

/* A new process has copies of its parent's descriptors, unless it shares them. */
static __always_inline void inherit_descriptors(struct task_struct *parent, struct task_struct *child)
{
	const struct filters *set = find_filters();
	__u64 from = files_of(parent), to = files_of(child);
	struct known_descriptors *found;

	if (!set || !set->omits_files || from == to)
		return;
	found = find_known(set, from);
	if (found)
		bpf_map_update_elem(&known, &to, found, BPF_ANY);
	else
		bpf_map_delete_elem(&known, &to);
}

/* The last thread that has these descriptors is ending. */
static __always_inline void forget_process(struct task_struct *task)
{
	const struct filters *set = find_filters();
	struct files_struct *files = BPF_CORE_READ(task, files);
	__u64 key = (__u64)files;

	if (set && set->omits_files && files && BPF_CORE_READ(files, count.counter) <= 1)
		bpf_map_delete_elem(&known, &key);
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
static __noinline bool is_path_asked_for(const struct filters *set, __u64 address, __u32 kind)
{
	struct {
		/* so that the text below is aligned to words */
		__u32 unused;
		__u32 bits;
		__u8 text[PATH_LOOKED_AT];
	} path = {};
	__u64 before = 0, start;
	__u32 *found;
	long length;

	if (!set)
		return true;
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
	if (!(set->path_starts & 1ull << ((__u32)(start * 2654435761u) >> 26)))
		return false;
	path.bits = 8 * (length - 1 > PREFIX_MAXIMUM ? PREFIX_MAXIMUM : length - 1);
	found = bpf_map_lookup_elem(&open_paths, &path.bits);
	return found && *found & 1u << kind;
}

/* Whether somebody would miss an event of a call that opens; `address` is its path's, 0 where it has none. */
static __always_inline bool is_open_needed(__u64 flags, __u64 address, long result)
{
	const struct filters *set = find_filters();
	__u32 access = flags & 3, kind;
	struct file *file;

	if (!set)
		return true;
	if (result >= 0) {
		if (!set->omits_files)
			return true;
		/* paths are relative to directories */
		file = file_of(result);
		if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & MODE_FORMAT) == MODE_DIRECTORY)
			return true;
	}
	kind = access == 1 ? 2 : access == 2 ? 3 : 1;
	if (flags & O_TRUNC)
		kind |= OPEN_TRUNCATES;
	if (result < 0)
		kind |= OPEN_FAILED;
	switch (set->opens[kind & (OPEN_KINDS - 1)]) {
	case OPEN_NONE:
		return false;
	case OPEN_BY_PATH:
		return address == 0 || is_path_asked_for(set, address, kind);
	default:
		return true;
	}
}
