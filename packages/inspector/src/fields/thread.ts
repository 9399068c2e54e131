import { eventTypeOfSymbol, readUint64, timestampOf } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { isLeader } from '../process/create.ts';
import type { Process } from '../process/process.ts';

import { fieldErrors } from './errors.ts';
import { type Extract, field, fieldWithArgument, type InspectorField, statefulField } from './field.ts';
import { ifSet, memoryField, ofLeader, shownId } from './process.ts';
import { integer } from './text.ts';

const SCHEDULER_SWITCH = eventTypeOfSymbol('SCHEDSWITCH_6_E').id;
const PROCESS_INFO = eventTypeOfSymbol('PROCINFO_E').id;

/** What belongs to the one thread of the event. */
export const threadFields: readonly InspectorField[] = [
  memoryField(
    'thread.pfmajor',
    ({ process }) => process?.majorFaults,
    'Page faults of the thread that needed the disk, since it started.',
  ),
  memoryField(
    'thread.pfminor',
    ({ process }) => process?.minorFaults,
    'Page faults of the thread that needed no disk, since it started.',
  ),
  field({
    name: 'thread.tid',
    type: 'int64',
    format: 'id',
    dependsOn: ['event'],
    description: 'Id of the thread.',
    extract: ({ view }) => shownId(view.tid),
  }),
  field({
    name: 'thread.ismain',
    type: 'bool',
    format: 'na',
    dependsOn: ['process'],
    description: 'True where the thread is the first (the leader) of its process.',
    extract: ({ process }) => process && isLeader(process),
  }),
  field({
    name: 'thread.vtid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process'],
    description: 'Id of the thread as its own pid namespace counts.',
    extract: ({ process }) => ifSet(process?.vtid),
  }),
  field({
    name: 'thread.nametid',
    type: 'charbuf',
    format: 'na',
    isTableOnly: true,
    dependsOn: ['event'],
    description: 'proc.name and thread.tid in one, which tells threads of one program apart.',
    extract: ({ process, view }) => process && `${process.comm}${view.tid}`,
  }),
  statefulField({
    name: 'thread.exectime',
    type: 'reltime',
    format: 'decimal',
    dependsOn: ['event'],
    description:
      'For scheduler switches: how long the thread that leaves the CPU ran, in nanoseconds; else 0.',
    createExtract: createExecutionTime,
  }),
  statefulField({
    name: 'thread.totexectime',
    type: 'reltime',
    format: 'decimal',
    dependsOn: ['event'],
    description: 'The sum of thread.exectime over all events of the thread so far.',
    createExtract: createTotalExecutionTime,
  }),
  field({
    name: 'thread.cgroups',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description: 'All control groups of the thread as subsystem=path, one space between them.',
    extract: ({ process }) =>
      process === undefined || process.cgroups.length === 0 ? undefined : process.cgroups.join(' '),
  }),
  fieldWithArgument({
    name: 'thread.cgroup',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description: 'Path of the control group of one subsystem: thread.cgroup.cpu.',
    presence: 'required',
    afterDot: 'only',
    example: 'thread.cgroup.cpu',
    bind: bindControlGroup,
  }),
  cpuField('thread.cpu', true, true, 'CPU time'),
  cpuField('thread.cpu.user', true, false, 'CPU time in user mode'),
  cpuField('thread.cpu.system', false, true, 'CPU time in the kernel'),
  memoryField(
    'thread.vmsize',
    ofLeader((process) => process.virtualSize),
    'For the leader: virtual memory of the process, in KiB; 0 for other threads.',
  ),
  memoryField(
    'thread.vmrss',
    ofLeader((process) => process.residentSize),
    'For the leader: resident memory of the process, in KiB; 0 for other threads.',
  ),
  field({
    name: 'thread.vmsize.b',
    type: 'uint64',
    format: 'decimal',
    isTableOnly: true,
    dependsOn: ['event'],
    description: 'thread.vmsize in bytes.',
    extract: ofLeader((process) => process.virtualSize * 1024),
  }),
  field({
    name: 'thread.vmrss.b',
    type: 'uint64',
    format: 'decimal',
    isTableOnly: true,
    dependsOn: ['event'],
    description: 'thread.vmrss in bytes.',
    extract: ofLeader((process) => process.residentSize * 1024),
  }),
];

function bindControlGroup(argument: string | undefined): { extract: Extract } {
  const subsystem = argument ?? '';
  if (!/^[A-Za-z_]*$/.test(subsystem))
    throw fieldErrors.create('FIELD_BAD_ARGUMENT', {
      field: 'thread.cgroup',
      argument: subsystem,
      example: 'thread.cgroup.cpu',
    });
  const prefix = `${subsystem}=`;
  return {
    extract: ({ process }) =>
      process?.cgroups.find((cgroup) => cgroup.startsWith(prefix))?.slice(prefix.length),
  };
}

/** Remembers when each CPU last switched. */
function createSwitchClock(): (context: EventContext) => bigint {
  const lastSwitches = new Map<number, bigint>();
  return ({ view }) => {
    const now = timestampOf(view);
    const last = lastSwitches.get(view.cpu);
    lastSwitches.set(view.cpu, now);
    return last === undefined ? 0n : now - last;
  };
}

function createExecutionTime(): Extract {
  const sinceSwitch = createSwitchClock();
  return (context) =>
    context.view.type === SCHEDULER_SWITCH ? integer(BigInt.asUintN(64, sinceSwitch(context))) : 0;
}

function createTotalExecutionTime(): Extract {
  const sinceSwitch = createSwitchClock();
  const totals = new WeakMap<Process, bigint>();
  return (context) => {
    const elapsed = context.view.type === SCHEDULER_SWITCH ? sinceSwitch(context) : 0n;
    if (context.process === undefined) return undefined;
    const total = BigInt.asUintN(64, (totals.get(context.process) ?? 0n) + elapsed);
    totals.set(context.process, total);
    return integer(total);
  };
}

function cpuField(name: string, withUser: boolean, withSystem: boolean, what: string): InspectorField {
  return statefulField({
    name,
    type: 'double',
    format: 'na',
    dependsOn: ['event'],
    description: `For procinfo events: ${what} that the thread used since the last one, in hundredths of a second, at most 100.`,
    createExtract: () => createCpuUse(withUser, withSystem),
  });
}

function createCpuUse(withUser: boolean, withSystem: boolean): Extract {
  const totals = new WeakMap<Process, number>();
  return ({ process, view }) => {
    if (process === undefined || view.type !== PROCESS_INFO) return undefined;
    const user = withUser ? Number(readUint64(view, 0)) : 0;
    const total = user + (withSystem ? Number(readUint64(view, 1)) : 0);
    const last = totals.get(process) ?? 0;
    totals.set(process, total);
    if (last === 0) return 0;
    return total < last ? 100 : Math.min(100, total - last);
  };
}
