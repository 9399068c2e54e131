import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containersAlong, matchCgroup } from './id.ts';

const ID = '0123456789ab';
const FULL = `${ID}cdef0123456789abcdef0123456789abcdef0123456789abcdef`.padEnd(64, '0');

test('paths of every runtime lead to the id', () => {
  for (const path of [
    `/docker/${FULL}`,
    `/system.slice/docker-${FULL}.scope`,
    `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${FULL}.scope`,
    `/kubepods/besteffort/pod1/${FULL}`,
    `/kubepods.slice/crio-${FULL}.scope`,
    `/kubepods/burstable/pod1/crio-${FULL}`,
    `/machine.slice/libpod-${FULL}.scope/container`,
    `/system.slice/nerdctl-${FULL}.scope`,
    `kubelet.slice:cri-containerd:${FULL}`,
  ]) {
    assert.deepEqual(matchCgroup(path), { id: ID, type: '' }, path);
  }
});

test('containers made with ctr keep the id that their maker chose, cut to twelve characters', () => {
  assert.equal(matchCgroup('/default/web')?.id, 'web');
  assert.equal(matchCgroup('/default/a-rather-long-name')?.id, 'a-rather-lon');
});

test('units of systemd and the root are the host', () => {
  for (const path of [
    '/',
    '',
    '/user.slice',
    '/user.slice/user-1.slice/session-5.scope',
    '/system.slice/cron.service',
  ]) {
    assert.equal(matchCgroup(path), undefined, path);
  }
});

test('runtimes that can be asked nothing are told by the path', () => {
  assert.deepEqual(matchCgroup('/lxc.payload.web'), { id: 'web', type: 'lxc' });
  const escaped = '/machine.slice/machine-lxc\\x2dweb.scope';
  assert.deepEqual(matchCgroup(escaped), { id: 'web', type: 'libvirt-lxc' });
  assert.deepEqual(matchCgroup('/system.slice/bpm-web.scope'), { id: 'web', type: 'bpm' });
});

test('a path tells every container that it leads through, and nothing else that looks nearly so', () => {
  const other = 'f'.repeat(64);
  for (const [path, ids] of [
    ['/', []],
    [`/kubepods/pod1/${FULL}/foo`, [ID]],
    [`/docker/${FULL}/kubepods.slice/cri-containerd-${other}.scope`, [ID, 'f'.repeat(12)]],
    [`/machine.slice/libpod-${FULL}.scope/container`, [ID]],
    [`kubelet.slice:cri-containerd:${FULL}`, [ID]],
    [`/machine.slice/libpod-conmon-${FULL}.scope`, []],
    [`/kubepods.slice/crio-conmon-${FULL}.scope`, []],
    [`/system.slice/${FULL}.service`, []],
    [`/docker/${FULL}${FULL}`, []],
  ] as const) {
    assert.deepEqual(containersAlong(path), ids, path);
  }
});
