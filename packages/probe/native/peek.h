// Reading what the kernel's pointers point to. Since Linux 6.2 a program may say what type an address is of and read it
// itself; before, a helper copies each field, which takes several times as long. An address that can't be read gives 0.
#pragma once

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel-types.h"

#ifndef OLD_KERNEL
extern void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

/* came with the same version as the function above, and can be asked for */
enum bpf_func_id___new {
	BPF_FUNC_cgrp_storage_get___new = 1,
};

#define CAN_CAST bpf_core_enum_value_exists(enum bpf_func_id___new, BPF_FUNC_cgrp_storage_get___new)

/* The field, of one level, of the structure of that name at the address. */
#define PEEK(name, address, field)                                                                                     \
	({                                                                                                             \
		const void *peeked = (const void *)(address);                                                          \
		typeof(((struct name *)0)->field) value;                                                               \
                                                                                                                       \
		if (CAN_CAST)                                                                                          \
			value = ((struct name *)bpf_rdonly_cast(peeked, bpf_core_type_id_kernel(struct name)))->field; \
		else                                                                                                   \
			value = BPF_CORE_READ((struct name *)peeked, field);                                           \
		value;                                                                                                 \
	})

/* The field of a pointer whose type the kernel knows: what a tracepoint hands over, the running thread, and what these point to. */
#define FIELD(pointer, field) ((pointer)->field)
#else
#define PEEK(name, address, field)                                                                                     \
	({                                                                                                             \
		const struct name *peeked = (const struct name *)(address);                                            \
                                                                                                                       \
		BPF_CORE_READ(peeked, field);                                                                          \
	})
/* Of the running thread these kernels tell nothing but the address. */
#define FIELD(pointer, field)                                                                                          \
	({                                                                                                             \
		typeof(pointer) followed = (pointer);                                                                  \
                                                                                                                       \
		BPF_CORE_READ(followed, field);                                                                        \
	})
#endif

/* The pointer at the address: read as the first one of a structure that is nothing but pointers. */
#define PEEK_POINTER(address) ((void *)PEEK(list_head, address, next))

/* The eight bytes at the address, as a number: a pointer may only be reckoned with as such. */
#define PEEK_NUMBER(address) ((__u64)PEEK(timespec64, address, tv_sec))

/* The value as one of which the kernel's checks know nothing: what the compiler knows of it they may not, and it would leave a bound out. */
#define FORGET(value) asm volatile("" : "+r"(value))
