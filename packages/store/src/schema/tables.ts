import type { ColumnType, Generated } from 'kysely';

/** A whole number: read as bigint, since times in nanoseconds need 61 bits. */
type Whole = ColumnType<bigint, bigint | number, bigint | number>;
type WholeOrNothing = ColumnType<bigint | null, bigint | number | null, bigint | number | null>;
type Identifier = Generated<bigint>;
type Bytes = Uint8Array;

/** What is in the tables, by table. Times are nanoseconds since the epoch; columns named `..._json` hold JSON text. */
export interface Schema {
  readonly schema_migration: { number: Whole; name: string; applied: Whole };
  readonly finding_group: GroupTable;
  readonly workload: WorkloadTable;
  readonly series: SeriesTable;
  readonly series_slice: SeriesSliceTable;
  readonly severity_slice: SeveritySliceTable;
  readonly state_slice: StateSliceTable;
  readonly output: OutputTable;
  readonly occurrence: OccurrenceTable;
  readonly action: ActionTable;
  readonly outbox: OutboxTable;
  readonly activity: ActivityTable;
  readonly gap: GapTable;
  readonly position: { source: string; value: string };
  readonly memory: { key: string; value: string };
}

export interface GroupTable {
  id: Identifier;
  key: string;
  policy: string;
  rule: string;
  source: string;
  priority: string;
  /** Rank: 0 is the worst. */
  severity: Whole;
  tags_json: string;
  runbook: string | null;
  pattern: string;
  state: string;
  count: Whole;
  first_seen: Whole;
  last_seen: Whole;
  unique_outputs: Whole;
  /** Of the last occurrence. */
  output: string;
  /** Of the last occurrence. */
  workload_id: Whole;
  decision_actor: string | null;
  decision_time: WholeOrNothing;
  decision_comment: string | null;
}

/** Each workload once; the columns are what is filtered by, `workload_json` is all of it. */
export interface WorkloadTable {
  id: Identifier;
  hash: Bytes;
  node: string;
  namespace: string | null;
  pod: string | null;
  container_id: string | null;
  /** The first twelve digits, as people and Falco write it. */
  container_short_id: string | null;
  container_name: string | null;
  image: string | null;
  /** The image without tag and digest. */
  repository: string | null;
  workload_json: string;
}

/** The occurrences of one group in one workload. */
export interface SeriesTable {
  id: Identifier;
  group_id: Whole;
  workload_id: Whole;
  severity: Whole;
  /** How many are kept. */
  count: Whole;
}

/** How many occurrences of a series are kept in a slice of time; `level` says how long it is, both in seconds. */
export interface SeriesSliceTable {
  series_id: Whole;
  level: Whole;
  start: Whole;
  count: Whole;
}

/** The same for all series of one severity. */
export interface SeveritySliceTable {
  level: Whole;
  start: Whole;
  severity: Whole;
  count: Whole;
}

/** The same for all series of one severity whose groups are in one state; at the levels of series. */
export interface StateSliceTable {
  level: Whole;
  start: Whole;
  severity: Whole;
  state: string;
  count: Whole;
}

/** Each different output of a group once. */
export interface OutputTable {
  id: Identifier;
  group_id: Whole;
  hash: Bytes;
  text: string;
  /** How many occurrences of it are kept. */
  count: Whole;
  first_seen: Whole;
  last_seen: Whole;
}

export interface OccurrenceTable {
  id: Identifier;
  key: string;
  group_id: Whole;
  series_id: Whole;
  output_id: Whole;
  time: Whole;
  mode: string;
  is_state_complete: Whole;
  fields_json: string;
  ancestry_json: string;
}

export interface ActionTable {
  key: string;
  occurrence: string | null;
  group_id: WholeOrNothing;
  kind: string;
  actor: string;
  target: string;
  time: Whole;
  result: string;
  detail: string;
  latency_milliseconds: number | null;
  undo_json: string | null;
  undone: WholeOrNothing;
}

export interface OutboxTable {
  id: Identifier;
  channel: string;
  deduplication_key: string;
  event: string;
  group_key: string | null;
  /** Rank: 0 is the worst. */
  severity: Whole;
  payload_json: string;
  due: Whole;
  state: string;
  attempts: Whole;
  last_error: string | null;
  created: Whole;
  delivered: WholeOrNothing;
}

export interface ActivityTable {
  workload: string;
  kind: string;
  value: string;
  count: Whole;
  first_seen: Whole;
  last_seen: Whole;
  example: string;
  starts: Whole;
}

export interface GapTable {
  id: Identifier;
  source: string;
  from_time: Whole;
  to_time: Whole;
  reason: string;
  lost_events: WholeOrNothing;
}
