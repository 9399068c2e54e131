export { BUILD_PACKAGES, type BuiltProbe, buildProbe, missingBuildTools } from './build.ts';
export { type BuildAheadOptions, buildAhead } from './build-ahead.ts';
export { processTypes, stateTypes } from './calls.ts';
export type { KernelCounters } from './counters.ts';
export {
  type Enforcement,
  type EnforcementOptions,
  type EnforcementStatus,
  type Guard,
  openEnforcement,
} from './enforce/enforcement.ts';
export type { EnforcementCounters } from './enforce/kernel.ts';
export type {
  AllowedFile,
  ConnectionPolicy,
  ConnectionRule,
  FileUse,
  GuardPolicy,
  GuardTarget,
  OpenPolicy,
  ProgramPolicy,
} from './enforce/policy.ts';
export { refusals } from './enforce/refusals.ts';
export { canEnforce, type EnforcementFeature, type EnforcementSupport } from './enforce/support.ts';
export type { Violation, ViolationReason } from './enforce/violation.ts';
export { errors as probeErrors } from './errors.ts';
export { changingTypes, ignorableFailedTypes, ignorableTypes } from './ignorable.ts';
export { IGNORED_SLOTS, type IgnoredProcesses } from './ignored.ts';
export {
  commonFilter,
  type KernelFilter,
  OPEN_KIND_COUNT,
  type OpenKind,
  openKindOf,
} from './kernel-filter.ts';
export { type LiveOptions, liveSections } from './live.ts';
export {
  DEFAULT_RING_BYTES,
  openProbe,
  type Probe,
  type ProbeOptions,
  type ProbeStatus,
} from './probe.ts';
export { openProcessActions, type ProcessActions } from './process-actions.ts';
export type { RingReader } from './ring.ts';
export { seedFromProc } from './seed/seed.ts';
export { probeSupport, type Support } from './support.ts';
export { eitherWanted, type Wanted } from './wanted.ts';
