import { type EventType, eventTypes } from '@seawall/events';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { renderTable } from '../terminal/table.ts';

interface Options {
  readonly all: boolean;
  readonly output: OutputFormat;
}

/** `seawall rules events`: every event that rules of the syscall source can be about. */
export function addEventsCommand(parent: Command, context: CommandContext): void {
  parent
    .command('events')
    .argument('[text]', 'show only events whose name contains this')
    .description('list the events that rules about system calls can match, with their arguments')
    .option('--all', 'also show types that only old captures hold', false)
    .addOption(outputOption())
    .action((text: string | undefined, options: Options) => listEvents(context, text, options));
}

function listEvents({ terminal, setExitCode }: CommandContext, text: string | undefined, options: Options) {
  const types = eventTypes.filter(
    (type) => (options.all || isToday(type)) && (text === undefined || type.name.includes(text)),
  );
  if (options.output === 'json') {
    const list = types.map(({ id, name, isEnter, isOld, category, source, parameters }) => ({
      id,
      name,
      direction: directionOf(isEnter),
      isOld,
      category,
      source,
      parameters: parameters.map((parameter) => ({ name: parameter.name, type: parameter.type })),
    }));
    terminal.output.write(`${JSON.stringify(list, null, 2)}\n`);
  } else if (types.length > 0) {
    const { faint } = terminal.output.palette;
    terminal.output.write(
      renderTable(
        [
          { title: 'ID', align: 'right' },
          { title: 'DIR' },
          { title: 'EVENT' },
          { title: 'CATEGORY' },
          { title: 'ARGUMENTS' },
        ],
        types.map(({ id, name, isEnter, category, parameters }) => [
          String(id),
          directionOf(isEnter),
          name,
          category,
          parameters.flatMap(({ name: parameter, type }, index) => [
            `${index === 0 ? '' : ', '}${parameter} `,
            { text: type, paint: faint },
          ]),
        ]),
      ),
    );
  }
  if (types.length === 0) {
    terminal.errors.write(`no event is named "${text}"\n`);
    setExitCode(exitCodes.findings);
  }
}

function isToday({ isOld, isUnused }: EventType): boolean {
  return !isOld && !isUnused;
}

function directionOf(isEnter: boolean): string {
  return isEnter ? '>' : '<';
}
