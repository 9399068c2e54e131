export { type OpenStoreOptions, openStore } from './open.ts';
export { storeErrorOf } from './sqlite/failure.ts';
export type { Damage } from './sqlite/session.ts';
export type {
  CommitReport,
  GroupFilter,
  OutboxFilter,
  Page,
  Paged,
  Store,
  StoreBatch,
  StoreStatistics,
  TimeSlice,
  UniqueOutput,
} from './store.ts';
export type { ActionKind, ActionRecord, ActionResult } from './types/action.ts';
export { type Activity, type ActivityKind, OTHER_ACTIVITY } from './types/activity.ts';
export type {
  AncestryEntry,
  Decision,
  FindingGroup,
  FindingState,
  GroupIdentity,
  Occurrence,
  Severity,
  StoredOccurrence,
} from './types/finding.ts';
export type { Gap } from './types/gap.ts';
export type { NewOutboxEntry, OutboxEntry } from './types/outbox.ts';
export type { Workload, WorkloadContainer } from './types/workload.ts';
