import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { customResourcePath } from '@seawall/policies';
import { probeSupport } from '@seawall/probe';
import { applyExamples } from '../../packages/agent/src/testing/example-objects.ts';
import { type ApiConnection, openApiConnection, readKubeconfig } from '../../packages/kube/src/index.ts';
import { type ApiServer, apiServerMissing, startApiServer } from '../../packages/kube/src/testing/index.ts';
import type { AcceptanceResult } from '../row.ts';
import { type AgentProcess, readMetric, startAgentProcess, untilReady } from './support/agent-process.ts';

export const title =
  'policies of a real kube-apiserver, by a service account with the rights of the example: every change taken over in 5 s, half of them in 2; nothing lost by an API server that restarts, compacts or is away, nor by a wrong object';

const ROUNDS = 20;
const SLOWEST = 5000;
const MEDIAN = 2000;
const POLICIES = customResourcePath('RuntimePolicy');

const RULES = `- rule: Shell
  desc: Somebody started a shell.
  condition: evt.type = execve and proc.name in (sh, bash, dash)
  output: "shell (command=%proc.cmdline)"
  priority: WARNING
`;

export async function run(): Promise<AcceptanceResult> {
  const missing = apiServerMissing();
  if (missing !== false) return { skipped: missing };
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const server = await startApiServer();
  const connection = openApiConnection(readKubeconfig(server.kubeconfig));
  let agent: AgentProcess | undefined;
  try {
    const account = await applyExamples(connection);
    writeFileSync(join(folder, 'token'), server.accountToken(account, 3600));
    writeFileSync(join(folder, 'rules.yaml'), RULES);
    const configuration = join(folder, 'seawall.yaml');
    writeFileSync(
      configuration,
      `rules: [rules.yaml]
store: { path: store/seawall.db }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
source: { runtimes: [] }
kubernetes: { kubeconfig: ${server.writeKubeconfig('agent.conf', join(folder, 'token'))}, policies: true }
`,
    );
    agent = startAgentProcess(configuration);
    const address = await untilReady(agent);
    const times = await changeOften(connection, agent);
    const wrong: string[] = [];
    const check: Check = async (what, holds) => {
      if ((await timeUntil(holds)) === undefined) wrong.push(what);
    };
    await survive(server, connection, address, check);

    await server.pause();
    await end(agent);
    agent = startAgentProcess(configuration);
    const again = await untilReady(agent);
    const away = await countOf(again);
    if (away !== 2) wrong.push(`started without an API server it has ${away} policies of 2`);
    await server.resume();
    await connection.ask('DELETE', `${POLICIES}/after`);
    await check('what was deleted after that start', async () => (await countOf(again)) === 1);

    times.sort((one, other) => one - other);
    const [median, slowest] = [times[times.length >> 1] as number, times.at(-1) as number];
    const differ = wrong.length === 0 ? 'nothing was lost' : `not taken over: ${wrong.join('; ')}`;
    return {
      figure: `${times.length} changes taken over in ${seconds(median)} (median), ${seconds(slowest)} (slowest); with a restart and compaction, a wrong object, and a start of the agent while the API server was away: ${differ}`,
      passed: wrong.length === 0 && median <= MEDIAN && slowest <= SLOWEST,
    };
  } finally {
    if (agent !== undefined) await end(agent);
    connection.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until something holds, and notes what it is where it never does. */
type Check = (what: string, holds: () => Promise<boolean>) => Promise<void>;

/** @returns milliseconds from each answer of the API server until the agent says that it runs what has changed. */
async function changeOften(connection: ApiConnection, agent: AgentProcess): Promise<number[]> {
  const times: number[] = [];
  const taken = (): number => agent.log().split('running from now on').length;
  const change = async (request: () => Promise<unknown>): Promise<void> => {
    const before = taken();
    await request();
    times.push((await timeUntil(async () => taken() > before)) ?? Number.POSITIVE_INFINITY);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    await change(() => create(connection, 'often', 'Shell'));
    const value = { spec: { description: `of round ${round}` } };
    const type = 'application/merge-patch+json';
    await change(() => connection.ask('PATCH', `${POLICIES}/often`, { type, value }));
    await change(() => connection.ask('DELETE', `${POLICIES}/often`));
  }
  return times;
}

/** Leaves two policies, `before` and `after`. */
async function survive(
  server: ApiServer,
  connection: ApiConnection,
  address: string,
  check: Check,
): Promise<void> {
  await create(connection, 'before', 'Shell');
  await check('what was created before the restart', async () => (await countOf(address)) === 1);
  await server.pause();
  await server.resume();
  await create(connection, 'after', 'Shell');
  await server.compact();
  await check('what was created after restart and compaction', async () => (await countOf(address)) === 2);

  await create(connection, 'wrong', 'No such rule');
  const isReady = async (): Promise<boolean> => (await fetch(`http://${address}/readyz`)).ok;
  await check('that an object is wrong', async () => !(await isReady()));
  if ((await countOf(address)) !== 2) await check('the others beside a wrong object', async () => false);
  await connection.ask('DELETE', `${POLICIES}/wrong`);
  await check('that no object is wrong any more', isReady);
}

function create(connection: ApiConnection, name: string, rule: string): Promise<unknown> {
  const value = {
    ...{ apiVersion: 'seawall.dev/v1alpha1', kind: 'RuntimePolicy' },
    ...{ metadata: { name }, spec: { rules: [{ name: rule }] } },
  };
  return connection.ask('POST', POLICIES, { type: 'application/json', value });
}

async function countOf(address: string): Promise<number | undefined> {
  return (await readMetric(address, 'seawall_policies')).get('');
}

/** @returns milliseconds until it held, undefined where it did not in a minute. */
async function timeUntil(holds: () => Promise<boolean>): Promise<number | undefined> {
  const begin = performance.now();
  while (!(await holds())) {
    if (performance.now() - begin > 60_000) return undefined;
    await wait(5);
  }
  return performance.now() - begin;
}

async function end(agent: AgentProcess): Promise<void> {
  agent.process.kill('SIGTERM');
  await agent.ended;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
