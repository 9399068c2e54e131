import { statSync } from 'node:fs';
import { createCaptureWriter, eventType } from '@seawall/events';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { nameOfPath, STANDARD_STREAM } from '../input/open.ts';
import { jsonText } from '../json-text.ts';
import { countOf, countText } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { checkCaptureOutput } from './check-output.ts';
import { visitChosenEvents } from './chosen-events.ts';
import { compileFilter } from './filter.ts';

interface Options {
  readonly write: string;
  readonly compat?: 'sysdig-0.41';
  readonly gzip: boolean;
  readonly output: OutputFormat;
}

/** `seawall capture copy`: a capture with the events that a condition chooses, in today's format. */
export function addCopyCommand(parent: Command, context: CommandContext): void {
  parent
    .command('copy')
    .argument(
      '<file>',
      'the capture to copy from (.scap of any version, plain, gzip or zstd); - for standard input',
    )
    .argument('[filter...]', 'a condition as in rules: copy only events for which it holds')
    .description('copy a capture, or those of its events for which a condition holds')
    .requiredOption('-w, --write <file>', 'the capture to write')
    .option('--gzip', 'pack what is written (also without it when the name ends in .gz)', false)
    .addOption(
      new Option('--compat <reader>', 'write for a reader that knows less than today’s event table').choices([
        'sysdig-0.41',
      ]),
    )
    .addOption(outputOption())
    .action((file: string, filter: readonly string[], options: Options) =>
      copyEvents(context, file, filter, options),
    );
}

async function copyEvents(
  { terminal }: CommandContext,
  file: string,
  filter: readonly string[],
  { write: path, compat, gzip, output }: Options,
): Promise<void> {
  const isItself = isSameFile(path, file);
  if (path === STANDARD_STREAM || isItself) {
    const problem = isItself ? 'that is the capture to copy from' : 'a capture is written to a file';
    throw errors.create('OPTION_INVALID', { option: '--write', value: path, problem });
  }
  const isChosen = compileFilter(filter);
  checkCaptureOutput(path);
  const writer = createCaptureWriter(path, {
    compression: gzip || path.endsWith('.gz') ? 'gzip' : 'none',
    ...(compat !== undefined && { compatibility: compat }),
  });
  let failure: unknown;
  try {
    await visitChosenEvents(file, terminal, {
      isChosen,
      onSection: (section) => writer.write(section),
      onEvent(_, batch, index) {
        const written = writer.writeEvent(batch, index);
        return written === undefined ? true : written.then(() => true);
      },
    });
  } catch (error) {
    // What could be read of a damaged capture is copied all the same; the error is told after that.
    failure = error;
  }
  const { events, leftOut } = await writer.close();
  if (failure !== undefined) throw failure;
  const omitted = [...leftOut].map(([type, count]) => ({
    type: eventType(type)?.name ?? String(type),
    count,
  }));
  if (output === 'json') {
    terminal.output.write(jsonText({ events, leftOut: omitted }));
    return;
  }
  terminal.errors.write(`${nameOfPath(path)}: ${countOf(events, 'event')}\n`);
  for (const { type, count } of omitted) {
    terminal.errors.write(`left out, because ${compat} doesn't know it: ${countText(count)} ${type}\n`);
  }
}

/** Whether both name the same file, by whatever path: what is copied would be gone before it is read. */
function isSameFile(one: string, other: string): boolean {
  try {
    const [left, right] = [statSync(one), statSync(other)];
    return left.isFile() && left.ino === right.ino && left.dev === right.dev;
  } catch {
    // One is not there, or can't be looked at: opening it says why.
    return false;
  }
}
