import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventContext, Process } from '@seawall/inspector';
import type { Workload } from '@seawall/store';
import { offenceOf } from './offence.ts';

const ID = 'abcdef012345';
const nowhere = { unified: undefined, freezer: undefined };
const workload: Workload = {
  ...{ node: 'here', cluster: undefined, namespace: undefined, pod: undefined, podLabels: {} },
  container: { id: ID, name: 'etcd', image: 'etcd', digest: undefined, labels: {} },
};

/** Processes from the offender up, each the child of the next. */
function contextOf(
  ...chain: readonly {
    readonly pid: number;
    readonly vpid: number;
    readonly exepath: string;
    host?: true;
    isWritten?: true;
  }[]
): EventContext {
  const processes = chain.map(({ pid, vpid, exepath, host, isWritten = false }) => ({
    ...{ pid, tid: pid, vpid, exepath, comm: 'sh', cgroups: [] },
    ...{ containerId: host ? '' : ID, parentTid: 0 },
    ...{ isExeUpperLayer: isWritten, isExeFromMemfd: false },
    container: host ? undefined : { mounts: [{ destination: '/scratch' }, { destination: '/opt/tools' }] },
  }));
  const tables = {
    leader: () => undefined,
    parent: (process: object) => processes[processes.indexOf(process as (typeof processes)[number]) + 1],
  };
  return { process: processes[0] as unknown as Process, tables } as unknown as EventContext;
}

test('the first process of a container is its outermost one, not one that a process inside made for itself', () => {
  const context = contextOf(
    { pid: 30, vpid: 2, exepath: '/bin/cat' },
    { pid: 29, vpid: 1, exepath: '/bin/sh' },
    { pid: 12, vpid: 7, exepath: '/usr/bin/unshare' },
    { pid: 11, vpid: 1, exepath: '/usr/local/bin/etcd' },
    { pid: 1, vpid: 1, exepath: '/sbin/init', host: true },
  );
  const facts = offenceOf(context, workload, 'occurrence', 5n, nowhere);
  assert.equal(facts.containerInitPid, 11);
  assert.equal(facts.initExecutable, '/usr/local/bin/etcd');
});

test('a program that was written in the container does not make it etcd’s by its name', () => {
  const context = contextOf(
    { pid: 11, vpid: 1, exepath: '/tmp/etcd', isWritten: true },
    { pid: 1, vpid: 1, exepath: '/sbin/init', host: true },
  );
  const facts = offenceOf(context, workload, 'occurrence', 5n, nowhere);
  assert.equal(facts.containerInitPid, 11);
  assert.equal(facts.initExecutable, undefined);
});

test('nor does one on a volume or a file system in memory, which lies on no layer of the image', () => {
  for (const [exepath, isPlanted] of [
    ['/scratch/etcd', true],
    ['/opt/tools/bin/etcd', true],
    ['/dev/shm/etcd', true],
    ['/opt/tools-of-image/etcd', false],
    ['/usr/local/bin/etcd', false],
  ] as const) {
    const context = contextOf(
      { pid: 12, vpid: 7, exepath },
      { pid: 11, vpid: 1, exepath },
      { pid: 1, vpid: 1, exepath: '/sbin/init', host: true },
    );
    const facts = offenceOf(context, workload, 'occurrence', 5n, nowhere);
    assert.equal(facts.process?.isPlanted, isPlanted, exepath);
    assert.equal(facts.initExecutable, isPlanted ? undefined : exepath);
  }
});

test('of what was started from outside into a container, the first process is not known', () => {
  const context = contextOf(
    { pid: 30, vpid: 9, exepath: '/bin/sh' },
    { pid: 20, vpid: 20, exepath: '/usr/bin/shim', host: true },
  );
  const facts = offenceOf(context, workload, 'occurrence', 5n, nowhere);
  assert.equal(facts.containerInitPid, undefined);
  assert.equal(facts.initExecutable, undefined);
});
