import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyFile } from '@seawall/policies';
import type { LoadedSet, RunningSet, SetTexts } from '../rule-set/load-running-set.ts';
import { loadFirstSet } from './first-set.ts';

const file = (name: string): PolicyFile => ({ path: name, text: '' });
const textsOf = (...names: readonly string[]): SetTexts => ({
  ...{ ruleFiles: [], matching: 'all' },
  policyFiles: names.map(file),
});

interface Setting {
  /** Files of which nothing loads. */
  readonly broken?: readonly string[];
  readonly missing?: boolean;
  readonly cluster?: readonly (readonly string[])[];
  readonly isKept?: boolean;
}

/** Loads `disk` or `kept`, with what the cluster has. */
function load({ broken = [], missing = false, cluster = [[]], isKept = true }: Setting) {
  const logged: string[] = [];
  let reads = 0;
  const result = () =>
    loadFirstSet({
      onDisk: {
        paths: () => [],
        read(objects) {
          if (missing) throw new Error('disk is gone');
          return textsOf('disk', ...objects.map(({ path }) => path));
        },
      },
      load({ policyFiles }): LoadedSet {
        const messages = policyFiles
          .filter(({ path }) => broken.includes(path))
          .map(({ path }) => `${path} is bad`);
        return { set: messages.length === 0 ? ({} as RunningSet) : undefined, messages };
      },
      cluster: { candidates: () => cluster.map((names) => names.map(file)) },
      kept: {
        read() {
          reads += 1;
          if (!isKept) return undefined;
          return { since: 0, textsWith: (objects) => textsOf('kept', ...objects.map(({ path }) => path)) };
        },
      },
      log: (level, message) => logged.push(`${level} ${message}`),
    });
  return { result, logged, reads: () => reads };
}

const namesOf = ({ texts }: { readonly texts: SetTexts }): string =>
  texts.policyFiles.map(({ path }) => path).join();

test('files that load are taken, and what is kept is not even looked at', () => {
  const { result, logged, reads } = load({});
  const first = result();
  assert.equal(namesOf(first), 'disk');
  assert.equal(first.refused, undefined);
  assert.equal(reads(), 0);
  assert.deepEqual(logged, []);
});

test('files that load without what the cluster has are preferred to what is kept', () => {
  const { result, logged, reads } = load({ broken: ['now', 'before'], cluster: [['now'], ['before'], []] });
  assert.equal(namesOf(result()), 'disk');
  assert.equal(reads(), 0);
  assert.deepEqual(logged, [
    'error what the cluster has is refused, what was before runs:\nnow is bad',
    'error what the cluster has is refused, what was before runs:\nbefore is bad',
  ]);
});

test('where files are refused or gone what is kept is taken, with what the cluster has now', () => {
  const refused = load({ broken: ['disk'], cluster: [['now'], []] });
  const first = refused.result();
  assert.equal(namesOf(first), 'kept,now');
  assert.deepEqual(first.objects, [file('now')]);
  assert.deepEqual(first.refused, { messages: ['disk is bad'], keptSince: 0 });
  assert.deepEqual(refused.logged, [
    'error rules and policies on disk are refused, those last taken over (1970-01-01T00:00:00.000Z) run until they are right:\ndisk is bad',
  ]);
  const gone = load({ missing: true });
  assert.deepEqual(gone.result().refused?.messages, ['disk is gone']);
});

test('where files and what the cluster has are refused, what is kept is taken alone', () => {
  const { result } = load({ broken: ['disk', 'now'], cluster: [['now'], []] });
  const first = result();
  assert.equal(namesOf(first), 'kept');
  assert.deepEqual(first.refused?.messages, ['disk is bad', 'now is bad']);
});

test('where nothing is kept, or it does not load any more, the files’ own mistakes end the start', () => {
  const never = load({ broken: ['disk'], isKept: false });
  assert.throws(never.result, { code: 'agent/SET_REFUSED', message: /disk is bad/ });
  assert.deepEqual(never.logged, []);
  const outdated = load({ missing: true, broken: ['kept'] });
  assert.throws(outdated.result, { message: 'disk is gone' });
  assert.match(
    outdated.logged.join(),
    /^error those last taken over \(.*\) do not load any more:\nkept is bad$/,
  );
});
