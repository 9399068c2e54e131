// What a file is: its identity, its layer, its path in the container's own tree.
#pragma once

#include "tables.h"

#define OVERLAYFS_MAGIC 0x794c7630
/*
 * A file may be part of a backing_file. FMODE_BACKING in the kernel's fs.h is the first of these since Linux 6.14, and was the
 * other one before. Long-term kernels took the change over (6.12.117 has it), so that no version says which it is.
 */
#define MAYBE_BACKING (1 << 24 | 1 << 25)
/* Components of a path that are followed. */
#define PATH_STEPS 64
/* Room for a path that is put together from its end, and for the longest name in front of it. */
#define PATH_ROOM 1024

struct subject {
	struct dentry *dentry;
	/* the inode that holds the bytes: on an overlay, that of the layer */
	struct inode *inode;
	/* where the path is read: the dentry of the image's layer where there is one, since a folder above can be moved */
	struct dentry *named;
	__u32 device;
	__u32 flags;
};

/* A path on its way to a root; it ends where `room` does. */
struct walk {
	struct dentry *dentry, *named;
	struct root root;
	__u32 start;
	bool is_in_root, is_too_long;
};

struct work {
	struct path_key key;
	/* the names that a bound check can not tell apart from others get room behind the end */
	char room[PATH_ROOM + PATH_MAXIMUM];
	struct subject subject;
	struct walk walk;
};

static __always_inline __u32 device_of(struct super_block *super)
{
	return BPF_CORE_READ(super, s_dev);
}

static __always_inline __u64 change_time(struct inode *inode)
{
	struct inode___old *old = (void *)inode;
	struct inode___middle *middle = (void *)inode;

	/* the highest bit of the rest is the kernel's own mark that somebody has looked at the time (since Linux 6.13) */
	if (bpf_core_field_exists(inode->i_ctime_sec))
		return BPF_CORE_READ(inode, i_ctime_sec) * 1000000000ull + (BPF_CORE_READ(inode, i_ctime_nsec) & 0x7fffffff);
	if (bpf_core_field_exists(middle->__i_ctime))
		return BPF_CORE_READ(middle, __i_ctime.tv_sec) * 1000000000ull + BPF_CORE_READ(middle, __i_ctime.tv_nsec);
	return BPF_CORE_READ(old, i_ctime.tv_sec) * 1000000000ull + BPF_CORE_READ(old, i_ctime.tv_nsec);
}

/* The dentry in the lowest layers of an overlay that has the file; NULL where it has none or they can't be read. */
static __always_inline struct dentry *lower_of(struct inode *inode)
{
	struct ovl_inode *overlay = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
	struct ovl_inode___old *old = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
	struct dentry *lower = NULL;

	if (bpf_core_field_exists(overlay->oe)) {
		struct ovl_entry *entry = BPF_CORE_READ(overlay, oe);

		if (entry && BPF_CORE_READ(entry, __numlower))
			bpf_core_read(&lower, sizeof(lower), &entry->__lowerstack[0].dentry);
	} else if (bpf_core_field_exists(old->lowerpath)) {
		lower = BPF_CORE_READ(old, lowerpath.dentry);
	}
	return lower;
}

static __always_inline void find_subject(struct subject *subject, struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct super_block *super = BPF_CORE_READ(dentry, d_sb);

	subject->dentry = dentry;
	subject->named = dentry;
	subject->inode = inode;
	subject->device = device_of(super);
	subject->flags = 0;
	if (BPF_CORE_READ(super, s_magic) != OVERLAYFS_MAGIC || !bpf_core_type_exists(struct ovl_inode))
		return;
	struct ovl_inode *overlay = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
	struct dentry *upper = BPF_CORE_READ(overlay, __upperdentry);

	subject->flags = IS_OVERLAY;
	if (upper) {
		subject->flags |= IS_UPPER;
		subject->inode = BPF_CORE_READ(upper, d_inode);
		return;
	}
	struct dentry *lower = lower_of(inode);

	if (!lower)
		return;
	subject->named = lower;
	subject->inode = BPF_CORE_READ(lower, d_inode);
}

/* Whether there is a dentry: what lies behind a file that is part of nothing is none. */
static __always_inline bool is_dentry(struct dentry *dentry)
{
	struct super_block *super = BPF_CORE_READ(dentry, d_sb);

	return super && BPF_CORE_READ(dentry, d_inode, i_sb) == super;
}

/* The dentry that was opened, also where an overlay maps the file of its layer. */
static __always_inline struct dentry *opened_dentry(struct file *file)
{
	struct backing_file *backing = (void *)file;
	struct dentry *opened;

	if (bpf_core_field_exists(backing->user_path) && BPF_CORE_READ(file, f_mode) & MAYBE_BACKING) {
		opened = BPF_CORE_READ(backing, user_path.dentry);
		if (is_dentry(opened))
			return opened;
	}
	return BPF_CORE_READ(file, f_path.dentry);
}

static __always_inline bool is_root(struct dentry *dentry, const struct root *root)
{
	return BPF_CORE_READ(dentry, d_inode, i_ino) == root->inode && device_of(BPF_CORE_READ(dentry, d_sb)) == root->device;
}

/* What a loop is handed has to lie on the stack. */
struct step {
	struct work *work;
};

static long step_up(__u32 index, struct step *step)
{
	struct work *work = step->work;
	struct walk *walk = &work->walk;
	struct dentry *dentry = walk->dentry, *named = walk->named;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	__u32 length, start;

	if (is_root(dentry, &walk->root)) {
		walk->is_in_root = true;
		return 1;
	}
	if (parent == dentry)
		return 1;
	length = BPF_CORE_READ(named, d_name.len) & 255;
	start = walk->start;
	if (start < PATH_ROOM - PATH_MAXIMUM + length + 1) {
		walk->is_too_long = true;
		return 1;
	}
	start = (start - length) & (PATH_ROOM - 1);
	bpf_probe_read_kernel(&work->room[start], length, BPF_CORE_READ(named, d_name.name));
	start = (start - 1) & (PATH_ROOM - 1);
	work->room[start] = '/';
	walk->start = start;
	walk->dentry = parent;
	walk->named = BPF_CORE_READ(named, d_parent);
	return 0;
}

/*
 * Puts the path of the subject into the key. True where it is a path of the container's own tree: the path in the file
 * system that the container began with, whatever was mounted, linked or moved since.
 */
static __noinline bool find_path(struct work *work)
{
	struct walk *walk = &work->walk;
	struct step step = { .work = work };
	__u32 length, start;

	walk->dentry = work->subject.dentry;
	walk->named = work->subject.named;
	walk->start = PATH_ROOM - 1;
	walk->is_in_root = false;
	walk->is_too_long = false;
	bpf_loop(PATH_STEPS, step_up, &step, 0);
	start = walk->start & (PATH_ROOM - 1);
	length = (PATH_ROOM - 1 - start) & (PATH_MAXIMUM - 1);
	__builtin_memset(work->key.path, 0, PATH_MAXIMUM);
	if (length) {
		bpf_probe_read_kernel(work->key.path, length, &work->room[start]);
	} else {
		/* on no file system that has a tree: a memfd has its name alone */
		struct dentry *last = walk->dentry;

		bpf_probe_read_kernel_str(work->key.path, PATH_MAXIMUM, BPF_CORE_READ(last, d_name.name));
	}
	return walk->is_in_root && !walk->is_too_long;
}

static __always_inline __u64 inode_number(const struct subject *subject)
{
	struct inode *inode = subject->inode;

	return BPF_CORE_READ(inode, i_ino);
}

static __always_inline void take_identity(struct identity *identity, struct inode *inode)
{
	identity->change_time = change_time(inode);
	identity->size = BPF_CORE_READ(inode, i_size);
	identity->generation = BPF_CORE_READ(inode, i_generation);
}
