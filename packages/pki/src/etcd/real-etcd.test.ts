import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { etcdMissing, startCluster } from '../testing/etcd-members.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { renew } from './renew.ts';
import { planRotation } from './rotation/plan.ts';
import { rotationStatus, stepBack, stepForward } from './rotation/rotate.ts';
import { verifyLive } from './verify-live.ts';

const skip = etcdMissing() ?? false;

test('three real members let in the right certificates and no others, follow a renewal, and hold a rotation until restarted', {
  skip,
  timeout: 120_000,
}, async (context) => {
  const cluster = await startCluster(scratchFolder(context));
  context.after(() => cluster.stop());
  const { directory } = cluster.cluster;
  assert.ok(cluster.members.every(({ log }) => !log().includes('rejected connection')));
  const bad = async () => {
    const checks = await verifyLive(cluster.cluster, { now: Date.now(), timeoutMilliseconds: 20_000 });
    assert.equal(checks.length, 42);
    return checks.filter(({ outcome }) => outcome !== 'pass');
  };
  assert.deepEqual(await bad(), []);
  await renew({ directory, now: Date.now() });
  assert.deepEqual(await bad(), []);

  const order = { directory, now: Date.now(), timeoutMilliseconds: 20_000 };
  await planRotation(order);
  const step = await stepForward(order);
  assert.equal(step.step.id, 'trust-both members/etcd-a');
  await assert.rejects(
    stepForward(order),
    (error) =>
      isSeawallError(error, 'pki/ROTATION_NOT_READY') &&
      /etcd-a client port: does not yet trust the new authority.*restart etcd there/.test(error.message),
  );
  await cluster.members[0]!.restart();
  const { checks } = await rotationStatus(order);
  assert.deepEqual(
    checks.filter(({ outcome }) => outcome === 'fail'),
    [],
  );
  assert.equal((await stepForward(order)).step.id, 'trust-both members/etcd-b');
  assert.equal((await stepBack(order)).step.id, 'trust-both members/etcd-b');
  assert.equal((await stepBack(order)).step.id, 'trust-both members/etcd-a');
  await assert.rejects(stepBack(order), (error) => isSeawallError(error, 'pki/ROTATION_NOT_READY'));
  await cluster.members[0]!.restart();
  assert.equal((await stepBack(order)).isOver, true);
  assert.deepEqual(await bad(), []);
});
