import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { damageText } from '../schema-problems.ts';
import { type FileOperations, nodeFileOperations } from './file-operations.ts';

/** One file that a change writes or removes. */
export interface FileChange {
  /** Relative to the root that the change belongs to (it may lead out of it: authority keys kept apart). */
  readonly path: string;
  /** The new contents; null removes the file (or the whole directory). */
  readonly contents: string | null;
  readonly mode: number;
  /** False for files that must not exist yet. */
  readonly mayReplace: boolean;
}

export const publicMode = 0o644;
export const secretMode = 0o600;
const directoryMode = 0o700;

const stagedSuffix = '.seawall-staged';
const journalName = '.seawall-journal';

const journalSchema = z.object({
  version: z.literal(1),
  renames: z.array(z.object({ staged: z.string(), target: z.string() })),
  removals: z.array(z.string()),
});

type Journal = z.infer<typeof journalSchema>;

/**
 * Makes all the changes, or none of them, whatever interrupts it: every new file is staged beside its place and synced; the journal is the
 * point of no return; then the files are renamed into place. What an interruption leaves is finished or cleared by `recoverChanges`.
 * Call it with the root's lock held. A replaced file's owner is kept, so that a service that reads its key still can.
 * @throws pki/FILES_EXIST before anything is touched; pki/FILE_UNWRITABLE with nothing changed;
 *   pki/CHANGE_INTERRUPTED when the disk fails past the point of no return
 */
export function applyChanges(
  root: string,
  changes: readonly FileChange[],
  operations: FileOperations = nodeFileOperations,
): void {
  recoverChanges(root, operations);
  const existing = changes.filter((each) => !each.mayReplace && operations.exists(join(root, each.path)));
  if (existing.length > 0) {
    throw errors.create('FILES_EXIST', { root, paths: namesOf(existing) });
  }
  const journal: Journal = { version: 1, renames: [], removals: [] };
  const staged: string[] = [];
  let current = root;
  try {
    operations.makeDirectory(root, directoryMode);
    for (const change of changes) {
      current = resolve(root, change.path);
      if (change.contents === null) {
        journal.removals.push(change.path);
        continue;
      }
      operations.makeDirectory(dirname(current), directoryMode);
      const stage = `${current}${stagedSuffix}`;
      operations.remove(stage);
      staged.push(stage);
      const owner = operations.owner(current);
      operations.writeNew(stage, Buffer.from(change.contents), change.mode, owner);
      journal.renames.push({ staged: relative(root, stage), target: change.path });
    }
    for (const directory of new Set(staged.map((path) => dirname(path)))) {
      current = directory;
      operations.syncDirectory(directory);
    }
    current = join(root, journalName);
    staged.push(`${current}${stagedSuffix}`);
    operations.writeNew(
      `${current}${stagedSuffix}`,
      Buffer.from(JSON.stringify(journal)),
      secretMode,
      undefined,
    );
    operations.rename(`${current}${stagedSuffix}`, current);
  } catch (cause) {
    throw abandon(current, staged, cause, operations);
  }
  try {
    operations.syncDirectory(root);
    finish(root, journal, operations);
  } catch (cause) {
    throw errors.create('CHANGE_INTERRUPTED', { root, reason: (cause as Error).message }, cause);
  }
}

/**
 * Finishes a change that was interrupted past its point of no return, or clears what an earlier interruption staged.
 * Call it with the root's lock held, before anything under the root is read.
 * @returns true when there was something to finish.
 * @throws pki/CHANGE_INTERRUPTED when the disk fails again
 */
export function recoverChanges(root: string, operations: FileOperations = nodeFileOperations): boolean {
  try {
    const text = operations.read(join(root, journalName));
    if (text !== undefined) finish(root, journalSchema.parse(JSON.parse(text.toString())), operations);
    else clearStaged(root, operations);
    return text !== undefined;
  } catch (cause) {
    throw errors.create('CHANGE_INTERRUPTED', { root, reason: damageText(cause) }, cause);
  }
}

/** True when an interrupted change waits to be finished: what is read now may be half old, half new. */
export function hasUnfinishedChange(root: string, operations: FileOperations = nodeFileOperations): boolean {
  return operations.exists(join(root, journalName));
}

function finish(root: string, journal: Journal, operations: FileOperations): void {
  const touched = new Set<string>();
  for (const { staged, target } of journal.renames) {
    const from = join(root, staged);
    const to = join(root, target);
    if (operations.exists(from)) operations.rename(from, to);
    else if (!operations.exists(to))
      throw new Error(`neither ${from} nor ${to} is there: is a medium not mounted?`);
    touched.add(dirname(to));
  }
  for (const path of journal.removals) operations.remove(join(root, path));
  for (const directory of touched) operations.syncDirectory(directory);
  operations.remove(join(root, journalName));
  operations.syncDirectory(root);
}

function clearStaged(directory: string, operations: FileOperations): void {
  for (const { name, isDirectory } of operations.list(directory)) {
    const path = join(directory, name);
    if (isDirectory) clearStaged(path, operations);
    else if (name.endsWith(stagedSuffix)) operations.remove(path);
  }
}

/** The first few; a whole cluster's files would bury the message. */
function namesOf(changes: readonly FileChange[]): string {
  const shown = changes.slice(0, 3).map(({ path }) => path);
  const rest = changes.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** Takes back what was staged; the error says which file could not be written. */
function abandon(path: string, staged: readonly string[], cause: unknown, operations: FileOperations): Error {
  const reason = (cause as Error).message;
  const failures: unknown[] = [cause];
  for (const stage of staged) {
    try {
      operations.remove(stage);
    } catch (error) {
      // The next change clears it; the first failure is the one to tell about, with this one behind it.
      failures.push(error);
    }
  }
  return errors.create(
    'FILE_UNWRITABLE',
    { path, reason },
    failures.length > 1 ? new AggregateError(failures) : cause,
  );
}
