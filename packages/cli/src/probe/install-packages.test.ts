import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { installPackages } from './install-packages.ts';

/** An apt-get that knows its packages only after an update, and keeps what it was told. */
function createApt(context: TestContext, update: string): { readonly path: string; calls(): string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-apt-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'apt-get');
  const lists = join(folder, 'lists');
  const calls = join(folder, 'calls');
  writeFileSync(
    path,
    `#!/bin/sh\necho "$1" >> ${calls}
case $1 in
update) ${update.replace('LISTS', lists)} ;;
install) [ -e ${lists} ] || { echo "E: Unable to locate package clang" >&2; exit 100; } ;;
esac\n`,
  );
  chmodSync(path, 0o755);
  return { path, calls: () => readFileSync(calls, 'utf8').trim().split('\n') };
}

const install = async (apt: string) => {
  const said: string[] = [];
  const write = (text: string): void => void said.push(text);
  const terminal = { errors: { write }, environment: process.env };
  const failure = await installPackages(
    apt,
    ['clang'],
    'it is missing',
    terminal,
    AbortSignal.timeout(30_000),
  );
  return { failure, said: said.join('') };
};

test('on a fresh machine, which has no lists of packages yet, they are fetched', async (context) => {
  const apt = createApt(context, 'touch LISTS');
  const { failure, said } = await install(apt.path);
  assert.equal(failure, undefined);
  assert.deepEqual(apt.calls(), ['install', 'update', 'install']);
  assert.match(said, /^it is missing: running apt-get install -y .* clang \.\.\.\n.*apt-get update/);
  assert.equal((await install(apt.path)).failure, undefined);
  assert.deepEqual(apt.calls().slice(3), ['install']);
});

test('where one source of several fails what the others have is installed', async (context) => {
  const apt = createApt(context, 'touch LISTS; exit 100');
  assert.equal((await install(apt.path)).failure, undefined);
});

test('where that does not bring it either the reason is given', async (context) => {
  const apt = createApt(context, 'exit 100');
  assert.equal((await install(apt.path)).failure, 'E: Unable to locate package clang');
});
