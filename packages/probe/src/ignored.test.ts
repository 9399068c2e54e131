import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createIgnoredProcesses, IGNORED_SLOTS, type IgnoredProcessesOfProbe } from './ignored.ts';

/** As in native/ignore.h. */
const CHANGE_PLACES = 65_536;
const VERDICT_PLACES = 8192;
/** Milliseconds from when changes are counted until that is relied on. */
const UNTIL_COUNTED = 210;

interface Kernel {
  readonly ignored: IgnoredProcessesOfProbe;
  change(place: number): void;
  /** What native/ignore.h says of a call. */
  isIgnored(tid: number, pid: number, slot: number): boolean;
}

/** Plays the kernel's side. */
async function createKernel(types: readonly number[]): Promise<Kernel> {
  const changes = new BigUint64Array(CHANGE_PLACES + 1);
  const verdicts = new BigUint64Array(2 * VERDICT_PLACES);
  const ignored = createIgnoredProcesses({ changes: changes.buffer, verdicts: verdicts.buffer });
  ignored.setTypes(types);
  await sleep(UNTIL_COUNTED);
  return {
    ignored,
    change(place) {
      changes[place] += 1n;
    },
    isIgnored(tid, pid, slot) {
      const [stamp, about] = verdicts.subarray((tid % VERDICT_PLACES) * 2);
      const sum = changes[tid % CHANGE_PLACES] + changes[pid % CHANGE_PLACES] + changes[CHANGE_PLACES];
      const isAbout = about >> 20n === ((BigInt(pid) << 22n) | BigInt(tid));
      return isAbout && (about & (1n << BigInt(slot))) !== 0n && stamp === sum;
    },
  };
}

function ignore({ ignored }: Kernel, tid: number, pid: number, bits: number): void {
  const stamp = ignored.stampOf(tid, pid);
  assert.ok(stamp !== undefined);
  ignored.ignore(tid, pid, stamp, bits);
}

test('a verdict is about one thread of one process, and about the types that it names', async () => {
  const kernel = await createKernel([7, 9]);
  ignore(kernel, 4_000_001, 4_000_000, 0b10);
  assert.deepEqual(
    [0, 1].map((slot) => kernel.isIgnored(4_000_001, 4_000_000, slot)),
    [false, true],
  );
  assert.ok(!kernel.isIgnored(4_000_001, 3_999_999, 1));
  assert.ok(!kernel.isIgnored(4_000_001 - VERDICT_PLACES, 4_000_000, 1));
});

test('it is void when its thread, its process or what concerns anybody changes, and when all are forgotten', async () => {
  const kernel = await createKernel([7]);
  const ways = [
    () => kernel.change(501),
    () => kernel.change(500),
    () => kernel.change(CHANGE_PLACES),
    () => kernel.ignored.forgetAll(),
    () => kernel.ignored.setTypes([8]),
  ];
  for (const change of ways) {
    ignore(kernel, 501, 500, 1);
    assert.ok(kernel.isIgnored(501, 500, 0));
    kernel.change(502);
    assert.ok(kernel.isIgnored(501, 500, 0));
    change();
    assert.ok(!kernel.isIgnored(501, 500, 0));
  }
});

test('what changed after the stamp was read makes the verdict void before it is given', async () => {
  const kernel = await createKernel([7]);
  const stamp = kernel.ignored.stampOf(501, 500);
  kernel.change(500);
  kernel.ignored.ignore(501, 500, stamp as bigint, 1);
  assert.ok(!kernel.isIgnored(501, 500, 0));
});

test('there is no stamp until changes have been counted for a while, nor for types that nobody tells apart', async () => {
  const kernel = await createKernel([7]);
  kernel.ignored.setTypes([9]);
  assert.equal(kernel.ignored.stampOf(1, 1), undefined);
  await sleep(UNTIL_COUNTED);
  assert.notEqual(kernel.ignored.stampOf(1, 1), undefined);
  assert.equal(kernel.ignored.stampOf(2 ** 22, 1), undefined);
  kernel.ignored.setTypes([]);
  await sleep(UNTIL_COUNTED);
  assert.equal(kernel.ignored.stampOf(1, 1), undefined);
});

test('more types than there are places are not told apart, and after closing nothing is touched', async () => {
  const kernel = await createKernel(Array.from({ length: 30 }, (_, type) => type));
  assert.equal(kernel.ignored.types.length, IGNORED_SLOTS);
  kernel.ignored.close();
  kernel.ignored.ignore(1, 1, 5n, 1);
  kernel.ignored.forgetAll();
  assert.equal(kernel.ignored.stampOf(1, 1), undefined);
  assert.ok(!kernel.isIgnored(1, 1, 0));
});
