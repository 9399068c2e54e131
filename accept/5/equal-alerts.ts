import { createOccurrence, type RuntimePolicy } from '@seawall/policies';
import type { Occurrence } from '@seawall/store';
import {
  startHttpReceiver,
  startSmtpReceiver,
  status,
} from '../../packages/policies/src/channel/testing/receivers.ts';
import { channelOf, createWorld, type World } from '../../packages/policies/src/outbox/testing/world.ts';
import type { AcceptanceResult } from '../row.ts';
import { openCourier } from './support/open-courier.ts';

export const title =
  '33,000 equal alerts in a day’s worth of events: one group; one notification at once, then at most one summary an hour; all occurrences readable';

const ALERTS = 33_000;
const DAY = 86_400_000;
const HOUR = 3_600_000;

/** As often as the agent lets the notifier look around. */
const TICK = 5000;

const policy = {
  ...{ name: 'etcd', severity: undefined, runbook: 'https://runbooks.example/etcd', mode: 'alert' },
} as const satisfies Pick<RuntimePolicy, 'name' | 'severity' | 'runbook' | 'mode'>;

const rule = {
  ...{ name: 'Unauthorized process in etcd', source: 'syscall', priority: 'Error', tags: ['etcd'] },
} as const;

export async function run(): Promise<AcceptanceResult> {
  const receiver = await startHttpReceiver(status(200));
  const mail = await startSmtpReceiver({ authOptional: true, disabledCommands: ['STARTTLS'] });
  const address = { host: '127.0.0.1', port: mail.port, from: 'a@example.org', to: ['b@example.org'] };
  const world = createWorld([
    channelOf('hook', { webhook: { url: receiver.url } }),
    channelOf('mail', { email: { ...address, security: 'none' } }),
  ]);
  try {
    const sentAt = await liveADay(world);
    const groups = await world.groups();
    const [group] = groups;
    const { keys, outputs } = await readAll(world, group!.id);
    const received = receiver.requests.map(({ body }) => JSON.parse(body) as Received);
    const told = received.reduce((sum, notice) => sum + (notice.newOccurrences ?? 1), 0);
    const gaps = sentAt.slice(1).map((time, index) => time - sentAt[index]!);
    const shortest = Math.min(...gaps);
    const summaries = received.filter(({ kind }) => kind === 'summary').length;
    const passed =
      groups.length === 1 &&
      group!.count === ALERTS &&
      keys === ALERTS &&
      sentAt[0] === 0 &&
      shortest >= HOUR &&
      received.length === summaries + 1 &&
      mail.messages.length === received.length &&
      told === ALERTS;
    const figure = [
      `${groups.length} group of ${group!.count} occurrences (${outputs} different outputs, ${keys} read back)`,
      `1 message after ${sentAt[0]} ms and ${summaries} summaries by webhook, as many emails (${mail.messages.length})`,
      `at least ${(shortest / 60_000).toFixed(1)} minutes between them, ${told} occurrences told`,
    ];
    return { figure: figure.join('; '), passed };
  } finally {
    await world.close();
    await receiver.close();
    await mail.close();
  }
}

interface Received {
  readonly kind: string;
  readonly newOccurrences?: number;
}

/** Lets a day and the hour after it go by. @returns when messages were sent, milliseconds from the first alert. */
async function liveADay(world: World): Promise<number[]> {
  const { clock, store } = world;
  const notifier = await world.notifier();
  const courier = openCourier(world);
  const start = clock.now();
  const sentAt: number[] = [];
  const deliver = async (): Promise<void> => {
    const { waiting } = await store.statistics();
    if (waiting === 0) return;
    await courier.drain();
    sentAt.push(clock.now() - start);
  };
  let nextTick = start + TICK;
  for (let number = 0; number < ALERTS; number++) {
    const due = start + Math.floor((number * DAY) / ALERTS);
    while (nextTick <= due) {
      clock.advance(nextTick - clock.now());
      await notifier.tick();
      await deliver();
      nextTick += TICK;
    }
    clock.advance(due - clock.now());
    await world.occur(notifier, alertOf(number, clock.now()));
    if (number === 0) await deliver();
  }
  for (const end = clock.now() + HOUR; clock.now() < end; clock.advance(TICK)) {
    await notifier.tick();
    await deliver();
  }
  return sentAt;
}

/** The same each time but for what is no difference to people: process ids, times, temporary names. */
function alertOf(number: number, now: number): Occurrence {
  const pid = 10_000 + ((number * 7919) % 4_000_000);
  return createOccurrence(policy, rule, {
    event: `accept ${number}`,
    time: BigInt(now) * 1_000_000n,
    output: `Unauthorized process (ls -l) running in etcd (pid=${pid} container_id=f1600721a783)`,
    fields: { 'proc.pid': pid },
    workload: {
      ...{ node: 'control-1', cluster: undefined, namespace: 'kube-system', pod: 'etcd-control-1' },
      ...{ podLabels: {}, container: undefined },
    },
    ancestry: [],
    isStateComplete: true,
  });
}

async function readAll(
  { store }: World,
  groupId: number,
): Promise<{ readonly keys: number; readonly outputs: number }> {
  const keys = new Set<string>();
  const outputs = new Set<string>();
  let after: string | undefined;
  do {
    const page = { limit: 1000, ...(after === undefined ? {} : { after }) };
    const { items, next } = await store.occurrences(groupId, page);
    for (const { key, output } of items) {
      keys.add(key);
      outputs.add(output);
    }
    after = next;
  } while (after !== undefined);
  return { keys: keys.size, outputs: outputs.size };
}
