import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { beginBuild, buildOnce, cacheFolder, missingBuildTools, type Recipe } from './build.ts';
import { buildAside } from './build-ahead.ts';
import { probeSupport } from './support.ts';

const support = probeSupport();
const missing = missingBuildTools();
const skip = support.isSupported ? missing.length > 0 && `${missing.join(', ')} missing` : support.reason;

/** A recipe of its own, whose only file a script of the shell makes. */
function recipeOf(context: TestContext, script: string): Recipe {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-recipe-'));
  const command = join(folder, 'tool');
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  const name = `test-${process.pid}-${folder.slice(-6)}`;
  context.after(() => {
    rmSync(folder, { recursive: true });
    rmSync(join(cacheFolder(), name), { recursive: true, force: true });
  });
  return { name, files: ['made'], tools: (scratch) => [{ command, parameters: [scratch] }] };
}

const left = ({ name }: Recipe): readonly string[] =>
  readdirSync(cacheFolder()).filter((entry) => entry.startsWith(name));

test('what is compiled is told before, made once, and then there', { skip }, async (context) => {
  const recipe = recipeOf(context, 'echo made > "$1/made"');
  const told: string[] = [];
  const onBuild = (what: string): void => void told.push(what);
  for (let round = 0; round < 2; round += 1) await buildAside(recipe, 'it', { signal: undefined, onBuild });
  assert.deepEqual(told, ['it']);
  assert.equal(readFileSync(join(cacheFolder(), recipe.name, 'made'), 'utf8'), 'made\n');
  assert.deepEqual(left(recipe), [recipe.name]);
});

test('a folder from which a file was taken away is made anew', { skip }, async (context) => {
  const recipe = recipeOf(context, 'echo made > "$1/made"');
  await buildAside(recipe, 'it', { signal: undefined });
  const made = join(cacheFolder(), recipe.name, 'made');
  rmSync(made);
  await buildAside(recipe, 'it', { signal: undefined });
  assert.ok(existsSync(made));
  rmSync(made);
  buildOnce(recipe);
  assert.ok(existsSync(made));
  assert.deepEqual(left(recipe), [recipe.name]);
});

test('a signal ends the tool and leaves nothing behind, this thread being free to hear it', {
  skip,
}, async (context) => {
  const recipe = recipeOf(context, 'echo $$ > "$1/pid"; exec sleep 1000');
  const controller = new AbortController();
  const building = buildAside(recipe, 'it', { signal: controller.signal });
  let pid = 0;
  while (pid === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const path = join(cacheFolder(), left(recipe)[0] ?? '', 'pid');
    if (existsSync(path)) pid = Number(readFileSync(path, 'utf8'));
  }
  controller.abort(new Error('enough'));
  await assert.rejects(building, /^Error: enough$/);
  assert.deepEqual(left(recipe), []);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('what the tool says is told when it fails', { skip }, async (context) => {
  const recipe = recipeOf(context, 'echo "no such header" >&2; exit 1');
  await assert.rejects(
    buildAside(recipe, 'it', { signal: undefined }),
    (error) => isSeawallError(error, 'probe/BUILD_FAILED') && error.message.includes('no such header'),
  );
  const silent = recipeOf(context, 'kill -TERM $$');
  await assert.rejects(buildAside(silent, 'it', { signal: undefined }), /it was ended by SIGTERM/);
  assert.deepEqual(left(recipe), []);
});

test('a folder that can not be written is named, and is no fault', { skip }, () => {
  const path = join(import.meta.filename, 'cache');
  assert.throws(
    () => beginBuild(join(path, 'made')),
    (error) => isSeawallError(error, 'probe/CACHE_UNWRITABLE') && error.message.includes(path),
  );
});
