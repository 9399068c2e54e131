import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonFilter, encodeFilter, type KernelFilter, OPEN_KIND_COUNT, pathKey } from './kernel-filter.ts';

const READ = 1;
const WRITE = 2;
/** As in native/filter.h. */
const OMITS_FILES = 8;
const IS_IGNORING = 9;
const BY_PROCESS = 32;
const OPENS = 16;
const NEEDS = OPENS + OPEN_KIND_COUNT;

function filterOf(
  opens: Record<number, 'all' | readonly string[]>,
  types: number[] = [],
  keptOnly: number[] = [],
): KernelFilter {
  return {
    stateOnlyTypes: new Set(types),
    keptOnlyTypes: new Set(keptOnly),
    omitsFiles: true,
    byProcessTypes: [],
    opens: Array.from({ length: OPEN_KIND_COUNT }, (_, kind) => opens[kind] ?? []),
  };
}

test('without a filter everything is sent, and every path counts as asked for while that is written', () => {
  const { settings, paths } = encodeFilter(undefined, [], ['/etc/shadow']);
  assert.deepEqual([...settings.subarray(0, 8)], new Array(8).fill(255));
  assert.ok(settings.subarray(8).every((byte) => byte === 0));
  assert.deepEqual([...paths], [['/etc/shadow', 0]]);
});

test('each kind of opening is sent always, never, or by the start of its path', () => {
  const { settings } = encodeFilter(filterOf({ [READ]: ['/etc/shadow'], [WRITE]: 'all' }, [5], [6]));
  assert.deepEqual([...settings.subarray(OPENS, OPENS + 3)], [1, 2, 0]);
  assert.equal(settings[NEEDS + 5], 1);
  assert.equal(settings[NEEDS + 6], 3);
  assert.equal(settings[NEEDS + 7], 0);
  assert.equal(settings[OMITS_FILES], 1);
});

test('the longest start speaks for the shorter ones, those from before for none', () => {
  const { paths } = encodeFilter(filterOf({ [READ]: ['/etc'], [WRITE]: ['/etc/ssh'] }), [], ['/opt']);
  assert.equal(paths.get('/etc'), 1 << READ);
  assert.equal(paths.get('/etc/ssh'), (1 << READ) | (1 << WRITE));
  assert.equal(paths.get('/opt'), 0);
});

test('what nobody wants any more counts before what the tables want', () => {
  const { settings } = encodeFilter(filterOf({}, [5]), [5]);
  assert.equal(settings[NEEDS + 5], 2);
});

test('types that nobody asks for, though their calls are on, are for the tables, with a filter and without', () => {
  assert.equal(encodeFilter(undefined, [], [], [5]).settings[NEEDS + 5], 1);
  assert.equal(encodeFilter(filterOf({}), [], [], [5]).settings[NEEDS + 5], 1);
});

test('a start is told in bits, its bytes as they are', () => {
  const key = Buffer.from(pathKey('/\xff'));
  assert.equal(key.readUInt32LE(0), 16);
  assert.deepEqual([...key.subarray(4, 7)], [0x2f, 0xff, 0]);
});

test('types that are left out by process have a place each, and changes are counted only where there are some', () => {
  const { settings } = encodeFilter({ ...filterOf({}), byProcessTypes: [9, 7] }, [7]);
  assert.deepEqual([settings[NEEDS + 9], settings[NEEDS + 7]], [BY_PROCESS, 2]);
  assert.equal(settings[IS_IGNORING], 1);
  assert.equal(encodeFilter(filterOf({})).settings[IS_IGNORING], 0);
  assert.equal(encodeFilter(undefined).settings[IS_IGNORING], 0);
});

test('what two filters leave out together is what each leaves out', () => {
  const left = filterOf({ [READ]: ['/a'], [WRITE]: 'all' }, [1, 2], [4, 5]);
  const right = { ...filterOf({ [READ]: ['/b'] }, [2, 3, 4], [1]), omitsFiles: false };
  const common = commonFilter(left, right);
  assert.deepEqual(common?.opens[READ], ['/a', '/b']);
  assert.equal(common?.opens[WRITE], 'all');
  assert.deepEqual([...(common?.stateOnlyTypes ?? [])], [2]);
  assert.deepEqual([...(common?.keptOnlyTypes ?? [])].sort(), [1, 4]);
  assert.equal(common?.omitsFiles, false);
  assert.deepEqual(
    commonFilter({ ...left, byProcessTypes: [9] }, { ...left, byProcessTypes: [9] })?.byProcessTypes,
    [],
  );
  assert.equal(commonFilter(left, undefined), undefined);
});
