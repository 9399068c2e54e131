// What user space and the programs of enforcement share. `src/enforce/layout.ts` writes and reads the same bytes.
#pragma once

#include "kernel.h"

#define PATH_MAXIMUM 256
#define NAME_MAXIMUM 96
#define RULE_MAXIMUM 64
#define EXPECTATION_MAXIMUM 64

/* What a policy asks for. */
#define RESTRICTS_PROGRAMS 1
#define RESTRICTS_MAPPINGS 2
#define RESTRICTS_CALLS 4
#define RESTRICTS_CONNECTIONS 8
/* connections that no rule is about are denied */
#define DENIES_CONNECTIONS 16
/* what happens in the namespaces of the container runtime counts too: for services, which have no container */
#define COVERS_OUTSIDE 32
/* violations are told, and nothing is done */
#define ONLY_REPORTS 64

/* What a listed file may be. */
#define AS_PROGRAM 1
#define AS_INTERPRETER 2
#define AS_SCRIPT 4
#define AS_LIBRARY 8

enum reason {
	/* the program is not on the list */
	NOT_LISTED = 1,
	/* its path is on the list, but it is not the file that was there when the list was made, or not that of the image */
	CHANGED,
	/* the interpreter of a script is not on the list */
	INTERPRETER,
	/* the file of the script could not be found out */
	SCRIPT_UNKNOWN,
	/* what the kernel would start first for the program (ld.so) is neither listed nor the image's */
	LOADER,
	/* code was mapped that is neither listed nor a library of the image */
	MAPPING,
	CALL,
	CONNECTION,
};

struct connection_rule {
	/* as in packets, IPv4 as ::ffff:a.b.c.d */
	__u64 network[2], mask[2];
	__u16 first_port, last_port;
	/* 0: any */
	__u8 protocol;
	__u8 is_denied;
	__u16 padding;
};

struct policy {
	__u32 flags;
	__u32 rule_count;
	/* a bit for each number */
	__u64 calls[8];
	struct connection_rule rules[RULE_MAXIMUM];
};

struct path_key {
	__u32 policy;
	char path[PATH_MAXIMUM];
};

struct identity_key {
	__u32 policy;
	__u32 device;
	__u64 inode;
};

/* How a file was when it was listed. */
struct identity {
	__u64 change_time;
	__u64 size;
	__u32 generation;
	__u32 uses;
};

/* Where a container's tree of files begins. */
struct root {
	__u64 inode;
	__u32 device;
	__u32 padding;
};

/* Cgroups below `parent` (0: anywhere) that are made from now on, by name. */
struct expectation {
	__u64 parent;
	__u32 assignment;
	__u16 prefix_length, suffix_length;
	char prefix[NAME_MAXIMUM], suffix[NAME_MAXIMUM];
};

struct violation {
	/* since the machine's start */
	__u64 time;
	/* of the process, and the one that is guarded: itself or one above */
	__u64 cgroup, guarded;
	__u64 inode;
	__u32 device;
	__u32 pid, thread;
	__u32 policy;
	__u32 reason;
	/* whether the process was ended, the call denied; not where the policy only reports */
	__u32 is_stopped;
	/* of the call, or the protocol of the connection */
	__u32 number;
	__u16 port, family;
	__u8 address[16];
	char comm[16];
	/* how much of the path there is; its end is what is kept */
	__u32 path_length, padding;
	char path[PATH_MAXIMUM];
};

/* What the file behind a descriptor is to the kernel. */
struct description {
	struct identity identity;
	__u64 inode;
	__u32 device;
	__u32 flags;
	/* before: of the tree that the path is asked in; afterwards: what the file is as the root of one */
	struct root root;
	__u32 path_length, padding;
	char path[PATH_MAXIMUM];
};
#define IS_OVERLAY 1
#define IS_UPPER 2
#define IS_IN_ROOT 4

struct settings {
	/* of the namespaces that the container runtime lives in */
	__u32 mount_namespace, pid_namespace;
};

enum count { STOPPED, REPORTED, LOST, FAILED, ALLOWED, PASSED_OUTSIDE, UNDECIDED, COUNTS };

#define TABLE(name, kind, entries, key_type, value_type, ...)                                                          \
	struct {                                                                                                       \
		__uint(type, kind);                                                                                    \
		__uint(max_entries, entries);                                                                          \
		__type(key, key_type);                                                                                 \
		__type(value, value_type);                                                                             \
		__VA_ARGS__                                                                                            \
	} name SEC(".maps")

#define GROWING __uint(map_flags, BPF_F_NO_PREALLOC);

/* cgroup -> assignment -> policy: replacing a policy is one write, for all cgroups that have it */
TABLE(guards, BPF_MAP_TYPE_HASH, 16384, __u64, __u32, GROWING);
TABLE(assignments, BPF_MAP_TYPE_HASH, 16384, __u32, __u32, GROWING);
TABLE(policies, BPF_MAP_TYPE_HASH, 16384, __u32, struct policy, GROWING);
TABLE(paths, BPF_MAP_TYPE_HASH, 262144, struct path_key, __u32, GROWING);
TABLE(identities, BPF_MAP_TYPE_HASH, 262144, struct identity_key, struct identity, GROWING);
TABLE(roots, BPF_MAP_TYPE_HASH, 65536, __u64, struct root, GROWING);
TABLE(expectations, BPF_MAP_TYPE_HASH, EXPECTATION_MAXIMUM, __u32, struct expectation);
/* cgroups of containers, below which names say nothing */
TABLE(containers, BPF_MAP_TYPE_HASH, 16384, __u64, __u8, GROWING);
TABLE(settings, BPF_MAP_TYPE_ARRAY, 1, __u32, struct settings);
TABLE(described, BPF_MAP_TYPE_ARRAY, 1, __u32, struct description);
TABLE(counts, BPF_MAP_TYPE_PERCPU_ARRAY, COUNTS, __u32, __u64);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} violations SEC(".maps");

static __always_inline void count(__u32 what)
{
	__u64 *counter = bpf_map_lookup_elem(&counts, &what);

	if (counter)
		*counter += 1;
}
