import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findContainerFolders, inhabitantsOf, outsideOf } from './container-folders.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-cgroups-'));
after(() => rmSync(root, { recursive: true, force: true }));
const ids = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64));
const [plain, docker, crio, podman] = ids;

test('containers are found by what runtimes name their cgroups, with and without systemd', () => {
  const kubelet = 'kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f0c.slice';
  const paths = {
    [plain]: `kubepods/burstable/pod1f0c/${plain}`,
    [docker]: `system.slice/docker-${docker}.scope`,
    [crio]: `${kubelet}/crio-${crio}.scope`,
    [podman]: `machine.slice/libpod-${podman}.scope`,
    web: 'default/web',
  };
  const others = [
    `${kubelet}/crio-conmon-${crio}.scope`,
    `machine.slice/libpod-${podman}.scope/container`,
    `kubepods/burstable/pod1f0c/${plain}/${docker}`,
    'default/unknown',
  ];
  for (const path of [...others, ...Object.values(paths)]) mkdirSync(join(root, path), { recursive: true });
  const found = findContainerFolders(root, (name) => name === 'web');
  assert.deepEqual(
    Object.fromEntries(found),
    Object.fromEntries(Object.entries(paths).map(([id, path]) => [id, `/${path}`])),
  );
  assert.deepEqual(
    findContainerFolders(join(root, 'not-there'), () => true),
    new Map(),
  );
});

test('processes of the machine are nobody in a container’s cgroup, and so are those that ended', () => {
  const folder = join(root, 'inhabited');
  mkdirSync(folder);
  const outside = outsideOf(process.pid);
  const withProcesses = (...pids: readonly number[]): string => {
    writeFileSync(join(folder, 'cgroup.procs'), pids.map((pid) => `${pid}\n`).join(''));
    return inhabitantsOf(folder, outside);
  };
  assert.equal(withProcesses(), 'empty');
  assert.equal(withProcesses(process.pid, 4_194_305), 'empty');
  const elsewhere = { ...outside, mount: outside.mount + 1 };
  assert.equal(inhabitantsOf(folder, elsewhere), 'entering', 'in other namespaces with the machine’s root');
  const contained = { ...elsewhere, root: { dev: outside.root.dev, ino: outside.root.ino + 1 } };
  assert.equal(inhabitantsOf(folder, contained), 'running');
});
