// The little that the probe reads of the kernel's own types. Only the fields that are used are declared; their places
// are those of the running kernel (preserve_access_index), so no generated header is needed.
// A type with `___` in its name is how another kernel version has it.
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r10, r9, r8, dx, si, di, orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
};
#else
#error "the probe knows x86-64 and arm64"
#endif

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

typedef struct {
	__u32 val;
} kuid_t;

typedef struct {
	__u32 val;
} kgid_t;

struct uid_gid_extent {
	__u32 first, lower_first, count;
};

struct uid_gid_map {
	__u32 nr_extents;
	struct uid_gid_extent extent[5];
};

struct user_namespace {
	struct uid_gid_map uid_map, gid_map;
};

struct group_info {
	int ngroups;
	kgid_t gid[0];
};

struct kernel_cap_struct {
	__u64 val;
};

/* until Linux 6.3 */
struct kernel_cap_struct___old {
	__u32 cap[2];
};

struct cred {
	kuid_t euid, fsuid;
	kgid_t egid, fsgid;
	struct kernel_cap_struct cap_inheritable, cap_permitted, cap_effective;
	struct user_namespace *user_ns;
	struct group_info *group_info;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic, s_flags;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	unsigned int i_flags;
	struct super_block *i_sb;
	unsigned long i_ino;
	__s64 i_ctime_sec, i_mtime_sec;
	__u32 i_ctime_nsec, i_mtime_nsec;
};

/* until Linux 6.6, 6.7 */
struct inode___old {
	struct timespec64 i_ctime, i_mtime;
};

/* Linux 6.6 to 6.10 */
struct inode___middle {
	struct timespec64 __i_ctime, __i_mtime;
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

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode, f_flags;
	void *private_data;
	struct inode *f_inode;
	struct path f_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

typedef struct {
	int counter;
} atomic_t;

struct files_struct {
	atomic_t count;
	struct fdtable *fdt;
};

struct percpu_counter {
	__s64 count;
};

struct mm_struct {
	unsigned long total_vm, arg_start, arg_end, env_start, env_end;
	struct file *exe_file;
	struct percpu_counter rss_stat[4];
};

typedef struct {
	long counter;
} atomic_long_t;

struct mm_rss_stat {
	atomic_long_t count[4];
};

/* until Linux 6.2 */
struct mm_struct___old {
	struct mm_rss_stat rss_stat;
};

struct rlimit {
	unsigned long rlim_cur, rlim_max;
};

struct tty_driver {
	int major, minor_start;
};

struct tty_struct {
	struct tty_driver *driver;
	int index;
};

struct task_struct;

struct pid_namespace {
	struct task_struct *child_reaper;
	unsigned int level;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID };

struct list_head {
	struct list_head *next;
};

struct signal_struct {
	struct list_head thread_head;
	struct pid *pids[4];
	struct tty_struct *tty;
	struct rlimit rlim[16];
	unsigned int is_child_subreaper : 1;
	unsigned int has_child_subreaper : 1;
};

struct kernfs_node {
	struct kernfs_node *__parent;
	const char *name;
};

/* until Linux 6.15 */
struct kernfs_node___old {
	struct kernfs_node *parent;
};

struct cgroup {
	struct kernfs_node *kn;
	/* how far below the root */
	int level;
};

struct cgroup_subsys {
	const char *name;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys *ss;
};

struct css_set {
	struct cgroup_subsys_state *subsys[1];
};

enum cgroup_subsys_id {
	cpuset_cgrp_id = 0,
	cpu_cgrp_id = 1,
	cpuacct_cgrp_id = 2,
	io_cgrp_id = 3,
	memory_cgrp_id = 4,
};

struct nsproxy {
	struct pid_namespace *pid_ns_for_children;
};

struct thread_info {
	__u32 status;
};

struct task_struct {
	void *stack;
	struct thread_info thread_info;
	unsigned int flags;
	int pid, tgid, exit_code;
	struct mm_struct *mm;
	struct task_struct *real_parent, *group_leader;
	struct list_head children, thread_node;
	struct signal_struct *signal;
	struct pid *thread_pid;
	const struct cred *cred;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
	unsigned long min_flt, maj_flt;
	__u64 start_time;
	kuid_t loginuid;
	char comm[16];
};

struct linux_binprm {
	const char *filename;
};

struct in6_addr {
	__u64 halves[2];
};

struct sock_common {
	unsigned short skc_family;
	__u32 skc_daddr;
	__u16 skc_dport;
	__u8 skc_state;
	struct in6_addr skc_v6_daddr;
};

struct sock {
	struct sock_common __sk_common;
	__u32 sk_ack_backlog, sk_max_ack_backlog;
	__u16 sk_type, sk_protocol;
};

struct socket {
	struct sock *sk;
};

struct ipv6_pinfo {
	struct in6_addr saddr;
};

struct inet_sock {
	struct ipv6_pinfo *pinet6;
	__u32 inet_saddr;
	__u16 inet_sport;
};

struct sockaddr_un {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
};

#pragma clang attribute pop

/* What user space hands in: these have one layout for ever. */

struct open_how {
	__u64 flags, mode, resolve;
};

struct user_iovec {
	__u64 base, length;
};

struct user_message {
	__u64 name;
	__u32 name_length, padding;
	__u64 vectors, vector_count, control, control_length;
};

/* an element of what recvmmsg fills */
struct user_message_of_many {
	struct user_message message;
	__u32 flags, more_padding;
	__u32 received, last_padding;
};

struct user_control {
	__u64 length;
	int level, type;
};

struct user_clone {
	__u64 flags;
};
