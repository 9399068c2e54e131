import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createEventView,
  type EventBatch,
  type EventType,
  encodeRaw,
  eventTypes,
  moveTo,
  parameterLength,
  parameterStart,
  plainCountByType,
} from '@seawall/events';
import { encodeEvent, type ParameterValue } from '../testing/encode-event.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const values: Readonly<Record<string, ParameterValue>> = {
  dirfd: -100,
  name: 'notes',
  domain: 2,
  type: 1,
  exe: '/bin/sh',
  comm: 'sh',
  ptid: 10,
  fdlimit: 64,
  uid: 1000,
  filename: '/bin/sh',
};
/** What the first parameter of a type says: of most the descriptor or the child that was made. */
const RESULT = 12;

const { inspector } = createTestSource();
const { leastCounts } = inspector;
const shortened = eventTypes.filter(({ id }) => leastCounts[id] < plainCountByType[id]);

/** The event as it is converted: what is appended is 0, or empty where the type of it has no such value. */
function convertedEvent(type: EventType, head: ReturnType<TestSource['head']>): EventBatch {
  const least = leastCounts[type.id];
  const given = type.parameters.map(({ name }, index): [string, ParameterValue | undefined] => {
    if (index === 0) return [name, type.symbol.includes('EXEC') ? 0 : RESULT];
    if (index < least) return [name, values[name]];
    return [name, type.symbol.includes('EXEC') ? undefined : 0];
  });
  const present = given.filter((entry): entry is [string, ParameterValue] => entry[1] !== undefined);
  return encodeEvent(type.symbol, Object.fromEntries(present), head);
}

/** The same without what was appended. */
function cutEvent(type: EventType, batch: EventBatch, head: ReturnType<TestSource['head']>): EventBatch {
  const view = createEventView();
  moveTo(view, batch, 0);
  const parameters = Array.from({ length: leastCounts[type.id] }, (_, index) => {
    const start = parameterStart(view, index);
    return view.bytes.slice(start, start + parameterLength(view, index));
  });
  return encodeRaw(type.id, parameters, head);
}

function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  source.event(10, 'SYSCALL_GETCWD_X', { res: 5, path: '/root' });
  return source;
}

function picture(source: TestSource): unknown {
  source.inspector.settle();
  return [10, RESULT].map(source.context.tables.process).map(
    (process) =>
      process && {
        ...process,
        bookkeeping: undefined,
        verdicts: undefined,
        descriptors: [...process.descriptors.entries()],
      },
  );
}

test('events that lack what converting appends as 0 change the tables as the converted ones do', () => {
  assert.ok(shortened.length >= 6);
  for (const type of shortened) {
    const [converted, cut] = [system(), system()];
    const before = picture(cut);
    const batch = convertedEvent(type, converted.head(10));
    converted.deliver(batch);
    cut.deliver(cutEvent(type, batch, cut.head(10)));
    assert.deepEqual(picture(cut), picture(converted), type.symbol);
    if (!type.symbol.includes('FCNTL')) assert.notDeepEqual(picture(cut), before, type.symbol);
  }
});
