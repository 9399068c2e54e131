import {
  type ActionRecord,
  type FindingGroup,
  openStore,
  type StoredOccurrence,
  type UniqueOutput,
} from '@seawall/store';
import type { Command } from 'commander';
import { actionCells } from '../actions/action-cells.ts';
import { storeOption } from '../actions/store-option.ts';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import type { Palette } from '../terminal/color.ts';
import { harmless } from '../terminal/harmless.ts';
import { renderTable } from '../terminal/table.ts';
import { wholeNumber, wholeNumberBetween } from '../whole-number.ts';
import { actionData, groupData, occurrenceData, outputData } from './finding-data.ts';
import { severityText, timeText } from './finding-text.ts';

interface Options {
  readonly occurrences: number;
  readonly outputs: number;
  readonly store: string;
  readonly output: OutputFormat;
}

/** Everything that is shown of one finding. */
interface Shown {
  readonly group: FindingGroup;
  readonly outputs: readonly UniqueOutput[];
  readonly occurrences: readonly StoredOccurrence[];
  readonly actions: readonly ActionRecord[];
}

const countOption = wholeNumberBetween(0, 999_999);

/** `seawall findings show`: one finding, with all that is known of it. */
export function addShowCommand(parent: Command, context: CommandContext): void {
  parent
    .command('show')
    .argument('<id>', 'the finding’s number, as the list shows it', wholeNumber)
    .description('show a finding: where, which process, what was done about it, its outputs and occurrences')
    .option('--occurrences <count>', 'list at most so many of its last occurrences', countOption, 5)
    .option('--outputs <count>', 'list at most so many of its unique outputs', countOption, 10)
    .addOption(storeOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 it is shown; 2 wrong usage; 3 there is no such finding, or the store could not be read.',
    )
    .action((id: number, options: Options) => showFinding(context, id, options));
}

async function showFinding({ terminal }: CommandContext, id: number, options: Options): Promise<void> {
  const store = openStore({ path: options.store, access: 'read' });
  try {
    const group = await store.group(id);
    if (group === undefined) throw errors.create('NO_SUCH_FINDING', { id });
    const shown: Shown = {
      group,
      outputs: (await store.outputs(id, { limit: options.outputs })).items,
      // The last one tells the process, also where no occurrence is to be listed.
      occurrences: (await store.occurrences(id, { limit: Math.max(1, options.occurrences) })).items,
      actions: (await store.actions({ groupId: id }, { limit: 100 })).items,
    };
    terminal.output.write(
      options.output === 'json'
        ? jsonText({
            ...groupData(group),
            outputs: shown.outputs.map(outputData),
            occurrences: shown.occurrences.slice(0, options.occurrences).map(occurrenceData),
            actions: shown.actions.map(actionData),
          })
        : findingText(shown, options.occurrences, terminal.output.palette),
    );
  } finally {
    await store.close();
  }
}

/** The order of the sections is that of the questions: how bad, where, who, what exactly, what was done, how often. */
function findingText(
  { group, outputs, occurrences, actions }: Shown,
  listed: number,
  palette: Palette,
): string {
  const { workload, decision } = group;
  const { container } = workload;
  const section = (title: string, body: string): string =>
    body === '' ? '' : `\n${palette.strong(title)}\n${body}`;
  const state = decision === undefined ? group.state : `${group.state}: ${decisionText(decision)}`;
  const last = occurrences[0];
  return [
    `${palette.strong(`Finding ${group.id}`)}  ${harmless(state)}\n`,
    section('Severity', `  ${severityText(group.severity, palette)} (priority ${group.priority})\n`),
    section(
      'Policy',
      pairs([
        ['Policy', group.policy],
        ['Rule', group.rule],
        ['Tags', group.tags.join(' ')],
        ['Runbook', group.runbook],
      ]),
    ),
    section(
      'Container',
      container === undefined
        ? '  none: it happened on the host itself\n'
        : pairs([
            ['ID', container.id.slice(0, 12)],
            ['Name', container.name],
            ['Image', container.image],
            ['Digest', container.digest],
          ]),
    ),
    section(
      'Place',
      pairs([
        ['Pod', workload.pod && [workload.namespace, workload.pod].filter(Boolean).join('/')],
        ['Node', workload.node],
        ['Cluster', workload.cluster],
      ]),
    ),
    section('Details', detailsText(group, outputs)),
    last === undefined ? '' : section('Process, of the last occurrence', ancestryText(last)),
    section('Done about it', actionsText(actions, palette)),
    section(
      'Occurrences',
      `  ${countOf(group.count, 'time', 'times')}, first ${timeText(group.first)}, last ${timeText(group.last)}\n` +
        occurrences.slice(0, listed).map(occurrenceText).join(''),
    ),
  ].join('');
}

function decisionText({ actor, time, comment }: NonNullable<FindingGroup['decision']>): string {
  const said = comment === undefined ? '' : `: ${comment}`;
  return `${actor}, ${timeText(time)}${said}`;
}

function pairs(list: readonly (readonly [string, string | undefined])[]): string {
  return list
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `  ${`${name}:`.padEnd(9)}${harmless(value!)}\n`)
    .join('');
}

function detailsText({ uniqueOutputs }: FindingGroup, outputs: readonly UniqueOutput[]): string {
  const were = uniqueOutputs === 1 ? 'unique output was' : 'unique outputs were';
  const lines = outputs.map(
    ({ text, count }) => `    ${harmless(text)}${count > 1 ? `  (${count} times)` : ''}\n`,
  );
  const rest = uniqueOutputs - outputs.length;
  const more = rest > 0 ? `    and ${countOf(rest, 'more', 'more')}: --outputs COUNT lists them\n` : '';
  return `  ${uniqueOutputs} ${were} generated by the occurrences of this finding:\n${lines.join('')}${more}`;
}

/** The process under its ancestors, the oldest first. */
function ancestryText({ ancestry }: StoredOccurrence): string {
  return ancestry
    .toReversed()
    .map(({ pid, name, commandLine, executable, user }, depth) => {
      const branch = depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `;
      const by = user === undefined ? '' : ` as ${user}`;
      return `  ${branch}${harmless(`${name} (${pid})${by}: ${commandLine || executable}`)}\n`;
    })
    .join('');
}

function actionsText(actions: readonly ActionRecord[], palette: Palette): string {
  if (actions.length === 0) return '';
  const table = renderTable(
    [
      { title: 'TIME' },
      { title: 'ACTION' },
      { title: 'RESULT' },
      { title: 'AFTER', align: 'right' },
      { title: 'BY' },
      { title: 'DETAIL' },
    ],
    actions.map((record) => {
      const { time, kind, result, after, actor, detail } = actionCells(record, palette);
      return [time, kind, result, after, actor, detail];
    }),
  );
  return table.replace(/^(?=.)/gm, '  ');
}

function occurrenceText({ time, output, isStateComplete }: StoredOccurrence): string {
  const note = isStateComplete ? '' : '  (state was incomplete)';
  return `    ${timeText(time)}  ${harmless(output)}${note}\n`;
}
