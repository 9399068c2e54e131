import { eventTypeOfSymbol, eventTypes, hasValue, readInt64Number } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { concatenatePaths } from '../process/path.ts';
import { textArgument } from './argument-text.ts';
import { directoryPath, withSlash, workingDirectory } from './directory.ts';
import { descriptorOf, hasDescriptorFields } from './event-descriptor.ts';
import { field, type InspectorField } from './field.ts';

type Role = 'name' | 'source' | 'target';
/** What a relative path of an event is relative to. */
type Base =
  | 'working directory'
  | 'directory of the event'
  | 'descriptor before it'
  | 'unknown'
  | 'whole name known';

/** Where an event type holds a path: a parameter, or -1 for the name of its descriptor. */
interface Place {
  readonly parameter: number;
  readonly base: Base;
}
interface PathCall extends Partial<Record<Role, Place>> {
  /** Calls that open a file count as done unless their descriptor is -1; all others only where their result is 0. */
  readonly opens: boolean;
}

const OF_DESCRIPTOR = -1;

const calls: ReadonlyMap<number, PathCall> = new Map([
  call('MKDIR_2_X', { name: 'path' }),
  call('MKDIRAT_X', { name: 'path' }, 'directory of the event'),
  call('RMDIR_2_X', { name: 'path' }),
  call('UNLINK_2_X', { name: 'path' }),
  call('UNLINKAT_2_X', { name: 'name' }, 'directory of the event'),
  call('OPEN_X', { name: 'name' }),
  call('OPENAT_2_X', { name: 'name' }, 'whole name known'),
  call('OPENAT2_X', { name: 'name' }, 'whole name known'),
  call('FCHMODAT_X', { name: 'filename' }, 'directory of the event'),
  call('CHMOD_X', { name: 'filename' }),
  call('FCHMOD_X', { name: OF_DESCRIPTOR }),
  call('CHOWN_X', { name: 'path' }),
  call('LCHOWN_X', { name: 'path' }),
  call('FCHOWN_X', { name: OF_DESCRIPTOR }),
  call('FCHOWNAT_X', { name: 'pathname' }, 'directory of the event'),
  call('QUOTACTL_X', { name: 'special' }),
  call('RENAME_X', { source: 'oldpath', target: 'newpath' }),
  call('RENAMEAT_X', { source: 'oldpath', target: 'newpath' }),
  call('RENAMEAT2_X', { source: 'oldpath', target: 'newpath' }, 'descriptor before it'),
  call('LINK_2_X', { source: 'newpath', target: 'oldpath' }),
  call('LINKAT_2_X', { source: 'newpath', target: 'oldpath' }),
  call('SYMLINK_X', { source: 'linkpath', target: 'target' }),
  call('SYMLINKAT_X', { source: 'linkpath', target: 'target' }, 'directory of the event', 'unknown'),
  call('MOUNT_X', { source: 'dev', target: 'dir' }),
  call('UMOUNT_1_X', { name: 'name' }),
  call('UMOUNT2_X', { name: 'name' }),
]);

/** Paths that successful calls on the file system were given, whatever the call names its arguments. */
export const fsPathFields: readonly InspectorField[] = [
  ...pathFields('fs.path.name', 'name', 'Path that the call is about'),
  ...pathFields('fs.path.source', 'source', 'First path of calls with two (rename, link, mount): where from'),
  ...pathFields('fs.path.target', 'target', 'Second path of calls with two (rename, link, mount): where to'),
];

function pathFields(name: string, role: Role, description: string): InspectorField[] {
  const isAbsentFrom = (type: number): boolean => calls.get(type)?.[role] === undefined;
  return [
    field({
      name,
      type: 'charbuf',
      format: 'na',
      dependsOn: ['event', 'process', 'ancestors', 'descriptor'],
      description: `${description}, made absolute; unset for calls that failed.`,
      extract: (context) => absolutePathOf(context, role),
      isAbsentFrom,
    }),
    field({
      name: `${name}raw`,
      type: 'charbuf',
      format: 'na',
      dependsOn: ['event', 'descriptor'],
      description: `${description}, as the caller gave it; unset for calls that failed.`,
      extract: (context) => rawPathOf(context, role),
      isAbsentFrom,
    }),
  ];
}

function rawPathOf(context: EventContext, role: Role): string | undefined {
  const { view } = context;
  const call = calls.get(view.type);
  const place = call?.[role];
  if (call === undefined || place === undefined || !isDone(context, call)) return undefined;
  if (place.parameter === OF_DESCRIPTOR)
    return hasDescriptorFields(context) ? (descriptorOf(context)?.name ?? '') : undefined;
  return place.parameter < view.parameterCount ? textArgument(context, place.parameter) : undefined;
}

function absolutePathOf(context: EventContext, role: Role): string | undefined {
  const path = rawPathOf(context, role);
  if (path === undefined || context.process === undefined) return undefined;
  if (path.startsWith('/')) return concatenatePaths('', path);
  const place = calls.get(context.view.type)![role]!;
  if (place.base === 'whole name known') return concatenatePaths('', context.descriptor?.name ?? '<UNKNOWN>');
  return concatenatePaths(baseOf(context, place, path), path);
}

function baseOf(context: EventContext, { base, parameter }: Place, path: string): string {
  switch (base) {
    case 'directory of the event': {
      const { descriptor } = context;
      return descriptor?.type === DescriptorType.directory ? withSlash(descriptor.name) : '<UNKNOWN>';
    }
    case 'descriptor before it':
      return directoryPath(context, path, readInt64Number(context.view, parameter - 1));
    case 'unknown':
      return '<UNKNOWN>';
    default:
      return workingDirectory(context);
  }
}

function isDone({ view }: EventContext, { opens }: PathCall): boolean {
  if (!hasValue(view, 0)) return false;
  const result = readInt64Number(view, 0);
  return opens ? result !== -1 : result === 0;
}

function call(
  symbol: string,
  parameters: Readonly<Partial<Record<Role, string | typeof OF_DESCRIPTOR>>>,
  base: Base = 'working directory',
  targetBase: Base = base,
): readonly [number, PathCall] {
  const type = eventTypeOfSymbol(`SYSCALL_${symbol}`);
  const places = Object.entries(parameters).map(([role, parameter]) => [
    role,
    {
      parameter:
        parameter === OF_DESCRIPTOR
          ? OF_DESCRIPTOR
          : type.parameters.findIndex(({ name }) => name === parameter),
      base: role === 'target' ? targetBase : base,
    },
  ]);
  const opens = eventTypes[type.id]!.parameters[0]!.name === 'fd' && symbol.startsWith('OPEN');
  return [type.id, { opens, ...Object.fromEntries(places) }];
}
