import { hash } from 'node:crypto';
import { existing } from '../damaged.ts';
import { toJson } from '../json.ts';
import { groupOf } from '../rows.ts';
import { severityRank } from '../severity.ts';
import { addCount, secondOf, seriesLevels, severityLevels, sumSlices } from '../slices.ts';
import type { FindingGroup, FindingState, GroupIdentity, Occurrence } from '../types/finding.ts';
import type { Workload } from '../types/workload.ts';
import type { FindingStatements } from './finding-statements.ts';
import type { WorkloadWriter } from './workloads.ts';

/** The new occurrences of one group in a batch. */
interface GroupDraft {
  readonly identity: GroupIdentity;
  readonly occurrences: Occurrence[];
  first: bigint;
  last: Occurrence;
}

/** What the occurrences of a batch add to one output. */
interface OutputDraft {
  count: number;
  first: bigint;
  last: bigint;
  id: number;
}

/** What they add to one series. */
interface SeriesDraft {
  count: number;
  id: number;
  readonly seconds: Map<number, number>;
}

/**
 * Stores the occurrences that are not stored yet, and keeps groups, outputs, series and slices in step. Runs inside a
 * transaction. What many occurrences share is written once for all of them.
 */
export function writeOccurrences(
  statements: FindingStatements,
  workloads: WorkloadWriter,
  occurrences: readonly Occurrence[],
): { readonly known: readonly string[]; readonly groups: ReadonlyMap<string, FindingGroup> } {
  const { known, drafts } = sortOut(statements, occurrences);
  const groups = new Map<string, FindingGroup>();
  const slices = commonSlices();
  for (const [key, draft] of drafts) {
    const group = writeGroup(statements, workloads, draft, slices.add);
    groups.set(key, group);
  }
  slices.write(statements);
  for (const { group } of occurrences) {
    // Nothing of it was new: the caller still wants to know how it stands.
    if (!groups.has(group.key)) groups.set(group.key, readGroup(statements, group.key));
  }
  return { known, groups };
}

/** Which are stored already, and the others by their group. */
function sortOut(statements: FindingStatements, occurrences: readonly Occurrence[]) {
  const known: string[] = [];
  const seen = new Set<string>();
  const drafts = new Map<string, GroupDraft>();
  for (const occurrence of occurrences) {
    const { key, group, time } = occurrence;
    if (seen.has(key) || statements.findOccurrence.get({ key }) !== undefined) {
      known.push(key);
      continue;
    }
    seen.add(key);
    const draft = drafts.get(group.key);
    if (draft === undefined) {
      drafts.set(group.key, { identity: group, occurrences: [occurrence], first: time, last: occurrence });
      continue;
    }
    draft.occurrences.push(occurrence);
    if (time < draft.first) draft.first = time;
    if (time >= draft.last.time) draft.last = occurrence;
  }
  return { known, drafts };
}

function writeGroup(
  statements: FindingStatements,
  workloads: WorkloadWriter,
  draft: GroupDraft,
  addToSlices: AddToSlices,
): FindingGroup {
  const { identity, occurrences, first, last } = draft;
  const severity = severityRank(identity.severity);
  const workloadId = workloads.idOf(last.workload);
  const { id: groupId, state } = standingOf(statements, draft, severity, workloadId);
  const outputs = draftOutputs(occurrences);
  const newOutputs = writeOutputs(statements, groupId, outputs);
  const series = draftSeries(workloads, occurrences);
  for (const [workload, drafted] of series) {
    drafted.id = writeSeries(statements, { groupId, workloadId: workload, severity, count: drafted.count });
    for (const slice of sumSlices(drafted.seconds, seriesLevels)) {
      statements.addSeriesSlice.run({ ...slice, seriesId: drafted.id });
    }
    addToSlices(severity, state, drafted.seconds);
  }
  for (const occurrence of occurrences) {
    statements.insertOccurrence.run({
      key: occurrence.key,
      groupId,
      seriesId: series.get(workloads.idOf(occurrence.workload))!.id,
      outputId: outputs.get(occurrence.output)!.id,
      time: occurrence.time,
      mode: occurrence.mode,
      isStateComplete: occurrence.isStateComplete ? 1 : 0,
      fields: toJson(occurrence.fields),
      ancestry: toJson(occurrence.ancestry),
    });
  }
  statements.addToGroup.run({
    id: groupId,
    count: occurrences.length,
    first,
    last: last.time,
    newOutputs,
    output: last.output,
    workloadId,
  });
  const group = readGroup(statements, identity.key, { id: workloadId, workload: last.workload });
  // What happened after it was resolved has opened it again.
  statements.moveGroup(groupId, state, group.state);
  return group;
}

/** The group's id and state, before this batch; it is made where it isn't there. */
function standingOf(
  statements: FindingStatements,
  { identity, first, last }: GroupDraft,
  severity: number,
  workloadId: number,
): { readonly id: number; readonly state: FindingState } {
  const { key } = identity;
  const known = statements.findGroup.get({ key });
  if (known !== undefined) return { id: Number(known.id), state: known.state as FindingState };
  statements.insertGroup.run({
    key,
    policy: identity.policy,
    rule: identity.rule,
    source: identity.source,
    priority: identity.priority,
    severity,
    tags: toJson(identity.tags),
    runbook: identity.runbook,
    pattern: identity.pattern,
    first,
    last: last.time,
    output: last.output,
    workloadId,
  });
  return { id: Number(existing(statements.findGroup.get({ key })).id), state: 'open' };
}

/** Adds to a series, which is made where it isn't there; gives its id. */
function writeSeries(
  statements: FindingStatements,
  series: {
    readonly groupId: number;
    readonly workloadId: number;
    readonly severity: number;
    readonly count: number;
  },
): number {
  const known = statements.findSeries.get(series);
  if (known === undefined) statements.insertSeries.run(series);
  else statements.addToSeries.run({ id: known.id, count: series.count });
  return Number((known ?? existing(statements.findSeries.get(series))).id);
}

function draftOutputs(occurrences: readonly Occurrence[]): Map<string, OutputDraft> {
  const drafts = new Map<string, OutputDraft>();
  for (const { output, time } of occurrences) {
    const draft = drafts.get(output);
    if (draft === undefined) {
      drafts.set(output, { count: 1, first: time, last: time, id: 0 });
      continue;
    }
    draft.count++;
    if (time < draft.first) draft.first = time;
    if (time > draft.last) draft.last = time;
  }
  return drafts;
}

/** Writes them and sets their ids; gives how many are new to the group. */
function writeOutputs(
  statements: FindingStatements,
  groupId: number,
  drafts: ReadonlyMap<string, OutputDraft>,
): number {
  let fresh = 0;
  for (const [text, draft] of drafts) {
    const { count, first, last } = draft;
    const hashed = hashOf(text);
    const known = statements.findOutput.get({ groupId, hash: hashed });
    if (known === undefined) {
      statements.insertOutput.run({ groupId, hash: hashed, text, count, first, last });
      fresh++;
    } else {
      statements.addToOutput.run({ id: known.id, count, first, last });
    }
    draft.id = Number((known ?? existing(statements.findOutput.get({ groupId, hash: hashed }))).id);
  }
  return fresh;
}

function draftSeries(
  workloads: WorkloadWriter,
  occurrences: readonly Occurrence[],
): Map<number, SeriesDraft> {
  const drafts = new Map<number, SeriesDraft>();
  for (const { workload, time } of occurrences) {
    const workloadId = workloads.idOf(workload);
    let draft = drafts.get(workloadId);
    if (draft === undefined) {
      draft = { count: 0, id: 0, seconds: new Map() };
      drafts.set(workloadId, draft);
    }
    draft.count++;
    addCount(draft.seconds, secondOf(time), 1);
  }
  return drafts;
}

type AddToSlices = (severity: number, state: FindingState, seconds: ReadonlyMap<number, number>) => void;

/** Sums up what the series of a batch add to the slices of their severities and states. */
function commonSlices() {
  const bySeverity = new Map<number, Map<number, number>>();
  const byState = new Map<string, SeverityState & { readonly sums: Map<number, number> }>();
  const add: AddToSlices = (severity, state, seconds) => {
    const ofSeverity = bySeverity.get(severity) ?? new Map<number, number>();
    bySeverity.set(severity, ofSeverity);
    const name = `${severity} ${state}`;
    const ofState = byState.get(name) ?? { severity, state, sums: new Map() };
    byState.set(name, ofState);
    for (const [second, count] of seconds) {
      addCount(ofSeverity, second, count);
      addCount(ofState.sums, second, count);
    }
  };
  return {
    add,
    write(statements: Pick<FindingStatements, 'addSeveritySlice' | 'addStateSlice'>): void {
      for (const [severity, seconds] of bySeverity) {
        for (const slice of sumSlices(seconds, severityLevels))
          statements.addSeveritySlice.run({ ...slice, severity });
      }
      for (const { severity, state, sums } of byState.values()) {
        for (const slice of sumSlices(sums, seriesLevels))
          statements.addStateSlice.run({ ...slice, severity, state });
      }
    },
  };
}

interface SeverityState {
  readonly severity: number;
  readonly state: FindingState;
}

/** @param known a workload that is at hand, which is likely the one of the last occurrence. */
function readGroup(
  statements: FindingStatements,
  key: string,
  known?: { readonly id: number; readonly workload: Workload },
): FindingGroup {
  const row = existing(statements.readGroup.get({ key }));
  return groupOf(
    row,
    row.workload_id === BigInt(known?.id ?? 0) ? known!.workload : statements.workloadOf(row),
  );
}

/** Enough of SHA-256 that nobody finds two texts with the same. */
function hashOf(text: string): Uint8Array {
  return hash('sha256', text, 'buffer').subarray(0, 16);
}
