import type { Selectable } from 'kysely';
import { fromJson } from './json.ts';
import type {
  ActionTable,
  ActivityTable,
  GapTable,
  GroupTable,
  OccurrenceTable,
  OutboxTable,
} from './schema/tables.ts';
import { severities } from './severity.ts';
import type { ActionKind, ActionRecord, ActionResult } from './types/action.ts';
import type { Activity, ActivityKind } from './types/activity.ts';
import type {
  AncestryEntry,
  FindingGroup,
  FindingState,
  Occurrence,
  StoredOccurrence,
} from './types/finding.ts';
import type { Gap } from './types/gap.ts';
import type { OutboxEntry } from './types/outbox.ts';
import type { Workload } from './types/workload.ts';

/** Rows as they are in the tables, made into what the store hands out. */

export type GroupRow = Selectable<GroupTable>;
/** With the columns of its group under `group_...`. */
export type OccurrenceRow = Selectable<OccurrenceTable> & {
  readonly output: string;
  readonly workload_json: string;
  readonly group_key: string;
  readonly policy: string;
  readonly rule: string;
  readonly source: string;
  readonly priority: string;
  readonly severity: bigint;
  readonly tags_json: string;
  readonly runbook: string | null;
  readonly pattern: string;
};

export function groupOf(row: GroupRow, workload: Workload): FindingGroup {
  return {
    id: Number(row.id),
    ...identityOf(row),
    state: row.state as FindingState,
    count: Number(row.count),
    first: row.first_seen,
    last: row.last_seen,
    uniqueOutputs: Number(row.unique_outputs),
    output: row.output,
    workload,
    decision:
      row.decision_actor === null
        ? undefined
        : {
            actor: row.decision_actor,
            time: row.decision_time!,
            comment: row.decision_comment ?? undefined,
          },
  };
}

export function occurrenceOf(row: OccurrenceRow): StoredOccurrence {
  return {
    id: Number(row.id),
    groupId: Number(row.group_id),
    key: row.key,
    group: identityOf({ ...row, key: row.group_key }),
    time: row.time,
    output: row.output,
    fields: fromJson(row.fields_json) as Occurrence['fields'],
    workload: workloadOf(row.workload_json),
    ancestry: (fromJson(row.ancestry_json) as readonly AncestryEntry[]).map(ancestryEntryOf),
    isStateComplete: row.is_state_complete !== 0n,
    mode: row.mode as Occurrence['mode'],
  };
}

function ancestryEntryOf({ pid, name, executable, commandLine, user }: AncestryEntry): AncestryEntry {
  return { pid, name, executable, commandLine, user };
}

function identityOf(row: Omit<GroupRow, 'id' | 'count'> | (OccurrenceRow & { readonly key: string })) {
  return {
    key: row.key,
    policy: row.policy,
    rule: row.rule,
    source: row.source,
    priority: row.priority,
    severity: severities[Number(row.severity)],
    tags: fromJson(row.tags_json) as readonly string[],
    runbook: row.runbook ?? undefined,
    pattern: row.pattern,
  };
}

/** What isn't known is absent in the text and undefined in the value. */
export function workloadOf(text: string): Workload {
  const { cluster, namespace, pod, container, ...known } = fromJson(text) as Workload;
  return {
    node: known.node,
    cluster,
    namespace,
    pod,
    podLabels: known.podLabels,
    container: container && {
      id: container.id,
      name: container.name,
      image: container.image,
      digest: container.digest,
      labels: container.labels,
    },
  };
}

export function actionOf(row: Selectable<ActionTable>): ActionRecord {
  return {
    key: row.key,
    occurrence: row.occurrence ?? undefined,
    kind: row.kind as ActionKind,
    actor: row.actor,
    target: row.target,
    time: row.time,
    result: row.result as ActionResult,
    detail: row.detail,
    latencyMilliseconds: row.latency_milliseconds ?? undefined,
    undo: row.undo_json === null ? undefined : fromJson(row.undo_json),
    undone: row.undone ?? undefined,
  };
}

export function outboxEntryOf(row: Selectable<OutboxTable>): OutboxEntry {
  return {
    id: Number(row.id),
    channel: row.channel,
    deduplicationKey: row.deduplication_key,
    event: row.event as OutboxEntry['event'],
    group: row.group_key ?? undefined,
    severity: severities[Number(row.severity)],
    payload: fromJson(row.payload_json),
    due: row.due,
    state: row.state as OutboxEntry['state'],
    attempts: Number(row.attempts),
    lastError: row.last_error ?? undefined,
    created: row.created,
    delivered: row.delivered ?? undefined,
  };
}

export function activityOf(row: Selectable<ActivityTable>): Activity {
  return {
    workload: row.workload,
    kind: row.kind as ActivityKind,
    value: row.value,
    count: Number(row.count),
    first: row.first_seen,
    last: row.last_seen,
    example: row.example,
    starts: Number(row.starts),
  };
}

export function gapOf(row: Selectable<GapTable>): Gap {
  return {
    source: row.source,
    from: row.from_time,
    to: row.to_time,
    reason: row.reason,
    lostEvents: row.lost_events === null ? undefined : Number(row.lost_events),
  };
}
