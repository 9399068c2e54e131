export {
  type Accounting,
  type AccountingReport,
  createAccounting,
  type EventCounts,
} from './accounting.ts';
export {
  type ActivityCollector,
  type ActivityCollectorOptions,
  createActivityCollector,
} from './activity/collector.ts';
export { observingMatcher } from './activity/observing-matcher.ts';
export type { Alert } from './alert/alert.ts';
export {
  type AlertFactory,
  type AlertingRule,
  type AlertOptions,
  createAlertFactory,
} from './alert/create-alerts.ts';
export { type AlertJsonOptions, alertJson, alertText, defaultAlertJsonOptions } from './alert/render.ts';
export { suggestedOutput } from './alert/suggested-output.ts';
export type { CaseFile, RuleCase } from './cases/case-file.ts';
export {
  type CaseResult,
  type CaseRunner,
  type CaseRunnerOptions,
  createCaseRunner,
  type RuleCoverage,
} from './cases/case-runner.ts';
export type { CountedCheck } from './cases/count-parts.ts';
export type { Mutant } from './cases/mutants.ts';
export type { Trials } from './cases/mutation-trial.ts';
export { readCaseFile } from './cases/read-case-file.ts';
export { type AgentConfiguration, agentConfiguration } from './configuration/configuration.ts';
export { readConfiguration } from './configuration/read-configuration.ts';
export { containerInfoOf } from './containers.ts';
export { type Agent, type AgentOptions, type LogLevel, startAgent } from './daemon/agent.ts';
export { checkSet } from './daemon/check-set.ts';
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
export { type OutputsConfig, outputsConfig } from './output/configuration.ts';
export type { OutputName } from './output/output.ts';
export { createOutputs, type Outputs, type OutputsOptions } from './output/outputs.ts';
export type { OutputReport, OutputStatistics } from './output/queue.ts';
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
