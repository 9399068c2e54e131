import { eventTypeOfSymbol, hasValue, readInt64Number, readString } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { concatenatePaths } from '../process/path.ts';
import { WORKING_DIRECTORY, workingDirectory } from './directory.ts';
import { resultOf } from './event-facts.ts';

/** Where an event holds a directory's descriptor and a path relative to it. */
interface PathPlace {
  readonly directory: number;
  readonly path: number;
}
interface PathPlaces {
  readonly source: PathPlace;
  readonly target: PathPlace;
}

const OPEN_BY_HANDLE = eventTypeOfSymbol('SYSCALL_OPEN_BY_HANDLE_AT_X').id;

const places: ReadonlyMap<number, PathPlaces> = new Map([
  two('RENAMEAT_X', ['olddirfd', 'oldpath'], ['newdirfd', 'newpath']),
  two('RENAMEAT2_X', ['olddirfd', 'oldpath'], ['newdirfd', 'newpath']),
  two('LINKAT_2_X', ['olddir', 'oldpath'], ['newdir', 'newpath']),
  one('SYMLINKAT_X', ['linkdirfd', 'linkpath']),
  one('OPENAT_2_X', ['dirfd', 'name']),
  one('OPENAT2_X', ['dirfd', 'name']),
  one('UNLINKAT_2_X', ['dirfd', 'name']),
  one('MKDIRAT_X', ['dirfd', 'path']),
  one('FCHMODAT_X', ['dirfd', 'filename']),
  one('FCHOWNAT_X', ['dirfd', 'pathname']),
]);

/**
 * The path of calls that name a file relative to a directory descriptor, made absolute; undefined for other calls
 * and where the capture lost an argument.
 */
export function absolutePath(context: EventContext, which: 'source' | 'target'): string | undefined {
  const { view, process } = context;
  if (process === undefined) return undefined;
  if (view.type === OPEN_BY_HANDLE)
    return resultOf(view) > 0 ? concatenatePaths('', readString(view, 3)) : undefined;
  const place = places.get(view.type)?.[which];
  if (place === undefined || !hasValue(view, place.directory) || !hasValue(view, place.path))
    return undefined;
  const path = readString(view, place.path);
  if (path.startsWith('/')) return concatenatePaths('.', path);
  return concatenatePaths(directoryOf(context, readInt64Number(view, place.directory)), path);
}

/** Whether events of the type never have such a path. */
export function hasNoAbsolutePath(eventType: number): boolean {
  return eventType !== OPEN_BY_HANDLE && !places.has(eventType);
}

function directoryOf(context: EventContext, number: number): string {
  if (number === WORKING_DIRECTORY) return workingDirectory(context);
  return `${context.process!.descriptors.get(number)?.name ?? '<UNKNOWN>'}/`;
}

type Names = readonly [directory: string, path: string];

function one(call: string, names: Names): readonly [number, PathPlaces] {
  return two(call, names, names);
}

function two(call: string, source: Names, target: Names): readonly [number, PathPlaces] {
  const { id, parameters } = eventTypeOfSymbol(`SYSCALL_${call}`);
  const place = ([directory, path]: Names): PathPlace => ({
    directory: parameters.findIndex(({ name }) => name === directory),
    path: parameters.findIndex(({ name }) => name === path),
  });
  return [id, { source: place(source), target: place(target) }];
}
