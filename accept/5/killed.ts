import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { probeSupport } from '@seawall/probe';
import { openStore, type Store } from '@seawall/store';
import type { AcceptanceResult } from '../row.ts';
import { type AgentProcess, startAgentProcess, untilReady } from './support/agent-process.ts';
import { withCleanUp } from './support/clean-up.ts';

export const title =
  'agent killed with SIGKILL at 200 random moments while 20,000 findings flow and channels fail at random: every finding once, delivered at least once, live gaps told';

const KILLS = 200;
const LIVE_KILLS = 10;
/** Rounds at the same time: starting an agent keeps one processor busy. */
const LANES = 2;
/** Of five kills so many come while the agent starts, the others when it has begun to store. */
const EARLY = 0.2;
/** Milliseconds within which it is killed then. */
const REACH = 400;
const CAPTURE = join(import.meta.dirname, '..', '..', 'examples', 'control-plane', 'attack.scap.gz');
/** What the rules below find in the recording, as `seawall watch` counts it. */
const EXPECTED = 36_840;

const RULES = `
- rule: Opened
  desc: Somebody opened something.
  condition: evt.type in (openat, open)
  output: "file opened (file=%fd.name process=%proc.name pid=%proc.pid number=%evt.num)"
  priority: NOTICE
- rule: Connected
  desc: Somebody connected somewhere.
  condition: evt.type = connect
  output: "connected (peer=%fd.name process=%proc.name number=%evt.num)"
  priority: WARNING
`;

/** Agents that run. */
const running = new Set<AgentProcess>();

export async function run(): Promise<AcceptanceResult> {
  return withCleanUp(async (cleanUp, signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
    cleanUp(() => rmSync(folder, { recursive: true, force: true }));
    // One lane that fails ends the other as well.
    const failing = new AbortController();
    const ending = AbortSignal.any([signal, failing.signal]);
    function killAll(): void {
      for (const agent of running) agent.process.kill('SIGKILL');
    }
    ending.addEventListener('abort', killAll);
    cleanUp(async () => {
      killAll();
      await Promise.all([...running].map(({ ended }) => ended));
    });
    const faults: string[] = [];
    const kills: Kills = { all: 0, during: 0, rounds: 0, messages: 0, keys: 0, refused: 0 };
    writeFileSync(join(folder, 'rules.yaml'), RULES);
    const lanes = Array.from({ length: LANES }, () =>
      killWhileFlowing(folder, kills, faults, ending).catch((error) => failing.abort(error)),
    );
    await Promise.all(lanes);
    ending.throwIfAborted();
    const gaps = await killLive(folder, faults, ending);
    const figure = [
      `${kills.during} kills of agents that had stored findings and had more to store (${kills.all} in all), ${kills.rounds} rounds of ${EXPECTED} findings`,
      `${kills.messages} messages of ${kills.keys} keys arrived, ${kills.refused} were refused or cut off`,
      gaps,
      faults.length === 0 ? 'nothing missing, nothing twice' : `faults: ${faults.join('; ')}`,
    ];
    return { figure: figure.join('; '), passed: faults.length === 0 && kills.during >= KILLS };
  });
}

/** What was done so far, by all lanes. */
interface Kills {
  all: number;
  /** Of agents that had stored something since their start, and not all. */
  during: number;
  rounds: number;
  messages: number;
  keys: number;
  refused: number;
}

/** @throws once all is to end, so that no agent outlives the row. */
function start(configuration: string, signal: AbortSignal): AgentProcess {
  signal.throwIfAborted();
  const agent = startAgentProcess(configuration);
  running.add(agent);
  agent.ended.finally(() => running.delete(agent));
  return agent;
}

/** Each round reads the recording with a store and a receiver of its own, killed again and again until it is through. */
async function killWhileFlowing(
  folder: string,
  kills: Kills,
  faults: string[],
  signal: AbortSignal,
): Promise<void> {
  while (kills.during < KILLS) {
    kills.rounds += 1;
    const name = `round-${kills.rounds}`;
    const round = join(folder, name);
    const receiver = await startReceiver();
    try {
      const configuration = writeSettings(round, folder, receiver.url, CAPTURE);
      const path = join(round, 'store.db');
      let before = 0;
      for (let isThrough = false; !isThrough; ) {
        const agent = start(configuration, signal);
        await untilToBeKilled(agent, path, before);
        const { exitCode } = agent.process;
        if (exitCode !== null) {
          if (exitCode !== 0) faults.push(`the agent ended with ${exitCode}: ${agent.log().slice(-300)}`);
          isThrough = true;
          continue;
        }
        agent.process.kill('SIGKILL');
        await agent.ended;
        kills.all += 1;
        const stored = await countIn(path);
        if (stored > before && stored < EXPECTED) kills.during += 1;
        before = stored;
        isThrough = stored >= EXPECTED || kills.during >= KILLS;
        if (kills.all % 20 === 0)
          process.stderr.write(`${kills.during} of ${KILLS} kills, ${kills.rounds} rounds\n`);
      }
      await finishRound(configuration, path, faults, receiver, signal);
      const { messages, keys, refused } = receiver.counts();
      kills.messages += messages;
      kills.keys += keys;
      kills.refused += refused;
    } finally {
      receiver.close();
    }
  }
}

/** Settles when the agent is to be killed, or has ended. */
async function untilToBeKilled(agent: AgentProcess, path: string, before: number): Promise<void> {
  let hasEnded = false;
  const ended = agent.ended.then(() => {
    hasEnded = true;
  });
  await Promise.race([agent.address.catch(() => undefined), ended]);
  if (Math.random() >= EARLY) {
    while (!hasEnded && (await countIn(path)) === before) await wait(20);
  }
  await Promise.race([wait(Math.random() * REACH), ended]);
}

async function finishRound(
  configuration: string,
  path: string,
  faults: string[],
  receiver: Receiver,
  signal: AbortSignal,
): Promise<void> {
  // With one message in four failing, each would wait for its channel to be tried again.
  receiver.heal();
  const last = start(configuration, signal);
  const code = await last.ended;
  if (code !== 0) faults.push(`the last run of a round ended with ${code}: ${last.log().slice(-300)}`);
  // Recordings end sooner than messages arrive: a live agent would go on delivering. So go on until all have.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { waiting } = await withStore(path, (store) => store.statistics());
    if (waiting === 0) break;
    await start(configuration, signal).ended;
  }
  await withStore(path, async (store) => {
    const { occurrences, waiting, dead } = await store.statistics();
    if (occurrences !== EXPECTED) faults.push(`${occurrences} findings are stored, not ${EXPECTED}`);
    if (waiting + dead > 0) faults.push(`${waiting} messages wait, ${dead} are given up`);
    const numbers = new Set<string>();
    for (let after: string | undefined; ; ) {
      const page = await store.feed({}, { limit: 1000, ...(after !== undefined && { after }) });
      for (const { output, group } of page.items)
        numbers.add(`${group.rule} ${/number=(\d+)/.exec(output)?.[1]}`);
      after = page.next;
      if (after === undefined) break;
    }
    if (numbers.size !== EXPECTED)
      faults.push(`${numbers.size} different findings are stored, not ${EXPECTED}`);
    let untold = 0;
    for (let after: string | undefined; ; ) {
      const page = await store.outbox({}, { limit: 1000, ...(after !== undefined && { after }) });
      for (const { deduplicationKey } of page.items) if (!receiver.has(deduplicationKey)) untold += 1;
      after = page.next;
      if (after === undefined) break;
    }
    if (untold > 0) faults.push(`${untold} messages are said to be delivered and never arrived`);
  });
}

/** Watching live, what was not stored yet when the agent was killed is told as a gap. */
async function killLive(folder: string, faults: string[], signal: AbortSignal): Promise<string> {
  const support = probeSupport();
  if (!support.isSupported) return `live gaps not looked at: ${support.reason}`;
  const round = join(folder, 'live');
  const configuration = writeSettings(round, folder, 'http://127.0.0.1:9/', undefined);
  const path = join(round, 'store.db');
  let widest = 0;
  let killedAt = 0;
  for (let kill = 0; kill <= LIVE_KILLS; kill += 1) {
    const agent = start(configuration, signal);
    await untilReady(agent);
    await wait(300 + Math.random() * 500);
    if (kill > 0) {
      const { items } = await withStore(path, (store) => store.gaps({ limit: 1 }));
      const gap = items[0];
      if (gap === undefined) faults.push('no gap is told after a kill');
      else {
        const before = killedAt - Number(gap.from) / 1e6;
        widest = Math.max(widest, before);
        if (before < 0 || Number(gap.to) / 1e6 < killedAt)
          faults.push(`a gap does not hold the kill: ${before} ms`);
      }
    }
    agent.process.kill('SIGKILL');
    killedAt = Date.now();
    await agent.ended;
  }
  if (widest > 100) faults.push(`what was not stored reached back ${Math.round(widest)} ms`);
  return `${LIVE_KILLS} live kills, each a gap that begins at most ${Math.round(widest)} ms before it`;
}

function writeSettings(round: string, folder: string, url: string, capture: string | undefined): string {
  const rules = join(folder, 'rules.yaml');
  const policies = `${round}-policies.yaml`;
  writeFileSync(
    policies,
    `apiVersion: seawall.dev/v1alpha1
kind: NotificationChannel
metadata: { name: receiver }
spec:
  webhook: { url: '${url}' }
  rateLimit: { messages: 2000, per: 1m }
  retry: { timeout: 2s, first: 100ms, longest: 500ms, attempts: 1000 }
---
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: everything }
spec:
  rules: [{ name: '*' }]
  channels: [receiver]
`,
  );
  const path = join(folder, `${round.split('/').at(-1)}.yaml`);
  const source = capture === undefined ? '{}' : `{ capture: '${capture}' }`;
  writeFileSync(
    path,
    `rules: ['${rules}']
policies: ['${policies}']
source: ${source}
store: { path: '${join(round, 'store.db')}' }
captures: { directory: '${join(round, 'captures')}' }
http: { listen: '127.0.0.1:0' }
`,
  );
  return path;
}

async function withStore<Result>(path: string, use: (store: Store) => Promise<Result>): Promise<Result> {
  const store = openStore({ path, access: 'read' });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function countIn(path: string): Promise<number> {
  return withStore(path, async (store) => (await store.statistics()).occurrences);
}

interface Receiver {
  readonly url: string;
  has(key: string): boolean;
  /** From now on everything is taken. */
  heal(): void;
  counts(): { readonly messages: number; readonly keys: number; readonly refused: number };
  close(): void;
}

/** Takes messages, but for one in three: refused, cut off before or after it was taken in. */
async function startReceiver(): Promise<Receiver> {
  const keys = new Set<string>();
  let messages = 0;
  let refused = 0;
  let isHealthy = false;
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await text(request);
    const fate = isHealthy ? 12 : Math.random() * 12;
    if (fate < 1) {
      refused += 1;
      request.socket.destroy();
      return;
    }
    if (fate < 3) {
      refused += 1;
      response.writeHead(fate < 2 ? 500 : 429).end();
      return;
    }
    messages += 1;
    keys.add(String(request.headers['idempotency-key']));
    if (fate < 4) request.socket.destroy();
    else response.end();
  }
  const server = createServer((request, response) => {
    take(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    has: (key) => keys.has(key),
    heal() {
      isHealthy = true;
    },
    counts: () => ({ messages, keys: keys.size, refused }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
