import type { ActionRecord } from './types/action.ts';
import type { Activity, ActivityKind } from './types/activity.ts';
import type { FindingGroup, FindingState, Occurrence, Severity, StoredOccurrence } from './types/finding.ts';
import type { Gap } from './types/gap.ts';
import type { NewOutboxEntry, OutboxEntry } from './types/outbox.ts';

/** Everything that is committed in one transaction, in this order. */
export interface StoreBatch {
  readonly occurrences: readonly Occurrence[];
  readonly outbox: readonly NewOutboxEntry[];
  /** New lines of the audit trail; one of a known key replaces it (pending becomes done). */
  readonly actions: readonly ActionRecord[];
  /** Added to what is known: counts are summed, first and last widened. */
  readonly activity: readonly Activity[];
  readonly gaps: readonly Gap[];
  /** By source: up to where it was read; opaque text of the source's own. */
  readonly positions: ReadonlyMap<string, string>;
  /** By key: small things that must survive (throttling and cool-down states); undefined removes it. */
  readonly memory: ReadonlyMap<string, string | undefined>;
}

/**
 * What a commit found out. A resolved group in which something happened after its decision is open again (the decision
 * stays readable), so the state told here is what policies go by.
 */
export interface CommitReport {
  /** Keys of occurrences that were stored before and so were left alone. */
  readonly known: readonly string[];
  /** The groups that these occurrences are in, as they are now, by group key. */
  readonly groups: ReadonlyMap<string, FindingGroup>;
}

export interface GroupFilter {
  readonly states?: readonly FindingState[];
  readonly severities?: readonly Severity[];
  readonly policies?: readonly string[];
  readonly rules?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly pods?: readonly string[];
  readonly containers?: readonly string[];
  readonly images?: readonly string[];
  readonly nodes?: readonly string[];
  /** Last seen at or after, first seen before: nanoseconds since the epoch. */
  readonly from?: bigint;
  readonly to?: bigint;
  /** Words to find in outputs. */
  readonly text?: string;
}

export interface Page {
  readonly limit: number;
  /** What the page before returned as `next`. */
  readonly after?: string;
}

export interface Paged<Item> {
  readonly items: readonly Item[];
  /** To ask for the next page; undefined on the last. */
  readonly next: string | undefined;
}

/** One of the different texts of a group. */
export interface UniqueOutput {
  readonly text: string;
  /** How many occurrences of it are kept. */
  readonly count: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** Findings per slice of time, for a view to zoom in. */
export interface TimeSlice {
  readonly from: bigint;
  readonly count: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
}

export interface OutboxFilter {
  readonly channel?: string;
  readonly states?: readonly OutboxEntry['state'][];
}

/**
 * What is kept, and how it is asked for. SQLite answers in place; PostgreSQL later answers over the network, which is why
 * every answer is a promise.
 */
export interface Store {
  /**
   * @throws store/FULL, store/CORRUPT, store/LOCKED, store/INPUT_OUTPUT, store/CLOSED; nothing of the batch is stored then,
   * and it can be sent again. After store/CORRUPT the damaged file was moved aside and a new one begun.
   */
  commit(batch: Partial<StoreBatch>): Promise<CommitReport>;

  groups(filter: GroupFilter, page: Page): Promise<Paged<FindingGroup>>;
  group(id: number): Promise<FindingGroup | undefined>;
  occurrences(groupId: number, page: Page): Promise<Paged<StoredOccurrence>>;
  /** The different outputs of a group, the last one that was new first. */
  outputs(groupId: number, page: Page): Promise<Paged<UniqueOutput>>;
  /** The newest occurrences of all groups, newest first; with `after`, older ones. */
  feed(filter: GroupFilter, page: Page): Promise<Paged<StoredOccurrence>>;
  /**
   * Occurrences that were stored after that one (0: after none), in the order they were stored: for following what
   * happens. {@link StoreStatistics.lastOccurrence} says where to begin.
   */
  newer(filter: GroupFilter, afterOccurrence: number, limit: number): Promise<readonly StoredOccurrence[]>;
  /**
   * Counts from `from` until before `to` in slices of equal width, empty ones too. Where more than a few ten thousand
   * occurrences are counted, borders lie at whole seconds, minutes, hours or days: there may be down to half as many slices
   * as asked for, one more at most, and the first and last may be cut by `from` and `to`. The counts are always exact.
   */
  timeline(
    filter: GroupFilter,
    slice: { readonly from: bigint; readonly to: bigint; readonly slices: number },
  ): Promise<readonly TimeSlice[]>;
  /** @throws store/NO_SUCH_FINDING */
  decide(
    groupId: number,
    decision: {
      readonly state: FindingState;
      readonly actor: string;
      readonly time: bigint;
      readonly comment?: string;
    },
  ): Promise<FindingGroup>;

  actions(
    filter: { readonly occurrence?: string; readonly groupId?: number; readonly undoable?: boolean },
    page: Page,
  ): Promise<Paged<ActionRecord>>;
  action(key: string): Promise<ActionRecord | undefined>;

  /** Entries that are due at that time, the worst first and of these the oldest, of that channel. */
  dueOutbox(channel: string, now: bigint, limit: number): Promise<readonly OutboxEntry[]>;
  outbox(filter: OutboxFilter, page: Page): Promise<Paged<OutboxEntry>>;
  /** Writes down how an attempt ended: delivered, to be tried again at `due`, or dead. @throws store/NO_SUCH_MESSAGE */
  settle(
    id: number,
    outcome:
      | { readonly kind: 'delivered'; readonly time: bigint }
      | { readonly kind: 'retry'; readonly due: bigint; readonly error: string }
      | { readonly kind: 'dead'; readonly error: string },
  ): Promise<void>;
  /** Puts dead letters on their way again, with no attempt made; returns how many. */
  resend(ids: readonly number[], due: bigint): Promise<number>;

  activity(filter: {
    readonly workload?: string;
    readonly kinds?: readonly ActivityKind[];
  }): Promise<readonly Activity[]>;
  workloads(): Promise<readonly string[]>;
  gaps(page: Page): Promise<Paged<Gap>>;
  position(source: string): Promise<string | undefined>;
  memory(prefix: string): Promise<ReadonlyMap<string, string>>;

  /**
   * Deletes what is older or more than allowed in small steps, what is not urgent sooner than what is, and of that the oldest
   * first; open groups keep at least their last occurrence.
   */
  retain(limits: {
    readonly olderThan?: bigint;
    readonly maximumBytes?: number;
  }): Promise<{ readonly deleted: number }>;
  /** What it holds and how big it is. */
  statistics(): Promise<StoreStatistics>;
  /** Reads all of the file and says what is wrong with it, a sentence each; nothing when it is whole. Takes seconds. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface StoreStatistics {
  readonly schemaVersion: number;
  readonly bytes: number;
  readonly groups: number;
  readonly occurrences: number;
  readonly waiting: number;
  readonly dead: number;
  /** The id of the occurrence that was stored last; 0 where there was none. */
  readonly lastOccurrence: number;
}
