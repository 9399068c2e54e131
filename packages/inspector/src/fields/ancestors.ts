import type { Value } from '@seawall/rules';
import type { EventContext, Tables } from '../context.ts';
import { isLeader } from '../process/create.ts';
import type { Process } from '../process/process.ts';
import { ancestorProcess, someAncestor, visitAncestors } from './ancestry.ts';
import { type Binding, field, fieldWithArgument, type InspectorField, parseIndex } from './field.ts';
import { shownId } from './process.ts';
import { commandLineOf, environmentText, environmentVariable, joinArguments } from './text.ts';

/** How far up `proc.aenv[NAME]` looks for the variable. */
const LONGEST_SEARCH = 20;

/** What the ancestors of a process are: one by its distance, or all of them at once. */
export const ancestorFields: readonly InspectorField[] = [
  ancestorField('proc.aexe', 'proc.exe', (process) => process.exe),
  ancestorField('proc.aexepath', 'proc.exepath', (process) => process.exepath),
  ancestorField('proc.aname', 'proc.name', (process) => process.comm),
  fieldWithArgument({
    name: 'proc.aargs',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'ancestors'],
    description:
      'proc.args of an ancestor: proc.aargs[1] of the parent, proc.aargs[2] of its parent ...; without brackets those of all ancestors, one space between them.',
    presence: 'allowed',
    example: 'proc.aargs[1]',
    bind: (argument) => bindDistance('proc.aargs', argument, joinArguments, 'text'),
  }),
  ancestorField('proc.acmdline', 'proc.cmdline', commandLineOf),
  fieldWithArgument({
    name: 'proc.apid',
    type: 'int64',
    format: 'id',
    acceptsNoFieldComparison: true,
    acceptsNoTransformer: true,
    dependsOn: ['process', 'ancestors'],
    description:
      'proc.pid of an ancestor: proc.apid[1] of the parent, proc.apid[2] of its parent ...; without brackets a comparison holds where it holds for any ancestor.',
    presence: 'allowed',
    example: 'proc.apid[1]',
    bind: bindAncestorId,
  }),
  fieldWithArgument({
    name: 'proc.aenv',
    type: 'charbuf',
    format: 'na',
    acceptsNoFieldComparison: true,
    acceptsNoTransformer: true,
    dependsOn: ['process', 'ancestors'],
    description:
      'Environment of the ancestors: proc.aenv[2] is proc.env of the grandparent, proc.aenv[NAME] the variable in the nearest ancestor that has it set; without a name a comparison holds where it holds for any ancestor.',
    presence: 'allowed',
    example: 'proc.aenv[2] or proc.aenv[HOME]',
    bind: bindEnvironment,
  }),
  field({
    name: 'proc.loginshellid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process', 'ancestors'],
    description:
      'Id of the oldest shell (a program whose name ends in sh) among the process and its ancestors, which tells login sessions apart; unset where there is none.',
    extract: oldestShell,
  }),
];

function ancestorField(name: string, of: string, read: (process: Process) => string): InspectorField {
  return fieldWithArgument({
    name,
    type: 'charbuf',
    format: 'na',
    acceptsNoFieldComparison: true,
    acceptsNoTransformer: true,
    dependsOn: ['process', 'ancestors'],
    description: `${of} of an ancestor: ${name}[1] of the parent, ${name}[2] of its parent ...; without brackets a comparison holds where it holds for any ancestor, and outputs show all of them.`,
    presence: 'allowed',
    example: `${name}[1]`,
    bind: (argument) => bindDistance(name, argument, read, 'any'),
  });
}

/** @param whole what the field without an index is compared as: one text of all ancestors, or any of them. */
function bindDistance(
  name: string,
  argument: string | undefined,
  read: (process: Process) => string,
  whole: 'text' | 'any',
): Binding {
  const distance = argument === undefined ? -1 : parseIndex(name, argument, `${name}[1]`);
  if (distance !== -1) return { extract: (context) => readAncestor(context, distance, read) };
  const extract = ({ process, tables }: EventContext): string | undefined => {
    const leader = process && tables.leader(process);
    if (leader === undefined) return undefined;
    let all = '';
    visitAncestors(tables, leader, (ancestor) => {
      all += all === '' ? read(ancestor) : ` ${read(ancestor)}`;
      return true;
    });
    return all === '' ? undefined : all;
  };
  if (whole === 'text') return { extract };
  return { extract, compareEach: (context, holds) => holdsForSome(context, read, holds) };
}

function readAncestor(
  { process, tables }: EventContext,
  distance: number,
  read: (process: Process) => string,
): string | undefined {
  if (process === undefined || distance < 0) return undefined;
  const ancestor = ancestorProcess(tables, process, distance);
  return ancestor && read(ancestor);
}

function holdsForSome<Result extends Value>(
  { process, tables }: EventContext,
  read: (ancestor: Process, tables: Tables) => Result,
  holds: (value: Value) => boolean,
): boolean {
  const leader = process && tables.leader(process);
  return leader !== undefined && someAncestor(tables, leader, read, holds);
}

function bindAncestorId(argument: string | undefined): Binding {
  const distance = argument === undefined ? -1 : parseIndex('proc.apid', argument, 'proc.apid[1]');
  const shown = distance === -1 ? 0 : distance;
  const extract = ({ process, tables }: EventContext): number | undefined => {
    if (process === undefined || shown < 0) return undefined;
    const ancestor = ancestorProcess(tables, process, shown);
    return ancestor && shownId(ancestor.pid);
  };
  if (distance !== -1) return { extract };
  return { extract, compareEach: (context, holds) => holdsForSome(context, pidOf, holds) };
}

function bindEnvironment(argument: string | undefined): Binding {
  const name = argument === undefined || /^\d*$/.test(argument) ? '' : argument;
  if (name !== '') return { extract: (context) => variableOfAncestors(context, name) };
  const distance =
    argument === undefined || argument === '' ? -1 : parseIndex('proc.aenv', argument, 'proc.aenv[2]');
  return {
    extract: (context) => environmentAt(context, distance),
    compareEach: (context, holds) => holdsForSome(context, environmentOfAncestor, holds),
  };
}

function pidOf({ pid }: Process): number {
  return pid;
}

function environmentOfAncestor(ancestor: Process, tables: Tables): string {
  return environmentText(tables, ancestor);
}

function environmentAt({ process, tables }: EventContext, distance: number): string | undefined {
  if (process === undefined) return undefined;
  if (distance < 1) return environmentText(tables, process);
  let ancestor = tables.leader(process);
  if (ancestor === undefined) return '';
  for (let passed = 0; passed < distance; passed++) {
    ancestor = tables.parent(ancestor);
    if (ancestor === undefined) return undefined;
  }
  return environmentText(tables, ancestor);
}

function variableOfAncestors({ process, tables }: EventContext, name: string): string | undefined {
  if (process === undefined) return undefined;
  let ancestor = tables.leader(process);
  for (let passed = 0; passed < LONGEST_SEARCH && ancestor !== undefined; passed++) {
    ancestor = tables.parent(ancestor);
    const value = ancestor === undefined ? '' : environmentVariable(tables, ancestor, name);
    if (value !== '') return value;
  }
  return '';
}

function oldestShell({ process, tables }: EventContext): number | undefined {
  const leader = process && (isLeader(process) ? process : tables.leader(process));
  if (leader === undefined) return undefined;
  let shell = leader.comm.endsWith('sh') ? leader.pid : undefined;
  visitAncestors(tables, leader, (ancestor) => {
    if (ancestor.comm.endsWith('sh')) shell = ancestor.pid;
    return true;
  });
  return shell;
}
