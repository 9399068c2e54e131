import { isSeawallError } from '@seawall/base';
import type { EventContext } from '@seawall/inspector';
import { createOutputFormat, jsonText, type OutputFormat } from '@seawall/rules';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext, OutputFormat as PrintFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { outputOption } from '../output-option.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';
import { visitChosenEvents } from './chosen-events.ts';
import { compileFilter } from './filter.ts';

interface Options {
  readonly format: string;
  readonly count?: number;
  readonly output: PrintFormat;
}

/** What a line shows unless told otherwise: number, time, processor, thread, event, arguments. */
const DEFAULT_FORMAT = '*%evt.num %evt.time %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.args';

/** Text that may wait before it is written out. */
const MAXIMUM_WAITING = 64 * 1024;

/** `seawall capture print`: the events of a capture, a line each. */
export function addPrintCommand(parent: Command, context: CommandContext): void {
  parent
    .command('print')
    .argument('<file>', 'the capture (.scap, plain, gzip or zstd); - for standard input')
    .argument('[filter...]', 'a condition as in rules: print only events for which it holds')
    .description('print the events of a capture, a line each')
    .option(
      '-f, --format <format>',
      'what to print, as in the outputs of rules; with * in front also events that lack a field',
      DEFAULT_FORMAT,
    )
    .option('-n, --count <count>', 'stop after so many events', positiveInteger)
    .addOption(outputOption())
    .action((file: string, filter: readonly string[], options: Options) =>
      printEvents(context, file, filter, options),
    );
}

async function printEvents(
  { terminal }: CommandContext,
  file: string,
  filter: readonly string[],
  { format, count = Number.POSITIVE_INFINITY, output }: Options,
): Promise<void> {
  const isChosen = compileFilter(filter);
  const line = lineMaker(compileFormat(format), output);
  let waiting = '';
  let printed = 0;
  const flush = (): void => {
    if (waiting !== '') terminal.output.write(Buffer.from(waiting, 'utf8'));
    waiting = '';
  };
  try {
    await visitChosenEvents(file, terminal, {
      isChosen,
      onEvent(context) {
        const text = line(context);
        if (text === undefined) return true;
        waiting += `${text}\n`;
        printed += 1;
        if (waiting.length > MAXIMUM_WAITING) flush();
        return printed < count;
      },
    });
  } finally {
    flush();
  }
}

function lineMaker(
  format: OutputFormat<EventContext>,
  output: PrintFormat,
): (context: EventContext) => string | undefined {
  if (output === 'json') {
    return (context) => {
      const { values, isComplete } = format.json(context);
      return isComplete ? jsonText({ object: values }) : undefined;
    };
  }
  return (context) => {
    const { text, isComplete } = format.text(context);
    // As in alerts, what is no printable text is escaped: names of files may hold anything.
    return isComplete ? jsonText(text).slice(1, -1) : undefined;
  };
}

function compileFormat(format: string): OutputFormat<EventContext> {
  try {
    return createOutputFormat<EventContext>(format, syscallCatalogue);
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    throw errors.create(
      'OPTION_INVALID',
      { option: '--format', value: format, problem: error.message },
      error,
    );
  }
}

function positiveInteger(text: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}
