// Signals that reach exactly the process that was meant: by pidfd, after a look at when the holder of the pid started.
// Takes nothing but a C compiler: no libbpf. Every function throws a JavaScript Error with `code` (the errno's name).
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <node_api.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static napi_value throw_errno(napi_env env, const char *what, int error)
{
	char message[256];

	snprintf(message, sizeof(message), "%s: %s", what, strerror(error));
	napi_throw_error(env, strerrorname_np(error) ? strerrorname_np(error) : "UNKNOWN", message);
	return NULL;
}

// When the process with a pid started, in nanoseconds after boot (rounded down to a clock tick); -1 where it has ended.
static int64_t start_of(int64_t pid)
{
	char path[48], text[1024];
	char *field;
	ssize_t length;
	int file;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	length = read(file, text, sizeof(text) - 1);
	close(file);
	if (length <= 0)
		return -1;
	text[length] = 0;
	// The name, field 2, may hold anything, also parentheses: what follows its last one is fields from 3 on.
	field = strrchr(text, ')');
	for (int number = 2; field && number < 22; number++)
		field = strchr(field + 1, ' ');
	if (!field)
		return -1;
	return strtoll(field, NULL, 10) * (1000000000ll / sysconf(_SC_CLK_TCK));
}

// signal(pid, signal, latestStart: BigInt nanoseconds after boot): true when sent, false when that process has ended
static napi_value send_signal(napi_env env, napi_callback_info info)
{
	napi_value arguments[3], result;
	size_t count = 3;
	int64_t pid, latest_start, start;
	int32_t number;
	bool is_lossless, is_sent = false;
	int descriptor, error = 0;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (count < 3 || napi_get_value_int64(env, arguments[0], &pid) != napi_ok ||
	    napi_get_value_int32(env, arguments[1], &number) != napi_ok ||
	    napi_get_value_bigint_int64(env, arguments[2], &latest_start, &is_lossless) != napi_ok || pid <= 1)
		return throw_errno(env, "signal takes a pid above 1, a signal, and a time", EINVAL);
	descriptor = syscall(SYS_pidfd_open, (int)pid, 0);
	if (descriptor < 0) {
		// A thread that leads no process gives EINVAL (ENOENT since Linux 6.9): its process has ended or never was.
		if (errno != ESRCH && errno != EINVAL && errno != ENOENT)
			return throw_errno(env, "pidfd_open", errno);
	} else {
		// The descriptor holds on to whoever has the pid now; only then is it looked at who that is.
		start = start_of(pid);
		if (start >= 0 && start <= latest_start) {
			is_sent = syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0) == 0;
			error = is_sent ? 0 : errno;
		}
		close(descriptor);
		if (error && error != ESRCH)
			return throw_errno(env, "pidfd_send_signal", error);
	}
	napi_get_boolean(env, is_sent, &result);
	return result;
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

NAPI_MODULE_INIT()
{
	napi_value function;

	napi_create_function(env, "signal", NAPI_AUTO_LENGTH, send_signal, NULL, &function);
	napi_set_named_property(env, exports, "signal", function);
	napi_create_function(env, "bootTime", NAPI_AUTO_LENGTH, boot_time, NULL, &function);
	napi_set_named_property(env, exports, "bootTime", function);
	return exports;
}
