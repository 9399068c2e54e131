// The thread that runs, and the registers that it came into the kernel with.
#pragma once

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel-types.h"
#include "record.h"

#ifndef OLD_KERNEL
static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task_btf();
}

static __always_inline struct pt_regs *current_registers(void)
{
	return (struct pt_regs *)bpf_task_pt_regs((void *)bpf_get_current_task_btf());
}
#else
static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

/* They lie at the end of the thread's stack. */
static __always_inline struct pt_regs *current_registers(void)
{
	return BPF_CORE_READ(current_task(), stack) + settings.stack_size - bpf_core_type_size(struct pt_regs);
}
#endif
