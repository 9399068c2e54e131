// Maps: those that JavaScript reads and writes in place, and single entries of the others.
#pragma once

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "loader-probe.h"

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
