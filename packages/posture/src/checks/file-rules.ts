import { posix } from 'node:path';
import type { FileStatus, FileTree } from '../node/tree.ts';
import {
  type Decision,
  type Evidence,
  type FixStep,
  fail,
  notApplicable,
  pass,
  type Rule,
  type Subject,
  unknown,
} from './check.ts';

/** Files to look at, in a tree; or the decision that there is nothing to look at, or that it can't be told. */
export type Selection =
  | { readonly kind: 'files'; readonly tree: FileTree; readonly paths: readonly string[] }
  | { readonly kind: 'decided'; readonly decision: Decision };

export type Selector = (subject: Subject) => Selection;

export function files(tree: FileTree, paths: readonly string[]): Selection {
  return { kind: 'files', tree, paths };
}

export function nothingToLookAt(reason: string): Selection {
  return { kind: 'decided', decision: notApplicable(reason) };
}

export function cannotTell(missing: string): Selection {
  return { kind: 'decided', decision: unknown(missing) };
}

interface StatusJudge {
  readonly how: string;
  /** What is wrong with it, or nothing. */
  judge(status: FileStatus, subject: Subject): string | undefined;
  describe(status: FileStatus): string;
  fix(path: string, subject: Subject): FixStep;
}

function judgeFiles(select: Selector, judge: StatusJudge): Rule {
  const visit = (subject: Subject) => {
    const selection = select(subject);
    if (selection.kind === 'decided') return { decision: selection.decision, wrong: [] as string[] };
    const evidence: Evidence[] = [];
    const faults: string[] = [];
    const wrong: string[] = [];
    let open: string | undefined;
    for (const path of selection.paths) {
      const shown = selection.tree.locate(path);
      const status = selection.tree.status(path);
      if (status.kind === 'missing') continue;
      if (status.kind === 'unreadable') {
        open ??= `the mode and owner of ${shown} (${status.reason})`;
        continue;
      }
      evidence.push({
        what: shown,
        value: judge.describe(status.value),
        origin: 'status of the file',
        path: shown,
      });
      const fault = judge.judge(status.value, subject);
      if (fault === undefined) continue;
      faults.push(`${shown} ${fault}`);
      wrong.push(shown);
    }
    if (faults.length > 0) {
      const more = faults.length > 3 ? ` and ${faults.length - 3} more` : '';
      return { decision: fail(faults.slice(0, 3).join('; ') + more, evidence), wrong };
    }
    if (open !== undefined) return { decision: unknown(open, evidence), wrong };
    if (evidence.length === 0) return { decision: notApplicable('no such file on this node'), wrong };
    return { decision: pass(judge.how, evidence), wrong };
  };
  return {
    how: judge.how,
    decide: (subject) => visit(subject).decision,
    fix: (subject) => visit(subject).wrong.map((path) => judge.fix(path, subject)),
  };
}

const octal = (mode: number): string => mode.toString(8).padStart(3, '0');

/** No permission bit outside `most` (such as `0o600`) is given. */
export function hasModeWithin(select: Selector, most: number): Rule {
  return judgeFiles(select, {
    how: `permissions are ${octal(most)} or tighter`,
    judge: ({ mode }) =>
      (mode & 0o7777 & ~most) === 0
        ? undefined
        : `has permissions ${octal(mode)}, wanted ${octal(most)} or tighter`,
    describe: ({ mode }) => octal(mode),
    fix: (path) => ({ kind: 'mode', path, mode: most }),
  });
}

const describeOwner = ({ uid, gid, user, group }: FileStatus): string => `${user ?? uid}:${group ?? gid}`;

/** Owner and group are root. */
export function isOwnedByRoot(select: Selector): Rule {
  return judgeFiles(select, {
    how: 'owner and group are root',
    judge: (status) =>
      status.uid === 0 && status.gid === 0
        ? undefined
        : `belongs to ${describeOwner(status)}, wanted root:root`,
    describe: describeOwner,
    fix: (path) => ({ kind: 'owner', path, uid: 0, gid: 0, name: 'root:root' }),
  });
}

/** Owner and group are those wanted: a `user:group`, or numbers. `wanted` is asked for each subject. */
export function isOwnedBy(
  select: Selector,
  how: string,
  wanted: (subject: Subject) => { uid?: number; gid?: number; user: string; group: string },
): Rule {
  return judgeFiles(select, {
    how,
    judge(status, subject) {
      const owner = wanted(subject);
      const isUser = owner.uid === undefined ? status.user === owner.user : status.uid === owner.uid;
      const isGroup = owner.gid === undefined ? status.group === owner.group : status.gid === owner.gid;
      return isUser && isGroup
        ? undefined
        : `belongs to ${describeOwner(status)}, wanted ${owner.user}:${owner.group}`;
    },
    describe: describeOwner,
    fix(path, subject) {
      const { uid = -1, gid = -1, user, group } = wanted(subject);
      return { kind: 'owner', path, uid, gid, name: `${user}:${group}` };
    },
  });
}

/** Every file below a folder, the folder itself first; bounded, links not followed as folders. */
export function walk(tree: FileTree, folder: string, keep: (path: string) => boolean, depth = 0): string[] {
  const listing = tree.list(folder);
  if (listing.kind !== 'found' || depth > 6) return [];
  return listing.value.slice(0, 2000).flatMap((name) => {
    const path = posix.join(folder, name);
    const status = tree.status(path);
    const below =
      status.kind === 'found' && status.value.kind === 'directory' ? walk(tree, path, keep, depth + 1) : [];
    return keep(path) ? [path, ...below] : below;
  });
}
