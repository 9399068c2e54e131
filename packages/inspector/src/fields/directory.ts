import type { EventContext } from '../context.ts';

/** The descriptor number that stands for the working directory (AT_FDCWD in scap's numbering). */
export const WORKING_DIRECTORY = -100;

/**
 * The directory that a path argument is relative to, with a slash at its end: '.' for absolute paths,
 * '<UNKNOWN>' where it isn't known.
 */
export function directoryPath(context: EventContext, path: string, descriptorNumber: number): string {
  if (path.startsWith('/')) return '.';
  const { process } = context;
  if (process === undefined) return '<UNKNOWN>';
  if (descriptorNumber === WORKING_DIRECTORY) return workingDirectory(context);
  const name = process.descriptors.get(descriptorNumber)?.name;
  return name === undefined ? '<UNKNOWN>' : withSlash(name);
}

/** The working directory of the thread's process, with a slash at its end; `./` where it isn't known. */
export function workingDirectory({ process, tables }: EventContext): string {
  return (process && tables.leader(process)?.cwd) ?? './';
}

export function withSlash(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}
