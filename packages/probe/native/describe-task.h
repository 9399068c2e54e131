// What events say of threads: ids, in all namespaces and in their own, memory, cgroups, terminal, program.
#pragma once

#include "describe-file.h"
#include "kernel-types.h"
#include "record.h"
#include "repeat.h"
#include "running.h"

#define PAGE_KIB 4
#define KERNEL_THREAD 0x00200000
#define THREAD_EXITING 0x4
/*
 * Directories of a cgroup's path that are shown: the first ones, since those below a container's are for anybody in it to
 * make, as many as they like.
 */
#define CGROUP_DEPTH 10
#ifndef OLD_KERNEL
#define CGROUP_DEEPEST (1 << 16)
#else
/* as far as the kernel's checks go */
#define CGROUP_DEEPEST (1 << 10)
#endif
#define NUMBER_OF_FILES 7

/*
 * The id and its namespace at a level: the array is longer than it is declared. Kernels before 6.12 let a program reckon so
 * with numbers alone: `pid` has to come from `PEEK_NUMBER` or a helper.
 */
static __always_inline void *number_at(struct pid *pid, __u32 level)
{
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       (__u64)level * bpf_core_type_size(struct upid);
}

static __always_inline int id_at(struct pid *pid, __u32 level)
{
	return PEEK(upid, number_at(pid, level), nr);
}

static __always_inline struct pid_namespace *namespace_of(struct pid *pid)
{
	return PEEK(upid, number_at(pid, PEEK(pid, pid, level)), ns);
}

/* The id as the innermost namespace of the id's own has it. */
static __always_inline int own_id(struct pid *pid)
{
	return id_at(pid, PEEK(pid, pid, level));
}

static __always_inline struct pid *thread_id(struct task_struct *task)
{
	return (void *)PEEK_NUMBER((void *)task + bpf_core_field_offset(struct task_struct, thread_pid));
}

static __always_inline struct pid *group_id(struct task_struct *task, int type)
{
	void *ids = (void *)PEEK(task_struct, task, signal) + bpf_core_field_offset(struct signal_struct, pids);

	return (void *)PEEK_NUMBER(ids + type * sizeof(struct pid *));
}

/* Sizes of a process's memory in KiB: virtual, resident, swapped. */
static __always_inline void put_sizes(struct scratch *s, struct task_struct *task)
{
	struct mm_struct *mm = FIELD(task, mm);
	struct mm_struct___old *old = (void *)mm;
	__s64 resident = 0, swapped = 0;

	if (!mm) {
		put_u32(s, 0);
		put_u32(s, 0);
		put_u32(s, 0);
		return;
	}
	if (bpf_core_type_exists(struct mm_rss_stat)) {
		resident = BPF_CORE_READ(old, rss_stat.count[0].counter) + BPF_CORE_READ(old, rss_stat.count[1].counter) +
			   BPF_CORE_READ(old, rss_stat.count[3].counter);
		swapped = BPF_CORE_READ(old, rss_stat.count[2].counter);
	} else {
		resident = FIELD(mm, rss_stat[0].count) + FIELD(mm, rss_stat[1].count) + FIELD(mm, rss_stat[3].count);
		swapped = FIELD(mm, rss_stat[2].count);
	}
	put_u32(s, FIELD(mm, total_vm) * PAGE_KIB);
	put_u32(s, resident < 0 ? 0 : resident * PAGE_KIB);
	put_u32(s, swapped < 0 ? 0 : swapped * PAGE_KIB);
}

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	if (bpf_core_field_exists(node->__parent))
		return PEEK(kernfs_node, node, __parent);
	return PEEK(kernfs_node___old, node, parent);
}

struct cgroup_walk {
	struct scratch *s;
	struct kernfs_node *node;
	/* directories that are not shown */
	__u32 skipped;
};

/* One directory up; the root has no name. */
static long step_up_cgroup(__u32 index, struct cgroup_walk *walk)
{
	struct kernfs_node *node = walk->node;
	struct kernfs_node *parent = node ? parent_of(node) : NULL;
	__u8 *name = walk->s->aside + SPARE;
	long length;

	if (!parent)
		return 1;
	length = bpf_probe_read_kernel_str(name, COMPONENT_MAXIMUM, PEEK(kernfs_node, node, name));
	walk->node = parent;
	return length <= 0 || !prepend(walk->s, name, length - 1);
}

static long skip_cgroup(__u32 index, struct cgroup_walk *walk)
{
	struct kernfs_node *node = walk->node;

	if (index >= walk->skipped || !node)
		return 1;
	walk->node = parent_of(node);
	return 0;
}

/* Puts the path of a cgroup together, aside: of its directories, `level` of them below the root, the first ones. */
CHECKED_ONCE int find_cgroup_path(__u64 node, __u32 level)
{
	struct scratch *s = scratch_here();
	struct cgroup_walk walk = {
		.s = s,
		.node = (void *)node,
		.skipped = level > CGROUP_DEPTH ? level - CGROUP_DEPTH : 0,
	};

	if (!s)
		return 0;
	s->aside[SPARE - 1] = 0;
	s->start = SPARE - 1;
	REPEAT(CGROUP_DEEPEST, skip_cgroup, &walk);
	REPEAT(CGROUP_DEPTH, step_up_cgroup, &walk);
	return 0;
}

/*
 * Appends the path and a NUL to `length` bytes at the event's end, and gives the new length; 0 where the machine has no
 * such subsystem. `last` is the cgroup whose path lies aside.
 */
static __noinline __u32 append_cgroup(struct scratch *s, struct task_struct *task, __u32 subsystem, __u32 length,
				      __u64 *last)
{
	__u8 *place = place_of(s) + (length & 0xfff);
	void *subsystems = (void *)PEEK(task_struct, task, cgroups) + bpf_core_field_offset(struct css_set, subsys);
	struct cgroup_subsys_state *state = PEEK_POINTER(subsystems + 8 * (__u64)subsystem);
	struct cgroup *cgroup;
	__u32 taken;
	__u64 node;

	if (!state)
		return 0;
	cgroup = PEEK(cgroup_subsys_state, state, cgroup);
	node = PEEK_NUMBER((void *)cgroup + bpf_core_field_offset(struct cgroup, kn));
	/* all subsystems share one tree on most machines: its path was made for the one before */
	if (node != *last) {
		*last = node;
		find_cgroup_path(node, PEEK(cgroup, cgroup, level));
	}
	if (s->start == SPARE - 1) {
		*(__u16 *)place = '/';
		return length + 2;
	}
	taken = (SPARE - s->start) & (TEXT_MAXIMUM - 1);
	bpf_probe_read_kernel(place, taken, s->aside + (s->start & (SPARE - 1)));
	return length + taken;
}

/* A name is a subsystem's own in the kernel too. */
#define APPEND_CGROUP(name)                                                                                            \
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, name##_cgrp_id) && length < 3584) {                      \
		__u32 longer;                                                                                          \
                                                                                                                       \
		__builtin_memcpy(place_of(s) + (length & 0xfff), #name "=", sizeof(#name));                            \
		longer = append_cgroup(s, task, bpf_core_enum_value(enum cgroup_subsys_id, name##_cgrp_id),            \
				       length + sizeof(#name), &last);                                                 \
		if (longer)                                                                                            \
			length = longer;                                                                               \
	}

static __always_inline void put_cgroups(struct scratch *s, struct task_struct *task)
{
	__u64 last = 0;
	__u32 length = 0;

	APPEND_CGROUP(cpuset);
	APPEND_CGROUP(cpu);
	APPEND_CGROUP(cpuacct);
	APPEND_CGROUP(io);
	APPEND_CGROUP(memory);
	put_written(s, length & 0x1fff);
}

static __always_inline __u32 terminal_of(struct task_struct *task)
{
	struct tty_struct *terminal = PEEK(signal_struct, PEEK(task_struct, task, signal), tty);
	struct tty_driver *driver;

	if (!terminal)
		return 0;
	driver = BPF_CORE_READ(terminal, driver);
	return device_number((BPF_CORE_READ(driver, major) << 20 | BPF_CORE_READ(driver, minor_start)) +
			     BPF_CORE_READ(terminal, index));
}

static __always_inline __u32 login_user(struct task_struct *task)
{
	return bpf_core_field_exists(task->loginuid) ? PEEK(task_struct, task, loginuid.val) : (__u32)-1;
}

/* exe and args: the first argument, and the others with a NUL behind each. */
static __always_inline void put_arguments(struct scratch *s, struct mm_struct *mm)
{
	__u64 start = mm ? mm->arg_start : 0, end = mm ? mm->arg_end : 0;
	__u32 before = s->position;
	__u32 first;

	put_text(s, start);
	first = s->position - before;
	put_texts(s, start + first, end > start + first ? end - start - first : 0, TEXT_MAXIMUM - (first & 0xfff));
}

/* tid, pid, ptid, an empty cwd, fdlimit, memory: numbers of a process. */
static __always_inline void put_numbers(struct scratch *s, struct task_struct *task, struct task_struct *faults)
{
	put_id(s, FIELD(task, pid));
	put_id(s, FIELD(task, tgid));
	put_id(s, FIELD(FIELD(task, real_parent), pid));
	put_nothing(s);
	put_u64(s, FIELD(FIELD(task, signal), rlim[NUMBER_OF_FILES].rlim_cur));
	put_u64(s, FIELD(faults, maj_flt));
	put_u64(s, FIELD(faults, min_flt));
	put_sizes(s, task);
}

/* Behind the numbers comm and cgroups: the middle of all events that describe a process. */
static __always_inline void put_process(struct scratch *s, struct task_struct *task, struct task_struct *faults)
{
	put_numbers(s, task, faults);
	put_kernel_text(s, &task->comm);
	put_cgroups(s, task);
}
