// Calls that change what a process is and may do, or that reach into others.
#pragma once

#include "call.h"
#include "calls-descriptors.h"
#include "describe-task.h"
#include "processes.h"

/* Arguments, or variables of the environment, that are followed. */
#define POINTERS_FOLLOWED 64

struct pointed_texts {
	struct scratch *s;
	__u64 array;
	__u32 length;
};

static long append_pointed_text(__u32 index, struct pointed_texts *texts)
{
	__u8 *place = place_of(texts->s) + (texts->length & (TEXT_MAXIMUM - 1));
	__u64 address = 0;
	long written;

	if (bpf_probe_read_user(&address, 8, (void *)(texts->array + 8 * (__u64)index)) || address == 0)
		return 1;
	written = bpf_probe_read_user_str(place, TEXT_MAXIMUM, (void *)address);
	if (written <= 0)
		return 1;
	texts->length += written;
	return texts->length >= TEXT_MAXIMUM;
}

/* Texts that an array of pointers names, up to its end: for programs that were not started. */
static __noinline void put_pointed_texts(struct scratch *s, __u64 array)
{
	struct pointed_texts texts = { .s = s, .array = array };

	REPEAT(POINTERS_FOLLOWED, append_pointed_text, &texts);
	if (texts.length > TEXT_MAXIMUM) {
		texts.length = TEXT_MAXIMUM;
		place_of(s)[TEXT_MAXIMUM - 1] = 0;
	}
	put_written(s, texts.length);
}

/* A call that did not start its program: the caller as it is, with the arguments that it asked for. */
static __always_inline void put_failed_exec(struct scratch *s, __u64 arguments, __u64 environment)
{
	struct task_struct *task = current_task();
	__u64 first = 0;

	bpf_probe_read_user(&first, sizeof(first), (void *)arguments);
	if (arguments == 0) {
		*place_of(s) = 0;
		put_written(s, 1);
	} else {
		put_text(s, first);
	}
	put_pointed_texts(s, arguments + 8);
	put_process(s, task, task);
	put_pointed_texts(s, environment);
	put_program(s, task);
}

/* Of calls that worked, sched_process_exec tells: when they return, the arguments are gone. */
SEC("tracepoint/syscalls/sys_exit_execve")
int exit_execve(struct exit_context *context)
{
	struct pt_regs *regs = current_registers();
	struct scratch *s;

	if (context->result == 0)
		return 0;
	s = begin(EVENT_SYSCALL_EXECVE_19_X, PARAMETERS_SYSCALL_EXECVE_19_X);
	if (!s)
		return 0;
	put_u64(s, context->result);
	put_failed_exec(s, argument(regs, 1), argument(regs, 2));
	TEXT(0);
	finish(s);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_execveat")
int exit_execveat(struct exit_context *context)
{
	struct pt_regs *regs = current_registers();
	struct scratch *s;

	if (context->result == 0)
		return 0;
	s = begin(EVENT_SYSCALL_EXECVEAT_X, PARAMETERS_SYSCALL_EXECVEAT_X);
	if (!s)
		return 0;
	put_u64(s, context->result);
	put_failed_exec(s, argument(regs, 2), argument(regs, 3));
	finish(s);
	return 0;
}

CALL(setuid, SYSCALL_SETUID_X)
{
	U32(0);
}

CALL(setgid, SYSCALL_SETGID_X)
{
	U32(0);
}

CALL(setreuid, SYSCALL_SETREUID_X)
{
	U32(0);
	U32(1);
}

CALL(setregid, SYSCALL_SETREGID_X)
{
	U32(0);
	U32(1);
}

CALL(setresuid, SYSCALL_SETRESUID_X)
{
	U32(0);
	U32(1);
	U32(2);
}

CALL(setresgid, SYSCALL_SETRESGID_X)
{
	U32(0);
	U32(1);
	U32(2);
}

CALL(setsid, SYSCALL_SETSID_X)
{
}

CALL(setpgid, SYSCALL_SETPGID_X)
{
	ID(0);
	ID(1);
}

CALL_ON(setns, SYSCALL_SETNS_X, FIRST)
{
	ID(0);
	put_u32(s, clone_flags((__u32)argument(regs, 1)));
}

CALL(unshare, SYSCALL_UNSHARE_X)
{
	put_u32(s, clone_flags((__u32)argument(regs, 0)));
}

CALL(capset, SYSCALL_CAPSET_X)
{
	const struct cred *cred = BPF_CORE_READ(current_task(), cred);

	put_u64(s, capabilities(&cred->cap_inheritable));
	put_u64(s, capabilities(&cred->cap_permitted));
	put_u64(s, capabilities(&cred->cap_effective));
}

CALL(prctl, SYSCALL_PRCTL_X)
{
	const __u32 set_name = 15, get_name = 16, get_subreaper = 37;
	__u32 option = argument(regs, 0);
	int value = 0;

	put_u32(s, option);
	if (option == set_name || option == get_name) {
		TEXT(1);
		put_u64(s, 0);
		return;
	}
	put_nothing(s);
	if (option == get_subreaper) {
		bpf_probe_read_user(&value, sizeof(value), (void *)argument(regs, 1));
		put_id(s, value);
	} else {
		U64(1);
	}
}

CALL(prlimit64, SYSCALL_PRLIMIT_X)
{
	struct {
		__u64 soft, hard;
	} wanted = {}, before = { -1, -1 };

	bpf_probe_read_user(&wanted, sizeof(wanted), (void *)argument(regs, 2));
	if (result == 0 && argument(regs, 3)) {
		bpf_probe_read_user(&before, sizeof(before), (void *)argument(regs, 3));
	} else if (result == 0) {
		before.soft = before.hard = 0;
	}
	put_u64(s, wanted.soft);
	put_u64(s, wanted.hard);
	put_u64(s, before.soft);
	put_u64(s, before.hard);
	ID(0);
	put_u8(s, resource_limit(argument(regs, 1)));
}

CALL(setrlimit, SYSCALL_SETRLIMIT_X)
{
	struct {
		__u64 soft, hard;
	} wanted = {};

	bpf_probe_read_user(&wanted, sizeof(wanted), (void *)argument(regs, 1));
	put_u64(s, wanted.soft);
	put_u64(s, wanted.hard);
	put_u8(s, resource_limit(argument(regs, 0)));
}

CALL(kill, SYSCALL_KILL_X)
{
	ID(0);
	U8(1);
}

CALL(tkill, SYSCALL_TKILL_X)
{
	ID(0);
	U8(1);
}

CALL(tgkill, SYSCALL_TGKILL_X)
{
	ID(0);
	ID(1);
	U8(2);
}

/* A dynamic parameter: the index of its form, then its value. */
static __always_inline void put_form(struct scratch *s, __u8 form, __u64 value, __u32 length)
{
	__u8 *place = place_of(s);

	*place = form;
	*(__u64 *)(place + 1) = value;
	put_written(s, 1 + length);
}

CALL(ptrace, SYSCALL_PTRACE_X)
{
	const __u16 cont = 8, singlestep = 10, detach = 12, syscall = 13;
	__u16 request = ptrace_request(argument(regs, 0));
	__u64 data = argument(regs, 3), value = 0;

	put_form(s, 0, result < 0 ? 0 : argument(regs, 2), 8);
	if (result < 0) {
		put_form(s, 0, 0, 8);
	} else if (request == cont || request == singlestep || request == detach || request == syscall) {
		put_form(s, 1, data, 1);
	} else if (request >= EVENT_PTRACE_PEEKTEXT && request <= EVENT_PTRACE_PEEKUSR) {
		bpf_probe_read_user(&value, sizeof(value), (void *)data);
		put_form(s, 0, value, 8);
	} else {
		put_form(s, 0, data, 8);
	}
	put_u16(s, request);
	ID(1);
}

CALL(process_vm_readv, SYSCALL_PROCESS_VM_READV_X)
{
	ID(0);
	put_vectors(s, argument(regs, 1), argument(regs, 2), result);
}

CALL(process_vm_writev, SYSCALL_PROCESS_VM_WRITEV_X)
{
	ID(0);
	put_vectors(s, argument(regs, 1), argument(regs, 2), result);
}

CALL(bpf, SYSCALL_BPF_2_X)
{
	U32(0);
}

CALL(init_module, SYSCALL_INIT_MODULE_X)
{
	put_bytes(s, argument(regs, 0), argument(regs, 1));
	U64(1);
	TEXT(2);
}

CALL_ON(finit_module, SYSCALL_FINIT_MODULE_X, FIRST)
{
	ID(0);
	TEXT(1);
	FLAGS(2, 7);
}

CALL(delete_module, SYSCALL_DELETE_MODULE_X)
{
	__u64 flags = argument(regs, 1);

	TEXT(0);
	put_u32(s, (flags & O_TRUNC ? 1 : 0) | (flags & O_NONBLOCK ? 2 : 0));
}

CALL(seccomp, SYSCALL_SECCOMP_X)
{
	U64(0);
	U64(1);
}

CALL(io_uring_setup, SYSCALL_IO_URING_SETUP_X)
{
	/* struct io_uring_params: sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features */
	__u32 parameters[6] = {};

	bpf_probe_read_user(parameters, sizeof(parameters), (void *)argument(regs, 1));
	U32(0);
	put_u32(s, parameters[0]);
	put_u32(s, parameters[1]);
	put_u32(s, io_uring_flags(parameters[2]));
	put_u32(s, parameters[3]);
	put_u32(s, parameters[4]);
	put_u32(s, parameters[5] & 0xfff);
}

CALL(mprotect, SYSCALL_MPROTECT_X)
{
	U64(0);
	U64(1);
	put_u32(s, protection_flags(argument(regs, 2)));
}

CALL_ON(mmap, SYSCALL_MMAP_X, FIFTH)
{
	put_sizes(s, current_task());
	U64(0);
	U64(1);
	put_u32(s, protection_flags(argument(regs, 2)));
	put_u32(s, mapping_flags(argument(regs, 3)));
	ID(4);
	U64(5);
}
