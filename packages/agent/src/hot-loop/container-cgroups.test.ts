import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { containerCgroupsOf, readCgroupMounts } from './container-cgroups.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-cgroups-'));
after(() => rmSync(root, { recursive: true }));

const id = 'c0ffee'.repeat(10);

function makeCgroup(path: string): string {
  const directory = join(root, path);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'cgroup.procs'), '');
  return directory;
}

test('mounts of both versions are found, in the hybrid layout and alone', () => {
  const hybrid = [
    '30 24 0:26 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer',
    '31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct',
    '32 24 0:28 / /sys/fs/cgroup/unified rw,relatime shared:1 - cgroup2 cgroup2 rw',
  ].join('\n');
  assert.deepEqual(readCgroupMounts(hybrid), {
    unified: '/sys/fs/cgroup/unified',
    freezer: '/sys/fs/cgroup/freezer',
  });
  assert.deepEqual(readCgroupMounts('32 24 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n'), {
    unified: '/sys/fs/cgroup',
    freezer: undefined,
  });
});

test('a container’s directories are those with its id, also for a process in a cgroup below', () => {
  const unified = makeCgroup(`unified/kubepods/pod1/${id}`);
  makeCgroup(`unified/kubepods/pod1/${id}/own`);
  const freezer = makeCgroup(`freezer/kubepods/pod1/${id}`);
  const mounts = { unified: join(root, 'unified'), freezer: join(root, 'freezer') };
  const cgroups = [`cpu=/kubepods/pod1/${id}/own`, `freezer=/kubepods/pod1/${id}`];
  assert.deepEqual(containerCgroupsOf(cgroups, id.slice(0, 12), mounts), { unified, freezer });
});

test('nothing is found for the host or for paths that are not there', () => {
  const mounts = { unified: join(root, 'unified'), freezer: join(root, 'freezer') };
  const none = { unified: undefined, freezer: undefined };
  assert.deepEqual(containerCgroupsOf(['cpu=/'], '', mounts), none);
  assert.deepEqual(containerCgroupsOf(['cpu=/docker/feedbeef'], 'feedbeef', mounts), none);
});
