// What is told to the agent: replies and denials. Telling never waits: when the agent does not read, denials are lost,
// and counted.
#pragma once

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OUTPUT_ROOM (512 * 1024)
#define OUTPUT 1

static struct {
	pthread_mutex_t lock;
	char bytes[OUTPUT_ROOM];
	size_t start, end;
	uint64_t lost;
} output = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void flush_locked(void)
{
	while (output.start < output.end) {
		ssize_t sent = send(OUTPUT, output.bytes + output.start, output.end - output.start,
				    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent <= 0)
			break;
		output.start += sent;
	}
	if (output.start == output.end)
		output.start = output.end = 0;
}

static bool has_output(void)
{
	bool has;

	pthread_mutex_lock(&output.lock);
	has = output.start < output.end;
	pthread_mutex_unlock(&output.lock);
	return has;
}

static void flush_output(void)
{
	pthread_mutex_lock(&output.lock);
	flush_locked();
	pthread_mutex_unlock(&output.lock);
}

/* Tells `count` texts as one message: its length, then each text with a zero behind it. */
static void tell(int count, ...)
{
	va_list texts;
	size_t length = 0, at;

	va_start(texts, count);
	for (int i = 0; i < count; i++)
		length += strlen(va_arg(texts, const char *)) + 1;
	va_end(texts);
	pthread_mutex_lock(&output.lock);
	if (output.start > 0 && OUTPUT_ROOM - output.end < length + 4) {
		memmove(output.bytes, output.bytes + output.start, output.end - output.start);
		output.end -= output.start;
		output.start = 0;
	}
	if (OUTPUT_ROOM - output.end < length + 4) {
		output.lost++;
	} else {
		uint32_t prefix = length;

		memcpy(output.bytes + output.end, &prefix, 4);
		at = output.end + 4;
		va_start(texts, count);
		for (int i = 0; i < count; i++) {
			const char *text = va_arg(texts, const char *);

			strcpy(output.bytes + at, text);
			at += strlen(text) + 1;
		}
		va_end(texts);
		output.end = at;
	}
	flush_locked();
	pthread_mutex_unlock(&output.lock);
}
