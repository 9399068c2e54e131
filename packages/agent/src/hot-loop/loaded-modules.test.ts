import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../../../..');

/** Imports what the thread runs, in a process of its own, and writes the address of each module that it takes. */
const listing = `
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  registerHooks({
    load(url, context, next) {
      writeSync(1, url + '\\n');
      return next(url, context);
    },
  });
  await import(process.argv[1]);
`;

test('the hot loop’s thread loads neither the store’s library, nor the mailer, nor a WebSocket: 20 MB a second time', () => {
  const options = process.execArgv.filter((word) => !word.startsWith('--test'));
  const address = new URL(import.meta.resolve('./hot-loop.ts')).href;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...options, '--input-type=module', '--eval', listing, address],
    { cwd: root, encoding: 'utf8' },
  );
  const modules = stdout.split('\n');
  assert.ok(modules.includes(address), stderr);
  const isHeavy = /node_modules\/(kysely|nodemailer)|node:(http|sqlite)$/;
  assert.deepEqual(
    modules.filter((line) => isHeavy.test(line)),
    [],
  );
});
