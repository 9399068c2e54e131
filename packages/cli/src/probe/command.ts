import { wantedFor } from '@seawall/agent';
import { sleep } from '@seawall/base';
import { EVENT_TYPE_COUNT, eventType } from '@seawall/events';
import {
  openProbe,
  probeErrors,
  probeSupport,
  type RingReader,
  stateTypes,
  type Wanted,
} from '@seawall/probe';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { countText, sizeText } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';
import { loadRuleFiles } from '../rules/load.ts';
import { messagesText } from '../rules/message-text.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { compileAhead } from './compile-ahead.ts';
import { secondsOption } from './seconds-option.ts';
import { createUntil, type Until } from './until.ts';

interface Options {
  readonly rules?: readonly string[];
  readonly seconds: number;
  readonly output: OutputFormat;
}

interface TypeCounts {
  readonly event: string;
  readonly written: number;
  readonly filtered: number;
  readonly dropped: number;
}

/** `seawall probe ...`: what the kernel of this machine offers. */
export function defineProbe(probe: Command, context: CommandContext): void {
  probe
    .command('status')
    .description(
      'say whether this machine can be watched live, what would be on, at which rates, and what is lost',
    )
    .option('--rules <file...>', 'switch on what these rules need (default: what the tables need)')
    .addOption(secondsOption(1))
    .addOption(outputOption())
    .action((options: Options) => showStatus(context, options));
}

async function showStatus({ terminal, setExitCode }: CommandContext, options: Options): Promise<void> {
  const { output, seconds } = options;
  const support = probeSupport();
  if (!support.isSupported) {
    if (output === 'json') terminal.output.write(jsonText(support));
    else terminal.output.write(`${probeErrors.create('NOT_SUPPORTED', support).message}\n`);
    setExitCode(exitCodes.findings);
    return;
  }
  const wanted = await wantedBy(options, terminal);
  if (wanted === undefined) {
    setExitCode(exitCodes.findings);
    return;
  }
  const until = createUntil(seconds);
  try {
    await compileAhead(terminal, until.signal);
    await measure(terminal, wanted, until, (facts) => jsonText({ ...support, ...facts }), output);
  } catch (error) {
    // Nothing was counted by then.
    if (error !== until.signal.reason) throw error;
  } finally {
    until.release();
  }
}

/** Counts events for a while, and shows what is on and how many came. */
async function measure(
  terminal: Terminal,
  wanted: Wanted,
  until: Until,
  json: (facts: object) => string,
  output: OutputFormat,
): Promise<void> {
  const probe = openProbe();
  try {
    probe.want(wanted);
    until.start();
    const started = performance.now();
    await drainUntil(probe.ring, until.signal);
    const elapsed = (performance.now() - started) / 1000;
    const { written, filtered, dropped } = probe.counters();
    const counts: TypeCounts[] = [];
    for (let type = 0; type < EVENT_TYPE_COUNT; type += 1) {
      if (written[type] + filtered[type] + dropped[type] === 0) continue;
      const event = eventType(type)?.name ?? String(type);
      counts.push({ event, written: written[type], filtered: filtered[type], dropped: dropped[type] });
    }
    counts.sort((left, right) => right.written - left.written);
    const { missingTypes, ...status } = probe.status();
    const missing = missingTypes.map((type) => eventType(type)?.name ?? String(type));
    if (output === 'json') {
      terminal.output.write(json({ ...status, missing, seconds: elapsed, counts }));
      return;
    }
    const facts: [string, string][] = [
      ['live', 'supported'],
      ['ring', sizeText(status.ringBytes)],
      ['calls on', `${status.calls.length}: ${status.calls.join(' ')}`],
      ['always on', 'programs starting, processes and threads being made and ending'],
    ];
    if (status.absentCalls.length > 0) facts.push(['not in this kernel', status.absentCalls.join(' ')]);
    if (missing.length > 0) facts.push(['not seen yet', missing.join(' ')]);
    for (const [name, value] of facts) terminal.output.write(`${name.padEnd(18)} ${value}\n`);
    const rows = counts.map(({ event, ...numbers }) => [
      event,
      countText(Math.round(numbers.written / elapsed)),
      countText(numbers.written),
      countText(numbers.filtered),
      countText(numbers.dropped),
    ]);
    terminal.output.write(`\n${renderTable(COLUMNS, rows)}`);
  } finally {
    probe.close();
  }
}

const COLUMNS: readonly Column[] = [
  { title: 'EVENT' },
  { title: 'PER SECOND', align: 'right' },
  { title: 'SEEN', align: 'right' },
  { title: 'LEFT OUT', align: 'right' },
  { title: 'LOST', align: 'right' },
];

/** Milliseconds between two looks into the ring: it is read only to make room. */
const DRAIN_INTERVAL = 10;

async function drainUntil(ring: RingReader, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    while (ring.take() > 0) ring.release();
    ring.release();
    await sleep(DRAIN_INTERVAL, signal);
  }
}

/** What the rules need; undefined when they have errors, which are then told. */
async function wantedBy({ rules }: Options, terminal: Terminal): Promise<Wanted | undefined> {
  if (rules === undefined) return { types: stateTypes };
  const { files, ruleSet } = await loadRuleFiles(rules, terminal, []);
  if (ruleSet === undefined) {
    terminal.errors.write(messagesText(files, terminal.errors.palette, ['error']));
    return undefined;
  }
  const { source } = syscallCatalogue;
  const chosen = ruleSet.rules.filter((rule) => rule.isEnabled && rule.source === source);
  return wantedFor(chosen, syscallCatalogue);
}
