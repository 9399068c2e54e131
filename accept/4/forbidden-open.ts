import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CRI_NAMESPACE, runPod } from '@seawall/kube/testing';
import { type Attempts, parseAttempts } from '../../packages/probe/src/testing/overlay-container.ts';
import type { AcceptanceResult } from '../row.ts';
import {
  type GuardedContainerd,
  guardedContainerdMissing,
  withGuardedContainerd,
} from './support/guarded-container.ts';

export const title =
  '1,000 forbidden opens; 1,000 connects to a forbidden port from a guarded cgroup: EPERM each, nothing accepted; with the agent stopped by SIGSTOP no other program waits over 100 ms';

const OPENS = 1000;
const LONGEST_WAIT = 100_000;

export async function run(): Promise<AcceptanceResult> {
  const missing = guardedContainerdMissing();
  if (missing !== undefined) return { skipped: missing };
  return withGuardedContainerd(async (containerd) => {
    let accepted = 0;
    const server = createServer((socket) => {
      accepted += 1;
      socket.destroy();
    }).listen(0, '::');
    await once(server, 'listening');
    try {
      const { port } = server.address() as { port: number };
      const measured = await measure(containerd, port);
      return judge(measured, accepted);
    } finally {
      server.close();
    }
  });
}

interface Measured {
  readonly opens: Attempts;
  readonly connects: readonly Attempts[];
  readonly told: Readonly<Record<string, number>>;
  /** While the agent is stopped: of the forbidden file, and of its neighbour, which is asked about as well. */
  readonly stopped: { readonly forbidden: Attempts; readonly neighbour: Attempts };
  /** Once the agent was killed. */
  readonly afterwards: Attempts;
}

async function measure(containerd: GuardedContainerd, port: number): Promise<Measured> {
  const { image } = containerd;
  const command = ['/bin/busybox', 'sleep', '1000000'];
  // A pod is on the machine's own network, where the server listens.
  const pod = await runPod(containerd, { name: 'guarded' });
  const { id, cgroup } = await pod.runContainer('guarded', { image, command });
  const attempt = (...words: string[]) =>
    parseAttempts(containerd.exec(id, ['/bin/attempt', ...words], CRI_NAMESPACE), words.join(' '));
  const agent = await startAgent(cgroup, '/etc/secret', port);
  try {
    const opens = attempt('open', '/etc/secret', String(OPENS));
    const connects = ['connect 4 400', 'connect 6 300', 'connect m 200', 'fast 4 100'].map((words) => {
      const [how, kind, count] = words.split(' ');
      return attempt(how, kind, String(port), count);
    });
    const told = await agent.ask();
    agent.process.kill('SIGSTOP');
    const stopped = {
      forbidden: attempt('open', '/etc/secret', String(OPENS)),
      neighbour: attempt('open', '/etc/public', String(OPENS)),
    };
    agent.process.kill('SIGCONT');
    agent.process.kill('SIGKILL');
    await once(agent.process, 'close');
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { opens, connects, told, stopped, afterwards: attempt('open', '/etc/secret', '10') };
  } finally {
    agent.process.kill('SIGKILL');
    await pod.remove();
  }
}

function judge(measured: Measured, accepted: number): AcceptanceResult {
  const { opens, connects, told, stopped, afterwards } = measured;
  const denied = connects.reduce((sum, attempts) => sum + attempts.denied, 0);
  const tried = connects.reduce((sum, attempts) => sum + attempts.tried, 0);
  const longest = Math.max(stopped.forbidden.longest, stopped.neighbour.longest);
  const figure = [
    `${opens.denied} of ${opens.tried} opens and ${denied} of ${tried} connects failed with EPERM`,
    `${accepted} accepted, ${told['open denied']} and ${told['connection denied']} told`,
    `agent stopped: ${stopped.forbidden.denied} of ${stopped.forbidden.tried} denied, ${stopped.neighbour.passed} of ${stopped.neighbour.tried} of another file went well, the longest wait ${longest / 1000} ms`,
    `agent killed: ${afterwards.passed} of ${afterwards.tried} opens go well again`,
  ].join('; ');
  const passed =
    opens.denied === OPENS &&
    denied === tried &&
    tried >= 1000 &&
    accepted === 0 &&
    told['open denied'] === OPENS &&
    told['connection denied'] === tried &&
    stopped.forbidden.denied === OPENS &&
    stopped.neighbour.passed === OPENS &&
    longest <= LONGEST_WAIT &&
    afterwards.passed === afterwards.tried;
  return { figure, passed };
}

interface Agent {
  readonly process: ChildProcess;
  /** What was told so far, by reason and outcome. */
  ask(): Promise<Readonly<Record<string, number>>>;
}

async function startAgent(cgroup: string, path: string, port: number): Promise<Agent> {
  const script = join(import.meta.dirname, 'support', 'guarding-agent.ts');
  const child = spawn(process.execPath, [...process.execArgv, script, cgroup, path, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.value !== 'guarding') throw new Error('the agent did not start');
  return {
    process: child,
    async ask() {
      child.stdin.write('\n');
      const { value } = await lines.next();
      return JSON.parse(value ?? '{}');
    },
  };
}
