// Ending a process, and telling of it.
#pragma once

#include "guard.h"
#include "identify.h"

#define SIGKILL 9

/* A violation with what is known of every process; NULL when nobody has read for so long that the ring is full. */
static __always_inline struct violation *begin_violation(const struct guarded *guarded, __u32 reason)
{
	struct violation *violation = bpf_ringbuf_reserve(&violations, sizeof(*violation), 0);
	__u64 ids = bpf_get_current_pid_tgid();
	struct task_struct *task;

	if (!violation) {
		count(LOST);
		return NULL;
	}
	__builtin_memset(violation, 0, sizeof(*violation));
	task = (struct task_struct *)bpf_get_current_task();
	violation->time = bpf_ktime_get_boot_ns();
	violation->cgroup = guarded->own;
	violation->guarded = guarded->cgroup;
	violation->pid = ids >> 32;
	violation->thread = ids;
	violation->policy = guarded->policy_id;
	violation->reason = reason;
	bpf_probe_read_kernel_str(violation->comm, sizeof(violation->comm), task->comm);
	return violation;
}

/* Ends the process, unless the policy only reports; what becomes of it is counted. */
static __always_inline bool stop(const struct guarded *guarded)
{
	if (guarded->policy->flags & ONLY_REPORTS) {
		count(REPORTED);
		return false;
	}
	if (bpf_send_signal(SIGKILL)) {
		count(FAILED);
		return false;
	}
	count(STOPPED);
	return true;
}

/* Whether the process was ended. */
static __always_inline bool stop_for_file(const struct guarded *guarded, __u32 reason, struct work *work, __u32 number)
{
	bool is_stopped = stop(guarded);
	struct violation *violation = begin_violation(guarded, reason);

	if (!violation)
		return is_stopped;
	violation->is_stopped = is_stopped;
	violation->number = number;
	violation->inode = inode_number(&work->subject);
	violation->device = work->subject.device;
	__builtin_memcpy(violation->path, work->key.path, PATH_MAXIMUM);
	violation->path_length = PATH_MAXIMUM;
	bpf_ringbuf_submit(violation, 0);
	return is_stopped;
}
