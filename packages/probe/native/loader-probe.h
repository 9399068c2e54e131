// What each function of the addon begins with: the probe that it is called for, its arguments, and how it fails.
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <node_api.h>

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

static int bytes_of(napi_env env, napi_value value, void **bytes, size_t *length)
{
	napi_typedarray_type type;

	return napi_get_typedarray_info(env, value, &type, length, bytes, NULL, NULL) == napi_ok ? 0 : -1;
}
