import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeProblem } from './node-version.ts';

const options = ['--conditions=seawall-source', '--disable-warning=ExperimentalWarning'];

/** A Node that calls itself so, and has no `styleText`, which Node 18 hasn't either. */
const olderNode = (version: string): string =>
  `data:text/javascript,${encodeURIComponent(`
    import { createRequire, syncBuiltinESMExports } from 'node:module';
    delete createRequire('/')('node:util').styleText;
    syncBuiltinESMExports();
    Object.defineProperty(process, 'version', { value: '${version}' });
  `)}`;

test('an older Node is told what it takes, whatever else it lacks', () => {
  const words = [
    ...options,
    '--import',
    olderNode('v18.20.4'),
    join(import.meta.dirname, 'main.ts'),
    '--version',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  assert.match(stderr, /^seawall: it takes Node 24 or later, and this is v18\.20\.4: .*\n$/);
  assert.deepEqual([status, stdout], [3, '']);
});

test('the package asks npm for the same Node', () => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));
  const oldest = Number(/^>=(\d+)$/.exec(engines.node)?.[1]);
  assert.notEqual(nodeProblem(`v${oldest - 1}.11.0`), undefined);
  assert.equal(nodeProblem(`v${oldest}.0.0`), undefined);
  assert.equal(nodeProblem('v100.0.0'), undefined);
});
