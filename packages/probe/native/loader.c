// The thin addon over libbpf: opens a BPF object, loads, attaches (loader-links.h), reads and writes maps, maps the ring
// buffer (loader-maps.h). It knows nothing of events. Every function throws a JavaScript Error with `code` (the errno's
// name) on failure.
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "container-root.h"
#include "loader-links.h"
#include "loader-maps.h"
#include "loader-probe.h"

static void release(struct probe *probe)
{
	for (size_t i = 0; i < probe->link_count; i++)
		bpf_link__destroy(probe->links[i]);
	probe->link_count = 0;
	if (probe->object)
		bpf_object__close(probe->object);
	probe->object = NULL;
}

/* For a probe that nobody closed: its buffers live on as long as somebody has them, and show what they last held. */
static void finalize(napi_env env, void *data, void *hint)
{
	struct probe *probe = data;

	(void)hint;
	for (size_t i = 0; i < MAX_BUFFERS; i++)
		if (probe->buffers[i])
			napi_delete_reference(env, probe->buffers[i]);
	release(probe);
	free(data);
}

// open(path, { map name: entries }) -> probe: opens the object and sets sizes of maps; nothing is in the kernel yet.
static napi_value open_probe(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], names, result;
	char path[4096];
	uint32_t count = 0;
	struct probe *probe;

	take_arguments(env, info, arguments, 2);
	if (text_of(env, arguments[0], path, sizeof(path)))
		return throw_errno(env, "open takes a path", EINVAL);
	libbpf_set_print(remember_message);
	probe = calloc(1, sizeof(*probe));
	probe->object = bpf_object__open_file(path, NULL);
	if (!probe->object) {
		int error = errno;

		free(probe);
		return throw_errno(env, path, error);
	}
	napi_get_property_names(env, arguments[1], &names);
	napi_get_array_length(env, names, &count);
	for (uint32_t i = 0; i < count; i++) {
		napi_value name, value;
		uint32_t entries;
		struct bpf_map *map;

		napi_get_element(env, names, i, &name);
		napi_get_property(env, arguments[1], name, &value);
		napi_get_value_uint32(env, value, &entries);
		map = map_of(env, probe, name);
		if (!map) {
			release(probe);
			free(probe);
			return NULL;
		}
		bpf_map__set_max_entries(map, entries);
	}
	napi_create_external(env, probe, finalize, NULL, &result);
	return result;
}

// programs(probe) -> names of all programs in the object
static napi_value list_programs(napi_env env, napi_callback_info info)
{
	napi_value argument, result;
	struct bpf_program *program;
	uint32_t index = 0;
	struct probe *probe;

	take_arguments(env, info, &argument, 1);
	probe = probe_of(env, argument);
	if (!probe)
		return NULL;
	napi_create_array(env, &result);
	bpf_object__for_each_program(program, probe->object) {
		napi_value name;

		napi_create_string_utf8(env, bpf_program__name(program), NAPI_AUTO_LENGTH, &name);
		napi_set_element(env, result, index++, name);
	}
	return result;
}

// setAutoload(probe, program, boolean): before load, leaves a program out
static napi_value set_autoload(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	char name[128];
	bool wanted = false;
	struct probe *probe;
	struct bpf_program *program;

	take_arguments(env, info, arguments, 3);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	text_of(env, arguments[1], name, sizeof(name));
	napi_get_value_bool(env, arguments[2], &wanted);
	program = bpf_object__find_program_by_name(probe->object, name);
	if (!program)
		return throw_errno(env, name, ENOENT);
	bpf_program__set_autoload(program, wanted);
	return NULL;
}

// load(probe): verifies the programs and creates the maps in the kernel
static napi_value load_probe(napi_env env, napi_callback_info info)
{
	napi_value argument;
	struct probe *probe;
	sigset_t all, before;
	int error;

	take_arguments(env, info, &argument, 1);
	probe = probe_of(env, argument);
	if (!probe)
		return NULL;
	/* the kernel gives up checking a program when a signal comes, and a profiler sends a thousand a second */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = bpf_object__load(probe->object);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* the description of the kernel's types took megabytes, and is not looked at again */
	malloc_trim(0);
	return error ? throw_errno(env, "the kernel refused the program", -error) : NULL;
}

// bootTime() -> BigInt: nanoseconds from the epoch to the machine's start, by the clocks as they are now
static napi_value boot_time(napi_env env, napi_callback_info info)
{
	struct timespec now, running;
	napi_value result;

	(void)info;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &running);
	napi_create_bigint_int64(env,
				 (now.tv_sec - running.tv_sec) * 1000000000ll + now.tv_nsec - running.tv_nsec, &result);
	return result;
}

// run(probe, program, context) -> what the program returns: runs it once, now, in the name of this thread
static napi_value run_program(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result;
	char name[128];
	void *context;
	size_t context_length;
	struct probe *probe;
	struct bpf_program *program;
	int error;

	take_arguments(env, info, arguments, 3);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	if (text_of(env, arguments[1], name, sizeof(name)) || bytes_of(env, arguments[2], &context, &context_length))
		return throw_errno(env, "run takes a probe, a name and a Uint8Array", EINVAL);
	program = bpf_object__find_program_by_name(probe->object, name);
	if (!program)
		return throw_errno(env, name, ENOENT);
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context, .ctx_size_in = context_length);
	error = bpf_prog_test_run_opts(bpf_program__fd(program), &options);
	if (error)
		return throw_errno(env, name, -error);
	napi_create_uint32(env, options.retval, &result);
	return result;
}

// openInRoot(root, path) -> descriptor (O_PATH): the path as it is for somebody whose root is `root`, links and all
static napi_value open_in_root(napi_env env, napi_callback_info info)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	napi_value arguments[2], result;
	char root[4096], path[4096];
	int folder, descriptor, error;

	take_arguments(env, info, arguments, 2);
	if (text_of(env, arguments[0], root, sizeof(root)) || text_of(env, arguments[1], path, sizeof(path)))
		return throw_errno(env, "openInRoot takes two paths", EINVAL);
	folder = open_root(root);
	if (folder < 0)
		return throw_errno(env, root, errno);
	descriptor = syscall(SYS_openat2, folder, path, &how, sizeof(how));
	error = errno;
	close(folder);
	if (descriptor < 0)
		return throw_errno(env, path, error);
	napi_create_int32(env, descriptor, &result);
	return result;
}

// possibleCpus() -> how many slots a per-CPU value has
static napi_value possible_cpus(napi_env env, napi_callback_info info)
{
	napi_value result;

	(void)info;
	napi_create_int32(env, libbpf_num_possible_cpus(), &result);
	return result;
}

// closeLater(probe): as close, but another process waits for the kernel
static napi_value close_later(napi_env env, napi_callback_info info)
{
	napi_value argument;
	struct probe *probe = NULL;

	take_arguments(env, info, &argument, 1);
	napi_get_value_external(env, argument, (void **)&probe);
	if (probe && probe->object) {
		detach_buffers(env, probe);
		hand_over_links(probe);
		release(probe);
	}
	return NULL;
}

// close(probe): detaches and unloads everything; the ring's buffers are empty from then on
static napi_value close_probe(napi_env env, napi_callback_info info)
{
	napi_value argument;
	struct probe *probe = NULL;

	take_arguments(env, info, &argument, 1);
	napi_get_value_external(env, argument, (void **)&probe);
	if (probe && probe->object) {
		detach_buffers(env, probe);
		release(probe);
	}
	return NULL;
}

NAPI_MODULE_INIT()
{
	static const struct {
		const char *name;
		napi_callback function;
	} functions[] = {
		{ "open", open_probe },		 { "programs", list_programs },
		{ "setAutoload", set_autoload }, { "load", load_probe },
		{ "attach", attach_program },	 { "detach", detach_program },
		{ "attachTracepoint", attach_tracepoint },
		{ "attachCgroup", attach_cgroup },
		{ "mapRing", map_ring },	 { "mapArray", map_array },
		{ "update", update_map },
		{ "lookup", lookup_entry },	 { "remove", remove_entry },
		{ "run", run_program },		 { "openInRoot", open_in_root },
		{ "possibleCpus", possible_cpus }, { "bootTime", boot_time },
		{ "close", close_probe },	 { "closeLater", close_later },
		{ "detachLater", detach_later },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		napi_value function;

		napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
		napi_set_named_property(env, exports, functions[i].name, function);
	}
	return exports;
}
