import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ActionRecord, openStore } from '@seawall/store';
import { runCommand } from '../testing/run-command.ts';

const container = 'c'.repeat(64);
const gone = `/sys/fs/cgroup/seawall-test-${container}`;

const paused: ActionRecord = {
  key: `${'1a'.repeat(16)}/pause-container`,
  occurrence: '1a'.repeat(16),
  kind: 'pause-container',
  actor: 'policy etcd',
  target: container,
  time: 1_795_296_716_000_000_000n,
  result: 'done',
  detail: 'paused by freezer.state',
  latencyMilliseconds: 1.25,
  undo: { kind: 'unpause', containerId: container, unified: gone, freezer: undefined, until: '1' },
  undone: undefined,
};

const refused: ActionRecord = {
  ...paused,
  key: `${'1b'.repeat(16)}/kill-process`,
  kind: 'kill-process',
  target: 'pid 1 (init)',
  time: paused.time + 1_000_000_000n,
  result: 'refused',
  detail: 'pid 1 keeps everything else running',
  latencyMilliseconds: undefined,
  undo: undefined,
};

async function storeWith(context: TestContext, actions: readonly ActionRecord[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-actions-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'seawall.db');
  const store = openStore({ path });
  await store.commit({ actions });
  await store.close();
  return path;
}

test('actions are listed newest first, with what was refused and why', async (context) => {
  const store = await storeWith(context, [paused, refused]);
  const { code, stdout } = await runCommand(['actions', 'list', '--store', store]);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `TIME                 ACTION           RESULT   TARGET        BY            AFTER  KEY           DETAIL
2026-11-21 21:31:57  kill-process     refused  pid 1 (init)  policy etcd          1b1b1b1b1b1b  pid 1 keeps everything else running
2026-11-21 21:31:56  pause-container  done     cccccccccccc  policy etcd  1.3 ms  1a1a1a1a1a1a  paused by freezer.state
`,
  );
  const undoable = await runCommand(['actions', 'list', '--undoable', '--store', store, '--output', 'json']);
  assert.deepEqual(
    JSON.parse(undoable.stdout).map(({ key }: ActionRecord) => key),
    [paused.key],
  );
});

test('a pause is undone by the beginning of its key, once, and the trail says by whom', async (context) => {
  const store = await storeWith(context, [paused, refused]);
  const undo = (key: string) =>
    runCommand(['actions', 'undo', key, '--store', store], { environment: { SUDO_USER: '' } });
  const first = await undo('1a1a1a1a1a1a');
  assert.equal(first.stderr, '');
  assert.equal(first.stdout, `pause-container of ${container} is undone\n`);
  const listed = await runCommand(['actions', 'list', '--store', store, '--output', 'json']);
  const [, record] = JSON.parse(listed.stdout);
  assert.match(record.detail, new RegExp(`; undone by user ${userInfo().username}: the container is gone$`));
  const again = await undo(paused.key);
  assert.equal(again.code, 3);
  assert.match(again.stderr, /is undone already \[policies\/UNDONE_ALREADY\]/);
});

test('what left nothing to undo, and what is not there, is told', async (context) => {
  const store = await storeWith(context, [refused]);
  const nothing = await runCommand(['actions', 'undo', refused.key, '--store', store]);
  assert.match(nothing.stderr, /left nothing to undo/);
  const absent = await runCommand(['actions', 'undo', 'ffff', '--store', store]);
  assert.equal(absent.code, 3);
  assert.match(
    absent.stderr,
    /there is no action ffff that can be undone: `seawall actions list --undoable`/,
  );
});

test('undoing a label without a way to the API server says what is missing', async (context) => {
  const undo = { kind: 'set-labels', namespace: 'shop', pod: 'web', labels: { quarantine: null } };
  const labelled: ActionRecord = { ...paused, kind: 'label-pod', target: 'shop/web', undo };
  const store = await storeWith(context, [labelled]);
  const words = ['actions', 'undo', labelled.key, '--store', store, '--kubeconfig', '/nowhere/config'];
  const { code, stderr } = await runCommand(words);
  assert.equal(code, 3);
  assert.match(stderr, /\/nowhere\/config/);
});
