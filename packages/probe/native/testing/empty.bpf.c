// Programs that do nothing, at every system call and where files are opened: what watching costs at the very least.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tp_btf/sys_exit")
int empty(void *context)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_openat")
int empty_open(void *context)
{
	return 0;
}

char terms[] SEC("license") = "GPL";
