// Cgroups that come and go: those that are expected are guarded before a process can be in them.
#pragma once

#include "tables.h"

#define NAME_ROOM 128

struct newcomer {
	struct kernfs_node *node;
	__u64 id;
	/* with the zero at its end, so that a name can be asked for as a whole */
	__u32 length;
	char name[NAME_ROOM + NAME_MAXIMUM];
};

TABLE(newcomers, BPF_MAP_TYPE_PERCPU_ARRAY, 1, __u32, struct newcomer);

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	struct kernfs_node___old *old = (void *)node;

	return bpf_core_field_exists(node->__parent) ? BPF_CORE_READ(node, __parent) : BPF_CORE_READ(old, parent);
}

static __always_inline bool is_below(struct kernfs_node *node, __u64 wanted)
{
	for (int level = 0; level < 16; level++) {
		node = parent_of(node);
		if (!node)
			return false;
		if (BPF_CORE_READ(node, id) == wanted)
			return true;
	}
	return false;
}

/* What a container makes below its cgroup it may call as it likes: like another container, say. */
static __always_inline bool is_in_container(struct kernfs_node *node)
{
	for (int level = 0; level < 16; level++) {
		__u64 id;

		node = parent_of(node);
		if (!node)
			return false;
		id = BPF_CORE_READ(node, id);
		if (bpf_map_lookup_elem(&containers, &id))
			return true;
	}
	return false;
}

static __always_inline bool is_same(const char *one, const char *other, __u32 length)
{
	for (__u32 i = 0; i < NAME_MAXIMUM; i++) {
		if (i >= length)
			break;
		if (one[i] != other[i])
			return false;
	}
	return true;
}

static long try_expectation(__u32 index, void *unused)
{
	struct expectation *expectation = bpf_map_lookup_elem(&expectations, &index);
	__u32 zero = 0;
	struct newcomer *newcomer = bpf_map_lookup_elem(&newcomers, &zero);
	__u32 assignment;

	if (!expectation || !newcomer)
		return 0;
	if (newcomer->length < (__u32)expectation->prefix_length + expectation->suffix_length)
		return 0;
	if (!is_same(newcomer->name, expectation->prefix, expectation->prefix_length))
		return 0;
	if (!is_same(newcomer->name + ((newcomer->length - expectation->suffix_length) & (NAME_ROOM - 1)), expectation->suffix,
		     expectation->suffix_length))
		return 0;
	if (expectation->parent && !is_below(newcomer->node, expectation->parent))
		return 0;
	assignment = expectation->assignment;
	bpf_map_update_elem(&guards, &newcomer->id, &assignment, BPF_ANY);
	return 1;
}

/* Version 1 of cgroups numbers its own: only those of the one hierarchy of version 2 count. */
static __always_inline bool is_unified(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, root, hierarchy_id) == 0;
}

SEC("tp_btf/cgroup_mkdir")
int notice_cgroup(__u64 *context)
{
	struct cgroup *cgroup = (struct cgroup *)context[0];
	__u32 zero = 0;
	struct newcomer *newcomer = bpf_map_lookup_elem(&newcomers, &zero);
	struct kernfs_node *node;
	long length;

	if (!newcomer || !is_unified(cgroup))
		return 0;
	node = BPF_CORE_READ(cgroup, kn);
	newcomer->node = node;
	newcomer->id = BPF_CORE_READ(node, id);
	length = bpf_probe_read_kernel_str(newcomer->name, NAME_ROOM, BPF_CORE_READ(node, name));
	if (length <= 0 || length >= NAME_ROOM)
		return 0;
	newcomer->length = length;
	if (!is_in_container(node))
		bpf_loop(EXPECTATION_MAXIMUM, try_expectation, NULL, 0);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int forget_cgroup(__u64 *context)
{
	struct cgroup *cgroup = (struct cgroup *)context[0];
	__u64 id;

	if (!is_unified(cgroup))
		return 0;
	id = BPF_CORE_READ(cgroup, kn, id);
	bpf_map_delete_elem(&guards, &id);
	bpf_map_delete_elem(&roots, &id);
	bpf_map_delete_elem(&containers, &id);
	return 0;
}

/* Nobody is left: who comes next comes from the runtime again, with a tree of its own. */
SEC("tp_btf/cgroup_notify_populated")
int empty_cgroup(__u64 *context)
{
	struct cgroup *cgroup = (struct cgroup *)context[0];
	__u64 id;

	if (context[2] & 0xffffffff || !is_unified(cgroup))
		return 0;
	id = BPF_CORE_READ(cgroup, kn, id);
	bpf_map_delete_elem(&roots, &id);
	return 0;
}
