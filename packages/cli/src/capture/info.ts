import { formatUtcTime, systemClock } from '@seawall/base';
import { type ReadCounts, readCapture } from '@seawall/events';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { captureInput } from '../input/capture-input.ts';
import { jsonText } from '../json-text.ts';
import { countOf, countText, durationText, sizeText } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { createProgress } from '../terminal/progress.ts';
import { renderTable } from '../terminal/table.ts';
import { type CaptureSummary, createCaptureSummarizer } from './summary.ts';

interface Options {
  readonly output: OutputFormat;
}

/** `seawall capture info`: what a capture holds. */
export function addInfoCommand(parent: Command, context: CommandContext): void {
  parent
    .command('info')
    .argument('<file>', 'the capture (.scap, plain, gzip or zstd); - for standard input')
    .description('say what a capture holds: machine, tables, time span, events by type')
    .addOption(outputOption())
    .action((file: string, options: Options) => showInfo(context, file, options));
}

async function showInfo({ terminal }: CommandContext, file: string, { output }: Options): Promise<void> {
  const { errors } = terminal;
  const progress = createProgress({
    clock: systemClock,
    isTerminal: errors.isTerminal,
    write: (text) => errors.write(text),
  });
  const counts: ReadCounts = { dropped: 0, unknown: 0 };
  const summarizer = createCaptureSummarizer();
  const { input, name } = captureInput(file, terminal);
  const show = (): void => {
    progress.finish();
    const summary = summarizer.finish();
    terminal.output.write(output === 'json' ? infoJson(summary, counts) : infoText(summary, counts));
  };
  try {
    for await (const section of readCapture(input, { name, counts })) {
      summarizer.add(section);
      progress.update(() => `reading ${name}: ${countOf(summarizer.eventCount, 'event')}`);
    }
  } catch (error) {
    // Of a damaged capture, what could be read is worth knowing before the error is told.
    if (summarizer.finish().formatVersion !== '') show();
    throw error;
  }
  show();
}

function infoJson(summary: CaptureSummary, counts: ReadCounts): string {
  return jsonText({ ...summary, merged: counts.dropped, unknown: counts.unknown });
}

function infoText(summary: CaptureSummary, counts: ReadCounts): string {
  const { machine, firstTimestamp, lastTimestamp } = summary;
  const facts: [string, string][] = [['format', summary.formatVersion]];
  if (machine !== undefined) {
    facts.push(['machine', Buffer.from(machine.hostname, 'latin1').toString()]);
    facts.push(['processors', String(machine.cpuCount)]);
    facts.push(['memory', sizeText(machine.memoryBytes)]);
  }
  facts.push(['threads', countText(summary.processes)]);
  facts.push(['descriptors', countText(summary.descriptors)]);
  facts.push(['users, groups', `${countText(summary.users)}, ${countText(summary.groups)}`]);
  facts.push(['interfaces', countText(summary.interfaces)]);
  facts.push(['events', countText(summary.events)]);
  if (counts.dropped > 0) facts.push(['merged or unused', countText(counts.dropped)]);
  if (counts.unknown > 0) facts.push(['of unknown types', countText(counts.unknown)]);
  if (firstTimestamp !== undefined && lastTimestamp !== undefined) {
    facts.push(['first', formatUtcTime(firstTimestamp, 'Z')]);
    facts.push(['last', formatUtcTime(lastTimestamp, 'Z')]);
    facts.push(['span', durationText(lastTimestamp - firstTimestamp)]);
  }
  const width = Math.max(...facts.map(([name]) => name.length));
  const head = facts.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
  if (summary.byType.length === 0) return head;
  const table = renderTable(
    [
      { title: 'EVENT' },
      { title: 'DIR' },
      { title: 'COUNT', align: 'right' },
      { title: 'SHARE', align: 'right' },
    ],
    summary.byType.map(({ name, direction, count }) => [
      name,
      direction,
      countText(count),
      `${((100 * count) / summary.events).toFixed(1)} %`,
    ]),
  );
  return `${head}\n${table}`;
}
