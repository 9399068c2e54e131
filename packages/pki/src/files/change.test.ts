import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { scratchFolder } from '../testing/scratch.ts';
import { applyChanges, type FileChange, hasUnfinishedChange, recoverChanges, secretMode } from './change.ts';
import { type FileOperations, nodeFileOperations } from './file-operations.ts';

const before: Readonly<Record<string, string>> = {
  'a/server.key': 'old key',
  'a/server.crt': 'old',
  gone: 'x',
};
const after: Readonly<Record<string, string>> = {
  'a/server.key': 'new key',
  'a/server.crt': 'new',
  'b/new.crt': 'fresh',
};

const changes: readonly FileChange[] = [
  { path: 'a/server.key', contents: 'new key', mode: secretMode, mayReplace: true },
  { path: 'a/server.crt', contents: 'new', mode: 0o644, mayReplace: true },
  { path: 'b/new.crt', contents: 'fresh', mode: 0o644, mayReplace: false },
  { path: 'gone', contents: null, mode: 0, mayReplace: true },
];

function lay(root: string): void {
  mkdirSync(join(root, 'a'), { recursive: true });
  for (const [path, contents] of Object.entries(before)) writeFileSync(join(root, path), contents);
}

function contentsOf(root: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
    const path = join(prefix, entry.name);
    if (entry.isDirectory()) Object.assign(found, contentsOf(root, path));
    else found[path] = readFileSync(join(root, path), 'utf8');
  }
  return found;
}

/** Operations of which the n-th change of the disk, and each after it, fails: as if the power went. A written file may be half there. */
function failingFrom(countdown: number, isTorn: boolean): FileOperations & { hasFailed(): boolean } {
  let left = countdown;
  let hasFailed = false;
  const guard =
    <Parameters extends unknown[]>(
      action: (...parameters: Parameters) => void,
      tear?: (...parameters: Parameters) => void,
    ) =>
    (...parameters: Parameters) => {
      if (left-- > 0) return action(...parameters);
      if (!hasFailed && isTorn) tear?.(...parameters);
      hasFailed = true;
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
  return {
    ...nodeFileOperations,
    writeNew: guard(nodeFileOperations.writeNew, (path, contents, mode) =>
      writeFileSync(path, contents.subarray(0, contents.length / 2), { mode }),
    ),
    rename: guard(nodeFileOperations.rename),
    remove: guard(nodeFileOperations.remove),
    makeDirectory: guard(nodeFileOperations.makeDirectory),
    syncDirectory: guard(nodeFileOperations.syncDirectory),
    hasFailed: () => hasFailed,
  };
}

for (const isTorn of [false, true]) {
  test(`a change stopped at any write leaves all of the old or, once recovered, all of the new${isTorn ? ' (torn writes)' : ''}`, (context) => {
    let stops = 0;
    let isThrough = false;
    for (let count = 0; !isThrough; count++) {
      const root = scratchFolder(context);
      lay(root);
      const operations = failingFrom(count, isTorn);
      let code = '';
      try {
        applyChanges(root, changes, operations);
      } catch (error) {
        assert.ok(isSeawallError(error));
        code = error.code;
      }
      isThrough = !operations.hasFailed();
      if (isThrough) {
        assert.equal(code, '');
      } else {
        stops++;
        assert.match(code, /^pki\/(FILE_UNWRITABLE|CHANGE_INTERRUPTED)$/);
      }
      recoverChanges(root);
      const found = contentsOf(root);
      assert.deepEqual(
        found,
        code === 'pki/FILE_UNWRITABLE' ? before : after,
        `stopped at operation ${count}: ${code}`,
      );
      assert.ok(!hasUnfinishedChange(root));
    }
    assert.ok(stops > 15, `${stops} points were tried`);
  });
}

test('a recovery that is itself stopped anywhere is finished by the next', (context) => {
  for (let first = 8; first < 24; first++) {
    for (let second = 0; second < 8; second++) {
      const root = scratchFolder(context);
      lay(root);
      const stop = (action: () => void) => {
        try {
          action();
        } catch (error) {
          assert.ok(isSeawallError(error));
        }
      };
      stop(() => applyChanges(root, changes, failingFrom(first, false)));
      stop(() => recoverChanges(root, failingFrom(second, false)));
      recoverChanges(root);
      const found = contentsOf(root);
      const isOld = found['a/server.crt'] === 'old';
      assert.deepEqual(found, isOld ? before : after);
    }
  }
});

test('existing files are refused before anything is touched, and named', (context) => {
  const root = scratchFolder(context);
  lay(root);
  const refused = changes.map((change) => ({ ...change, mayReplace: false }));
  assert.throws(
    () => applyChanges(root, refused),
    (error) =>
      isSeawallError(error, 'pki/FILES_EXIST') && /a\/server\.key, a\/server\.crt, gone/.test(error.message),
  );
  assert.deepEqual(contentsOf(root), before);
});

test('keys are 0600 whatever the umask, and a replaced file keeps its owner', (context) => {
  const root = scratchFolder(context);
  lay(root);
  const umask = process.umask(0o777);
  try {
    mkdirSync(join(root, 'b'), { recursive: true });
    chmodSync(join(root, 'b'), 0o700);
    applyChanges(root, changes);
  } finally {
    process.umask(umask);
  }
  assert.equal(statSync(join(root, 'a/server.key')).mode & 0o777, 0o600);
  assert.equal(statSync(join(root, 'b/new.crt')).mode & 0o777, 0o644);
});
