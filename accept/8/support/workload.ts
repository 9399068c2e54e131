import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '@seawall/pki';

/** The files of a client; read again for each new connection, as kube-apiserver does with its certificate. */
export interface ClientFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface WorkloadCounts {
  writes: number;
  reads: number;
  /** Attempts that failed and were made again on another member. */
  retries: number;
  /** Times that a new certificate was found beside an old key, or the other way round, and read again. */
  rereads: number;
  /** Retries at a moment when no member was being restarted. */
  retriesOutsideRestarts: number;
  /** Operations that no attempt brought through. */
  failures: number;
  /** Reads that gave something else than what was written. */
  mismatches: number;
  readonly reasons: Map<string, number>;
}

/** A client that writes and reads through the JSON gateway of whichever member answers. */
export interface Workload {
  readonly counts: WorkloadCounts;
  /** Writes keys and reads each back, so many in all, with so many at a time. */
  run(pairs: number, concurrency: number): Promise<void>;
  /** Writes and reads until told to stop, at an even pace that leaves the machine to others. */
  runUntilStopped(concurrency: number): Promise<void>;
  stop(): void;
  /** Drops all connections and trusts what the authority file holds now: what restarting a client does. */
  restartClient(): void;
  /** While the action runs, retries count as those of a restart. */
  duringRestart<Value>(action: () => Promise<Value>): Promise<Value>;
}

const attempts = 60;
const attemptMilliseconds = 5000;

export function createWorkload(members: readonly Member[], files: ClientFiles): Workload {
  const counts: WorkloadCounts = {
    writes: 0,
    reads: 0,
    retries: 0,
    rereads: 0,
    retriesOutsideRestarts: 0,
    failures: 0,
    mismatches: 0,
    reasons: new Map(),
  };
  let agents = members.map(() => new Agent({ keepAlive: true }));
  const retired: Agent[] = [];
  let authority = readFileSync(files.authority);
  let isStopped = false;
  let restarts = 0;
  let sequence = 0;

  /** As kube-apiserver's etcd client does: a pair caught between its two renames is read again before any request fails. */
  const readPair = (): { cert: Buffer; key: Buffer } => {
    for (;;) {
      const cert = readFileSync(files.certificate);
      const key = readFileSync(files.key);
      if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return { cert, key };
      counts.rereads++;
    }
  };

  const post = (index: number, path: string, body: object): Promise<{ kvs?: { value: string }[] }> =>
    new Promise((resolve, reject) => {
      const member = members[index]!;
      const call = request(
        {
          host: member.addresses[0],
          port: member.clientPort,
          path,
          method: 'POST',
          agent: agents[index],
          ca: authority,
          ...readPair(),
          timeout: attemptMilliseconds,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('error', reject);
          response.on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(text));
            else reject(new Error(`${response.statusCode} ${text.slice(0, 120)}`));
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('timeout')));
      call.on('error', reject);
      call.end(JSON.stringify(body));
    });

  const attempt = async (path: string, body: object) => {
    for (let count = 0; count < attempts; count++) {
      const index = (sequence + count) % members.length;
      const wasRestarting = restarts > 0;
      try {
        return await post(index, path, body);
      } catch (error) {
        counts.retries++;
        if (!wasRestarting && restarts === 0) counts.retriesOutsideRestarts++;
        const reason = `${members[index]!.name}: ${(error as Error).message}`;
        counts.reasons.set(reason, (counts.reasons.get(reason) ?? 0) + 1);
        await sleep(50);
      }
    }
    counts.failures++;
    return undefined;
  };

  const pair = async () => {
    const number = sequence++;
    const key = Buffer.from(`key-${number % 500}-${number}`).toString('base64');
    const value = Buffer.from(`value-${number}`).toString('base64');
    if (!(await attempt('/v3/kv/put', { key, value }))) return;
    counts.writes++;
    const read = await attempt('/v3/kv/range', { key });
    if (!read) return;
    counts.reads++;
    if (read.kvs?.[0]?.value !== value) counts.mismatches++;
  };

  const inParallel = async (concurrency: number, isWanted: () => boolean, pauseMilliseconds = 0) => {
    const worker = async () => {
      while (isWanted()) {
        await pair();
        if (pauseMilliseconds > 0) await sleep(pauseMilliseconds);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    for (const agent of [...agents, ...retired]) agent.destroy();
  };

  return {
    counts,
    run: (pairs, concurrency) => {
      let left = pairs;
      return inParallel(concurrency, () => left-- > 0);
    },
    runUntilStopped: (concurrency) => inParallel(concurrency, () => !isStopped, 20),
    stop() {
      isStopped = true;
    },
    restartClient() {
      authority = readFileSync(files.authority);
      // What is under way on the old connections may end: a client that restarts properly does so too.
      retired.push(...agents);
      agents = members.map(() => new Agent({ keepAlive: true }));
    },
    async duringRestart(action) {
      restarts++;
      try {
        return await action();
      } finally {
        // A new leader is elected within two election timeouts; what fails until then is the restart's doing.
        setTimeout(() => restarts--, 3000);
      }
    },
  };
}

/** What went wrong, most frequent first, for the figure. */
export function reasonsText({ reasons }: WorkloadCounts): string {
  const sorted = [...reasons].sort(([, one], [, other]) => other - one).slice(0, 4);
  return sorted.map(([reason, count]) => `${count}x ${reason.slice(0, 60)}`).join('; ') || 'none';
}
