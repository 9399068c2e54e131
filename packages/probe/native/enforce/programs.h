// What is run: programs, scripts and their interpreters, loaders; and code that is mapped later.
#pragma once

#include "judge.h"
#include "report.h"

/* The kernel opened the file to run it: no program can set this on a file of its own. */
#define OPENED_TO_RUN 0x20
/* Files that are waiting to be closed, at most, among which a script is looked for. */
#define WAITING_MAXIMUM 4096

/* Closes a file once a call is about to return. */
extern const void ____fput __ksym __weak;

static __always_inline __u32 offset_of_waiting(void)
{
	struct file *file = NULL;
	struct file___middle *middle = NULL;

	if (bpf_core_field_exists(file->f_task_work))
		return bpf_core_field_offset(struct file, f_task_work);
	if (bpf_core_field_exists(middle->f_rcuhead))
		return bpf_core_field_offset(struct file___middle, f_rcuhead);
	return bpf_core_field_offset(struct file___old, f_u);
}

struct script_search {
	struct callback_head *next;
	__u32 found, reason;
};

static __always_inline struct work *own_work(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&works, &zero);
}

/*
 * Where the program that runs is an interpreter, its script has been let go by now, but it is not closed yet: it waits,
 * with others, for the call to return. It is the one that the kernel opened to run it. With a script as the interpreter
 * of a script there are more, and each must be on the list.
 */
static long look_at_waiting(__u32 index, struct script_search *search)
{
	struct callback_head *waiting = search->next;
	struct file *file = (void *)waiting - offset_of_waiting();
	struct work *work = own_work();

	if (!waiting || !work)
		return 1;
	search->next = BPF_CORE_READ(waiting, next);
	if ((const void *)BPF_CORE_READ(waiting, func) != &____fput || !(BPF_CORE_READ(file, f_flags) & OPENED_TO_RUN))
		return 0;
	find_subject(&work->subject, BPF_CORE_READ(file, f_path.dentry));
	search->found++;
	search->reason = judge_listed(work, AS_SCRIPT);
	return search->reason ? 1 : 0;
}

static __always_inline __u32 judge_scripts(struct work *work, struct file *kept_open)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct script_search search = { .next = BPF_CORE_READ(task, task_works) };

	/* some interpreters (binfmt_misc) are handed the file itself: then it is known */
	if (kept_open) {
		find_subject(&work->subject, opened_dentry(kept_open));
		return judge_listed(work, AS_SCRIPT);
	}
	if (!&____fput)
		return SCRIPT_UNKNOWN;
	bpf_loop(WAITING_MAXIMUM, look_at_waiting, &search, 0);
	return search.found ? search.reason : SCRIPT_UNKNOWN;
}

struct first_code {
	struct dentry *dentry;
};

static long look_at_mapping(struct task_struct *task, struct vm_area_struct *area, struct first_code *code)
{
	struct file *file = area->vm_file;

	code->dentry = file ? opened_dentry(file) : NULL;
	return 0;
}

static __always_inline __u64 instruction_pointer(void)
{
	struct pt_regs *registers = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());

#if defined(__TARGET_ARCH_x86)
	return registers->ip;
#else
	return registers->pc;
#endif
}

/* The file that holds the first instruction: the program's own, or that of its loader. */
static __always_inline __u32 judge_first_code(struct work *work, struct dentry *program)
{
	struct first_code code = {};

	if (bpf_find_vma(bpf_get_current_task_btf(), instruction_pointer(), look_at_mapping, &code, 0) || !code.dentry)
		return LOADER;
	if (code.dentry == program)
		return 0;
	find_subject(&work->subject, code.dentry);
	return judge_loader(work);
}

struct program_check {
	struct linux_binprm *binary;
	__u64 own;
	bool is_outside, is_judged, is_refused;
};

/* Gives 1 once the process is ended: who refuses the program further in need not be asked. */
static long check_program_at(__u32 level, struct program_check *check)
{
	struct linux_binprm *binary = check->binary;
	struct guarded guarded = {};
	struct container container;
	struct work *work = own_work();
	struct dentry *program;
	bool is_interpreted;
	__u32 reason;

	if (!work || !guard_at(&guarded, level, RESTRICTS_PROGRAMS))
		return 0;
	if (!(guarded.policy->flags & COVERS_OUTSIDE) && is_outside()) {
		check->is_outside = true;
		return 0;
	}
	check->is_judged = true;
	check->own = guarded.own;
	find_container(&container);
	work->key.policy = guarded.policy_id;
	work->walk.root = container.root;
	program = opened_dentry(BPF_CORE_READ(binary, file));
	is_interpreted = BPF_CORE_READ(binary, interp) != BPF_CORE_READ(binary, filename);
	find_subject(&work->subject, program);
	reason = judge_listed(work, is_interpreted ? AS_INTERPRETER | AS_PROGRAM : AS_PROGRAM);
	/* a loader that is run by hand starts any program: only where what it maps is looked at */
	if (!reason && is_loader(&work->subject) && !(guarded.policy->flags & RESTRICTS_MAPPINGS))
		reason = LOADER;
	if (reason == NOT_LISTED && is_interpreted)
		reason = INTERPRETER;
	if (!reason)
		reason = judge_first_code(work, program);
	if (!reason && is_interpreted)
		reason = judge_scripts(work, BPF_CORE_READ(binary, executable));
	if (!reason)
		return 0;
	check->is_refused = true;
	return stop_for_file(&guarded, reason, work, 0);
}

/* Decided on the file that really runs, before its first instruction: what its path says by now does not matter. */
SEC("tp_btf/sched_process_exec")
int check_program(__u64 *context)
{
	struct program_check check = { .binary = (struct linux_binprm *)context[2] };
	struct container container;

	bpf_loop(LEVELS, check_program_at, &check, 0);
	if (check.is_judged && !check.is_refused) {
		find_container(&container);
		note_container(&container, check.own);
		count(ALLOWED);
	} else if (check.is_outside && !check.is_judged) {
		count(PASSED_OUTSIDE);
	}
	return 0;
}

#define PROT_EXEC 4
#define MAP_ANONYMOUS 0x20
#define VM_EXEC 4
/* The process asked that all it maps to read can be run. */
#define READ_IMPLIES_EXEC 0x400000

struct mapping {
	struct dentry *dentry;
	bool can_run;
};

static long look_at_code(struct task_struct *task, struct vm_area_struct *area, struct mapping *mapping)
{
	struct file *file = area->vm_file;

	mapping->can_run = area->vm_flags & VM_EXEC;
	mapping->dentry = file ? opened_dentry(file) : NULL;
	return 0;
}

static __always_inline bool can_make_code(__u64 protection)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return protection & PROT_EXEC || BPF_CORE_READ(task, personality) & READ_IMPLIES_EXEC;
}

struct code_check {
	__u64 address;
	__u32 number;
};

/* Gives 1 once the process is ended, and where nobody can tell what is mapped. */
static long check_code_at(__u32 level, struct code_check *check)
{
	struct mapping mapping = {};
	struct guarded guarded = {};
	struct container container;
	struct work *work = own_work();
	__u32 reason;

	if (!work || !guard_at(&guarded, level, RESTRICTS_MAPPINGS))
		return 0;
	if (!(guarded.policy->flags & COVERS_OUTSIDE) && is_outside())
		return 0;
	if (bpf_find_vma(bpf_get_current_task_btf(), check->address, look_at_code, &mapping, 0)) {
		count(UNDECIDED);
		return 1;
	}
	if (!mapping.can_run || !mapping.dentry)
		return 0;
	find_container(&container);
	work->key.policy = guarded.policy_id;
	work->walk.root = container.root;
	find_subject(&work->subject, mapping.dentry);
	reason = judge_mapped(work);
	return reason ? stop_for_file(&guarded, reason, work, check->number) : 0;
}

/* Decided on what is mapped there now, before the call returns. */
static __always_inline int check_code(__u64 address, __u32 number)
{
	struct code_check check = { .address = address, .number = number };

	bpf_loop(LEVELS, check_code_at, &check, 0);
	return 0;
}

#if defined(__TARGET_ARCH_x86)
#define FIRST_ARGUMENT(registers) ((registers)->di)
#define THIRD_ARGUMENT(registers) ((registers)->dx)
#define FOURTH_ARGUMENT(registers) ((registers)->r10)
#else
#define FIRST_ARGUMENT(registers) ((registers)->orig_x0)
#define THIRD_ARGUMENT(registers) ((registers)->regs[2])
#define FOURTH_ARGUMENT(registers) ((registers)->regs[3])
#endif

SEC("tracepoint/syscalls/sys_exit_mmap")
int check_mapped(struct call_exit *context)
{
	struct pt_regs *registers = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	__u64 result = context->result;

	/* errors are the highest numbers */
	if (result >= (__u64)-4095 || !can_make_code(THIRD_ARGUMENT(registers)) ||
	    FOURTH_ARGUMENT(registers) & MAP_ANONYMOUS)
		return 0;
	return check_code(result, context->number);
}

SEC("tracepoint/syscalls/sys_exit_mprotect")
int check_protected(struct call_exit *context)
{
	struct pt_regs *registers = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());

	if (context->result || !can_make_code(THIRD_ARGUMENT(registers)))
		return 0;
	return check_code(FIRST_ARGUMENT(registers), context->number);
}
