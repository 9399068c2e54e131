import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listenWithTest, until } from '@seawall/base/testing';
import type { ContainerRecord } from '../containers/record.ts';
import type { RuntimeAddress } from '../runtime/open.ts';
import { containerdMissing, makeBusyboxImage, startContainerd } from '../testing/index.ts';
import { FULL, record, type ScriptedRuntime, scriptedRuntime } from '../testing/scripted-runtime.ts';
import { createMetadataService, type MetadataService, type MetadataUpdate } from './service.ts';
import { runtimesText } from './status-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-metadata-'));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ['cri', 'containerd', 'docker']) {
  await listenWithTest(createServer(), { path: join(folder, name) });
}

const address = (kind: RuntimeAddress['kind']): RuntimeAddress => ({ kind, socket: join(folder, kind) });
const SHORT = FULL.slice(0, 12);
const QUICK = { firstPause: 5, longestPause: 20, listInterval: 10, searchInterval: 10 };

async function withService(
  kinds: readonly ('cri' | 'containerd' | 'docker')[],
  prepare: (runtimes: readonly ScriptedRuntime[]) => void,
  use: (
    service: MetadataService,
    told: MetadataUpdate[],
    runtimes: readonly ScriptedRuntime[],
  ) => Promise<void>,
  keepRemoved = 0,
): Promise<void> {
  const runtimes = kinds.map((kind) => scriptedRuntime(address(kind)));
  prepare(runtimes);
  const told: MetadataUpdate[] = [];
  const service = createMetadataService({
    addresses: kinds.map(address),
    onUpdate: (update) => told.push(update),
    keepRemoved,
    timing: QUICK,
    open: ({ kind }) => runtimes.find(({ runtime }) => runtime.kind === kind)!.runtime,
  });
  try {
    await service.start();
    await use(service, told, runtimes);
  } finally {
    await service.close();
  }
}

const names = (told: readonly MetadataUpdate[]): string[] =>
  told.map((update) => (update.kind === 'described' ? update.record.name : `${update.kind} ${update.id}`));

test('containers that are there are told at the start, and not again when they are asked for', () =>
  withService(
    ['docker'],
    ([docker]) => docker.records.set(FULL, record('web')),
    async (service, told, [docker]) => {
      assert.deepEqual(names(told), ['web']);
      service.lookUp(SHORT);
      await pause(20);
      assert.deepEqual(names(told), ['web']);
      assert.equal(docker.state.inspections, 1);
      assert.deepEqual(runtimesText(service.status()), [
        `container metadata from docker 1 (${join(folder, 'docker')})`,
      ]);
    },
  ));

test('the runtime that knows most is believed, whichever answers first', () =>
  withService(
    ['containerd', 'cri'],
    ([containerd, cri]) => {
      containerd.records.set(FULL, record('of containerd'));
      cri.records.set(FULL, record('of cri'));
    },
    async (_service, told) => {
      await until(() => names(told).at(-1) === 'of cri');
    },
  ));

test('what a runtime that knows less says at once is told as a sketch, once, before the description', async () => {
  const runtimes = [scriptedRuntime(address('containerd')), scriptedRuntime(address('cri'))] as const;
  const [containerd, cri] = runtimes;
  const told: string[] = [];
  const service = createMetadataService({
    addresses: [address('containerd'), address('cri')],
    onUpdate: (update) => told.push(update.kind === 'described' ? update.record.name : update.kind),
    onSketch: ({ name }) => told.push(`sketch: ${name}`),
    timing: QUICK,
    open: ({ kind }) => runtimes.find(({ runtime }) => runtime.kind === kind)!.runtime,
  });
  try {
    await service.start();
    containerd.records.set(FULL, record('of containerd'));
    cri.records.set(FULL, record('of cri'));
    cri.state.slowness = 30;
    containerd.tell({ kind: 'added', id: FULL });
    await until(() => told.length === 2);
    cri.records.set(FULL, record('of cri, renamed'));
    containerd.tell({ kind: 'added', id: FULL });
    await until(() => told.length === 3);
    assert.deepEqual(told, ['sketch: of containerd', 'of cri', 'of cri, renamed']);
  } finally {
    await service.close();
  }
});

test('a pod’s container that CRI knows a moment later is described as CRI has it; one that it never knows as it is', () =>
  withService(
    ['containerd', 'cri'],
    () => undefined,
    async (service, told, [containerd, cri]) => {
      const pod = { name: 'web', namespace: 'shop', uid: 'u', fullSandboxId: 's', ip: '', networkJson: '' };
      const OTHER = FULL.replace('a', 'b');
      const ofPod = (name: string, id: string): ContainerRecord => ({
        ...record(name, id),
        pod: { ...pod, labels: new Map() },
      });
      containerd.records.set(FULL, ofPod('of containerd', FULL));
      containerd.records.set(OTHER, ofPod('never in CRI', OTHER));
      service.lookUp(SHORT);
      service.lookUp(OTHER.slice(0, 12));
      setTimeout(() => cri.records.set(FULL, ofPod('of cri', FULL)), 30);
      await until(() => told.length === 2);
      assert.deepEqual(names(told), ['of cri', 'never in CRI']);
    },
  ));

test('a container that is known a moment later than it was seen is found', () =>
  withService(
    ['docker'],
    () => undefined,
    async (service, told, [docker]) => {
      service.lookUp(SHORT);
      setTimeout(() => docker.records.set(FULL, record('late')), 60);
      await until(() => told.length > 0);
      assert.deepEqual(names(told), ['late']);
    },
  ));

test('a container that nobody knows is missing, and asked for once', () =>
  withService(
    ['docker'],
    () => undefined,
    async (service, told, [docker]) => {
      service.lookUp(SHORT);
      service.lookUp(SHORT);
      await until(() => told.length > 0);
      const { inspections } = docker.state;
      service.lookUp(SHORT);
      await pause(20);
      assert.deepEqual(names(told), [`missing ${SHORT}`]);
      assert.equal(docker.state.inspections, inspections);
    },
  ));

test('without any runtime a container is missing at once, and one line says why', () =>
  withService(
    [],
    () => undefined,
    async (service, told) => {
      service.lookUp(SHORT);
      await pause(10);
      assert.deepEqual(names(told), [`missing ${SHORT}`]);
      assert.match(runtimesText(service.status()).join('\n'), /^container metadata: no container runtime/);
    },
  ));

test('a socket that was named and is not there is named; usual ones that are not there are not', async () => {
  const typo = { kind: 'cri', socket: join(folder, 'typo.sock') } as const;
  const named = [address('docker'), typo];
  const docker = scriptedRuntime(address('docker'));
  const service = createMetadataService({
    addresses: named,
    onUpdate: () => undefined,
    timing: QUICK,
    open: () => docker.runtime,
  });
  try {
    await service.start();
    assert.deepEqual(runtimesText(service.status(), named), [
      `container metadata from docker 1 (${join(folder, 'docker')})`,
      `container metadata through cri: there is no socket at ${typo.socket}`,
    ]);
  } finally {
    await service.close();
  }
  assert.match(runtimesText([])[0], /no container runtime was found at the usual sockets/);
  assert.match(runtimesText([], [])[0], /no container runtime is asked/);
});

test('events tell what is added before it is seen, what changes, and what is removed, after a while', () =>
  withService(
    ['docker'],
    () => undefined,
    async (_service, told, [docker]) => {
      docker.records.set(FULL, record('created'));
      docker.tell({ kind: 'added', id: FULL });
      await until(() => told.length === 1);
      docker.tell({ kind: 'added', id: FULL });
      await pause(20);
      docker.records.set(FULL, record('started'));
      docker.tell({ kind: 'added', id: FULL });
      await until(() => told.length === 2);
      docker.records.clear();
      docker.tell({ kind: 'removed', id: FULL });
      await until(() => told.length === 3);
      assert.deepEqual(names(told), ['created', 'started', `removed ${SHORT}`]);
    },
  ));

test('a runtime that goes away and comes back is connected again, and what it lost meanwhile is removed', () =>
  withService(
    ['docker'],
    ([docker]) => docker.records.set(FULL, record('web')),
    async (service, told, [docker]) => {
      docker.restart();
      await until(() => service.status()[0].state === 'failing');
      assert.match(runtimesText(service.status())[0], /through docker: .*can not be reached/);
      docker.records.clear();
      docker.state.isDown = false;
      await until(() => service.status()[0].state === 'connected');
      await until(() => told.length === 2);
      assert.deepEqual(names(told), ['web', `removed ${SHORT}`]);
    },
  ));

test('a runtime that does not answer in time is connected anew, and what it could not be asked is told then', () =>
  withService(
    ['docker'],
    () => undefined,
    async (service, told, [docker]) => {
      docker.state.isMute = true;
      docker.records.set(FULL, record('web'));
      service.lookUp(SHORT);
      await until(() => service.status()[0].state === 'failing');
      docker.state.isMute = false;
      await until(() => told.length === 1);
      assert.deepEqual(names(told), ['web']);
    },
  ));

test('a runtime without events is asked for its list instead', () =>
  withService(
    ['cri'],
    ([cri]) => {
      cri.state.hasEvents = false;
    },
    async (_service, told, [cri]) => {
      cri.records.set(FULL, record('listed'));
      await until(() => told.length === 1);
      cri.records.clear();
      await until(() => told.length === 2);
      assert.deepEqual(names(told), ['listed', `removed ${SHORT}`]);
    },
  ));

test('a hundred containers at once are all told', () =>
  withService(
    ['docker'],
    () => undefined,
    async (service, told, [docker]) => {
      for (let index = 0; index < 100; index += 1) {
        const id = index.toString(16).padStart(12, 'f').padEnd(64, '0');
        docker.records.set(id, record(String(index), id));
        service.lookUp(id.slice(0, 12));
      }
      await until(() => told.length === 100);
      assert.equal(new Set(names(told)).size, 100);
      assert.deepEqual(service.counters(), { known: 100, waiting: 0, described: 100, missing: 0 });
    },
  ));

test('of a real containerd, a container is told before its first program is over', {
  skip: containerdMissing(),
}, async () => {
  const daemon = await startContainerd();
  const told: MetadataUpdate[] = [];
  const service = createMetadataService({
    addresses: [
      { kind: 'cri', socket: daemon.socket },
      { kind: 'containerd', socket: daemon.socket },
    ],
    onUpdate: (update) => told.push(update),
    keepRemoved: 0,
  });
  try {
    daemon.importImage(makeBusyboxImage(join(folder, 'image')));
    await service.start();
    const { id } = daemon.runContainer();
    await until(() => told.length > 0);
    daemon.removeContainer(id);
    await until(() => told.some(({ kind }) => kind === 'removed'));
    assert.deepEqual(names(told), [id.slice(0, 12), `removed ${id.slice(0, 12)}`]);
  } finally {
    await service.close();
    await daemon.stop();
  }
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

test('whether a runtime answers is told with each try, and when a connection has ended', async () => {
  const docker = scriptedRuntime(address('docker'));
  const states: string[] = [];
  const service = createMetadataService({
    addresses: [address('docker')],
    onUpdate: () => undefined,
    onRuntime: ({ state }) => states.push(state),
    timing: QUICK,
    open: () => docker.runtime,
  });
  try {
    await service.start();
    docker.restart();
    await until(() => states.includes('failing'));
    docker.state.isDown = false;
    await until(() => states.at(-1) === 'connected');
    assert.deepEqual(states.slice(0, 3), ['connected', 'connecting', 'failing']);
  } finally {
    await service.close();
  }
});
