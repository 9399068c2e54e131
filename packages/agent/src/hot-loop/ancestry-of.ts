import type { EventContext, Process } from '@seawall/inspector';
import { textFromBytes } from '@seawall/rules';
import type { AncestryEntry } from '@seawall/store';

/** Ancestors that a finding shows: deeper trees are of no use to a reader, and damaged ones may be circles. */
const MAXIMUM_ANCESTRY = 16;

/** The process of the event and its ancestors, itself first; empty where the process is unknown. */
export function ancestryOf({ process, tables }: EventContext): readonly AncestryEntry[] {
  const ancestry: AncestryEntry[] = [];
  let next: Process | undefined = process && (tables.leader(process) ?? process);
  while (next !== undefined && ancestry.length < MAXIMUM_ANCESTRY) {
    const user = tables.userName(next, next.uid);
    ancestry.push({
      pid: next.pid,
      name: textFromBytes(next.comm),
      executable: textFromBytes(next.exepath),
      commandLine: textFromBytes(next.commandLine),
      user: user === undefined ? undefined : textFromBytes(user),
    });
    const parent = tables.parent(next);
    next = parent === undefined || parent === next ? undefined : (tables.leader(parent) ?? parent);
  }
  return ancestry;
}
