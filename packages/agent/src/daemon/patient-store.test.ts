import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openStore, type Store } from '@seawall/store';
import { createPatientStore } from './patient-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-patient-'));
after(() => rmSync(folder, { recursive: true }));

const full = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' });

/** A store that can be opened when `isThere` says so, and prepared when `isRoomy` does. */
function patient(name: string, isPatient: boolean) {
  const disk = { isThere: false, isRoomy: true, fault: full };
  const told: (string | undefined)[] = [];
  let prepared = 0;
  const storage = createPatientStore({
    open() {
      if (!disk.isThere) throw disk.fault();
      return openStore({ path: join(folder, `${name}.db`) });
    },
    async prepare(store: Store) {
      await store.position('x');
      if (!disk.isRoomy) throw full();
      prepared += 1;
    },
    isPatient,
    onFailure: (reason) => told.push(reason),
    retryAfter: 5,
  });
  return { disk, told, storage, prepared: () => prepared };
}

test('a store that can not be opened is tried again; what is asked of it meanwhile fails with the reason', async () => {
  const { disk, told, storage, prepared } = patient('later', true);
  await storage.open();
  let isReady = false;
  storage.whenReady(() => {
    isReady = true;
  });
  assert.equal(storage.failure(), 'no space left');
  assert.throws(storage.requireReady, { code: 'ENOSPC' });
  await assert.rejects(storage.store.commit({ occurrences: [] }), { code: 'ENOSPC' });
  disk.isRoomy = false;
  disk.isThere = true;
  // Open, but what is needed of it can't be written yet.
  while ((await storage.store.position('x').catch(() => 'closed')) === 'closed') await wait(5);
  assert.throws(storage.requireReady, { code: 'ENOSPC' });
  disk.isRoomy = true;
  while (!isReady) await wait(5);
  storage.requireReady();
  assert.equal(storage.failure(), undefined);
  assert.equal((await storage.store.statistics()).occurrences, 0);
  assert.deepEqual([told, prepared()], [['no space left', undefined], 1]);
  await storage.close();
});

test('a reason that does not pass by itself ends the start, and so does any where nobody can wait', async () => {
  const { disk, storage } = patient('never', true);
  disk.fault = () => new Error('it is a folder');
  await assert.rejects(storage.open(), /it is a folder/);
  await storage.close();
  await assert.rejects(patient('impatient', false).storage.open(), /no space left/);
});

test('a store that is given up is not tried again', async () => {
  const { disk, told, storage } = patient('given up', true);
  await storage.open();
  await storage.close();
  disk.isThere = true;
  await wait(50);
  assert.deepEqual(told, ['no space left']);
  assert.equal(storage.failure(), 'no space left');
});
