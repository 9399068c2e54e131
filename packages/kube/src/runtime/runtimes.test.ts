import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { listenWithTest, until } from '@seawall/base/testing';
import type { ContainerRecord } from '../containers/record.ts';
import {
  BUSYBOX_IMAGE,
  type Containerd,
  type ContainerOrder,
  CRI_NAMESPACE,
  containerdMissing,
  dockerMissing,
  type ImageFiles,
  makeBusyboxImage,
  podmanMissing,
  type RunningContainer,
  runPod,
  startContainerd,
  startDocker,
  startPodman,
} from '../testing/index.ts';
import { openRuntime, RUNTIME_KINDS } from './open.ts';
import type { ContainerRuntime, RuntimeEvent } from './runtime.ts';

/* Every runtime for real, with the same expectations. */

interface World {
  readonly runtime: ContainerRuntime;
  run(order: ContainerOrder): RunningContainer | Promise<RunningContainer>;
  remove(id: string): void | Promise<void>;
  stop(): Promise<void>;
}

const ORDER: ContainerOrder = {
  environment: ['COLOUR=grün'],
  labels: { team: 'sea', 'app.kubernetes.io/name': 'wäll' },
  mounts: [{ source: '/tmp', destination: '/outside', isReadOnly: true }],
};

const folder = mkdtempSync(join(tmpdir(), 'seawall-kube-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let image: ImageFiles | undefined;
function sharedImage(): ImageFiles {
  image ??= makeBusyboxImage(join(folder, 'image'));
  return image;
}

const hasCode = (code: string) => (error: unknown) => isSeawallError(error, `kube/${code}`);

describe('containerd', { skip: containerdMissing() }, () => {
  expectRuntime(async () => {
    const daemon = await startContainerd();
    daemon.importImage(sharedImage());
    return {
      runtime: openRuntime({ kind: 'containerd', socket: daemon.socket }),
      run: (order) => daemon.runContainer({ ...order, isPrivileged: true }),
      remove: (id) => daemon.removeContainer(id),
      stop: daemon.stop,
    };
  });
});

describe('Docker', { skip: dockerMissing() }, () => {
  expectRuntime(async () => {
    const daemon = await startDocker();
    daemon.importImage(sharedImage());
    return {
      runtime: openRuntime({ kind: 'docker', socket: daemon.socket }),
      run: (order) => daemon.runContainer({ ...order, name: 'b'.repeat(12) }),
      remove: daemon.removeContainer,
      stop: daemon.stop,
    };
  });
});

describe('Podman', { skip: podmanMissing() }, () => {
  expectRuntime(async () => {
    const daemon = await startPodman();
    daemon.importImage(sharedImage());
    return {
      runtime: openRuntime({ kind: 'podman', socket: daemon.socket }),
      run: (order) => daemon.runContainer({ ...order, name: 'c'.repeat(12) }),
      remove: daemon.removeContainer,
      stop: daemon.stop,
    };
  });
});

function expectRuntime(start: () => Promise<World>): void {
  let world: World;
  let container: RunningContainer;
  const seen: RuntimeEvent[] = [];
  const controller = new AbortController();
  let listening: Promise<void>;
  before(async () => {
    world = await start();
    listening = collect(world.runtime.events(controller.signal), seen);
    // The stream is open once something answers after it was asked for.
    await world.runtime.version();
    container = await world.run(ORDER);
  });
  after(async () => {
    controller.abort();
    await listening;
    world.runtime.close();
    await world.stop();
  });

  test('what it says of a container is complete', async () => {
    const record = await world.runtime.inspect(container.id.slice(0, 12));
    assert.equal(record.fullId, container.id);
    assert.equal(record.runtime, world.runtime.kind);
    assert.equal(record.image.name, BUSYBOX_IMAGE);
    assert.equal(record.image.repository, 'localhost/seawall-busybox');
    assert.equal(record.image.tag, '1');
    // Docker and Podman would hand out rights that this machine may not have itself.
    assert.equal(record.isPrivileged, world.runtime.kind === 'containerd');
    assert.equal(textOf(record.labels.get('app.kubernetes.io/name')), 'wäll');
    assert.ok(record.environment.map(textOf).includes('COLOUR=grün'));
    const mount = record.mounts.find(({ destination }) => destination === '/outside');
    assert.equal(mount?.source, '/tmp');
    assert.equal(mount?.isWritable, false);
    assert.equal(record.isHostPid, false);
    assert.ok(record.createdAt > 1_600_000_000_000_000_000n);
  });

  test('containers are found by the beginning of their id, and not otherwise', async () => {
    const found = await world.runtime.find(container.id.slice(0, 12));
    assert.equal(found?.id, container.id);
    assert.equal(found?.state, 'running');
    assert.deepEqual(
      (await world.runtime.list()).map(({ id }) => id),
      [container.id],
    );
    assert.equal(await world.runtime.find('0123456789ab'), undefined);
    await assert.rejects(world.runtime.inspect('0123456789ab'), hasCode('CONTAINER_NOT_FOUND'));
    await assert.rejects(world.runtime.kill('0123456789ab', 'SIGKILL'), hasCode('CONTAINER_NOT_FOUND'));
    // A name is not an id, though engines take both.
    await assert.rejects(world.runtime.inspect('bbbbbbbbbbbb'), hasCode('CONTAINER_NOT_FOUND'));
    await assert.rejects(world.runtime.inspect('cccccccccccc'), hasCode('CONTAINER_NOT_FOUND'));
  });

  test('pausing and going on, once each', async () => {
    const { runtime } = world;
    await runtime.pause(container.id);
    assert.equal((await runtime.find(container.id))?.state, 'paused');
    await assert.rejects(runtime.pause(container.id), hasCode('CONTAINER_ALREADY_SO'));
    await runtime.unpause(container.id);
    assert.equal((await runtime.find(container.id))?.state, 'running');
    await assert.rejects(runtime.unpause(container.id), hasCode('CONTAINER_ALREADY_SO'));
  });

  test('a paused container is stopped at once, and can not be stopped again', async () => {
    const { runtime } = world;
    await runtime.pause(container.id);
    await runtime.stop(container.id, 60);
    await until(async () => (await runtime.find(container.id))?.state === 'stopped');
    await assert.rejects(runtime.stop(container.id, 0), hasCode('CONTAINER_NOT_RUNNING'));
    await assert.rejects(runtime.kill(container.id, 'SIGTERM'), hasCode('CONTAINER_NOT_RUNNING'));
    await assert.rejects(runtime.pause(container.id), hasCode('CONTAINER_NOT_RUNNING'));
  });

  test('events tell who came and went', async () => {
    await world.remove(container.id);
    await until(() => seen.some(({ kind, id }) => kind === 'removed' && id === container.id));
    assert.deepEqual(seen[0], { kind: 'added', id: container.id });
  });
}

describe('CRI of containerd', { skip: containerdMissing() }, () => {
  let daemon: Containerd;
  before(async () => {
    daemon = await startContainerd();
    daemon.importImage(sharedImage(), CRI_NAMESPACE);
  });
  after(() => daemon.stop());

  test('a pod and its container, from inspection to the end', async () => {
    const cri = openRuntime({ kind: 'cri', socket: daemon.socket });
    const pod = await runPod(daemon, { name: 'web-1', namespace: 'shop', labels: { app: 'web' } });
    const container = await pod.runContainer('nginx', { ...ORDER, userId: 7 });
    const record = await cri.inspect(container.id.slice(0, 12));
    assert.equal(record.name, 'nginx');
    assert.equal(record.image.name, BUSYBOX_IMAGE);
    assert.match(record.image.digest, /^sha256:[0-9a-f]{64}$/);
    assert.match(record.image.id, /^[0-9a-f]{64}$/);
    assert.equal(record.isHostNetwork, true);
    assert.equal(record.isHostPid, false);
    assert.equal(record.user, '7');
    expectPod(record, pod.sandboxId, pod.uid);
    assert.equal((await cri.inspect(pod.sandboxId)).isPodSandbox, true);
    await assert.rejects(cri.pause(container.id), hasCode('RUNTIME_UNSUPPORTED'));
    await assert.rejects(cri.kill(container.id, 'SIGHUP'), hasCode('RUNTIME_UNSUPPORTED'));
    await cri.kill(container.id, 'SIGKILL');
    await assert.rejects(cri.stop(container.id, 0), hasCode('CONTAINER_NOT_RUNNING'));
    await assert.rejects(cri.stop('0123456789ab', 0), hasCode('CONTAINER_NOT_FOUND'));
    await assert.rejects(drain(cri.events(AbortSignal.timeout(5000))), hasCode('RUNTIME_UNSUPPORTED'));

    const native = openRuntime({ kind: 'containerd', socket: daemon.socket });
    expectPod(await native.inspect(container.id), pod.sandboxId, pod.uid, false);
    expectPod(await native.inspect(pod.sandboxId), pod.sandboxId, pod.uid);
    await pod.remove();
    assert.deepEqual(await cri.list(), []);
    native.close();
    cri.close();
  });
});

test('nobody there, and somebody who does not answer, are two different errors', async () => {
  const absent = join(folder, 'absent.sock');
  const silent = join(folder, 'silent.sock');
  await listenWithTest(createServer(), { path: silent });
  for (const kind of RUNTIME_KINDS) {
    const nobody = openRuntime({ kind, socket: absent });
    await assert.rejects(nobody.version(), hasCode('RUNTIME_UNREACHABLE'), kind);
    nobody.close();
    const mute = openRuntime({ kind, socket: silent }, { limit: 100 });
    await assert.rejects(mute.version(), hasCode('RUNTIME_TIMEOUT'), kind);
    mute.close();
  }
});

function expectPod({ pod }: ContainerRecord, sandboxId: string, uid: string, hasLabels = true): void {
  assert.equal(pod?.name, 'web-1');
  assert.equal(pod.namespace, 'shop');
  assert.equal(pod.uid, uid);
  assert.equal(pod.fullSandboxId, sandboxId);
  if (hasLabels) assert.equal(pod.labels.get('app'), 'web');
}

function textOf(bytes: string | undefined): string {
  return Buffer.from(bytes ?? '', 'latin1').toString('utf8');
}

async function collect(events: AsyncIterable<RuntimeEvent>, into: RuntimeEvent[]): Promise<void> {
  for await (const event of events) into.push(event);
}

async function drain(events: AsyncIterable<RuntimeEvent>): Promise<void> {
  await collect(events, []);
}
