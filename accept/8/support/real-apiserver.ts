import { setTimeout as wait } from 'node:timers/promises';
import { isRotating, openCluster, rotationStatus, stepsOf } from '@seawall/pki';
import { type ApiConnection, openApiConnection, readKubeconfig } from '../../../packages/kube/src/index.ts';
import { type ApiServer, startApiServer } from '../../../packages/kube/src/testing/index.ts';
import type { RunningCluster } from '../../../packages/pki/src/testing/etcd-members.ts';
import { seawall } from './command.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** What became of a kube-apiserver that has nothing but the generated flags. */
export interface ApiserverRun {
  readonly writes: number;
  readonly failures: readonly string[];
  readonly steps: number;
  readonly isRefusedWithoutCertificate: boolean;
}

/**
 * Lets a real kube-apiserver write and read through etcd, while all certificates are renewed and both authorities rotated as
 * docs/pki.md tells: it is restarted where its member is, and nowhere else.
 */
export async function runWithApiserver(
  directory: string,
  cluster: RunningCluster,
  flags: readonly string[],
): Promise<ApiserverRun> {
  const apiserver = await startApiServer(flags);
  const writer = createWriter(apiserver);
  try {
    await writer.during(() => seawall('pki', 'etcd', 'renew', '--directory', directory));
    await seawall('pki', 'etcd', 'rotate-ca', 'plan', '--directory', directory);
    const steps = stepsOf(openCluster(directory).description);
    while (isRotating(directory)) {
      const { position } = (await rotationStatus({ directory, now: Date.now(), isLiveSkipped: true })).state;
      const step = steps[position];
      const words = ['rotate-ca', 'step', '--confirmed', '--directory', directory];
      await writer.during(() => seawall('pki', 'etcd', ...words));
      const member = cluster.members.find(({ member: { name } }) => step?.unit === `members/${name}`);
      if (member === undefined || (step?.kind !== 'trust-both' && step?.kind !== 'trust-new')) continue;
      await member.restart();
      if (member !== cluster.members[0]) continue;
      await apiserver.pause();
      await apiserver.resume();
    }
    await writer.during(() => wait(500));
    return {
      ...{ writes: writer.writes(), failures: writer.failures(), steps: steps.length },
      isRefusedWithoutCertificate: await isRefused(flags),
    };
  } finally {
    writer.close();
    await apiserver.stop();
  }
}

/** Writes an object after the other and reads each back, but for where somebody restarts a part of the cluster. */
function createWriter(apiserver: ApiServer) {
  const connection: ApiConnection = openApiConnection(readKubeconfig(apiserver.kubeconfig));
  const failures: string[] = [];
  let writes = 0;

  async function writeOne(): Promise<void> {
    const name = `seawall-${writes}`;
    const value = { metadata: { name }, data: { written: name } };
    await connection.ask('POST', CONFIG_MAPS, { type: 'application/json', value });
    const { data } = await connection.ask<{ data: { written: string } }>('GET', `${CONFIG_MAPS}/${name}`);
    if (data.written !== name) throw new Error(`${name} holds ${data.written}`);
  }

  return {
    failures: () => failures,
    writes: () => writes,
    close: () => connection.close(),
    async during(work: () => Promise<unknown>): Promise<void> {
      let isOver = false;
      const over = work().finally(() => {
        isOver = true;
      });
      do {
        await writeOne().catch((error: unknown) => failures.push(String(error)));
        writes += 1;
        await wait(20);
      } while (!isOver);
      await over;
    },
  };
}

/** It ends by itself where etcd does not let it in. */
async function isRefused(flags: readonly string[]): Promise<boolean> {
  const without = flags.filter((flag) => !/^--etcd-(certfile|keyfile)=/.test(flag));
  try {
    await (await startApiServer(without)).stop();
    return false;
  } catch {
    return true;
  }
}
