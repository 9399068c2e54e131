// Which policy guards the process that runs.
#pragma once

#include "tables.h"

/* Levels of cgroups that are looked at. */
#define LEVELS 16

struct guarded {
	struct policy *policy;
	__u32 policy_id;
	/* the cgroup with the guard, and the process's own */
	__u64 cgroup, own;
};

/*
 * The guard at one level above the process, its own cgroup being the last. Every guard on the way counts: whoever makes
 * cgroups below its own must not come by a looser one.
 */
static __always_inline bool guard_at(struct guarded *found, __u32 level, __u32 wanted)
{
	__u64 id = bpf_get_current_ancestor_cgroup_id(level);
	__u32 *assignment, *policy;

	if (!id)
		return false;
	assignment = bpf_map_lookup_elem(&guards, &id);
	if (!assignment)
		return false;
	__u32 key = *assignment;

	policy = bpf_map_lookup_elem(&assignments, &key);
	if (!policy)
		return false;
	found->policy_id = *policy;
	found->policy = bpf_map_lookup_elem(&policies, &found->policy_id);
	found->cgroup = id;
	found->own = bpf_get_current_cgroup_id();
	return found->policy && found->policy->flags & wanted;
}

/* Whether the process is still the container runtime's: on its way into the container, in none of its namespaces. */
static __always_inline bool is_outside(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct pid_namespace *namespace = NULL;
	struct settings *outside;
	__u32 zero = 0, level = BPF_CORE_READ(pid, level);

	outside = bpf_map_lookup_elem(&settings, &zero);
	if (!outside || BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) != outside->mount_namespace)
		return false;
	bpf_core_read(&namespace, sizeof(namespace), &pid->numbers[level].ns);
	return BPF_CORE_READ(namespace, ns.inum) == outside->pid_namespace;
}
