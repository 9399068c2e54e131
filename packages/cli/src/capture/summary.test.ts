import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CaptureSection, encodeEvent } from '@seawall/events';
import { createCaptureSummarizer } from './summary.ts';

const FIRST = 1_700_000_000_000_000_000n;

function eventsAt(...times: readonly bigint[]): CaptureSection[] {
  return times.map((time, index) => ({
    kind: 'events',
    batch: encodeEvent('CONTAINER_JSON_E', { json: '{}' }, { tid: -1, time, number: index + 1 }),
  }));
}

test('the span of a capture is that of the events that have a time', () => {
  const summarizer = createCaptureSummarizer();
  for (const section of eventsAt(0n, 0n, FIRST, FIRST + 5n, 0n)) summarizer.add(section);
  const { events, firstTimestamp, lastTimestamp } = summarizer.finish();
  assert.deepEqual([events, firstTimestamp, lastTimestamp], [5, FIRST, FIRST + 5n]);
});

test('a capture whose events have no time has no span', () => {
  const summarizer = createCaptureSummarizer();
  for (const section of eventsAt(0n, 0n)) summarizer.add(section);
  const { events, firstTimestamp, lastTimestamp } = summarizer.finish();
  assert.deepEqual([events, firstTimestamp, lastTimestamp], [2, undefined, undefined]);
});
