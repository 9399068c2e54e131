// Whether a file may be run, by the policy of its cgroup. Gives 0, or the reason why not.
#pragma once

#include "guard.h"
#include "identify.h"

TABLE(works, BPF_MAP_TYPE_PERCPU_ARRAY, 1, __u32, struct work);

/*
 * Where the container's tree begins: noted when its first program starts (the runtime has just put it there), and kept,
 * so that no chroot and no mount of the container's own changes what its paths mean.
 */
struct container {
	struct root root;
	bool is_known;
};

static __always_inline void find_container(struct container *container)
{
	struct root *known = NULL;

	container->is_known = false;
	for (int level = 0; level < LEVELS; level++) {
		__u64 id = bpf_get_current_ancestor_cgroup_id(level);
		struct root *here;

		if (!id)
			break;
		here = bpf_map_lookup_elem(&roots, &id);
		if (here && !known)
			known = here;
	}
	if (known) {
		container->root = *known;
		container->is_known = true;
		return;
	}
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct dentry *dentry = BPF_CORE_READ(task, fs, root.dentry);

	container->root.inode = BPF_CORE_READ(dentry, d_inode, i_ino);
	container->root.device = device_of(BPF_CORE_READ(dentry, d_sb));
	container->root.padding = 0;
}

static __always_inline void note_container(const struct container *container, __u64 cgroup)
{
	if (!container->is_known)
		bpf_map_update_elem(&roots, &cgroup, &container->root, BPF_NOEXIST);
}

/* A dynamic loader has a name like ld-linux-x86-64.so.2, ld-musl-x86_64.so.1, ld64.so.1, ld.so.1. */
static __always_inline bool is_loader(const struct subject *subject)
{
	struct dentry *named = subject->named;
	char name[4] = {};

	bpf_probe_read_kernel(name, sizeof(name), BPF_CORE_READ(named, d_name.name));
	return name[0] == 'l' && name[1] == 'd' && (name[2] == '-' || name[2] == '.' || name[2] == '6');
}

/* `.so` at the end of a name, or before a version. */
static __always_inline bool is_library(struct work *work)
{
	struct dentry *named = work->subject.named;
	char *name = work->room;

	if (bpf_probe_read_kernel_str(name, PATH_MAXIMUM, BPF_CORE_READ(named, d_name.name)) <= 0)
		return false;
	for (int i = 1; i < PATH_MAXIMUM - 4; i++) {
		if (name[i] == 0)
			break;
		if (name[i] == '.' && name[i + 1] == 's' && name[i + 2] == 'o' && (name[i + 3] == 0 || name[i + 3] == '.'))
			return true;
	}
	return false;
}

/* A file as the image has it: it is in the container's own tree, which is an overlay, and not written there. */
static __always_inline bool is_of_image(const struct work *work, bool is_in_root)
{
	return is_in_root && (work->subject.flags & (IS_OVERLAY | IS_UPPER)) == IS_OVERLAY;
}

/*
 * Whether the list has the file for one of these uses, with the path left in the work. By its identity as it was when
 * the list was made; or by its path, where it is the image's own file.
 */
static __noinline __u32 judge_listed(struct work *work, __u32 uses)
{
	struct identity_key key = { .policy = work->key.policy, .device = work->subject.device };
	struct identity *listed, now = {};
	bool is_in_root = find_path(work);
	__u32 *path_uses;

	key.inode = inode_number(&work->subject);
	listed = bpf_map_lookup_elem(&identities, &key);
	if (listed && listed->uses & uses) {
		take_identity(&now, work->subject.inode);
		if (now.change_time == listed->change_time && now.size == listed->size &&
		    now.generation == listed->generation)
			return 0;
		return CHANGED;
	}
	if (!is_in_root)
		return NOT_LISTED;
	path_uses = bpf_map_lookup_elem(&paths, &work->key);
	if (!path_uses || !(*path_uses & uses))
		return NOT_LISTED;
	return is_of_image(work, is_in_root) ? 0 : CHANGED;
}

/* Whether code may be mapped from the file: it is listed, or it is a library as the image has it. */
static __always_inline __u32 judge_mapped(struct work *work)
{
	bool is_library_by_name = is_library(work) || is_loader(&work->subject);

	if (judge_listed(work, AS_PROGRAM | AS_INTERPRETER | AS_LIBRARY) == 0)
		return 0;
	return is_library_by_name && work->subject.flags && is_of_image(work, work->walk.is_in_root) ? 0 : MAPPING;
}

/* The same for what the kernel starts first for a program. */
static __always_inline __u32 judge_loader(struct work *work)
{
	if (judge_listed(work, AS_PROGRAM | AS_LIBRARY) == 0)
		return 0;
	return is_loader(&work->subject) && is_of_image(work, work->walk.is_in_root) ? 0 : LOADER;
}
