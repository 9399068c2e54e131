export {
  type Accounting,
  type AccountingReport,
  createAccounting,
  type EventCounts,
} from './accounting.ts';
export type { Alert } from './alert/alert.ts';
export {
  type AlertFactory,
  type AlertingRule,
  type AlertOptions,
  createAlertFactory,
} from './alert/create-alerts.ts';
export { type AlertJsonOptions, alertJson, alertText, defaultAlertJsonOptions } from './alert/render.ts';
export { suggestedOutput } from './alert/suggested-output.ts';
export { containerInfoOf } from './containers.ts';
export {
  createDropWatch,
  type DropAction,
  type DropNotice,
  type DropPolicy,
  type DropWatch,
  defaultDropPolicy,
  type SourceCounts,
} from './drops.ts';
export { errors as agentErrors } from './errors.ts';
export {
  createLiveContainers,
  type LiveContainers,
  type LiveContainersOptions,
} from './live/live-containers.ts';
export { wantedFor } from './live/wanted-calls.ts';
export { createLiveWatch, type LiveWatch, type LiveWatchOptions } from './live/watch-live.ts';
export { withContainers } from './live/with-containers.ts';
export {
  type CaptureProfile,
  type CaptureProfileOptions,
  type CaptureProfileReport,
  createCaptureProfile,
} from './profile/profile-capture.ts';
export {
  createInterpretedMatcher,
  type MatchableRule,
  type MatcherOptions,
} from './replay/interpreted-matcher.ts';
export type { Matcher } from './replay/matcher.ts';
export { AUDIT_EVENT_TYPE, type AuditReplay, replayAudit } from './replay/replay-audit.ts';
export { type CaptureReplay, replayCapture } from './replay/replay-capture.ts';
export { builtInPlugins } from './rule-set/built-in-plugins.ts';
export type { ContainerWaiting, WaitingOptions, WaitingReport } from './waiting/container-waiting.ts';
export type { Watch, WatchOptions, WatchReport } from './watch/options.ts';
export { type AuditWatchOptions, createAuditWatch } from './watch/watch-audit.ts';
export { type CaptureWatch, type CaptureWatchOptions, createCaptureWatch } from './watch/watch-capture.ts';
export {
  createSectionsWatch,
  type SectionsWatch,
  type SectionsWatchOptions,
} from './watch/watch-sections.ts';
