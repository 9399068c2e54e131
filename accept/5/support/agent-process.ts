import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'packages', 'cli', 'src', 'main.ts');

/** As examples/agent/seawall.service has it. */
const UNIT_NICE = '-10';

/** `seawall agent`, as its own process. */
export interface AgentProcess {
  readonly process: ChildProcess;
  /** Where health and metrics are: known when it has said so. */
  readonly address: Promise<string>;
  /** What it has written on standard error so far. */
  log(): string;
  /** Settles with its exit code, null after a signal. */
  readonly ended: Promise<number | null>;
}

export interface AgentProcessOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /**
   * Whether it gets as much of the processors as its unit asks of systemd: sessions of their own share them out evenly
   * otherwise, where the kernel groups by session (sched(7), autogroup), and each container's shim is one.
   */
  readonly hasWeight?: boolean;
}

export function startAgentProcess(
  configuration: string,
  { environment = {}, hasWeight = false }: AgentProcessOptions = {},
): AgentProcess {
  const agent = spawn(process.execPath, [...process.execArgv, MAIN, 'agent', '--config', configuration], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
    detached: hasWeight,
  });
  const autogroup = `/proc/${agent.pid}/autogroup`;
  if (hasWeight && existsSync(autogroup)) writeFileSync(autogroup, UNIT_NICE);
  let log = '';
  const { promise: address, resolve, reject } = Promise.withResolvers<string>();
  address.catch(() => undefined);
  agent.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    const [, found] = /http:\/\/(\S+)\/readyz/.exec(log) ?? [];
    if (found !== undefined) resolve(found);
  });
  const ended = once(agent, 'exit').then(([code]) => {
    reject(new Error(`the agent ended: ${log}`));
    return code as number | null;
  });
  return { process: agent, address, log: () => log, ended };
}

/** Waits until the agent says that it is ready. @throws after so many milliseconds */
export async function untilReady(agent: AgentProcess, withinMilliseconds = 180_000): Promise<string> {
  const address = await agent.address;
  const until = performance.now() + withinMilliseconds;
  const { process: child } = agent;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the agent ended: ${agent.log()}`);
    const isReady = await fetch(`http://${address}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return address;
    if (performance.now() > until) throw new Error(`the agent does not become ready: ${agent.log()}`);
    await wait(50);
  }
}

/** A metric's values by its labels as they are written; '' where it has none. */
export async function readMetric(address: string, name: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://${address}/metrics`)).text();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, labels = '', value] = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? [];
    if (value !== undefined) values.set(labels, Number(value));
  }
  return values;
}

/** Settings of an agent with `rules.yaml` and `policies.yaml` beside them, whose containers are one containerd's. */
export function containerdSettings(socket: string): string {
  return `rules: [rules.yaml]
policies: [policies.yaml]
source: { runtimes: [{ kind: cri, socket: '${socket}' }, { kind: containerd, socket: '${socket}' }] }
store: { path: store/seawall.db }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
`;
}
