import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CaptureSection, encodeEvent } from '@seawall/events';
import type { MetadataOptions, MetadataUpdate } from '@seawall/kube';
import { createLiveContainers } from './live-containers.ts';
import { withContainers } from './with-containers.ts';

/** A stream of sections that a test pushes into, and a source of metadata that says what it is told to. */
function world() {
  const waiting: CaptureSection[] = [];
  let wake = (): void => undefined;
  let isOver = false;
  async function* sections(): AsyncGenerator<CaptureSection> {
    for (;;) {
      const section = waiting.shift();
      if (section !== undefined) yield section;
      else if (isOver) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  let tell: (update: MetadataUpdate) => void = () => undefined;
  const containers = createLiveContainers({}, ({ onUpdate }: MetadataOptions) => {
    tell = onUpdate;
    return {
      start: async () => undefined,
      lookUp: () => undefined,
      status: () => [],
      close: async () => undefined,
    };
  });
  const out = withContainers(sections(), containers);
  return {
    push(section: CaptureSection) {
      waiting.push(section);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    tell: (id: string) => tell({ kind: 'missing', id }),
    /** What comes next, in one word, with the numbers of the events. */
    async next(): Promise<string> {
      const { done, value } = await out.next();
      if (done === true) return 'end';
      if (value.kind !== 'events') return value.kind;
      const { batch } = value;
      const numbers = [...batch.numbers.subarray(0, batch.count)].join(' ');
      const text = Buffer.from(batch.bytes).toString('latin1');
      const name = /seawall_\w+|"id":"\w+/g.exec(text)?.[0] ?? 'events';
      return `${name} ${numbers}`;
    },
  };
}

const HEADER: CaptureSection = { kind: 'header', majorVersion: 1, minorVersion: 2 };

function events(number: number): CaptureSection {
  const batch = encodeEvent('SYSCALL_OPENAT_2_X', { fd: 3 }, { tid: 1, time: 1n, number });
  return { kind: 'events', batch };
}

test('what is known at the start comes after the tables and before the first event', async () => {
  const { push, tell, next, end } = world();
  tell('a');
  push(HEADER);
  assert.equal(await next(), 'header');
  push(events(1));
  assert.equal(await next(), 'seawall_containers_looked_up 1');
  assert.equal(await next(), 'seawall_container_missing 2');
  assert.equal(await next(), 'events 3');
  end();
  assert.equal(await next(), 'end');
});

test('what becomes known later comes at once, though nothing else happens, and moves the numbers behind it', async () => {
  const { push, tell, next, end } = world();
  push(HEADER);
  push(events(1));
  for (const expected of ['header', 'seawall_containers_looked_up 1', 'events 2']) {
    assert.equal(await next(), expected);
  }
  const coming = next();
  setTimeout(tell, 5, 'a');
  assert.equal(await coming, 'seawall_container_missing 3');
  push(events(2));
  assert.equal(await next(), 'events 4');
  tell('b');
  end();
  assert.equal(await next(), 'seawall_container_missing 5');
  assert.equal(await next(), 'end');
});

test('a machine that fails to be watched fails here as well', async () => {
  const containers = createLiveContainers({}, () => ({
    start: async () => undefined,
    lookUp: () => undefined,
    status: () => [],
    close: async () => undefined,
  }));
  // biome-ignore lint/correctness/useYield: it fails before there is anything to give
  async function* failing(): AsyncGenerator<CaptureSection> {
    throw new Error('broken');
  }
  await assert.rejects(withContainers(failing(), containers).next(), /broken/);
});
