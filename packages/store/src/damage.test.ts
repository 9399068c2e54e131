import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { openStore } from './open.ts';
import type { Damage } from './sqlite/session.ts';
import type { Store } from './store.ts';
import { sampleGroup, sampleOccurrence, scratchFolder } from './testing/samples.ts';

const PAGE = { limit: 100 };

async function keysIn(store: Store): Promise<readonly string[]> {
  return (await store.feed({}, PAGE)).items.map(({ key }) => key);
}

/** A closed store with some hundred findings in it. */
async function filledStore(folder: string): Promise<string> {
  const path = join(folder, 'store.db');
  const store = openStore({ path });
  const occurrences = Array.from({ length: 300 }, (_, index) =>
    sampleOccurrence(String(index), { group: sampleGroup(String(index)) }),
  );
  await store.commit({ occurrences });
  await store.close();
  return path;
}

/** Overwrites part of a file. */
function damage(path: string, offset: number, length: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, offset);
  closeSync(file);
}

test('a full disk: the batch is not stored, and all goes on when there is room again', async (context) => {
  const folder = scratchFolder(context);
  const mount = join(folder, 'small');
  mkdirSync(mount);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mount]).status !== 0) {
    context.skip('mounting a small file system takes root');
    return;
  }
  let store: Store | undefined;
  try {
    store = openStore({ path: join(mount, 'store.db') });
    await store.commit({ occurrences: [sampleOccurrence('first')] });
    const fill = join(mount, 'fill');
    spawnSync('dd', ['if=/dev/zero', `of=${fill}`, 'bs=64k']);
    const many = Array.from({ length: 500 }, (_, index) => sampleOccurrence(`more ${index}`));
    const batch = { occurrences: many, positions: new Map([['capture', '7']]) };
    for (let attempt = 0; attempt < 3; attempt++) {
      await assert.rejects(store.commit(batch), { code: 'store/FULL' });
      assert.deepEqual(await keysIn(store), ['first']);
      assert.equal(await store.position('capture'), undefined);
    }
    rmSync(fill);
    const { known } = await store.commit(batch);
    assert.deepEqual(known, []);
    assert.equal((await store.statistics()).occurrences, 501);
    assert.deepEqual(await store.check(), []);
    spawnSync('dd', ['if=/dev/zero', `of=${fill}`, 'bs=64k']);
    assert.throws(() => openStore({ path: join(mount, 'other.db') }), { code: 'store/FULL' });
  } finally {
    await store?.close();
    spawnSync('umount', [mount]);
  }
});

for (const [what, spoil] of [
  ['a header of nonsense', (path: string) => damage(path, 0, 100)],
  ['a first page of nonsense behind the header', (path: string) => damage(path, 100, 3900)],
  ['a file cut in half', (path: string) => truncateSync(path, statSync(path).size >> 1)],
  ['a text file', (path: string) => writeFileSync(path, 'not a database at all\n'.repeat(500))],
] as const) {
  test(`${what}, found at opening, is moved aside and told; a new store takes its place`, async (context) => {
    const path = await filledStore(scratchFolder(context));
    spoil(path);
    const spoiled = readFileSync(path);
    const told: Damage[] = [];
    const clock = createManualClock(Date.UTC(2026, 10, 22, 1, 2, 3));
    const store = openStore({ path, clock, onDamage: (damaged) => told.push(damaged) });
    context.after(() => store.close());
    assert.deepEqual(
      told.map(({ movedTo }) => movedTo),
      [`${path}.damaged-20261122T010203Z`],
    );
    assert.deepEqual(readFileSync(told[0].movedTo), spoiled);
    const { items: gaps } = await store.gaps(PAGE);
    assert.equal(gaps.length, 1);
    assert.equal(gaps[0].source, 'store');
    assert.ok(gaps[0].reason.includes(told[0].movedTo));
    await store.commit({ occurrences: [sampleOccurrence('new')] });
    assert.deepEqual(await keysIn(store), ['new']);
  });
}

test('damage found in use: the batch is not stored, the file is moved aside, sending it again works', async (context) => {
  const path = await filledStore(scratchFolder(context));
  const told: Damage[] = [];
  const store = openStore({ path, onDamage: (damaged) => told.push(damaged) });
  context.after(() => store.close());
  const { size } = statSync(path);
  damage(path, 8192, size - 8192);
  const occurrences = Array.from({ length: 50 }, (_, index) =>
    sampleOccurrence(`new ${index}`, { group: sampleGroup(String(index)) }),
  );
  await assert.rejects(store.commit({ occurrences }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'store/CORRUPT');
    assert.ok(error.message.includes(told[0].movedTo), error.message);
    return true;
  });
  assert.deepEqual((await store.commit({ occurrences })).known, []);
  assert.equal((await store.statistics()).occurrences, 50);
  assert.equal((await store.gaps(PAGE)).items.length, 1);
});

test('who only reads or edits moves nothing aside', async (context) => {
  const path = await filledStore(scratchFolder(context));
  damage(path, 0, 100);
  for (const access of ['read', 'edit'] as const) {
    assert.throws(() => openStore({ path, access }), { code: 'store/CORRUPT' });
  }
  assert.ok(existsSync(path));
});

test('a file that was given by mistake stays as it is', (context) => {
  const folder = scratchFolder(context);
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'these are my notes\n'.repeat(500));
  assert.throws(() => openStore({ path: text }), { code: 'store/FOREIGN' });
  const foreign = join(folder, 'browser.db');
  const database = new DatabaseSync(foreign);
  database.exec('CREATE TABLE bookmark (address TEXT)');
  database.close();
  const before = readFileSync(foreign);
  assert.throws(() => openStore({ path: foreign }), { code: 'store/FOREIGN' });
  assert.throws(() => openStore({ path: foreign, access: 'read' }), { code: 'store/FOREIGN' });
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('damaged')),
    [],
  );
  assert.deepEqual(readFileSync(foreign), before);
});

test('a reader sees what is committed while the writer goes on, and changes nothing', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const writer = openStore({ path });
  context.after(() => writer.close());
  const reader = openStore({ path, access: 'read' });
  context.after(() => reader.close());
  for (const key of ['1', '2', '3']) {
    await writer.commit({ occurrences: [sampleOccurrence(key)] });
    assert.equal((await keysIn(reader)).length, Number(key));
  }
  await assert.rejects(reader.commit({ occurrences: [sampleOccurrence('4')] }), { code: 'store/READ_ONLY' });
  await assert.rejects(reader.decide(1, { state: 'resolved', actor: 'x', time: 0n }), {
    code: 'store/READ_ONLY',
  });
});

test('an editor decides while the writer goes on', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const writer = openStore({ path });
  context.after(() => writer.close());
  await writer.commit({ occurrences: [sampleOccurrence('1')] });
  const editor = openStore({ path, access: 'edit' });
  await editor.decide(1, { state: 'acknowledged', actor: 'user x', time: 5n });
  await editor.close();
  const { groups } = await writer.commit({ occurrences: [sampleOccurrence('2')] });
  assert.equal(groups.get('group a')?.state, 'acknowledged');
});

test('a store that another process holds for too long says so, and stores nothing', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const store = openStore({ path });
  context.after(() => store.close());
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(store.commit({ occurrences: [sampleOccurrence('1')] }), { code: 'store/LOCKED' });
  assert.deepEqual(await keysIn(store), []);
  other.exec('ROLLBACK');
  other.close();
  await store.commit({ occurrences: [sampleOccurrence('1')] });
  assert.deepEqual(await keysIn(store), ['1']);
});

test('a store on a medium that can’t be written is read, and its files are its owner’s alone', async (context: TestContext) => {
  const folder = scratchFolder(context);
  const path = await filledStore(folder);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const mount = join(folder, 'readonly');
  mkdirSync(mount);
  if (spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', mount]).status !== 0) {
    context.skip('mounting a file system takes root');
    return;
  }
  try {
    copyFileSync(path, join(mount, 'store.db'));
    spawnSync('mount', ['-o', 'remount,ro', mount]);
    const reader = openStore({ path: join(mount, 'store.db'), access: 'read' });
    assert.equal((await reader.statistics()).occurrences, 300);
    await reader.close();
    assert.throws(() => openStore({ path: join(mount, 'store.db') }), { code: 'store/READ_ONLY' });
    assert.throws(() => openStore({ path: join(mount, 'other.db') }), { code: 'store/READ_ONLY' });
  } finally {
    spawnSync('umount', [mount]);
  }
});

test('a store that isn’t there, or can’t be, is named', (context) => {
  const folder = scratchFolder(context);
  for (const access of ['read', 'edit'] as const) {
    assert.throws(() => openStore({ path: join(folder, 'none.db'), access }), { code: 'store/ABSENT' });
  }
  writeFileSync(join(folder, 'file'), '');
  assert.throws(() => openStore({ path: join(folder, 'file', 'store.db') }), { code: 'store/UNREADABLE' });
  mkdirSync(join(folder, 'folder.db'));
  for (const access of ['own', 'read', 'edit'] as const) {
    assert.throws(() => openStore({ path: join(folder, 'folder.db'), access }), {
      code: 'store/UNREADABLE',
      message: /it is a folder/,
    });
  }
});

test('a store in a folder that may not be entered is no fault of ours: its path and the reason are told', (context) => {
  const folder = scratchFolder(context);
  const path = join(folder, 'closed', 'store.db');
  mkdirSync(join(folder, 'closed'), { mode: 0o700 });
  chmodSync(folder, 0o755);
  const script = `
    import { openStore } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)};
    if (process.getuid() === 0) process.setuid(65534);
    else (await import('node:fs')).chmodSync(${JSON.stringify(join(folder, 'closed'))}, 0);
    for (const access of ['own', 'edit', 'read']) {
      try { openStore({ path: ${JSON.stringify(path)}, access }) }
      catch ({ code, message }) { console.log(access, code, message) }
    }`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, '--input-type=module', '--eval', script],
    { encoding: 'utf8' },
  );
  // Whoever is not root can't remove it otherwise.
  chmodSync(join(folder, 'closed'), 0o700);
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 3, stderr);
  for (const line of lines) {
    assert.match(line, /^\w+ store\/UNREADABLE \S+store\.db: cannot be opened \(EACCES: permission denied/);
  }
});

test('a store whose file is removed while it is open goes on in a new one, and says so', async (context) => {
  const path = await filledStore(scratchFolder(context));
  let told = 0;
  const store = openStore({ path, onRemoved: () => told++ });
  await store.commit({ occurrences: [sampleOccurrence('before')] });
  rmSync(path);
  await store.commit({ occurrences: [sampleOccurrence('after')] });
  await store.commit({ occurrences: [sampleOccurrence('later')] });
  assert.equal(told, 1);
  const reader = openStore({ path, access: 'read' });
  assert.deepEqual((await keysIn(reader)).toSorted(), ['after', 'later']);
  const [gap] = (await reader.gaps(PAGE)).items;
  assert.match(gap!.reason, /removed or replaced while it was used/);
  await reader.close();
  await store.close();
  const again = openStore({ path });
  assert.equal((await keysIn(again)).length, 2);
  await again.close();
});

test('a store that takes the place of an open one is gone on with, without the log of that one', async (context) => {
  const folder = scratchFolder(context);
  const path = await filledStore(folder);
  const backup = join(folder, 'backup.db');
  copyFileSync(path, backup);
  const store = openStore({ path });
  await store.commit({ occurrences: [sampleOccurrence('before')] });
  renameSync(backup, path);
  await store.commit({ occurrences: [sampleOccurrence('after')] });
  const keys = (await store.feed({}, { limit: 1000 })).items.map(({ key }) => key);
  assert.equal(keys.length, 301);
  assert.ok(keys.includes('after') && !keys.includes('before'));
  await store.close();
});

test('a store whose whole folder is removed while it is open makes both anew', async (context) => {
  const folder = join(scratchFolder(context), 'inner');
  const store = openStore({ path: join(folder, 'store.db') });
  await store.commit({ occurrences: [sampleOccurrence('before')] });
  rmSync(folder, { recursive: true });
  await store.commit({ occurrences: [sampleOccurrence('after')] });
  assert.deepEqual(await keysIn(store), ['after']);
  await store.close();
});
