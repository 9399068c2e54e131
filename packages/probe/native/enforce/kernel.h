// The little that enforcement reads of the kernel's own types; their places are those of the running kernel.
// A type with `___` in its name is how another kernel version has it.
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r10, r9, r8, dx, si, di, ip;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 pc;
	__u64 orig_x0;
};
#else
#error "enforcement knows x86-64 and arm64"
#endif

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
	__s64 i_size;
	__u32 i_generation;
	__s64 i_ctime_sec;
	__u32 i_ctime_nsec;
};

/* until Linux 6.6 */
struct inode___old {
	struct timespec64 i_ctime;
};

/* Linux 6.6 to 6.10 */
struct inode___middle {
	struct timespec64 __i_ctime;
};

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *);
};

struct file {
	unsigned int f_mode, f_flags;
	struct path f_path;
	struct callback_head f_task_work;
};

/* Linux 6.0 to 6.9: where a file that is about to be closed waits */
struct file___middle {
	struct callback_head f_rcuhead;
};

/* until Linux 5.19 */
struct file___old {
	union {
		struct callback_head fu_rcuhead;
	} f_u;
};

/* since Linux 6.8: a mapped file of an overlay is its real one; the path that was opened is here */
struct backing_file {
	struct file file;
	struct path user_path;
};

struct ovl_path {
	struct dentry *dentry;
};

struct ovl_entry {
	unsigned int __numlower;
	struct ovl_path __lowerstack[0];
};

struct ovl_inode {
	struct inode vfs_inode;
	struct dentry *__upperdentry;
	struct ovl_entry *oe;
};

/* Linux 6.1 to 6.4 */
struct ovl_inode___old {
	struct ovl_path lowerpath;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root;
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct pid_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct task_struct {
	struct callback_head *task_works;
	unsigned int personality;
	struct nsproxy *nsproxy;
	struct pid *thread_pid;
	struct fs_struct *fs;
	struct files_struct *files;
	char comm[16];
};

struct vm_area_struct {
	unsigned long vm_flags;
	struct file *vm_file;
};

struct linux_binprm {
	struct file *executable, *file;
	const char *filename, *interp;
};

struct kernfs_node {
	struct kernfs_node *__parent;
	const char *name;
	__u64 id;
};

/* until Linux 6.15 */
struct kernfs_node___old {
	struct kernfs_node *parent;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

#pragma clang attribute pop

/* What a per-call tracepoint hands over at a call's entry, and at its exit. */
struct call_entry {
	__u64 common;
	long number;
	__u64 arguments[6];
};

struct call_exit {
	__u64 common;
	long number;
	long result;
};
