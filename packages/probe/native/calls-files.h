// Calls that open, name, link and change files.
#pragma once

#include "call.h"
#include "describe-file.h"

#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR 0x200
#define AT_SYMLINK_FOLLOW 0x400
#define AT_EMPTY_PATH 0x1000
#define PERMISSIONS 07777

/* open(path, flags, mode), the first argument at `first`: path, flags, mode, device, inode */
static __always_inline void put_open(struct scratch *s, struct pt_regs *regs, int first, long result)
{
	__u64 flags = argument(regs, first + 1);
	struct file_facts facts;

	find_file_facts(result, &facts);
	TEXT(first);
	put_u32(s, open_flags(flags) | facts.flags);
	put_u32(s, open_mode(flags, argument(regs, first + 2)));
	put_u32(s, facts.device);
	put_u64(s, facts.inode);
}

CALL_IF(open, SYSCALL_OPEN_X, NONE, is_open_needed(argument(regs, 1), argument(regs, 0), result))
{
	put_open(s, regs, 0, result);
}

CALL_IF(openat, SYSCALL_OPENAT_2_X, FIRST, is_open_needed(argument(regs, 2), argument(regs, 1), result))
{
	ID(0);
	put_open(s, regs, 1, result);
}

static __always_inline bool is_openat2_needed(struct pt_regs *regs, long result)
{
	struct open_how how = {};

	bpf_probe_read_user(&how, sizeof(how), (void *)argument(regs, 2));
	return is_open_needed(how.flags, argument(regs, 1), result);
}

CALL_IF(openat2, SYSCALL_OPENAT2_X, FIRST, is_openat2_needed(regs, result))
{
	struct file_facts facts;
	struct open_how how = {};

	bpf_probe_read_user(&how, sizeof(how), (void *)argument(regs, 2));
	find_file_facts(result, &facts);
	ID(0);
	TEXT(1);
	put_u32(s, open_flags(how.flags) | facts.flags);
	put_u32(s, open_mode(how.flags, how.mode));
	put_u32(s, resolve_flags(how.resolve));
	put_u32(s, facts.device);
	put_u64(s, facts.inode);
}

CALL(creat, SYSCALL_CREAT_X)
{
	struct file_facts facts;

	find_file_facts(result, &facts);
	TEXT(0);
	FLAGS(1, PERMISSIONS);
	put_u32(s, facts.device);
	put_u64(s, facts.inode);
	put_u16(s, facts.flags & EVENT_UPPER_LAYER ? 1 : facts.flags & EVENT_LOWER_LAYER ? 2 : 0);
}

CALL_ON(open_by_handle_at, SYSCALL_OPEN_BY_HANDLE_AT_X, FIRST)
{
	struct file *file = file_of(result);
	struct file_facts facts;

	find_file_facts(result, &facts);
	ID(0);
	put_u32(s, open_flags(argument(regs, 2)) | facts.flags);
	if (file)
		put_path(s, file);
	else
		put_nothing(s);
	put_u32(s, facts.device);
	put_u64(s, facts.inode);
}

CALL_IF(close, SYSCALL_CLOSE_X, NONE, !tells_closed())
{
	ID(0);
}

CALL(close_range, SYSCALL_CLOSE_RANGE_X)
{
	U32(0);
	U32(1);
	FLAGS(2, 6);
}

CALL(rename, SYSCALL_RENAME_X)
{
	TEXT(0);
	TEXT(1);
}

CALL_ON(renameat, SYSCALL_RENAMEAT_X, FIRST | THIRD)
{
	ID(0);
	TEXT(1);
	ID(2);
	TEXT(3);
}

CALL_ON(renameat2, SYSCALL_RENAMEAT2_X, FIRST | THIRD)
{
	ID(0);
	TEXT(1);
	ID(2);
	TEXT(3);
	U32(4);
}

CALL(unlink, SYSCALL_UNLINK_2_X)
{
	TEXT(0);
}

CALL_ON(unlinkat, SYSCALL_UNLINKAT_2_X, FIRST)
{
	ID(0);
	TEXT(1);
	FLAGS(2, AT_REMOVEDIR);
}

CALL(rmdir, SYSCALL_RMDIR_2_X)
{
	TEXT(0);
}

CALL(mkdir, SYSCALL_MKDIR_2_X)
{
	TEXT(0);
	U32(1);
}

CALL_ON(mkdirat, SYSCALL_MKDIRAT_X, FIRST)
{
	ID(0);
	TEXT(1);
	U32(2);
}

CALL(link, SYSCALL_LINK_2_X)
{
	TEXT(0);
	TEXT(1);
}

CALL_ON(linkat, SYSCALL_LINKAT_2_X, FIRST | THIRD)
{
	ID(0);
	TEXT(1);
	ID(2);
	TEXT(3);
	FLAGS(4, AT_SYMLINK_FOLLOW | AT_EMPTY_PATH);
}

CALL(symlink, SYSCALL_SYMLINK_X)
{
	TEXT(0);
	TEXT(1);
}

CALL_ON(symlinkat, SYSCALL_SYMLINKAT_X, SECOND)
{
	TEXT(0);
	ID(1);
	TEXT(2);
}

/* A file type of 0 makes a regular file. */
static __always_inline void put_node(struct scratch *s, __u32 mode, __u32 device)
{
	put_u32(s, (mode & 0170000) == 0 ? (mode & PERMISSIONS) | 0100000 : mode & (PERMISSIONS | 0170000));
	put_u32(s, device);
}

CALL(mknod, SYSCALL_MKNOD_X)
{
	TEXT(0);
	put_node(s, argument(regs, 1), argument(regs, 2));
}

CALL_ON(mknodat, SYSCALL_MKNODAT_X, FIRST)
{
	ID(0);
	TEXT(1);
	put_node(s, argument(regs, 2), argument(regs, 3));
}

CALL(chmod, SYSCALL_CHMOD_X)
{
	TEXT(0);
	FLAGS(1, PERMISSIONS);
}

CALL_ON(fchmod, SYSCALL_FCHMOD_X, FIRST)
{
	ID(0);
	FLAGS(1, PERMISSIONS);
}

CALL_ON(fchmodat, SYSCALL_FCHMODAT_X, FIRST)
{
	ID(0);
	TEXT(1);
	FLAGS(2, PERMISSIONS);
}

CALL(chown, SYSCALL_CHOWN_X)
{
	TEXT(0);
	U32(1);
	U32(2);
}

CALL(lchown, SYSCALL_LCHOWN_X)
{
	TEXT(0);
	U32(1);
	U32(2);
}

CALL_ON(fchown, SYSCALL_FCHOWN_X, FIRST)
{
	ID(0);
	U32(1);
	U32(2);
}

CALL_ON(fchownat, SYSCALL_FCHOWNAT_X, FIRST)
{
	ID(0);
	TEXT(1);
	U32(2);
	U32(3);
	FLAGS(4, AT_SYMLINK_FOLLOW | AT_EMPTY_PATH);
}

CALL(chdir, SYSCALL_CHDIR_X)
{
	TEXT(0);
}

CALL_ON(fchdir, SYSCALL_FCHDIR_X, FIRST)
{
	ID(0);
}

CALL(chroot, SYSCALL_CHROOT_X)
{
	TEXT(0);
}

CALL(mount, SYSCALL_MOUNT_X)
{
	__u32 flags = argument(regs, 3);

	TEXT(0);
	TEXT(1);
	TEXT(2);
	/* old programs put a magic number into the upper half */
	put_u32(s, (flags & 0xffff0000) == 0xc0ed0000 ? flags & 0xffff : flags);
}

/* the kernel calls umount2 umount */
CALL_AT(umount2, umount, SYSCALL_UMOUNT2_X, NONE)
{
	TEXT(0);
	FLAGS(1, 15);
}
