import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { agentConfiguration } from '../configuration/configuration.ts';
import type { SetTexts } from '../rule-set/load-running-set.ts';
import { createKeptSet } from './kept-set.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-kept-set-'));
after(() => rmSync(root, { recursive: true }));

const texts: SetTexts = {
  ruleFiles: [
    { name: '/rules/a.yaml', content: '- list: \u0001', meaning: '2017' },
    { name: 'b', content: '' },
  ],
  policyFiles: [{ path: '/policies/a.yaml', text: 'kind: RuntimePolicy' }],
  matching: 'first',
};

function setting(name: string, lines = {}) {
  const path = join(root, name, 'state', 'seawall.db');
  const logged: string[] = [];
  const clock = createManualClock(7000);
  const configuration = agentConfiguration.parse({ rules: ['r'], store: { path }, ...lines });
  const kept = createKeptSet(configuration, {
    clock,
    log: (level, message) => logged.push(`${level} ${message}`),
  });
  return { kept, clock, logged, file: `${path}.running-set`, folder: join(root, name, 'state') };
}

test('what is kept is read as it was, for its owner alone, with the time when it was first kept', () => {
  const { kept, clock, logged, file, folder } = setting('read');
  assert.equal(kept.read(), undefined);
  assert.deepEqual(logged, [], 'a first start is no fault');
  kept.keep(texts);
  clock.advance(1000);
  kept.keep(texts);
  assert.equal(kept.read()?.since, 7000);
  const [first] = texts.policyFiles;
  const objects = [{ path: 'kubernetes:RuleSet/b', text: 'c' }];
  assert.deepEqual(kept.read()?.textsWith(objects), { ...texts, policyFiles: [first, ...objects] });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(existsSync(`${file}.new`), false);
  kept.keep({ ...texts, matching: 'all' });
  assert.equal(kept.read()?.since, 8000);
});

test('objects of a cluster are not among it', () => {
  const { kept } = setting('cluster');
  const object = { path: 'kubernetes:RuntimePolicy/a', text: 'b' };
  kept.keep({ ...texts, policyFiles: [...texts.policyFiles, object] });
  assert.deepEqual(kept.read()?.textsWith([]), texts);
});

test('what is damaged in any way is not read, is told, and is written anew', () => {
  const { kept, logged, file } = setting('damaged');
  kept.keep(texts);
  const whole = readFileSync(file, 'utf8');
  const later = whole.replace('"format":1', '"format":2');
  for (const text of [whole.slice(0, -9), whole.replace('list', 'lost'), '', '{}', '\0'.repeat(500), later]) {
    writeFileSync(file, text);
    logged.length = 0;
    assert.equal(kept.read(), undefined, text);
    assert.match(
      logged.join(),
      /^error .*running-set, with the rules and policies last taken over, can not be read: /,
    );
  }
  kept.keep(texts);
  assert.equal(readFileSync(file, 'utf8'), whole);
});

test('what was left half written by another is neither followed nor trusted', () => {
  const { kept, file, folder } = setting('scratch');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.new`, 'half');
  chmodSync(`${file}.new`, 0o666);
  kept.keep(texts);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('more than may be read today is not taken', () => {
  const content = '#'.repeat(600_000);
  const long = {
    ...texts,
    ruleFiles: [
      { name: 'long.yaml', content },
      { name: 'more.yaml', content },
    ],
  };
  setting('long').kept.keep(long);
  const { kept } = setting('long', { limits: { memoryMebibytes: 128 } });
  assert.throws(() => kept.read()?.textsWith([]), { code: 'agent/TEXTS_TOO_LONG' });
});

test('what can not be written is told once, and tried again', () => {
  const { kept, logged, file, folder } = setting('unwritable');
  mkdirSync(file, { recursive: true });
  kept.keep(texts);
  kept.retry();
  assert.equal(logged.length, 1);
  assert.match(
    logged.join(),
    /^error rules and policies can not be kept for the next start in .*running-set: /,
  );
  assert.equal(existsSync(`${file}.new`), false);
  rmSync(folder, { recursive: true });
  kept.retry();
  assert.match(logged.at(-1) as string, /^info rules and policies are kept for the next start/);
  assert.deepEqual(kept.read()?.textsWith([]), texts);
});
