import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthority, exportKey, generateKey, issueLeaf } from '@seawall/pki';
import type { CourierReport } from '@seawall/policies';
import type { OutboxEntry } from '@seawall/store';
import {
  type Answer,
  startHttpReceiver,
  startSilentServer,
  startSmtpReceiver,
  status,
} from '../../packages/policies/src/channel/testing/receivers.ts';
import {
  channelOf,
  createWorld,
  occurrenceOf,
  type World,
} from '../../packages/policies/src/outbox/testing/world.ts';
import type { AcceptanceResult } from '../row.ts';
import { openCourier } from './support/open-courier.ts';

export const title =
  'channel that hangs, 429, 500, TLS error, DNS failure: detection goes on; everything arrives at least once or is a dead letter';

const GROUPS = 12;
const COMMITS = 400;
const FINDINGS_OF_COMMIT = 25;
const SECRET = 'accept-Secret+1/2';

/** Short enough to see the end; what counts is that there is one. */
const retry = { timeout: '150ms', first: '1s', longest: '30s', attempts: 6 };

/** What a channel's receiver has got, by deduplication key. */
type Arrived = ReadonlySet<string>;

interface Tried {
  readonly name: string;
  readonly spec: object;
  /** From now on the receiver works. */
  mend?(): void;
  arrived(): Arrived;
  close(): Promise<void>;
}

export async function run(): Promise<AcceptanceResult> {
  const tried = [
    await failingHttp('good', status(200)),
    await failingHttp('hangs, then works', () => undefined),
    await failingHttp('429, then works', status(429, { 'retry-after': '20' })),
    await failingHttp('500, then works', status(500)),
    await failingHttp('500 for ever', status(500)),
    await failingHttp('refuses', (request, response) => status(403, {}, request.body)(request, response)),
    await failingTls(),
    await failingMail(),
    await silent(),
    nowhere(),
  ];
  const world = createWorld(
    tried.map(({ name, spec }) => channelOf(name, { rateLimit: { messages: 10_000 }, retry, ...spec })),
  );
  const reports: CourierReport[] = [];
  try {
    const courier = openCourier(world, { SECRET }, (report) => reports.push(report));
    const notifier = await world.notifier();
    const calm = await writeFindings(world, async (number) => {
      // The same groups again and again: nobody is told, which is what the store alone takes.
      await world.occur(notifier, ...findings(world, number));
    });
    const entriesBefore = await entriesOf(world);
    courier.start();
    let attemptsMeanwhile = 0;
    const stormy = await writeFindings(world, async (number) => {
      await world.occur(notifier, ...findings(world, number));
      attemptsMeanwhile = reports.length;
    });
    for (const { mend } of tried) mend?.();
    const rounds = await deliverAll(world, courier);
    await courier.stop(1000);
    const entries = await entriesOf(world);
    const faults = judge(entries, tried);
    const { occurrences } = await world.store.statistics();
    const expected = 2 * COMMITS * FINDINGS_OF_COMMIT;
    if (occurrences !== expected) faults.push(`${occurrences} findings stored instead of ${expected}`);
    if (attemptsMeanwhile === 0) faults.push('no channel failed while findings were written');
    if (tellsSecret(world, reports)) faults.push('a secret was told');
    const dead = entries.filter(({ state }) => state === 'dead').length;
    const retried = reports.filter(({ kind }) => kind === 'retried').length;
    const figure = [
      `${entriesBefore.length} messages to ${tried.length} channels: ${entries.length - dead} arrived, ${dead} dead letters`,
      `${retried} attempts failed on the way, ${rounds} rounds`,
      `${occurrences} findings stored, a commit with failing channels took ${(stormy / calm).toFixed(2)} times one without (median)`,
      faults.length === 0 ? 'nothing lost' : `faults: ${faults.join('; ')}`,
    ];
    return { figure: figure.join('; '), passed: faults.length === 0 };
  } finally {
    await world.close();
    for (const { close } of tried) await close();
  }
}

/** @returns the median of a commit's time, milliseconds */
async function writeFindings(world: World, write: (number: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let number = 0; number < COMMITS; number++) {
    const before = performance.now();
    await write(number);
    times.push(performance.now() - before);
    world.clock.advance(20);
    // The courier runs on this thread as well, as in the agent.
    await sleep(2);
  }
  return times.sort((left, right) => left - right)[times.length >> 1]!;
}

function findings({ clock }: World, number: number) {
  return Array.from({ length: FINDINGS_OF_COMMIT }, (_, index) =>
    occurrenceOf(clock, `group ${(number + index) % GROUPS}`),
  );
}

async function deliverAll(world: World, courier: ReturnType<typeof openCourier>): Promise<number> {
  let rounds = 0;
  for (; rounds < 2000; rounds++) {
    await courier.drain();
    if ((await world.store.statistics()).waiting === 0) break;
    world.clock.advance(10_000);
  }
  return rounds;
}

async function entriesOf({ store }: World): Promise<OutboxEntry[]> {
  const found: OutboxEntry[] = [];
  let after: string | undefined;
  do {
    const page = await store.outbox({}, { limit: 1000, ...(after === undefined ? {} : { after }) });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}

function judge(entries: readonly OutboxEntry[], tried: readonly Tried[]): string[] {
  const faults: string[] = [];
  for (const { name, arrived, mend } of tried) {
    const mine = entries.filter(({ channel }) => channel === name);
    if (mine.length !== GROUPS) faults.push(`${name}: ${mine.length} messages instead of ${GROUPS}`);
    const got = arrived();
    for (const { deduplicationKey: key, state, lastError } of mine) {
      if (state === 'waiting') faults.push(`${name}: a message still waits`);
      if (state === 'delivered' && !got.has(key)) faults.push(`${name}: delivered, but nobody got it`);
      if (state === 'dead' && !lastError) faults.push(`${name}: a dead letter without a reason`);
      if (state === 'dead' && mend !== undefined) faults.push(`${name}: works again, but ${lastError}`);
    }
  }
  return faults;
}

async function failingHttp(name: string, first: Answer): Promise<Tried> {
  let answer = first;
  const arrived = new Set<string>();
  const receiver = await startHttpReceiver((request, response) => {
    response.on('finish', () => {
      if (response.statusCode === 200) arrived.add(request.headers['idempotency-key'] as string);
    });
    answer(request, response);
  });
  const webhook = { url: receiver.url, headers: { authorization: { fromEnvironment: 'SECRET' } } };
  return {
    ...{ name, spec: { webhook }, arrived: () => arrived, close: receiver.close },
    ...(name.endsWith('works') && {
      mend: () => {
        answer = status(200);
      },
    }),
  };
}

/** Its certificate is of an authority that nobody trusts: a TLS error for ever. */
async function failingTls(): Promise<Tried> {
  const order = { algorithm: 'p256', lifetimeDays: 2, now: Date.now() } as const;
  const authority = await createAuthority({ ...order, commonName: 'Nobody' });
  const key = await generateKey('p256');
  const names = ['localhost'];
  const leaf = await issueLeaf(authority, {
    ...order,
    ...{ commonName: 'localhost', usages: ['serverAuth'], names, key },
  });
  const identity = { cert: leaf.toString(), key: exportKey(key) };
  const receiver = await startHttpReceiver(status(200), identity);
  return {
    ...{ name: 'tls error', arrived: () => new Set<string>(), close: receiver.close },
    spec: {
      pagerDuty: { routingKey: { fromEnvironment: 'SECRET' }, endpoint: `${receiver.url}/v2/enqueue` },
    },
  };
}

/** A mail server that puts off, then takes. */
async function failingMail(): Promise<Tried> {
  let isWorking = false;
  const server = await startSmtpReceiver({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'] },
    onRcptTo(_, __, done) {
      done(isWorking ? null : Object.assign(new Error('come back later'), { responseCode: 451 }));
    },
  });
  const address = { host: '127.0.0.1', port: server.port, from: 'a@example.org', to: ['b@example.org'] };
  return {
    ...{ name: 'mail 451, then works', spec: { email: { ...address, security: 'none' } } },
    mend() {
      isWorking = true;
    },
    arrived: () =>
      new Set(
        server.messages.map(({ text }) => /^Seawall-Deduplication-Key: (\S+)/im.exec(text)?.[1] ?? 'no key'),
      ),
    close: server.close,
  };
}

async function silent(): Promise<Tried> {
  const { port, close } = await startSilentServer();
  const address = { host: '127.0.0.1', port, from: 'a@example.org', to: ['b@example.org'] };
  const spec = { email: { ...address, security: 'none' } };
  return { name: 'mail hangs for ever', spec, arrived: () => new Set<string>(), close };
}

function nowhere(): Tried {
  const victorOps = {
    ...{
      apiKey: { fromEnvironment: 'SECRET' },
      routingKey: 'team',
      endpoint: 'https://nowhere.invalid/alert',
    },
  };
  return {
    name: 'dns failure',
    spec: { victorOps },
    arrived: () => new Set<string>(),
    close: async () => undefined,
  };
}

function tellsSecret({ path }: World, reports: readonly CourierReport[]): boolean {
  const folder = dirname(path);
  const told = [
    JSON.stringify(reports, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ...readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1')),
  ].join('\n');
  return [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64')].some((form) =>
    told.includes(form),
  );
}
