import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import type { LoadedSet, RunningSet, SetTexts } from '../rule-set/load-running-set.ts';
import { createReloader } from './reloader.ts';

function setOf(name: string): RunningSet {
  return { rules: [], channels: [], policies: { policies: [{ name }] } } as unknown as RunningSet;
}

const texts: SetTexts = { ruleFiles: [], policyFiles: [], matching: 'all' };

function setting(first = setOf('first')) {
  const world = {
    loaded: { set: setOf('next'), messages: ['a warning'] } as LoadedSet,
    fault: undefined as Error | undefined,
    replaced: [] as number[],
    replacing: Promise.resolve() as Promise<void>,
  };
  const reloader = createReloader({
    first,
    clock: createManualClock(7),
    read() {
      if (world.fault !== undefined) throw world.fault;
      return texts;
    },
    load: () => world.loaded,
    async replace(generation) {
      world.replaced.push(generation);
      await world.replacing;
    },
  });
  return { reloader, world };
}

test('what is right runs from then on; findings of the set before are still understood', async () => {
  const first = setOf('first');
  const { reloader } = setting(first);
  assert.deepEqual(await reloader.reload(), { kind: 'taken', generation: 2, warnings: ['a warning'] });
  assert.equal(reloader.policies(1), first.policies);
  assert.equal(reloader.policies(2), reloader.current.policies);
  const { generation, accepted, refused, loadedAt } = reloader.status();
  assert.deepEqual(
    { generation, accepted, refused, loadedAt },
    { generation: 2, accepted: 1, refused: undefined, loadedAt: 7 },
  );
});

test('what has errors, can not be read or is refused by the hot loop changes nothing, and says why', async () => {
  const first = setOf('first');
  const { reloader, world } = setting(first);
  world.loaded = { set: undefined, messages: ['rules.yaml:1:1: error: no'] };
  assert.deepEqual(await reloader.reload(), { kind: 'refused', messages: ['rules.yaml:1:1: error: no'] });
  assert.deepEqual(world.replaced, []);
  world.fault = new Error('rules.yaml is gone');
  assert.deepEqual(await reloader.reload(), { kind: 'refused', messages: ['rules.yaml is gone'] });
  world.fault = undefined;
  world.loaded = { set: setOf('next'), messages: [] };
  world.replacing = Promise.reject(new Error('it has ended'));
  assert.deepEqual(await reloader.reload(), { kind: 'refused', messages: ['it has ended'] });
  assert.equal(reloader.current, first);
  assert.equal(reloader.policies(2), undefined);
  assert.deepEqual(reloader.status().refused?.messages, ['it has ended']);
  assert.equal(reloader.status().refusals, 3);
});

test('a change that is mended is no longer refused', async () => {
  const { reloader, world } = setting();
  const { loaded } = world;
  world.loaded = { set: undefined, messages: ['no'] };
  await reloader.reload();
  world.loaded = loaded;
  await reloader.reload();
  assert.equal(reloader.status().refused, undefined);
});

test('a start on what was kept is a refusal, until what is on disk is taken over', async () => {
  const reloader = createReloader({
    ...{ first: setOf('kept'), clock: createManualClock(7), read: () => texts },
    refused: { messages: ['no'], keptSince: 3 },
    load: () => ({ set: setOf('next'), messages: [] }),
    async replace() {},
  });
  const { refused, refusals, keptSince } = reloader.status();
  assert.deepEqual(
    { refused, refusals, keptSince },
    {
      refused: { time: 7, messages: ['no'] },
      refusals: 1,
      keptSince: 3,
    },
  );
  await reloader.reload();
  assert.equal(reloader.status().refused, undefined);
  assert.equal(reloader.status().keptSince, undefined);
});

test('reloads follow each other, each with a generation of its own', async () => {
  const { reloader, world } = setting();
  let go = (): void => undefined;
  world.replacing = new Promise((resolve) => {
    go = resolve;
  });
  const both = Promise.all([reloader.reload(), reloader.reload()]);
  await new Promise(setImmediate);
  assert.deepEqual(world.replaced, [2]);
  assert.notEqual(reloader.policies(2), undefined, 'findings of the new set may come before the answer');
  go();
  await both;
  assert.deepEqual(world.replaced, [2, 3]);
});

test('policies of a thousand reloads ago take no room', async () => {
  const { reloader } = setting();
  for (let count = 0; count < 1000; count += 1) await reloader.reload();
  const known = Array.from({ length: 1001 }, (_, index) => index + 1).filter((generation) =>
    reloader.policies(generation),
  );
  assert.equal(known.length, 64);
  assert.equal(known.at(-1), 1001);
});
