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

const listening = (onChange: (id: string) => void = () => {}) => ({ onChange, onRegroup: () => {} });

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
    const table = createContainerTable(
      { maximum: 9, evicted: 0 },
      listening((id) => changed.push(id)),
    );
    for (const container of order) table.add(container);
    assert.equal(table.get('member')?.pod?.ip, '10.0.0.7');
    assert.deepEqual(table.get('member')?.pod?.labels, new Map([['app', 'web']]));
    assert.ok(changed.includes('member'));
  }
});

test('the first cgroup that names a container decides', () => {
  const table = createContainerTable({ maximum: 9, evicted: 0 }, listening());
  assert.equal(table.identify(['cpu=/', 'memory=/lxc.payload.web', 'pids=/lxc.payload.other']), 'web');
  assert.equal(table.get('web')?.type, 'lxc', 'nobody else will describe it');
  assert.equal(table.identify(['cpu=/']), '');
  assert.equal(table.get(''), hostContainer);
});

test('the table forgets the container known longest when it is full', () => {
  const limits = { maximum: 2, evicted: 0 };
  const table = createContainerTable(limits, listening());
  for (const id of ['a', 'b', 'c']) table.add(createContainerInfo(id));
  assert.equal(table.get('a'), undefined);
  assert.ok(table.get('c'));
  assert.equal(limits.evicted, 1);
});

const OUTER = 'a'.repeat(64);
const INNER = 'b'.repeat(64);
const [outer, inner] = [OUTER.slice(0, 12), INNER.slice(0, 12)];
const POD = `cpu=/kubepods/pod1/${OUTER}`;

test('what a container makes below its cgroup stays its own, whatever it is called', () => {
  const table = createContainerTable({ maximum: 9, evicted: 0 }, listening());
  for (const id of [outer, inner]) table.add(createContainerInfo(id));
  for (const below of [
    '',
    '/foo',
    '/init.scope',
    '/lxc/foo',
    `/docker/${INNER}`,
    `/${INNER}`,
    `/${INNER}/x`,
  ]) {
    assert.equal(table.identify([`${POD}${below}`]), outer, below);
  }
  assert.equal(table.get('foo'), undefined, 'nothing is made up from names');
});

test('a machine that is a container itself shows those that its runtime knows', () => {
  const unknown: string[] = [];
  const watcher = {
    onUnknown: (id: string) => unknown.push(id),
    onDescribed() {},
    onMissing() {},
    onLookedUp() {},
  };
  const table = createContainerTable({ maximum: 9, evicted: 0 }, listening(), watcher);
  const nested = [`cpu=/docker/${OUTER}/kubepods/pod1/${INNER}`];
  assert.equal(table.identify(nested), inner, 'nobody can say more');
  assert.deepEqual(unknown, [outer, inner]);
  table.add(createContainerInfo(inner));
  assert.equal(table.identify(nested), inner);
});

test('a container that may still be described is not taken for what it claims to hold', () => {
  let regrouped = 0;
  const listener = {
    onChange() {},
    onRegroup() {
      regrouped += 1;
    },
  };
  const table = createContainerTable({ maximum: 9, evicted: 0 }, listener);
  const nested = [`${POD}/${INNER}`];
  table.add(createContainerInfo(inner));
  assert.equal(table.identify(nested), inner);
  table.noteLookUps();
  assert.equal(regrouped, 1);
  assert.equal(table.identify(nested), outer);
  table.noteMissing(outer);
  assert.equal(regrouped, 2);
  assert.equal(table.identify(nested), inner);
  table.add(createContainerInfo(outer));
  assert.equal(regrouped, 3);
  assert.equal(table.identify(nested), outer);
});
