// Tells user space what a file is to the kernel: the very facts that a program is judged by.
#pragma once

#include "judge.h"

TABLE(describing, BPF_MAP_TYPE_PERCPU_ARRAY, 1, __u32, struct work);

/* Run by user space in its own name, with a descriptor of its own; the result lies in `described`. */
SEC("raw_tp")
int describe_file(__u64 *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 descriptor = context[0];
	struct fdtable *table = task->files->fdt;
	struct description *description;
	struct file *file = NULL;
	__u32 zero = 0;
	struct work *work = bpf_map_lookup_elem(&describing, &zero);

	description = bpf_map_lookup_elem(&described, &zero);
	if (!work || !description || descriptor >= table->max_fds)
		return 1;
	bpf_probe_read_kernel(&file, sizeof(file), table->fd + descriptor);
	if (!file)
		return 1;
	work->walk.root = description->root;
	work->key.policy = 0;
	find_subject(&work->subject, BPF_CORE_READ(file, f_path.dentry));
	description->device = work->subject.device;
	description->inode = inode_number(&work->subject);
	description->flags = work->subject.flags;
	if (find_path(work))
		description->flags |= IS_IN_ROOT;
	description->root.inode = BPF_CORE_READ(file, f_path.dentry, d_inode, i_ino);
	description->root.device = work->subject.device;
	take_identity(&description->identity, work->subject.inode);
	__builtin_memcpy(description->path, work->key.path, PATH_MAXIMUM);
	return 0;
}
