// What events say of files: device, inode, layer, path, whether who runs a program may change it.
#pragma once

#include "flags.h"
#include "kernel-types.h"
#include "peek.h"
#include "record.h"
#include "repeat.h"
#include "running.h"

#define OVERLAYFS_MAGIC 0x794c7630
#define FILE_CREATED 0x100000

/* What an inode is, in its mode. */
#define MODE_FORMAT 0170000
#define MODE_DIRECTORY 0040000
#define MODE_SOCKET 0140000

#define EXE_WRITABLE 1
#define EXE_UPPER_LAYER 2
#define EXE_FROM_MEMFD 4
#define EXE_LOWER_LAYER 8

/* Components of a path, and mounts on its way, that are followed. */
#define PATH_STEPS 96
#define COMPONENT_MAXIMUM 256

struct file_facts {
	__u64 inode;
	__u32 device;
	/* as in the flags of calls that open */
	__u32 flags;
};

/* The open file behind a descriptor of the thread that runs; NULL where there is none. */
static __always_inline struct file *file_of(__s64 descriptor)
{
	struct task_struct *task = current_task();
	struct fdtable *table = FIELD(FIELD(task, files), fdt);

	if (descriptor < 0 || descriptor >= FIELD(table, max_fds))
		return NULL;
	return PEEK_POINTER(FIELD(table, fd) + descriptor);
}

/* On overlayfs, the inode's own structure is followed by the dentry of the upper layer, where there is one. */
static __always_inline __u32 layer_of(struct dentry *dentry)
{
	struct dentry *upper = NULL;
	struct inode *inode;

	if (PEEK(super_block, PEEK(dentry, dentry, d_sb), s_magic) != OVERLAYFS_MAGIC)
		return 0;
	inode = BPF_CORE_READ(dentry, d_inode);
	bpf_probe_read_kernel(&upper, sizeof(upper), (void *)inode + bpf_core_type_size(struct inode));
	return upper && BPF_CORE_READ(upper, d_inode, i_ino) ? EVENT_UPPER_LAYER : EVENT_LOWER_LAYER;
}

/* The kind of thing that an open file is: `MODE_...`. */
static __always_inline __u32 format_of(struct file *file)
{
	return PEEK(inode, PEEK(file, file, f_inode), i_mode) & MODE_FORMAT;
}

static __always_inline void find_file_facts(__s64 descriptor, struct file_facts *facts)
{
	struct file *file = file_of(descriptor);
	struct inode *inode;

	facts->inode = 0;
	facts->device = 0;
	facts->flags = 0;
	if (!file)
		return;
	inode = PEEK(file, file, f_inode);
	facts->inode = PEEK(inode, inode, i_ino);
	facts->device = device_number(PEEK(super_block, PEEK(inode, inode, i_sb), s_dev));
	facts->flags = layer_of(PEEK(file, file, f_path.dentry));
	if (PEEK(file, file, f_mode) & FILE_CREATED)
		facts->flags |= EVENT_O_CREATED;
}

/* A path as it is put together, from its end: what it is a part of is known to each part, not the other way round. */
struct path_walk {
	struct scratch *s;
	struct dentry *dentry;
	struct mount *mount;
};

/* Puts `/NAME` in front; false when there is no more room. */
static __always_inline bool prepend(struct scratch *s, const void *name, __u32 length)
{
	__u32 start = s->start, from;

	length &= COMPONENT_MAXIMUM - 1;
	if (start < SPARE - TEXT_MAXIMUM + COMPONENT_MAXIMUM + 1)
		return false;
	from = (start - length) & (SPARE - 1);
	bpf_probe_read_kernel(&s->aside[from], length, name);
	from = (from - 1) & (SPARE - 1);
	s->aside[from] = '/';
	s->start = from;
	return true;
}

/* One step towards the root: to the parent, or from a mount's root to the place where it is mounted. */
static long step_up(__u32 index, struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct mount *mount = walk->mount;
	struct dentry *parent = PEEK(dentry, dentry, d_parent);

	if (dentry == PEEK(mount, mount, mnt.mnt_root)) {
		struct mount *outer = PEEK(mount, mount, mnt_parent);

		if (outer == mount)
			return 1;
		walk->dentry = PEEK(mount, mount, mnt_mountpoint);
		walk->mount = outer;
		return 0;
	}
	if (dentry == parent || !prepend(walk->s, PEEK(dentry, dentry, d_name.name),
					 PEEK(dentry, dentry, d_name.len)))
		return 1;
	walk->dentry = parent;
	return 0;
}

/*
 * The path of an open file, from the root of its mounts, as far as it can be followed. What lies on no file system
 * (memfd) has its name alone.
 */
static __noinline void put_path(struct scratch *s, struct file *file)
{
	struct vfsmount *mounted = BPF_CORE_READ(file, f_path.mnt);
	struct path_walk walk = {
		.s = s,
		.dentry = BPF_CORE_READ(file, f_path.dentry),
		.mount = (void *)mounted - bpf_core_field_offset(struct mount, mnt),
	};

	struct dentry *last;
	struct mount *mount;

	s->aside[SPARE - 1] = 0;
	s->start = SPARE - 1;
	REPEAT(PATH_STEPS, step_up, &walk);
	last = walk.dentry;
	mount = walk.mount;
	if (s->start != SPARE - 1)
		put_kernel_text(s, &s->aside[s->start & (SPARE - 1)]);
	else if (last != BPF_CORE_READ(mount, mnt.mnt_root))
		put_kernel_text(s, BPF_CORE_READ(last, d_name.name));
	else {
		*(__u16 *)place_of(s) = '/';
		put_written(s, 2);
	}
}

/* The highest bit of the rest is the kernel's own mark that somebody has looked at the time (since Linux 6.13). */
static __always_inline __u64 nanoseconds(__s64 seconds, __u64 rest)
{
	return seconds < 0 ? 0 : seconds * 1000000000ull + (rest & 0x7fffffff);
}

static __always_inline __u64 change_time(struct inode *inode)
{
	struct inode___old *old = (void *)inode;
	struct inode___middle *middle = (void *)inode;

	if (bpf_core_field_exists(inode->i_ctime_sec))
		return nanoseconds(BPF_CORE_READ(inode, i_ctime_sec), BPF_CORE_READ(inode, i_ctime_nsec));
	if (bpf_core_field_exists(middle->__i_ctime))
		return nanoseconds(BPF_CORE_READ(middle, __i_ctime.tv_sec), BPF_CORE_READ(middle, __i_ctime.tv_nsec));
	return nanoseconds(BPF_CORE_READ(old, i_ctime.tv_sec), BPF_CORE_READ(old, i_ctime.tv_nsec));
}

static __always_inline __u64 modification_time(struct inode *inode)
{
	struct inode___old *old = (void *)inode;
	struct inode___middle *middle = (void *)inode;

	if (bpf_core_field_exists(inode->i_mtime_sec))
		return nanoseconds(BPF_CORE_READ(inode, i_mtime_sec), BPF_CORE_READ(inode, i_mtime_nsec));
	if (bpf_core_field_exists(middle->__i_mtime))
		return nanoseconds(BPF_CORE_READ(middle, __i_mtime.tv_sec), BPF_CORE_READ(middle, __i_mtime.tv_nsec));
	return nanoseconds(BPF_CORE_READ(old, i_mtime.tv_sec), BPF_CORE_READ(old, i_mtime.tv_nsec));
}

/* A capability set is one number since Linux 6.3 and was two before, in the same order on little-endian machines. */
static __always_inline __u64 capabilities(const struct kernel_cap_struct *set)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), set);
	return value & ((1ull << 41) - 1);
}

struct group_search {
	void *groups;
	__u32 wanted, left, right;
	bool is_found;
};

/* Halves the range in which the group must be. */
static long search_groups(__u32 index, struct group_search *search)
{
	__u32 middle = (search->left + search->right) / 2, group = 0;

	if (search->left >= search->right)
		return 1;
	bpf_probe_read_kernel(&group, 4,
			      search->groups + bpf_core_field_offset(struct group_info, gid) + 4 * (__u64)middle);
	search->is_found = group == search->wanted;
	if (group < search->wanted)
		search->left = middle + 1;
	else
		search->right = middle;
	return search->is_found;
}

static __noinline bool is_member(const struct cred *cred, __u32 group)
{
	struct group_info *groups = BPF_CORE_READ(cred, group_info);
	struct group_search search = { .groups = groups, .wanted = group };

	if (!groups)
		return false;
	search.right = BPF_CORE_READ(groups, ngroups);
	REPEAT(17, search_groups, &search);
	return search.is_found;
}

static __noinline bool is_mapped(struct uid_gid_map *map, __u32 id)
{
	__u32 count = BPF_CORE_READ(map, nr_extents);

	for (int i = 0; i < 5; i++) {
		__u32 first = BPF_CORE_READ(map, extent[i].lower_first);

		if (i < count && id >= first && id - first < BPF_CORE_READ(map, extent[i].count))
			return true;
	}
	return false;
}

/* Whether who runs the program could have written it: owner, permissions, or capabilities over the file's ids. */
static __always_inline bool is_exe_writable(const struct cred *cred, struct inode *inode)
{
	const __u32 immutable = 8, read_only = 1;
	__u32 mode = FIELD(inode, i_mode), uid = FIELD(inode, i_uid.val);
	__u32 gid = FIELD(inode, i_gid.val), user = FIELD(cred, fsuid.val);
	struct user_namespace *namespace = FIELD(cred, user_ns);
	__u64 effective = capabilities(&cred->cap_effective);

	if (FIELD(FIELD(inode, i_sb), s_flags) & read_only || FIELD(inode, i_flags) & immutable)
		return false;
	if (uid == (__u32)-1 || gid == (__u32)-1)
		return false;
	if (user == uid)
		return true;
	if (gid == FIELD(cred, fsgid.val) || is_member(cred, gid))
		mode >>= 3;
	if (mode & 2)
		return true;
	if (!is_mapped(&namespace->uid_map, uid))
		return false;
	/* CAP_FOWNER may change the permissions; CAP_DAC_OVERRIDE needs none, but for the group to be known as well */
	return effective & (1 << 3) || (effective & (1 << 1) && is_mapped(&namespace->gid_map, gid));
}

static __always_inline bool is_memfd(struct dentry *dentry)
{
	char name[7] = {};

	if (BPF_CORE_READ(dentry, d_parent) != dentry)
		return false;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' && name[4] == 'd' && name[5] == ':';
}

static __always_inline __u32 exe_flags(const struct cred *cred, struct file *exe)
{
	struct dentry *dentry = FIELD(exe, f_path.dentry);
	__u32 layer = layer_of(dentry), flags = 0;

	if (is_exe_writable(cred, FIELD(exe, f_inode)))
		flags |= EXE_WRITABLE;
	if (layer == EVENT_UPPER_LAYER)
		flags |= EXE_UPPER_LAYER;
	if (layer == EVENT_LOWER_LAYER)
		flags |= EXE_LOWER_LAYER;
	if (is_memfd(dentry))
		flags |= EXE_FROM_MEMFD;
	return flags;
}
