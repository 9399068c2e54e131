import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import fc from 'fast-check';
import { sharedCaptures, withoutShared } from '../../../../test/shared-captures.ts';
import { eventTypeOfSymbol, eventTypes } from '../table/event-type.ts';
import { batchOf, encodeEvent } from '../testing.ts';
import { readWhole } from '../testing-captures.ts';
import { readCapture } from './read.ts';
import type { CaptureSection, DescriptorEntry } from './section.ts';
import { createCaptureWriter, type WriteOptions, type WriteResult } from './write.ts';

const header: CaptureSection = { kind: 'header', majorVersion: 1, minorVersion: 2 };

/** The bytes that these sections are written as. */
async function writtenBytes(
  sections: Iterable<CaptureSection> | AsyncIterable<CaptureSection>,
  options?: WriteOptions,
): Promise<{ bytes: Buffer; result: WriteResult }> {
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  // The writer uses its buffers again.
  output.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  const writer = createCaptureWriter(output, options);
  for await (const section of sections) await writer.write(section);
  const result = await writer.close();
  return { bytes: Buffer.concat(chunks), result };
}

test('a copy of each shared capture reads back equal', { skip: withoutShared }, async () => {
  for (const path of sharedCaptures()) {
    const original = await readWhole(path);
    const expectedTables: CaptureSection[] = [header, ...original.tables.slice(1)];
    const compression = path.endsWith('sample.scap') ? 'gzip' : 'none';
    const { bytes, result } = await writtenBytes(readCapture(path), { compression });
    assert.equal(bytes[0], compression === 'gzip' ? 0x1f : 0x0a);
    assert.equal(result.events, original.events.length);
    const copy = await readWhole(bytes);
    assert.equal(copy.error, undefined);
    assert.equal(copy.events.join('\n'), original.events.join('\n'));
    assert.deepEqual(copy.tables, expectedTables);
  }
});

const text = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const texts = fc.array(text, { maxLength: 5 });
const id = fc.integer({ min: -1, max: 2 ** 40 });
const uint32 = fc.nat(0xffff_ffff);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const processEntry = fc.record(
  {
    tid: id,
    pid: id,
    parentTid: id,
    sessionId: id,
    vpgid: id,
    pgid: id,
    comm: text,
    exe: text,
    exepath: text,
    args: texts,
    environment: texts,
    cwd: text,
    root: text,
    descriptorLimit: id,
    flags: uint32,
    uid: uint32,
    gid: uint32,
    memory: fc.record(
      {
        virtualSize: uint32,
        residentSize: uint32,
        swapSize: uint32,
        majorFaults: id,
        minorFaults: id,
      },
      { noNullPrototype: true },
    ),
    vtid: id,
    vpid: id,
    cgroups: texts,
    pidNamespaceStart: uint64,
    tty: uint32,
    loginUid: uint32,
    isExeWritable: fc.boolean(),
    isExeUpperLayer: fc.boolean(),
    isExeLowerLayer: fc.boolean(),
    isExeFromMemfd: fc.boolean(),
    exeInode: uint64,
    exeInodeCtime: uint64,
    exeInodeMtime: uint64,
    capabilities: fc.record(
      { inheritable: uint64, permitted: uint64, effective: uint64 },
      { noNullPrototype: true },
    ),
    cloneTime: fc.constant(0n),
  },
  { noNullPrototype: true },
);

const address = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const port = fc.nat(0xffff);
const protocol = fc.nat(255);
const socket = (length: number) => ({
  sourceAddress: address(length),
  sourcePort: port,
  destinationAddress: address(length),
  destinationPort: port,
  protocol,
});
const server = (length: number) => ({ localAddress: address(length), localPort: port, protocol });
const plain = { noNullPrototype: true };
const bodies: fc.Arbitrary<Pick<DescriptorEntry, 'type' | 'body'>> = fc.oneof(
  fc.record(
    { type: fc.constant(3), body: fc.record({ kind: fc.constant('ipv4' as const), ...socket(4) }, plain) },
    plain,
  ),
  fc.record(
    { type: fc.constant(4), body: fc.record({ kind: fc.constant('ipv6' as const), ...socket(16) }, plain) },
    plain,
  ),
  fc.record(
    {
      type: fc.constant(5),
      body: fc.record({ kind: fc.constant('ipv4server' as const), ...server(4) }, plain),
    },
    plain,
  ),
  fc.record(
    {
      type: fc.constant(6),
      body: fc.record({ kind: fc.constant('ipv6server' as const), ...server(16) }, plain),
    },
    plain,
  ),
  fc.record(
    {
      type: fc.constant(8),
      body: fc.record(
        { kind: fc.constant('unix' as const), source: uint64, destination: uint64, name: text },
        plain,
      ),
    },
    plain,
  ),
  fc.record(
    {
      type: fc.constant(16),
      body: fc.record(
        {
          kind: fc.constant('file' as const),
          openFlags: uint32,
          name: text,
          mountId: fc.constant(0),
          device: uint32,
        },
        plain,
      ),
    },
    plain,
  ),
  fc.record(
    {
      type: fc.constantFrom(1, 2, 7, 9, 15, 21),
      body: fc.record({ kind: fc.constant('named' as const), name: text }, plain),
    },
    plain,
  ),
);
const descriptor = fc
  .record({ fd: id, inode: uint64, body: bodies }, plain)
  .map(({ fd, inode, body }) => ({ fd, inode, ...body }));

test('whatever tables are written read back equal', async () => {
  const section: fc.Arbitrary<CaptureSection> = fc.oneof(
    fc.record(
      {
        kind: fc.constant('processes' as const),
        processes: fc.array(processEntry, { minLength: 1, maxLength: 4 }),
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant('descriptors' as const),
        tid: id,
        descriptors: fc.array(descriptor, { minLength: 1, maxLength: 6 }),
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant('users' as const),
        users: fc.array(
          fc.record({ uid: uint32, gid: uint32, name: text, homeDirectory: text, shell: text }, plain),
          { minLength: 1, maxLength: 3 },
        ),
        groups: fc.array(fc.record({ gid: uint32, name: text }, plain), { maxLength: 3 }),
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant('interfaces' as const),
        interfaces: fc.array(
          fc.constantFrom(['ipv4', 4] as const, ['ipv6', 16] as const).chain(([family, length]) =>
            fc.record(
              {
                family: fc.constant(family),
                name: text,
                address: address(length),
                netmask: address(length),
                broadcast: address(length),
                linkSpeed: fc.nat(),
              },
              plain,
            ),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      },
      plain,
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(section, { maxLength: 4 }), async (sections) => {
      const { bytes } = await writtenBytes([header, ...sections]);
      const { tables, error } = await readWhole(bytes);
      assert.equal(error, undefined);
      assert.deepEqual(tables, [header, ...sections]);
    }),
    { numRuns: 200 },
  );
});

test('whatever events are written read back equal, with their flags and CPUs', async () => {
  const passing = eventTypes.filter((type) => !type.isUnused && !type.isOld && !type.isConverterManaged);
  const event = fc.constantFrom(...passing).chain((type) =>
    fc.tuple(
      fc
        .array(fc.uint8Array({ maxLength: 300 }), {
          minLength: type.parameters.length,
          maxLength: type.parameters.length,
        })
        .map((parameters) => encodeEvent(type.id, parameters)),
      fc.nat(63),
      fc.constantFrom(0, 0, 0, 1),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 30 }), async (events) => {
      const batch = batchOf(events.map(([bytes]) => bytes));
      for (const [index, [, cpu]] of events.entries()) batch.cpus[index] = cpu;
      const flags = Uint32Array.from(events, ([, , value]) => value);
      const { bytes } = await writtenBytes([header, { kind: 'events', batch: { ...batch, flags } }]);
      assert.equal(bytes.length % 4, 0);
      const read = await readWhole(bytes);
      assert.equal(read.error, undefined);
      assert.deepEqual(
        read.events,
        events.map(([raw, cpu, value], index) => `${index + 1} ${cpu} ${value} ${raw.toString('hex')}`),
      );
    }),
    { numRuns: 100 },
  );
});

test('events longer than what is read at a time read back equal, with those between and behind them', async () => {
  const container = eventTypeOfSymbol('CONTAINER_JSON_2_E').id;
  const kibibytes = [1, 300, 2, 5000, 800, 1, 1];
  const events = kibibytes.map((length, index) =>
    encodeEvent(container, [Buffer.alloc(length * 1024, 97 + index)], { tid: BigInt(index) }),
  );
  const { bytes } = await writtenBytes([header, { kind: 'events', batch: batchOf(events) }]);
  const { events: read, error } = await readWhole(bytes);
  assert.equal(error, undefined);
  assert.deepEqual(
    read.map((text) => text.split(' ')[3]),
    events.map((event) => event.toString('hex')),
  );
});

test('for sysdig 0.41 later parameters and types are left out and counted', async () => {
  const socketType = eventTypeOfSymbol('SOCKET_SOCKET_X').id;
  const closeRange = eventTypeOfSymbol('SYSCALL_CLOSE_RANGE_X').id;
  const parameters = [8, 4, 4, 4, 4].map((length) => Buffer.alloc(length, length));
  const socketEvent = encodeEvent(socketType, parameters);
  const batch = batchOf([socketEvent, encodeEvent(closeRange, parameters.slice(0, 4)), socketEvent]);
  const { bytes, result } = await writtenBytes([header, { kind: 'events', batch }], {
    compatibility: 'sysdig-0.41',
  });
  assert.deepEqual(result, { events: 2, leftOut: new Map([[closeRange, 1]]) });
  const shortened = encodeEvent(socketType, parameters.slice(0, 4));
  assert.ok(bytes.includes(shortened));
  assert.ok(!bytes.includes(socketEvent));
});

test('a capture is for who made it alone: it holds what processes read and wrote', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-events-'));
  try {
    const path = join(folder, 'x.scap');
    const writer = createCaptureWriter(path);
    await writer.write(header);
    await writer.close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a capture that cannot be written says why', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-events-'));
  try {
    const writer = createCaptureWriter(join(folder, 'absent', 'x.scap'), { compression: 'gzip' });
    await assert.rejects(
      async () => {
        await writer.write(header);
        await writer.close();
      },
      (error) => isSeawallError(error, 'events/CAPTURE_UNWRITABLE'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
