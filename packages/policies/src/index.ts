export { type AutoUnpause, type AutoUnpauseOptions, createAutoUnpause } from './action/auto-unpause.ts';
export { type ActingPolicy, decideActions } from './action/decide.ts';
export type {
  ActionDecision,
  ActionParameters,
  ActionTarget,
  ContainerCgroups,
  OffenceFacts,
  PlannedAction,
  ProcessTarget,
  RefusalCause,
  RefusedAction,
} from './action/decision.ts';
export { type DeniedThings, deniedThings } from './action/deny.ts';
export { defaultEtcdNamespaces } from './action/etcd-member.ts';
export {
  type EtcdHealth,
  type EtcdQuorum,
  type EtcdQuorumOptions,
  type QuorumVerdict,
  quorumVerdict,
  watchEtcdQuorum,
} from './action/etcd-quorum.ts';
export type {
  ActionOutcome,
  ContainerActions,
  PodActions,
  ProcessSignals,
  UndoData,
} from './action/executors.ts';
export { createFollowUp, type FollowUp, type FollowUpOptions } from './action/follow-up.ts';
export { createGuardState, GUARD_MEMORY_PREFIX, type GuardOptions } from './action/guard-state.ts';
export type { GuardState, NeverTouch, OwnIdentity } from './action/guards.ts';
export {
  createImmediateExecutor,
  type ImmediateExecutor,
  type ImmediateOptions,
} from './action/immediate.ts';
export { defaultNeverTouch } from './action/never-touch.ts';
export { findOwnIdentity, type OwnIdentityOptions } from './action/own-identity.ts';
export { recordOfDecision, recordOfOutcome } from './action/record.ts';
export { type UndoOptions, undoAction } from './action/undo.ts';
export type { DenyAction, EnforcementCheck, PolicyAction, PolicyActionType } from './action/wanted.ts';
export type { Attempt, OutgoingMessage, Send } from './channel/attempt.ts';
export {
  type ChannelKind,
  kindOf,
  type NotificationChannel,
  type NotificationChannelSpec,
  notificationChannelSpec,
} from './channel/channel.ts';
export { createSend, type SendContext } from './channel/create-send.ts';
export { durationText, millisecondsOf } from './channel/duration.ts';
export type { Notice } from './channel/notice.ts';
export { createSecrets, type SecretSources, type Secrets } from './channel/secrets.ts';
export { titleOf } from './channel/text.ts';
export { errors as policiesErrors } from './errors.ts';
export { groupIdentity } from './finding/group.ts';
export { maskIds } from './finding/mask.ts';
export { createOccurrence, type Match, occurrenceKey } from './finding/occurrence.ts';
export { podOwner, workloadName } from './finding/pod-owner.ts';
export { severityOfPriority } from './finding/severity.ts';
export { type Courier, type CourierOptions, createCourier } from './outbox/courier.ts';
export { testEntry, testMessage } from './outbox/entries.ts';
export type { CourierReport, LaneStatistics } from './outbox/lane.ts';
export {
  type Announcement,
  createNotifier,
  type Notifier,
  type NotifierOptions,
  type NotifyingPolicy,
} from './outbox/notifier.ts';
export type { ChannelObject } from './policy/channel-object.ts';
export { customResourcePath, customResourcesYaml } from './policy/custom-resources.ts';
export { type DocumentKind, documentKindOf } from './policy/document-kind.ts';
export { objectsJsonSchema } from './policy/json-schema.ts';
export { type LoadedObjects, loadPolicyFiles, type ObjectKind, type PolicyFile } from './policy/load.ts';
export {
  API_VERSION,
  type Diagnostic,
  type Mode,
  type NamedPlace,
  type Place,
  type RateLimit,
  type RuleSelector,
  type RuntimePolicy,
  renderDiagnostic,
  type Throttle,
} from './policy/policy.ts';
export type { Matching, PolicySet, ResolvedPolicy } from './policy/policy-set.ts';
export { type ReadDocument, readDocument } from './policy/read-document.ts';
export { type ResolvedPolicies, resolvePolicySet, type Surroundings } from './policy/resolve.ts';
export { programText, socketText, wholeName } from './profile/activity-values.ts';
export { type ActivityBreach, backtestActivity, profileOf } from './profile/backtest-activity.ts';
export { diffProfiles, type PodDifference } from './profile/diff.ts';
export { type ExtractedProfile, extractProfile } from './profile/extract.ts';
export { generalisePath } from './profile/generalise.ts';
export { behaviourMacros, generateRules } from './profile/generate.ts';
export { type LearnedProfile, learnProfile, profileOfLearned } from './profile/learn.ts';
export { confidenceOf, type Evidence, type LearnedEntry, type LearnedPod } from './profile/learned.ts';
export { mergeProfiles } from './profile/merge.ts';
export { type PodProfile, type Profile, renderProfile } from './profile/profile.ts';
export { parseProfile } from './profile/read.ts';
export { renderLearned } from './profile/render-learned.ts';
export { ruleFactsOf } from './rule-set/rule-facts.ts';
export type { RuleFacts, RuleSetObject } from './rule-set/rule-set.ts';
export { type RuleSources, rulePathsOf, ruleSourcesOf } from './rule-set/sources.ts';
export { createScopeCache, type ScopeCache } from './scope/cache.ts';
export { type CountingMatch, countingMatches, type ScopeDecision, scopeVerdict } from './scope/decision.ts';
export { type Scope, type ScopeConditions, type ScopePart, scopeParts } from './scope/scope.ts';
export type { PartVerdict, ScopeTest, ScopeVerdict } from './scope/verdict.ts';
