import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContainerInfo, hostContainer, type PodInfo } from './container.ts';
import { createContainerTable } from './table.ts';

const pod: PodInfo = {
  name: 'web',
  namespace: 'shop',
  uid: 'u',
  sandboxId: 'sandbox',
  fullSandboxId: 'sandbox0123',
  ip: '',
  cniJson: '',
  labels: new Map(),
};

test('a container takes address and labels of its pod from the sandbox, whichever is told first', () => {
  const member = { ...createContainerInfo('member'), pod };
  const sandbox = {
    ...createContainerInfo('sandbox'),
    isPodSandbox: true,
    ip: '10.0.0.7',
    pod: { ...pod, labels: new Map([['app', 'web']]) },
  };
  for (const order of [
    [member, sandbox],
    [sandbox, member],
  ]) {
    const changed: string[] = [];
    const table = createContainerTable({ maximum: 9, evicted: 0 }, (id) => changed.push(id));
    for (const container of order) table.add(container);
    assert.equal(table.get('member')?.pod?.ip, '10.0.0.7');
    assert.deepEqual(table.get('member')?.pod?.labels, new Map([['app', 'web']]));
    assert.ok(changed.includes('member'));
  }
});

test('the first cgroup that names a container decides', () => {
  const table = createContainerTable({ maximum: 9, evicted: 0 }, () => {});
  assert.equal(table.identify(['cpu=/', 'memory=/lxc.payload.web', 'pids=/lxc.payload.other']), 'web');
  assert.equal(table.get('web')?.type, 'lxc', 'nobody else will describe it');
  assert.equal(table.identify(['cpu=/']), '');
  assert.equal(table.get(''), hostContainer);
});

test('the table forgets the container known longest when it is full', () => {
  const limits = { maximum: 2, evicted: 0 };
  const table = createContainerTable(limits, () => {});
  for (const id of ['a', 'b', 'c']) table.add(createContainerInfo(id));
  assert.equal(table.get('a'), undefined);
  assert.ok(table.get('c'));
  assert.equal(limits.evicted, 1);
});
