// Threads and processes: made, given another program, ended. These are always on, the state of everything else hangs
// on them.
#pragma once

#include <bpf/bpf_tracing.h>

#include "describe-task.h"
#include "ignore.h"

#define THREADS_LOOKED_AT 32
#define ANCESTORS_LOOKED_AT 64

/* Everything of an exec event behind `cgroups`; `env` has been put. */
static __always_inline void put_program(struct scratch *s, struct task_struct *task)
{
	const struct cred *cred = FIELD(task, cred);
	struct file *exe = FIELD(FIELD(task, mm), exe_file);
	struct inode *inode = FIELD(exe, f_inode);

	put_u32(s, terminal_of(task));
	put_id(s, own_id(group_id(task, PIDTYPE_PGID)));
	put_u32(s, login_user(task));
	put_u32(s, exe_flags(cred, exe));
	put_u64(s, capabilities(&cred->cap_inheritable));
	put_u64(s, capabilities(&cred->cap_permitted));
	put_u64(s, capabilities(&cred->cap_effective));
	put_u64(s, FIELD(inode, i_ino));
	put_u64(s, change_time(inode));
	put_u64(s, modification_time(inode));
	put_u32(s, FIELD(cred, euid.val));
	put_path(s, exe);
	put_id(s, id_at(group_id(task, PIDTYPE_PGID), 0));
	put_u32(s, FIELD(cred, egid.val));
}

static __always_inline void tell_exec(struct task_struct *task, struct linux_binprm *binary)
{
	struct mm_struct *mm = task->mm;
	__u64 start = mm ? mm->env_start : 0, end = mm ? mm->env_end : 0;
	struct scratch *s = begin_for(EVENT_SYSCALL_EXECVE_19_X, PARAMETERS_SYSCALL_EXECVE_19_X,
				      BPF_CORE_READ(task, pid));

	if (!s)
		return;
	put_u64(s, 0);
	put_arguments(s, mm);
	put_process(s, task, task);
	put_texts(s, start, end - start, TEXT_MAXIMUM);
	put_program(s, task);
	put_kernel_text(s, BPF_CORE_READ(binary, filename));
	finish(s);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *binary)
{
	tell_exec(task, binary);
	note_own_change();
	return 0;
}

/* The flags of the call that makes a thread, which is still running. */
static __always_inline __u32 flags_of_clone(struct pt_regs *regs, __u16 type)
{
	struct user_clone request = {};

	if (type == EVENT_SYSCALL_CLONE_20_X)
		return clone_flags(argument(regs, 0));
	if (type == EVENT_SYSCALL_CLONE3_X) {
		bpf_probe_read_user(&request, sizeof(request), (void *)argument(regs, 0));
		return clone_flags(request.flags);
	}
	return type == EVENT_SYSCALL_VFORK_20_X ? clone_flags(0x4100) : 0;
}

/* The event type of the call; 0 for calls of 32-bit programs, whose arguments are elsewhere. */
static __always_inline __u16 type_of_clone(struct task_struct *task, struct pt_regs *regs)
{
	if (is_compatible(task))
		return 0;
	switch (call_number(regs)) {
	case CALL_CLONE:
		return EVENT_SYSCALL_CLONE_20_X;
	case CALL_CLONE3:
		return EVENT_SYSCALL_CLONE3_X;
	case CALL_FORK:
		return EVENT_SYSCALL_FORK_20_X;
	case CALL_VFORK:
		return EVENT_SYSCALL_VFORK_20_X;
	default:
		return 0;
	}
}

/* What can be seen of the flags by comparing the two. */
static __always_inline __u32 visible_flags(struct task_struct *parent, struct task_struct *child)
{
	__u32 flags = 0;

	if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
		flags |= EVENT_CLONE_THREAD;
	if (BPF_CORE_READ(child, files) == BPF_CORE_READ(parent, files))
		flags |= EVENT_CLONE_FILES;
	return flags;
}

/* What a clone event ends with. */
static __always_inline void put_clone_end(struct scratch *s, struct task_struct *task, __u32 flags, __u64 start)
{
	const struct cred *cred = task->cred;
	struct pid *thread = thread_id(task), *process = group_id(task, PIDTYPE_TGID);

	put_u32(s, flags);
	put_u32(s, cred->euid.val);
	put_u32(s, cred->egid.val);
	put_id(s, own_id(thread));
	put_id(s, own_id(process));
	put_u64(s, start);
}

static __noinline void put_clone(struct scratch *s, struct task_struct *task, struct task_struct *parent, __u32 flags,
				 __u64 start)
{
	put_arguments(s, task->mm);
	put_process(s, task, parent);
	put_clone_end(s, task, flags, start);
}

/* The same behind an event of the parent: its memory, its name and its cgroups were copied just now. */
static __noinline void put_clone_again(struct scratch *s, struct task_struct *task, struct task_struct *parent,
				       __u32 flags, __u64 start)
{
	put_again(s);
	put_again(s);
	put_numbers(s, task, parent);
	put_again(s);
	put_again(s);
	put_clone_end(s, task, flags, start);
}

/* Two events, as if the call had returned twice already: to the caller with the child's id, to the child with 0. */
static __always_inline void tell_fork(struct task_struct *parent, struct task_struct *child)
{
	struct pt_regs *regs = current_registers();
	struct pid *child_id = thread_id(child), *own = thread_id(parent);
	struct pid_namespace *namespace = namespace_of(own), *inner = namespace_of(child_id);
	__u32 level = PEEK(pid, own, level), child_flags, parent_flags;
	bool is_alike = false;
	struct scratch *s;
	__u16 type, named;
	__u64 start;

	type = type_of_clone(parent, regs);
	named = type ? type : EVENT_SYSCALL_CLONE_20_X;
	parent_flags = child_flags = type ? flags_of_clone(regs, type) : visible_flags(parent, child);
	if (level != 0 || PEEK(nsproxy, parent->nsproxy, pid_ns_for_children) != namespace)
		parent_flags |= EVENT_CLONE_IN_PID_NAMESPACE;
	if (PEEK(pid, child_id, level) != 0)
		child_flags |= EVENT_CLONE_IN_PID_NAMESPACE;

	start = PEEK(task_struct, PEEK(pid_namespace, inner, child_reaper), start_time);
	s = begin_for(named, PARAMETERS_SYSCALL_CLONE_20_X, parent->pid);
	if (s) {
		put_id(s, id_at(child_id, level));
		put_clone(s, parent, parent, parent_flags, 0);
		hand_over(s);
		begin_again(s, child->pid);
		is_alike = parent->cgroups == child->cgroups;
	} else {
		s = begin_for(named, PARAMETERS_SYSCALL_CLONE_20_X, child->pid);
		if (!s)
			return;
	}
	put_u64(s, 0);
	if (is_alike)
		put_clone_again(s, child, parent, child_flags, start);
	else
		put_clone(s, child, parent, child_flags, start);
	finish(s);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	if (parent->flags & KERNEL_THREAD)
		return 0;
	tell_fork(parent, child);
	note_change(child->pid);
	return 0;
}

struct thread_search {
	struct list_head *head, *link;
	/* the thread that was found; -1 while there are more to look at, 0 when there is none */
	int found;
};

static long look_at_thread(__u32 index, struct thread_search *search)
{
	struct list_head *link = search->link;
	struct task_struct *thread = (void *)link - bpf_core_field_offset(struct task_struct, thread_node);

	if (link == search->head || !link)
		search->found = 0;
	else if (!(BPF_CORE_READ(thread, flags) & THREAD_EXITING))
		search->found = BPF_CORE_READ(thread, pid);
	search->link = BPF_CORE_READ(link, next);
	return search->found != -1;
}

/* A thread of the process that is not ending; 0 where there is none, -1 where there are too many to look at. */
static __noinline int living_thread(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct list_head *head = (void *)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	struct thread_search search = { .head = head, .link = BPF_CORE_READ(head, next), .found = -1 };

	REPEAT(THREADS_LOOKED_AT, look_at_thread, &search);
	return search.found;
}

struct reaper_search {
	struct task_struct *ancestor, *first;
	__u32 level;
	int found;
};

static long look_at_ancestor(__u32 index, struct reaper_search *search)
{
	struct task_struct *ancestor = search->ancestor;
	struct task_struct *first = search->first;
	struct signal_struct *signal = BPF_CORE_READ(ancestor, signal);
	int thread = 0;

	if (ancestor == first || BPF_CORE_READ(ancestor, thread_pid, level) != search->level)
		thread = BPF_CORE_READ(first, pid);
	else if (BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper))
		thread = living_thread(ancestor);
	if (thread != 0)
		search->found = thread;
	search->ancestor = BPF_CORE_READ(ancestor, real_parent);
	return thread != 0;
}

/* Who becomes the parent of an ending thread's children: the kernel's own choice, made again; -1 where it is unclear. */
static __noinline int new_parent_of_children(struct task_struct *task)
{
	struct pid *id = BPF_CORE_READ(task, thread_pid);
	struct pid_namespace *namespace = namespace_of(id);
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct task_struct *first = BPF_CORE_READ(namespace, child_reaper);
	struct reaper_search search = {
		.ancestor = BPF_CORE_READ(task, real_parent),
		.first = first,
		.level = BPF_CORE_READ(id, level),
		.found = -1,
	};
	int thread = living_thread(task);

	if (thread != 0)
		return thread;
	if (first == task)
		return 0;
	if (!BPF_CORE_READ_BITFIELD_PROBED(signal, has_child_subreaper))
		return BPF_CORE_READ(first, pid);
	REPEAT(ANCESTORS_LOOKED_AT, look_at_ancestor, &search);
	return search.found;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	struct list_head *children = (void *)task + bpf_core_field_offset(struct task_struct, children);
	int code = BPF_CORE_READ(task, exit_code);
	__u8 signal = code & 0x7f;
	struct scratch *s;

	if (task->flags & KERNEL_THREAD)
		return 0;
	s = begin_for(EVENT_PROCEXIT_1_E, PARAMETERS_PROCEXIT_1_E, BPF_CORE_READ(task, pid));
	if (!s)
		return 0;
	put_id(s, code);
	put_id(s, (code >> 8) & 0xff);
	put_u8(s, signal == 0x7f ? 0 : signal);
	put_u8(s, (code & 0x80) != 0);
	put_id(s, BPF_CORE_READ(children, next) == children ? 0 : new_parent_of_children(task));
	finish(s);
	return 0;
}
