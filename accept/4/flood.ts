import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLiveWatch, defaultDropPolicy, type LiveWatch } from '@seawall/agent';
import { eventTypeOfSymbol } from '@seawall/events';
import { createSyscallCatalogue } from '@seawall/inspector';
import { probeSupport } from '@seawall/probe';
import { loadRules, type Rule } from '@seawall/rules';
import type { AcceptanceResult } from '../row.ts';
import { runToEnd, withMeasure } from './support/watching.ts';

export const title =
  'flood: 500,000 interesting events/s for 20 s on 2 cores: none lost; at overload, seen = evaluated + filtered + dropped exactly, and memory stays bounded';

const PER_SECOND = 500_000;
const SECONDS = 20;
/** Milliseconds in which the watch looks through /proc; its start is not what is measured. */
const STARTING = 1000;
/** A ring in which nothing has room for long. */
const SMALL_RING = 64 * 1024;
/** Bytes by which memory may be above what it was at the start of a flood. */
const GROWTH = 100_000_000;
const DUP = eventTypeOfSymbol('SYSCALL_DUP_1_X').id;
const CLOSE = eventTypeOfSymbol('SYSCALL_CLOSE_X').id;
/** Every event of the flood has to be asked. */
const RULE = `
- rule: Copied over standard error
  desc: x
  condition: evt.type in (dup, close) and evt.rawres = 2
  output: x
  priority: INFO
`;
const catalogue = createSyscallCatalogue();

interface Flood {
  readonly pairs: number;
  readonly seen: number;
  readonly evaluated: number;
  readonly dropped: number;
  readonly isExact: boolean;
  readonly growth: number;
}

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  return withMeasure(async (measure) => {
    const steady = await flood(measure, [`${PER_SECOND}`, `${SECONDS}`], undefined);
    const over = await flood(measure, ['0', '5'], SMALL_RING);
    const rate = (2 * steady.pairs) / SECONDS;
    const figure = [
      `${rate.toFixed(0)} events/s: ${steady.dropped} of ${2 * steady.pairs} lost, ${steady.evaluated} evaluated`,
      `overload: ${over.dropped} of ${2 * over.pairs} lost, counts ${over.isExact ? 'add up' : 'do not add up'}`,
      `memory grew by ${Math.max(steady.growth, over.growth) / 1e6} MB`,
    ].join('; ');
    const isLossless = rate >= 0.98 * PER_SECOND && steady.dropped === 0 && steady.isExact;
    const isBounded = Math.max(steady.growth, over.growth) < GROWTH;
    return { figure, passed: isLossless && over.dropped > 0 && over.isExact && isBounded };
  });
}

async function flood(measure: string, words: readonly string[], ringBytes?: number): Promise<Flood> {
  const controller = new AbortController();
  let pairs = 0;
  let before = 0;
  const watch = createLiveWatch({
    rules: rulesOf(RULE),
    catalogue,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: undefined,
    containers: [],
    drops: { ...defaultDropPolicy, actions: ['ignore'] },
    signal: controller.signal,
    ...(ringBytes !== undefined && { ringBytes }),
    onAlert: () => undefined,
    async onStart() {
      await sleep(STARTING);
      before = residentBytes();
      pairs = Number(await runToEnd(measure, ['flood', ...words]));
      controller.abort();
    },
  });
  await watch.run();
  const growth = residentBytes() - before;
  return { pairs, growth, ...countsOf(watch, pairs) };
}

/** The counts of the flood's two kinds of events: others happen on the machine as well, so that there may be more. */
function countsOf(watch: LiveWatch, pairs: number): Omit<Flood, 'pairs' | 'growth'> {
  const { byType, ...total } = watch.report().accounting;
  const kinds = [DUP, CLOSE].map((type) => byType.get(type) ?? { seen: 0, evaluated: 0, dropped: 0 });
  const sum = (count: 'seen' | 'evaluated' | 'dropped'): number =>
    kinds.reduce((all, kind) => all + kind[count], 0);
  const addsUp = total.seen === total.evaluated + total.filtered + total.dropped;
  const isExact = addsUp && kinds.every(({ seen }) => seen >= pairs) && kinds[0].seen < pairs * 1.01 + 1000;
  return { seen: sum('seen'), evaluated: sum('evaluated'), dropped: sum('dropped'), isExact };
}

function rulesOf(content: string): readonly Rule[] {
  const { ruleSet } = loadRules([{ name: 'flood.yaml', content }], [catalogue]);
  if (ruleSet === undefined) throw new Error('the rule does not load');
  return ruleSet.rules;
}

function residentBytes(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
}
