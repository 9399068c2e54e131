import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeAt, stringOf } from '../json/node.ts';
import { readAuditInput } from './input.ts';

const event = (id: string): string =>
  `{"kind":"Event","auditID":"${id}","stageTimestamp":"2026-11-21T21:31:46.583070Z"}`;

async function read(text: string, chunkLength = text.length) {
  const bytes = Buffer.from(text);
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += Math.max(1, chunkLength)) {
    chunks.push(bytes.subarray(from, from + Math.max(1, chunkLength)));
  }
  const ids: (string | undefined)[] = [];
  const faults: string[] = [];
  const timestamps: bigint[] = [];
  for await (const item of readAuditInput(chunks)) {
    if (item.kind === 'fault') faults.push(`${item.fault.line}:${item.fault.column} ${item.fault.reason}`);
    else {
      ids.push(stringOf(nodeAt(item.event.node, ['auditID'])));
      timestamps.push(item.event.timestamp);
      assert.equal(item.event.number, ids.length);
    }
  }
  return { ids, faults, timestamps };
}

test('one event a line, empty lines and carriage returns between them', async () => {
  const { ids, faults, timestamps } = await read(`${event('a')}\r\n\n${event('b')}`);
  assert.deepEqual(ids, ['a', 'b']);
  assert.deepEqual(faults, []);
  assert.equal(timestamps[0], 1795296706583070000n);
});

test('event lists, arrays and arrays of event lists are taken apart', async () => {
  const list = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[${event('c')},${event('d')}]}`;
  const { ids } = await read(`[${event('a')},${event('b')}]\n${list}\n[${list}]\n`);
  assert.deepEqual(ids, ['a', 'b', 'c', 'd', 'c', 'd']);
});

test('values may stretch over lines', async () => {
  const pretty = JSON.stringify(JSON.parse(event('a')), null, 2);
  const array = `[\n${event('b')},\n${event('c')}\n]`;
  const { ids, faults } = await read(`${pretty}\n${array}\n${event('d')}\n`);
  assert.deepEqual(ids, ['a', 'b', 'c', 'd']);
  assert.deepEqual(faults, []);
});

test('what is no event is reported with its place, and the events around it are read', async () => {
  const { ids, faults } = await read(
    [
      event('a'),
      '{"kind":"Event","auditID":"cut',
      event('b'),
      'noise',
      '{"kind":"Pod"}',
      '{"kind":"Event","auditID":"x"}',
      '{"kind":"Event",}',
      '{"kind":"Event","items":[',
      event('c'),
      '{"kind":',
    ].join('\n'),
  );
  assert.deepEqual(ids, ['a', 'b', 'c']);
  assert.deepEqual(faults, [
    '2:31 a string is not closed on its line',
    '4:1 expected a value',
    '5:1 not an audit event: "kind" is neither Event nor EventList',
    '6:1 an audit event without a readable "stageTimestamp"',
    `7:17 expected '"' before a member's name`,
    '8:26 the value does not end',
    '10:9 the value does not end',
  ]);
});

test('an unclosed array in front costs no event behind it', async () => {
  const { ids, faults } = await read(`[\n${event('a')},\n[\n${event('b')}\n`);
  assert.deepEqual(faults.length > 0, true);
  assert.ok(ids.includes('b'));
});

test('nesting without end is a fault, not a crash', async () => {
  const { faults } = await read(`${'['.repeat(100_000)}${']'.repeat(100_000)}\n`);
  assert.deepEqual(faults, ['1:301 nested deeper than 300 levels']);
});

test('a hundred thousand opened brackets, a line each, are read to the end', async () => {
  const flood = 100_000;
  assert.equal((await read(' [\n'.repeat(flood))).faults.length, 1);
  assert.equal((await read('[\n'.repeat(flood))).faults.length, flood);
  assert.equal((await read(`[\n${'{"a":\n'.repeat(flood)}`)).faults.length, flood + 1);
});

test('lines that hold nothing are passed over without a turn of the queue for each', async () => {
  let isRead = false;
  let turns = 0;
  const reading = read(`${'\n'.repeat(100_000)}${' \r\n'.repeat(100_000)}${event('a')}`).finally(() => {
    isRead = true;
  });
  while (!isRead) {
    turns += 1;
    await undefined;
  }
  assert.deepEqual((await reading).ids, ['a']);
  assert.ok(turns < 100, `${turns} turns`);
});

test('how the bytes are cut into chunks changes nothing', async () => {
  const text = `${event('ä')}\nnoise\n${JSON.stringify(JSON.parse(event('b')), null, 1)}\n[${event('c')}]`;
  const whole = await read(text);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (length) => {
      assert.deepEqual(await read(text, length), whole);
    }),
    { numRuns: 40 },
  );
});

test('no text makes reading throw', async () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    '\n',
    '1',
    'null',
    '"kind"',
    event('z'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      await read(pieces.join(''));
    }),
    { numRuns: 300 },
  );
});
