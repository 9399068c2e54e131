// The thin addon over libbpf: opens a BPF object, loads, attaches, reads and writes maps, maps the ring buffer.
// It knows nothing of events. Every function throws a JavaScript Error with `code` (the errno's name) on failure.
#include <errno.h>
#include <malloc.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <node_api.h>

#include "container-root.h"

#define MAX_LINKS 512
/* Two of the ring, and arrays that are mapped. */
#define MAX_BUFFERS 8

struct probe {
	struct bpf_object *object;
	struct bpf_link *links[MAX_LINKS];
	size_t link_count;
	bool is_ring_mapped;
	/* mapped memory, which closing takes away from JavaScript: the ring's comes first */
	napi_ref buffers[MAX_BUFFERS];
	int buffer_count;
};

/* The first complaint of libbpf since the last error that was thrown: what comes after it are its consequences. */
static __thread char first_message[512];

static int remember_message(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN && first_message[0] == 0)
		vsnprintf(first_message, sizeof(first_message), format, arguments);
	return 0;
}

static napi_value throw_errno(napi_env env, const char *what, int error)
{
	char message[1024];
	char code[16];
	size_t length = strlen(first_message);

	while (length > 0 && first_message[length - 1] == '\n')
		first_message[--length] = 0;
	snprintf(message, sizeof(message), "%s: %s%s%s%s", what, strerror(error), length ? " (" : "", first_message,
		 length ? ")" : "");
	snprintf(code, sizeof(code), "%s", strerrorname_np(error) ? strerrorname_np(error) : "UNKNOWN");
	first_message[0] = 0;
	napi_throw_error(env, code, message);
	return NULL;
}

static size_t take_arguments(napi_env env, napi_callback_info info, napi_value *arguments, size_t count)
{
	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	return count;
}

static struct probe *probe_of(napi_env env, napi_value value)
{
	struct probe *probe = NULL;

	napi_get_value_external(env, value, (void **)&probe);
	if (!probe || !probe->object) {
		throw_errno(env, "the probe is closed", EBADF);
		return NULL;
	}
	return probe;
}

static int text_of(napi_env env, napi_value value, char *text, size_t size)
{
	size_t length;

	return napi_get_value_string_utf8(env, value, text, size, &length) == napi_ok ? 0 : -1;
}

static struct bpf_map *map_of(napi_env env, struct probe *probe, napi_value name)
{
	char text[64];
	struct bpf_map *map;

	if (text_of(env, name, text, sizeof(text)))
		return NULL;
	map = bpf_object__find_map_by_name(probe->object, text);
	if (!map)
		throw_errno(env, text, ENOENT);
	return map;
}

static void release(struct probe *probe)
{
	for (size_t i = 0; i < probe->link_count; i++)
		bpf_link__destroy(probe->links[i]);
	probe->link_count = 0;
	if (probe->object)
		bpf_object__close(probe->object);
	probe->object = NULL;
}

static int compare_descriptors(const void *left, const void *right)
{
	return *(const int *)left - *(const int *)right;
}

/* In a process of its own: keeps the links alone, and ends. The kernel then takes the programs off. */
static void end_with_links(int *descriptors, size_t count)
{
	unsigned int next = 0;

	prctl(PR_SET_NAME, "seawall-release");
	setsid();
	for (size_t i = 0; i < count; i++) {
		if ((unsigned int)descriptors[i] > next)
			close_range(next, descriptors[i] - 1, 0);
		next = descriptors[i] + 1;
	}
	close_range(next, ~0u, 0);
	_exit(0);
}

/*
 * Taking a program off a tracepoint makes the kernel wait for all that may still run it, some 70 ms each, one after the
 * other. A process that has copies of the links does that by ending, while this one goes on. Without it closing just
 * takes longer.
 */
static void hand_over_links(struct probe *probe)
{
	int descriptors[MAX_LINKS];
	size_t count = 0;
	pid_t child;

	for (size_t i = 0; i < probe->link_count; i++)
		if (probe->links[i])
			descriptors[count++] = bpf_link__fd(probe->links[i]);
	if (count == 0)
		return;
	qsort(descriptors, count, sizeof(*descriptors), compare_descriptors);
	child = fork();
	if (child == 0) {
		/* nobody waits for the process that is left */
		if (fork() == 0)
			end_with_links(descriptors, count);
		_exit(0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
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

/* Takes the link over, in the first place that is free, and gives its index. */
static napi_value keep_link(napi_env env, struct probe *probe, struct bpf_link *link)
{
	napi_value result;
	size_t index = 0;

	while (index < probe->link_count && probe->links[index])
		index++;
	if (index == MAX_LINKS) {
		bpf_link__destroy(link);
		return throw_errno(env, "too many programs are attached", E2BIG);
	}
	probe->links[index] = link;
	if (index == probe->link_count)
		probe->link_count++;
	napi_create_uint32(env, index, &result);
	return result;
}

// attach(probe, program) -> index of the link
static napi_value attach_program(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	char name[128];
	struct probe *probe;
	struct bpf_program *program;
	struct bpf_link *link;

	take_arguments(env, info, arguments, 2);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	text_of(env, arguments[1], name, sizeof(name));
	program = bpf_object__find_program_by_name(probe->object, name);
	if (!program)
		return throw_errno(env, name, ENOENT);
	link = bpf_program__attach(program);
	if (!link)
		return throw_errno(env, name, errno);
	return keep_link(env, probe, link);
}

// detach(probe, index): the program stays loaded
static napi_value detach_program(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	uint32_t index;
	struct probe *probe;

	take_arguments(env, info, arguments, 2);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	napi_get_value_uint32(env, arguments[1], &index);
	if (index >= probe->link_count || !probe->links[index])
		return throw_errno(env, "no such link", EINVAL);
	bpf_link__destroy(probe->links[index]);
	probe->links[index] = NULL;
	return NULL;
}

struct detachment {
	size_t count;
	struct bpf_link *links[];
};

/* Links that threads still detach, of all probes. */
static pthread_mutex_t detaching = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t detached = PTHREAD_COND_INITIALIZER;
static size_t still_attached;

static void *detach_links(void *data)
{
	struct detachment *detachment = data;

	for (size_t i = 0; i < detachment->count; i++) {
		bpf_link__destroy(detachment->links[i]);
		pthread_mutex_lock(&detaching);
		still_attached--;
		pthread_cond_broadcast(&detached);
		pthread_mutex_unlock(&detaching);
	}
	free(detachment);
	return NULL;
}

/*
 * Attaches, also where the kernel is still taking the program off that very tracepoint: it has a program there once, and
 * would refuse the second as one that exists.
 */
static struct bpf_link *attach_after_detaching(struct bpf_program *program, const char *category, const char *tracepoint)
{
	struct bpf_link *link = bpf_program__attach_tracepoint(program, category, tracepoint);

	if (link || errno != EEXIST)
		return link;
	pthread_mutex_lock(&detaching);
	for (;;) {
		bool is_last = still_attached == 0;

		first_message[0] = 0;
		link = bpf_program__attach_tracepoint(program, category, tracepoint);
		if (link || errno != EEXIST || is_last)
			break;
		pthread_cond_wait(&detached, &detaching);
	}
	pthread_mutex_unlock(&detaching);
	return link;
}

// detachLater(probe, Uint32Array): detaches links by index in a thread of its own, since each takes the kernel a while
static napi_value detach_later(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	napi_typedarray_type type;
	size_t length;
	uint32_t *indexes;
	struct probe *probe;
	struct detachment *detachment;
	pthread_t thread;

	take_arguments(env, info, arguments, 2);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	if (napi_get_typedarray_info(env, arguments[1], &type, &length, (void **)&indexes, NULL, NULL) != napi_ok ||
	    type != napi_uint32_array)
		return throw_errno(env, "detachLater takes a Uint32Array", EINVAL);
	detachment = calloc(1, sizeof(*detachment) + length * sizeof(struct bpf_link *));
	for (size_t i = 0; i < length; i++) {
		if (indexes[i] >= probe->link_count || !probe->links[indexes[i]])
			continue;
		detachment->links[detachment->count++] = probe->links[indexes[i]];
		probe->links[indexes[i]] = NULL;
	}
	pthread_mutex_lock(&detaching);
	still_attached += detachment->count;
	pthread_mutex_unlock(&detaching);
	if (pthread_create(&thread, NULL, detach_links, detachment) == 0)
		pthread_detach(thread);
	else
		detach_links(detachment);
	return NULL;
}

// attachTracepoint(probe, program, category, name) -> index of the link: for programs that several tracepoints share
static napi_value attach_tracepoint(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	char name[128], category[64], tracepoint[128];
	struct probe *probe;
	struct bpf_program *program;
	struct bpf_link *link;

	take_arguments(env, info, arguments, 4);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	if (text_of(env, arguments[1], name, sizeof(name)) || text_of(env, arguments[2], category, sizeof(category)) ||
	    text_of(env, arguments[3], tracepoint, sizeof(tracepoint)))
		return throw_errno(env, "attachTracepoint takes a probe and three names", EINVAL);
	program = bpf_object__find_program_by_name(probe->object, name);
	if (!program)
		return throw_errno(env, name, ENOENT);
	link = attach_after_detaching(program, category, tracepoint);
	if (!link)
		return throw_errno(env, tracepoint, errno);
	return keep_link(env, probe, link);
}

// attachCgroup(probe, program, path of a cgroup) -> index of the link: for the cgroup and all below it
static napi_value attach_cgroup(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	char name[128], path[4096];
	struct probe *probe;
	struct bpf_program *program;
	struct bpf_link *link;
	int cgroup, error;

	take_arguments(env, info, arguments, 3);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	if (text_of(env, arguments[1], name, sizeof(name)) || text_of(env, arguments[2], path, sizeof(path)))
		return throw_errno(env, "attachCgroup takes a probe, a name and a path", EINVAL);
	program = bpf_object__find_program_by_name(probe->object, name);
	if (!program)
		return throw_errno(env, name, ENOENT);
	cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0)
		return throw_errno(env, path, errno);
	link = bpf_program__attach_cgroup(program, cgroup);
	error = errno;
	close(cgroup);
	if (!link)
		return throw_errno(env, name, error);
	return keep_link(env, probe, link);
}

/* Called when JavaScript can no longer reach the buffer: only then is the memory given back. */
static void unmap(napi_env env, void *memory, void *length)
{
	(void)env;
	munmap(memory, (size_t)length);
}

/* Maps a part of a map as an ArrayBuffer; NULL, and an error thrown, where that fails. */
static napi_value map_part(napi_env env, struct probe *probe, int descriptor, int protection, size_t offset,
			   size_t length)
{
	napi_value buffer;
	void *memory;

	if (probe->buffer_count == MAX_BUFFERS)
		return throw_errno(env, "too many maps are mapped", E2BIG);
	memory = mmap(NULL, length, protection, MAP_SHARED, descriptor, offset);
	if (memory == MAP_FAILED)
		return throw_errno(env, "mapping a map", errno);
	if (napi_create_external_arraybuffer(env, memory, length, unmap, (void *)length, &buffer) != napi_ok) {
		munmap(memory, length);
		return throw_errno(env, "this runtime takes no memory from outside", ENOTSUP);
	}
	napi_create_reference(env, buffer, 1, &probe->buffers[probe->buffer_count++]);
	return buffer;
}

// mapRing(probe, map, beyond?) -> { consumer, producer, pageSize }: the ring's pages. The consumer's position is the
// first 8 bytes of `consumer`, the producer's the first 8 of `producer`; the data follow one page later, and behind
// their end once more from their start, for records that lie across it: all, or `beyond` bytes. Both are empty after
// close.
static napi_value map_ring(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result, consumer, producer, size;
	size_t page_size = sysconf(_SC_PAGESIZE), ring_size;
	uint32_t beyond = ~0u;
	struct probe *probe;
	struct bpf_map *map;
	int descriptor;

	if (take_arguments(env, info, arguments, 3) == 3)
		napi_get_value_uint32(env, arguments[2], &beyond);
	probe = probe_of(env, arguments[0]);
	if (!probe)
		return NULL;
	map = map_of(env, probe, arguments[1]);
	if (!map)
		return NULL;
	if (probe->is_ring_mapped)
		return throw_errno(env, "the ring is mapped already", EBUSY);
	descriptor = bpf_map__fd(map);
	probe->is_ring_mapped = true;
	consumer = map_part(env, probe, descriptor, PROT_READ | PROT_WRITE, 0, page_size);
	if (!consumer)
		return NULL;
	ring_size = bpf_map__max_entries(map);
	producer = map_part(env, probe, descriptor, PROT_READ, page_size,
			    page_size + ring_size + (beyond < ring_size ? beyond : ring_size));
	if (!producer)
		return NULL;
	napi_create_uint32(env, page_size, &size);
	napi_create_object(env, &result);
	napi_set_named_property(env, result, "consumer", consumer);
	napi_set_named_property(env, result, "producer", producer);
	napi_set_named_property(env, result, "pageSize", size);
	return result;
}

// mapArray(probe, map) -> ArrayBuffer: the values of an array that may be mapped, one behind the other; empty after close
static napi_value map_array(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	struct probe *probe;
	struct bpf_map *map;

	take_arguments(env, info, arguments, 2);
	probe = probe_of(env, arguments[0]);
	map = probe ? map_of(env, probe, arguments[1]) : NULL;
	if (!map)
		return NULL;
	/* the kernel keeps each value at a multiple of 8 bytes */
	return map_part(env, probe, bpf_map__fd(map), PROT_READ | PROT_WRITE, 0,
			(size_t)bpf_map__max_entries(map) * ((bpf_map__value_size(map) + 7) & ~7u));
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

static int bytes_of(napi_env env, napi_value value, void **bytes, size_t *length)
{
	napi_typedarray_type type;

	return napi_get_typedarray_info(env, value, &type, length, bytes, NULL, NULL) == napi_ok ? 0 : -1;
}

// update(probe, map, key, value): key and value are Uint8Array of the map's sizes
static napi_value update_map(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	void *key, *value;
	size_t key_length, value_length;
	struct probe *probe;
	struct bpf_map *map;
	int error;

	take_arguments(env, info, arguments, 4);
	probe = probe_of(env, arguments[0]);
	map = probe ? map_of(env, probe, arguments[1]) : NULL;
	if (!map)
		return NULL;
	if (bytes_of(env, arguments[2], &key, &key_length) || bytes_of(env, arguments[3], &value, &value_length))
		return throw_errno(env, "update takes two Uint8Array", EINVAL);
	error = bpf_map__update_elem(map, key, key_length, value, value_length, BPF_ANY);
	return error ? throw_errno(env, bpf_map__name(map), -error) : NULL;
}

// lookup(probe, map, key, value): fills `value`; for per-CPU maps it is 8-byte slots, one a possible CPU
static napi_value lookup_entry(napi_env env, napi_callback_info info)
{
	napi_value arguments[4], result;
	void *key, *value;
	size_t key_length, value_length;
	struct probe *probe;
	struct bpf_map *map;
	int error;

	take_arguments(env, info, arguments, 4);
	probe = probe_of(env, arguments[0]);
	map = probe ? map_of(env, probe, arguments[1]) : NULL;
	if (!map)
		return NULL;
	if (bytes_of(env, arguments[2], &key, &key_length) || bytes_of(env, arguments[3], &value, &value_length))
		return throw_errno(env, "lookup takes two Uint8Array", EINVAL);
	error = bpf_map__lookup_elem(map, key, key_length, value, value_length, 0);
	if (error && error != -ENOENT)
		return throw_errno(env, bpf_map__name(map), -error);
	napi_get_boolean(env, error == 0, &result);
	return result;
}

// remove(probe, map, key) -> whether there was such an entry
static napi_value remove_entry(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result;
	void *key;
	size_t key_length;
	struct probe *probe;
	struct bpf_map *map;
	int error;

	take_arguments(env, info, arguments, 3);
	probe = probe_of(env, arguments[0]);
	map = probe ? map_of(env, probe, arguments[1]) : NULL;
	if (!map)
		return NULL;
	if (bytes_of(env, arguments[2], &key, &key_length))
		return throw_errno(env, "remove takes a Uint8Array", EINVAL);
	error = bpf_map__delete_elem(map, key, key_length, 0);
	if (error && error != -ENOENT)
		return throw_errno(env, bpf_map__name(map), -error);
	napi_get_boolean(env, error == 0, &result);
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

/* Takes the ring's buffers away: whoever still has them finds them empty. */
static void detach_buffers(napi_env env, struct probe *probe)
{
	for (size_t i = 0; i < MAX_BUFFERS; i++) {
		napi_value buffer;

		if (!probe->buffers[i])
			continue;
		if (napi_get_reference_value(env, probe->buffers[i], &buffer) == napi_ok && buffer)
			napi_detach_arraybuffer(env, buffer);
		napi_delete_reference(env, probe->buffers[i]);
		probe->buffers[i] = NULL;
	}
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
