// Where programs are attached, and how they come off again while the kernel takes its time.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader-probe.h"

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
