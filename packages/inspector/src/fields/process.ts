import { timestampOf } from '@seawall/events';
import type { EventContext, Tables } from '../context.ts';
import { isLeader } from '../process/create.ts';
import type { Process } from '../process/process.ts';
import { groupLeader, parentProcess } from './ancestry.ts';
import { type Extract, field, fieldWithArgument, type InspectorField, parseIndex } from './field.ts';
import {
  capabilityNames,
  commandLineOf,
  descriptorTypeName,
  environmentText,
  environmentVariable,
  integer,
  joinArguments,
} from './text.ts';

/** Ids beyond what Linux gives mark events of sources without host ids: they are not shown. */
const LARGEST_ID = 0xffff_ffff;

export function shownId(id: number): number | undefined {
  return id >= -1 && id <= LARGEST_ID ? id : undefined;
}

/*
 * What a process is: read from the thread's own entry unless noted. Attributes that a group shares (working
 * directory, environment, limits) stand in the leader's entry; their changes move the generation of every thread of
 * the group. Leaders of sessions and process groups need be no ancestors: nothing tells the process that they
 * changed, so fields about them depend on the event.
 */
export const processFields: readonly InspectorField[] = [
  field({
    name: 'proc.exe',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description:
      'First argument of the command line (argv[0]) as the caller chose it: usually the name or path of the program, but whoever starts it can write anything here. Compare proc.exepath.',
    extract: ({ process }) => process?.exe,
  }),
  field({
    name: 'proc.pexe',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['ancestors'],
    description: 'proc.exe of the parent process.',
    extract: (context) => parentProcess(context)?.exe,
  }),
  field({
    name: 'proc.exepath',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description: 'Full path of the executable file, symbolic links resolved, as the kernel reports it.',
    extract: ({ process }) => process?.exepath,
  }),
  field({
    name: 'proc.pexepath',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['ancestors'],
    description: 'proc.exepath of the parent process.',
    extract: (context) => parentProcess(context)?.exepath,
  }),
  field({
    name: 'proc.name',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description:
      "Name of the thread in the kernel (comm), at most 15 characters: the file's name after an exec, until the thread renames itself.",
    extract: ({ process }) => process?.comm,
  }),
  field({
    name: 'proc.pname',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['ancestors'],
    description: 'proc.name of the parent process.',
    extract: (context) => parentProcess(context)?.comm,
  }),
  fieldWithArgument({
    name: 'proc.args',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description:
      'Arguments of the command line without the first (argv[0]), one space between them; proc.args[0] is the first of them alone, empty where there are fewer.',
    presence: 'allowed',
    example: 'proc.args[0]',
    bind: bindArguments,
  }),
  field({
    name: 'proc.cmdline',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description: 'proc.name and proc.args, one space between them.',
    extract: ({ process }) => process && commandLineOf(process),
  }),
  field({
    name: 'proc.pcmdline',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['ancestors'],
    description: 'proc.cmdline of the parent process.',
    extract(context) {
      const parent = parentProcess(context);
      return parent && commandLineOf(parent);
    },
  }),
  field({
    name: 'proc.cmdnargs',
    type: 'uint64',
    format: 'decimal',
    dependsOn: ['process'],
    description: 'Number of arguments (those of proc.args).',
    extract: ({ process }) => process?.args.length,
  }),
  field({
    name: 'proc.cmdlenargs',
    type: 'uint64',
    format: 'decimal',
    dependsOn: ['process'],
    description: 'Bytes in all arguments together, without the spaces between them.',
    extract: ({ process }) => process?.args.reduce((length, argument) => length + argument.length, 0),
  }),
  field({
    name: 'proc.exeline',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description: 'proc.exe and proc.args, one space between them.',
    extract: ({ process }) => process && `${process.exe} ${joinArguments(process)}`,
  }),
  fieldWithArgument({
    name: 'proc.env',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description:
      'The environment as NAME=value pairs with one space between them; proc.env[NAME] is the value of one variable, empty where it is not set.',
    presence: 'allowed',
    example: 'proc.env[HOME]',
    bind: (argument) => ({
      extract:
        argument === undefined || /^\d*$/.test(argument)
          ? ({ process, tables }) => process && environmentText(tables, process)
          : ({ process, tables }) => process && environmentVariable(tables, process, argument),
    }),
  }),
  field({
    name: 'proc.cwd',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description: 'Working directory, with a slash at its end.',
    extract: ({ process, tables }) => process && (tables.leader(process)?.cwd ?? './'),
  }),
  field({
    name: 'proc.tty',
    type: 'uint32',
    format: 'id',
    dependsOn: ['process'],
    description: 'Number of the controlling terminal; 0 for a process without one.',
    extract: ({ process }) => process?.tty,
  }),
  field({
    name: 'proc.pid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process'],
    description: 'Id of the process.',
    extract: ({ process }) => process && shownId(process.pid),
  }),
  field({
    name: 'proc.ppid',
    type: 'int64',
    format: 'id',
    dependsOn: ['ancestors'],
    description: 'Id of the parent process.',
    extract(context) {
      const parent = parentProcess(context);
      return parent && shownId(parent.pid);
    },
  }),
  field({
    name: 'proc.vpid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process'],
    description: 'Id of the process as its own pid namespace counts.',
    extract: ({ process }) => ifSet(process?.vpid),
  }),
  field({
    name: 'proc.pvpid',
    type: 'int64',
    format: 'id',
    dependsOn: ['ancestors'],
    description: "Id of the parent as the parent's own pid namespace counts.",
    extract: ({ process, tables }) => process && tables.parent(process)?.vpid,
  }),
  field({
    name: 'proc.sid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process'],
    description: 'Session id.',
    extract: ({ process }) => process?.sessionId,
  }),
  leaderField('proc.sname', sessionOf, true, commOf, 'proc.name of the leader of the session'),
  leaderField('proc.sid.exe', sessionOf, true, exeOf, 'proc.exe of the leader of the session'),
  leaderField('proc.sid.exepath', sessionOf, true, exepathOf, 'proc.exepath of the leader of the session'),
  field({
    name: 'proc.vpgid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process'],
    description: 'Process group id as the pid namespace of the process counts.',
    extract: ({ process }) => process?.vpgid,
  }),
  leaderField('proc.vpgid.name', vpgidOf, true, commOf, 'proc.name of the leader of the process group'),
  leaderField('proc.vpgid.exe', vpgidOf, true, exeOf, 'proc.exe of the leader of the process group'),
  leaderField(
    'proc.vpgid.exepath',
    vpgidOf,
    true,
    exepathOf,
    'proc.exepath of the leader of the process group',
  ),
  field({
    name: 'proc.pgid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process'],
    description: "Process group id as the host's pid namespace counts.",
    extract: ({ process }) => process?.pgid,
  }),
  leaderField('proc.pgid.name', pgidOf, false, commOf, 'proc.name of the leader of the process group'),
  leaderField('proc.pgid.exe', pgidOf, false, exeOf, 'proc.exe of the leader of the process group'),
  leaderField(
    'proc.pgid.exepath',
    pgidOf,
    false,
    exepathOf,
    'proc.exepath of the leader of the process group',
  ),
  field({
    name: 'proc.duration',
    type: 'reltime',
    format: 'decimal',
    dependsOn: ['event'],
    description: 'Nanoseconds since the process started; unset where its start is not known.',
    extract: (context) => elapsedSinceStart(context, context.process),
  }),
  field({
    name: 'proc.ppid.duration',
    type: 'reltime',
    format: 'decimal',
    dependsOn: ['event'],
    description: 'Nanoseconds since the parent process started; unset where its start is not known.',
    extract: (context) => elapsedSinceStart(context, parentProcess(context)),
  }),
  field({
    name: 'proc.pid.ts',
    type: 'reltime',
    format: 'decimal',
    dependsOn: ['process'],
    description: 'When the process started, in nanoseconds since the epoch.',
    extract: ({ process }) => ifNotZero(process?.cloneTime),
  }),
  field({
    name: 'proc.ppid.ts',
    type: 'reltime',
    format: 'decimal',
    dependsOn: ['ancestors'],
    description:
      'When the parent process started, in nanoseconds since the epoch; 0 where that is not known.',
    extract({ process, tables }) {
      const parent = process && tables.parent(process);
      return parent && integer(parent.cloneTime);
    },
  }),
  flagField(
    'proc.is_exe_writable',
    (process) => process.isExeWritable,
    'True where the user who started the process may write its executable file.',
  ),
  flagField(
    'proc.is_exe_upper_layer',
    (process) => process.isExeUpperLayer,
    'True where the executable file lies in the upper (writable) layer of an overlay file system: it was not in the image.',
  ),
  flagField(
    'proc.is_exe_lower_layer',
    (process) => process.isExeLowerLayer,
    'True where the executable file lies in a lower (image) layer of an overlay file system.',
  ),
  flagField(
    'proc.is_exe_from_memfd',
    (process) => process.isExeFromMemfd,
    'True where the executable was a file in memory (memfd_create), which lies on no disk.',
  ),
  flagField(
    'proc.is_sid_leader',
    (process) => process.sessionId === process.vpid,
    'True where the process leads its session (proc.sid = proc.vpid).',
  ),
  flagField(
    'proc.is_vpgid_leader',
    (process) => process.vpgid === process.vpid,
    'True where the process leads its process group (proc.vpgid = proc.vpid): a command typed into a shell does, what a script starts does not.',
  ),
  flagField(
    'proc.is_pgid_leader',
    (process) => process.pgid === process.pid,
    'True where the process leads its process group (proc.pgid = proc.pid).',
  ),
  inodeField('proc.exe_ino', 'int64', (process) => process.exeInode, 'Inode number of the executable file.'),
  inodeField(
    'proc.exe_ino.ctime',
    'abstime',
    (process) => process.exeInodeCtime,
    "When the executable file's inode last changed (content, owner, mode, links), in nanoseconds since the epoch.",
  ),
  inodeField(
    'proc.exe_ino.mtime',
    'abstime',
    (process) => process.exeInodeMtime,
    "When the executable file's content last changed, in nanoseconds since the epoch.",
  ),
  inodeField(
    'proc.exe_ino.ctime_duration_proc_start',
    'abstime',
    (process) => process.exeInodeCtimeDurationCloneTime,
    'Nanoseconds from the last change of the executable file to the start of the process: small for what was written and run at once.',
  ),
  inodeField(
    'proc.exe_ino.ctime_duration_pidns_start',
    'abstime',
    (process) => process.exeInodeCtimeDurationPidNamespaceStart,
    'Nanoseconds from the start of the pid namespace (the container) to the last change of the executable file, where it changed later.',
  ),
  inodeField(
    'proc.pidns_init_start_ts',
    'uint64',
    (process) => process.pidNamespaceStart,
    'When the pid namespace (the container) of the process started, in nanoseconds since the epoch.',
  ),
  capabilityField('thread.cap_permitted', (process) => process.capPermitted, 'permitted'),
  capabilityField('thread.cap_inheritable', (process) => process.capInheritable, 'inheritable'),
  capabilityField('thread.cap_effective', (process) => process.capEffective, 'effective'),
  field({
    name: 'proc.fdopencount',
    type: 'uint64',
    format: 'decimal',
    dependsOn: ['event'],
    description: 'Number of open descriptors.',
    extract: ({ process, tables }) => process && (tables.leader(process)?.descriptors.size ?? 0),
  }),
  field({
    name: 'proc.fdlimit',
    type: 'int64',
    format: 'decimal',
    dependsOn: ['process'],
    description: 'How many descriptors the process may have open at once; -1 where that is not known.',
    extract: ({ process, tables }) => process && (tables.leader(process)?.descriptorLimit ?? 0),
  }),
  field({
    name: 'proc.fdusage',
    type: 'double',
    format: 'na',
    dependsOn: ['event'],
    description: 'Open descriptors in percent of proc.fdlimit.',
    extract({ process, tables }) {
      if (process === undefined) return undefined;
      const leader = tables.leader(process);
      if (leader === undefined || leader.descriptorLimit <= 0) return 0;
      return Math.min(100, (leader.descriptors.size * 100) / leader.descriptorLimit);
    },
  }),
  memoryField('proc.vmsize', ({ process }) => process?.virtualSize, 'Virtual memory of the process, in KiB.'),
  memoryField(
    'proc.vmrss',
    ({ process }) => process?.residentSize,
    'Resident memory of the process, in KiB.',
  ),
  memoryField('proc.vmswap', ({ process }) => process?.swapSize, 'Swapped memory of the process, in KiB.'),
  memoryField(
    'proc.nthreads',
    ({ process, tables }) => process && tables.threadCount(process),
    'Number of living threads of the process, its leader included.',
  ),
  memoryField(
    'proc.nchilds',
    ({ process, tables }) => process && threadsBesideLeader(tables, process),
    'Number of living threads of the process besides its leader (despite the name it counts no child processes).',
  ),
  ...['stdin', 'stdout', 'stderr'].flatMap((stream, fd) => [
    field({
      name: `proc.${stream}.type`,
      type: 'charbuf',
      format: 'na',
      dependsOn: ['event'],
      description: `fd.type of descriptor ${fd} (${stream}).`,
      extract({ process }) {
        const descriptor = process?.descriptors.get(fd);
        return descriptor && descriptorTypeName(descriptor);
      },
    }),
    field({
      name: `proc.${stream}.name`,
      type: 'charbuf',
      format: 'na',
      dependsOn: ['event'],
      description: `fd.name of descriptor ${fd} (${stream}).`,
      extract: ({ process }) => process?.descriptors.get(fd)?.name,
    }),
  ]),
];

function bindArguments(argument: string | undefined): { extract: Extract } {
  const index = argument === undefined ? -1 : parseIndex('proc.args', argument, 'proc.args[0]');
  return {
    extract:
      index < 0
        ? ({ process }) => process && joinArguments(process)
        : ({ process }) => process && (process.args[index] ?? ''),
  };
}

function leaderField(
  name: string,
  idOf: (process: Process) => number,
  isNamespaced: boolean,
  read: (process: Process) => string,
  description: string,
): InspectorField {
  return field({
    name,
    type: 'charbuf',
    format: 'na',
    dependsOn: ['event'],
    description: `${description}: the process with that id, else the oldest ancestor with the same; empty where there is none.`,
    extract({ process, tables }) {
      if (process === undefined) return undefined;
      const leader = groupLeader(tables, process, idOf, isNamespaced);
      return leader === undefined ? '' : read(leader);
    },
  });
}

function flagField(name: string, read: (process: Process) => boolean, description: string): InspectorField {
  return field({
    name,
    type: 'bool',
    format: 'na',
    dependsOn: ['process'],
    description,
    extract: ({ process }) => process && read(process),
  });
}

function inodeField(
  name: string,
  type: 'int64' | 'uint64' | 'abstime',
  read: (process: Process) => bigint,
  description: string,
): InspectorField {
  return field({
    name,
    type,
    format: 'decimal',
    dependsOn: ['process'],
    description,
    extract: ({ process }) => process && ifNotZero(read(process)),
  });
}

function capabilityField(name: string, read: (process: Process) => bigint, set: string): InspectorField {
  return field({
    name,
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process'],
    description: `Capabilities in the thread's ${set} set, by name, one space between them.`,
    extract: ({ process }) => process && capabilityNames(read(process)),
  });
}

export function memoryField(name: string, extract: Extract, description: string): InspectorField {
  return field({ name, type: 'uint64', format: 'decimal', dependsOn: ['event'], description, extract });
}

function threadsBesideLeader(tables: Tables, process: Process): number {
  const count = tables.threadCount(process);
  const leader = tables.leader(process);
  return count > 0 && leader !== undefined && !leader.isDead ? count - 1 : count;
}

/** For the thread's memory: what the leader's entry says of the whole process, 0 for other threads. */
export function ofLeader(read: (process: Process) => number): Extract {
  return ({ process }) => process && (isLeader(process) ? read(process) : 0);
}

function elapsedSinceStart(context: EventContext, process: Process | undefined): number | bigint | undefined {
  if (process === undefined || process.cloneTime === 0n) return undefined;
  return integer(BigInt.asUintN(64, timestampOf(context.view) - process.cloneTime));
}

function ifNotZero(value: bigint | undefined): number | bigint | undefined {
  return value === undefined || value === 0n ? undefined : integer(value);
}

export function ifSet(id: number | undefined): number | undefined {
  return id === -1 ? undefined : id;
}

function sessionOf(process: Process): number {
  return process.sessionId;
}

function vpgidOf(process: Process): number {
  return process.vpgid;
}

function pgidOf(process: Process): number {
  return process.pgid;
}

function commOf(process: Process): string {
  return process.comm;
}

function exeOf(process: Process): string {
  return process.exe;
}

function exepathOf(process: Process): string {
  return process.exepath;
}
