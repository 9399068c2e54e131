// Stores made-up findings of a month, then asks what the command and the
// page ask, from a second connection, as they do. Prints the rate of commits and each question's median and worst time.
import { join } from 'node:path';
import { nextTurn } from '@seawall/base';
import { openStore, type Store } from '@seawall/store';
import { createUsage, type Usage } from '../scripts/usage.ts';
import { scratchFolder } from './scratch-folder.ts';
import { FIRST, makeFindings, SPAN } from './store-findings.ts';

/** What an agent commits at once when it is busy: twenty thousand findings a second, ten commits. */
const BATCH = 2000;
const PAGE = { limit: 50 };
/** The findings of a busy minute. */
const BURST = 100_000;

export interface MeasuredQuestion {
  readonly kind: string;
  readonly name: string;
  /** Milliseconds of processor time, which other work on the machine hardly stretches. */
  readonly median: number;
  /** By the clock. */
  readonly clockMedian: number;
  readonly clockWorst: number;
}

export interface MeasuredCommits {
  /** Commits of a second of processor time, so that other work on the machine doesn't count. */
  readonly findingsPerSecond: number;
  readonly findingsPerSecondOfClock: number;
  readonly longestCommitMilliseconds: number;
}

export interface MeasuredStore {
  readonly findings: number;
  readonly bytes: number;
  /** The findings of a month, stored one after the other. */
  readonly month: MeasuredCommits;
  /** A hundred thousand findings of one minute. */
  readonly burst: MeasuredCommits;
  readonly questions: readonly MeasuredQuestion[];
}

const usage: Usage = createUsage('bench/store.ts [--findings N] [--rounds N] [--json]');
const { values } = usage.read({
  options: {
    findings: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});
const findings = usage.wholeNumber('--findings', values.findings, 1);
const rounds = usage.wholeNumber('--rounds', values.rounds, 1);
const folder = scratchFolder();
const path = join(folder, 'store.db');

const month = await fill(path, findings);
// A burst: a hundred thousand a minute, into a store of its own.
const burst = await fill(join(folder, 'burst.db'), BURST, 60_000_000_000n);
const store = openStore({ path, access: 'read' });
const questions: MeasuredQuestion[] = [];
for (const [kind, name, ask] of questionsOf(store)) {
  await nextTurn();
  questions.push(await measure(kind, name, ask));
}
const { bytes } = await store.statistics();
await store.close();

const measured: MeasuredStore = { findings, bytes, month, burst, questions };
process.stdout.write(values.json ? `${JSON.stringify(measured)}\n` : text(measured));

async function fill(file: string, count: number, span = SPAN): Promise<MeasuredCommits> {
  const filled = openStore({ path: file });
  let processor = 0;
  let clock = 0;
  let longest = 0;
  for (let from = 0; from < count; from += BATCH) {
    await nextTurn();
    const occurrences = [...makeFindings(from, Math.min(count, from + BATCH), count, span)];
    const started = performance.now();
    const before = process.cpuUsage();
    await filled.commit({ occurrences, positions: new Map([['live', String(from)]]) });
    const used = process.cpuUsage(before);
    processor += (used.user + used.system) / 1e6;
    const took = performance.now() - started;
    clock += took / 1000;
    longest = Math.max(longest, took);
  }
  await filled.close();
  return {
    findingsPerSecond: count / processor,
    findingsPerSecondOfClock: count / clock,
    longestCommitMilliseconds: longest,
  };
}

type Question = readonly [kind: string, name: string, ask: (round: number) => Promise<unknown>];

function* questionsOf(asked: Store): Generator<Question> {
  const end = FIRST + SPAN;
  const hour = 3_600_000_000_000n;
  const pageBehind = async (
    list: (page: { limit: number; after?: string }) => Promise<{ next?: string }>,
  ) => {
    const { next } = await list(PAGE);
    return list({ ...PAGE, after: next });
  };
  yield ['list', 'groups, two pages', () => pageBehind((page) => asked.groups({}, page))];
  yield ['list', 'feed, two pages', () => pageBehind((page) => asked.feed({}, page))];
  yield ['list', 'one group', (round) => asked.group(round + 1)];
  yield ['list', 'its occurrences', (round) => asked.occurrences(round + 1, PAGE)];
  yield ['list', 'its outputs', (round) => asked.outputs(round + 1, PAGE)];
  yield ['list', 'statistics', () => asked.statistics()];

  const namespace = (round: number) => ({ namespaces: [`namespace-${round}`] });
  yield ['filter', 'groups of a namespace', (round) => asked.groups(namespace(round), PAGE)];
  yield ['filter', 'groups of a pod', (round) => asked.groups({ pods: [`service-${round}-7d4b9c`] }, PAGE)];
  yield [
    'filter',
    'groups, open and high, of two policies',
    () => asked.groups({ states: ['open'], severities: ['high'], policies: ['policy-0', 'policy-8'] }, PAGE),
  ];
  yield ['filter', 'feed of a namespace', (round) => asked.feed(namespace(round), PAGE)];
  yield ['filter', 'feed of a pod', (round) => asked.feed({ pods: [`service-${round}-7d4b9c`] }, PAGE)];
  yield [
    'filter',
    'feed of a rule and node',
    (round) => asked.feed({ rules: [`Rule ${round}`], nodes: [`node-${round * 7}`] }, PAGE),
  ];
  yield [
    'filter',
    'feed, high, of an hour',
    (round) => {
      const from = FIRST + BigInt(round) * 70n * hour;
      return asked.feed({ severities: ['high'], from, to: from + hour }, PAGE);
    },
  ];

  yield ['search', 'groups, a word of every output', () => asked.groups({ text: 'sensitive' }, PAGE)];
  yield [
    'search',
    'groups, a path',
    (round) => asked.groups({ text: `/var/lib/etcd/file-${round * 6 + 2}` }, PAGE),
  ];
  yield [
    'search',
    'groups, one process id',
    (round) => asked.groups({ text: `pid=${500_001 + round * 7}` }, PAGE),
  ];
  yield ['search', 'feed, a word of every output', () => asked.feed({ text: 'sensitive' }, PAGE)];
  yield ['search', 'feed, two words', () => asked.feed({ text: 'etcdctl kubernetes' }, PAGE)];
  yield [
    'search',
    'feed, a path',
    (round) => asked.feed({ text: `/var/lib/etcd/file-${round * 6 + 2}` }, PAGE),
  ];
  yield [
    'search',
    'feed, one process id',
    (round) => asked.feed({ text: `pid=${500_001 + round * 7}` }, PAGE),
  ];
  yield [
    'search',
    'feed, a word, of a namespace',
    (round) => asked.feed({ ...namespace(round), text: 'curl' }, PAGE),
  ];
  yield ['search', 'feed, a word that is nowhere', () => asked.feed({ text: 'nowhere' }, PAGE)];

  const slices = 100;
  const spans = { 'a month': SPAN, 'a day': 24n * hour, 'an hour': hour, 'a minute': hour / 60n };
  for (const [name, span] of Object.entries(spans)) {
    const at = (round: number) => {
      const from = end - span - (BigInt(round) * (SPAN - span)) / 20n;
      return { from, to: from + span, slices };
    };
    yield ['zoom', name, (round) => asked.timeline({}, at(round))];
    yield ['zoom', `${name}, a namespace`, (round) => asked.timeline(namespace(round), at(round))];
    yield [
      'zoom',
      `${name}, high and open`,
      (round) => asked.timeline({ severities: ['high'], states: ['open'] }, at(round)),
    ];
  }
  yield [
    'zoom',
    'a month, one process id',
    (round) => asked.timeline({ text: `pid=${500_001 + round * 7}` }, { from: FIRST, to: end, slices }),
  ];
}

async function measure(kind: string, name: string, ask: Question[2]): Promise<MeasuredQuestion> {
  const processor: number[] = [];
  const clock: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const before = process.cpuUsage();
    await ask(round);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
    clock.push(performance.now() - started);
  }
  return {
    kind,
    name,
    median: medianOf(processor),
    clockMedian: medianOf(clock),
    clockWorst: Math.max(...clock),
  };
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function text(result: MeasuredStore): string {
  const width = Math.max(...result.questions.map(({ name }) => name.length));
  const cells = (numbers: readonly number[]) =>
    numbers.map((number) => number.toFixed(1).padStart(10)).join('');
  const lines = result.questions.map(
    ({ kind, name, median, clockMedian, clockWorst }) =>
      `${kind.padEnd(6)}  ${name.padEnd(width)}${cells([median, clockMedian, clockWorst])}`,
  );
  const rate = ({
    findingsPerSecond,
    findingsPerSecondOfClock,
    longestCommitMilliseconds,
  }: MeasuredCommits) =>
    `${findingsPerSecond.toFixed(0)} a second of processor time (${findingsPerSecondOfClock.toFixed(0)} by the clock, ` +
    `longest commit ${longestCommitMilliseconds.toFixed(0)} ms)`;
  return [
    `${result.findings} findings in ${(result.bytes / 1e6).toFixed(0)} MB, in batches of ${BATCH}: ${rate(result.month)}`,
    `${BURST} findings of one minute: ${rate(result.burst)}`,
    `${'median in ms, of processor time, by the clock, and the worst by the clock'.padStart(width + 38)}`,
    ...lines,
    '',
  ].join('\n');
}
