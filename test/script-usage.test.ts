import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');

function runScript(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const [script, ...rest] = words;
  return spawnSync(process.execPath, [...process.execArgv, join(root, script!), ...rest], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

const REFUSED: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [['fuzz/main.ts', '--halp'], /^Unknown option '--halp'; usage: npm run fuzz /],
  [['fuzz/main.ts', 'captures', 'nosuch'], /^there is no fuzzer nosuch; there are agent-configuration, /],
  [['fuzz/main.ts', '--iterations', 'x'], /^--iterations takes a whole number from 1 on, not 'x'/],
  [['fuzz/main.ts', '--seed', '1.5'], /^--seed takes a whole number from 0 on, not '1.5'/],
  [['bench/main.ts', 'large.scap'], /^Unexpected argument 'large.scap'/],
  [['bench/main.ts', '--capture', 'no/such.scap'], /^there is no file no\/such.scap; usage: npm run bench /],
  [
    ['bench/main.ts', '--capture', 'package.json'],
    /^package.json is not a .scap capture: .*; usage: npm run b/,
  ],
  [['bench/main.ts', '--rounds', '0'], /^--rounds takes a whole number from 1 on, not '0'/],
  [['bench/main.ts', '--rules', '25,many'], /^--rules takes a whole number from 0 on, not 'many'/],
  [
    ['bench/live.ts', '--rounds', '-1'],
    /^Option '--rounds' argument is ambiguous; usage: npm run bench:live /,
  ],
  [['bench/live.ts', '--rules', 'no/such.yaml'], /^there is no file no\/such.yaml/],
  [['bench/store.ts', '--findings', '1e6'], /^--findings takes a whole number from 1 on, not '1e6'/],
  [['bench/read.ts'], /^a capture is missing; usage: bench\/read.ts CAPTURE/],
  [['bench/read.ts', 'package.json'], /^package.json is not a .scap capture: .*; usage: bench\/read.ts /],
  [['bench/picture.ts'], /^standard input is not what the benchmark prints with --json; usage: /],
  [['bench/repeat.ts', 'no/such.scap', '2'], /^there is no file no\/such.scap/],
  [['bench/repeat.ts', 'package.json', 'twice'], /^TIMES takes a whole number from 1 on, not 'twice'/],
  [['bench/repeat.ts', 'package.json', '2'], /^package.json holds no events; usage: bench\/repeat.ts /],
  [
    ['conformance/main.ts', '--json', 'nosuch'],
    /^there is no suite nosuch; there are .*; usage: npm run conf/,
  ],
  [['accept/main.ts'], /^an issue is missing; there are 2, .*; usage: npm run accept /],
  [['accept/main.ts', '../docs'], /^there is no issue \.\.\/docs/],
  [['accept/main.ts', '5', 'nosuch'], /^issue 5 has no row nosuch; it has .*; usage: /],
  [['scripts/test.ts', 'nosuch'], /^no test is called nosuch; usage: npm test /],
  [['scripts/test.ts', 'packages/base/src/no*.test.ts'], /^no test is called packages\/base\/src\/no\*/],
  [['scripts/test.ts', '--wacth'], /^Unknown option '--wacth'; usage: npm test /],
  [['scripts/check.ts', '--fxi'], /^Unknown option '--fxi'; usage: npm run check /],
  [
    ['packages/events/scripts/generate-event-table.ts', 'x'],
    /^Unexpected argument 'x'.*; usage: node packages/,
  ],
  [['scripts/bootstrap.mjs', 'no/such.ts'], /^there is no file no\/such.ts; usage: node scripts\/bootstrap/],
  [['scripts/cis-coverage.ts', 'no/such'], /^there is no file no\/such\/cfg\/cis-1.12\/master.yaml/],
];

for (const [words, says] of REFUSED) {
  test(`${words.join(' ')} is refused in one line`, () => {
    const { status, stdout, stderr } = runScript(words);
    assert.match(stderr, says);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.deepEqual([status, stdout], [2, '']);
  });
}

test('each script says how it is called when it is asked', () => {
  for (const script of ['fuzz/main.ts', 'bench/main.ts', 'conformance/main.ts', 'accept/main.ts']) {
    const { status, stdout, stderr } = runScript([script, '--help']);
    assert.match(stdout, /^usage: npm run \w+ -- .*\n$/);
    assert.deepEqual([status, stderr], [0, '']);
  }
});

test('a shared folder that is named and not there is refused in one line', () => {
  for (const words of [['bench/main.ts'], ['conformance/main.ts'], ['accept/main.ts', '5', 'store-speed']]) {
    const { status, stderr } = runScript(words, { SEAWALL_SHARED: '/no/such' });
    assert.match(stderr, /^SEAWALL_SHARED is \/no\/such, but there is no such folder; usage: .*\n$/);
    assert.equal(status, 2);
  }
});
