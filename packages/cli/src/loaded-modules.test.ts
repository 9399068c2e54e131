import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../../..');

/** Writes the address of each module to standard error when it is loaded. */
const listing = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  registerHooks({
    load(url, context, next) {
      writeSync(2, 'loaded ' + url + '\\n');
      return next(url, context);
    },
  });
`)}`;

test('watching loads neither the store, the channels nor a WebSocket: they would take 37 MB and half a second', () => {
  const options = process.execArgv.filter((word) => !word.startsWith('--test'));
  // What is watched is not there: that is found out when everything has been loaded.
  const words = ['watch', '--rules', 'rules/control-plane.yaml', '--capture', 'absent.scap'];
  const { stderr } = spawnSync(
    process.execPath,
    [...options, '--import', listing, 'packages/cli/src/main.ts', ...words],
    { cwd: root, encoding: 'utf8' },
  );
  const modules = stderr.split('\n').filter((line) => line.startsWith('loaded '));
  assert.ok(
    modules.some((line) => line.includes('packages/agent/src/watch')),
    stderr,
  );
  // An import of node:http reads each of its names, and so loads the WebSocket that is one of them.
  const isHeavy = /node_modules\/(kysely|nodemailer|zod)|packages\/store\/src|node:http$/;
  assert.deepEqual(
    modules.filter((line) => isHeavy.test(line)),
    [],
  );
});
