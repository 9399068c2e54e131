export type * from './catalogue/catalogue.ts';
export { type ConditionFault, findUnknownEventType } from './check/check-condition.ts';
export type { CompiledMacro, CompiledRule } from './check/compile.ts';
export { findConditionWarnings } from './check/condition-warnings.ts';
export type {
  ExtraField,
  MeaningOptions,
  OutputOptions,
  RuleFilter,
  RuleMeaning,
} from './check/output.ts';
export { type CompilableRule, compileProgram } from './compile.ts';
export { type ConditionErrorCode, conditionErrors } from './condition/errors.ts';
export { quoteAsFalco, quoteExactly, readEscapes } from './condition/escape.ts';
export { parseCondition } from './condition/parse.ts';
export { parseOperandAt } from './condition/parse-operand.ts';
export type { ParseOptions } from './condition/scanner.ts';
export { canonicalText, conditionText } from './condition/text.ts';
export type * from './condition/tree.ts';
export { allOperators, listOperators, quantifiers, transformerNames } from './condition/tree.ts';
export {
  describeRuleSet,
  type ListDescription,
  type MacroDescription,
  type RuleDescription,
  type RuleSetDescription,
} from './describe/describe.ts';
export type { BoundCheck, BoundCondition, BoundJunction, BoundNot } from './evaluate/bind.ts';
export { bindCondition } from './evaluate/bind.ts';
export type { BoundOperand } from './evaluate/bound-operand.ts';
export type { BoundConstants } from './evaluate/constants.ts';
export { type BindErrorCode, bindErrors } from './evaluate/errors.ts';
export { interpret } from './evaluate/interpret.ts';
export { bindOperand } from './evaluate/operand.ts';
export {
  type CodeUniverse,
  eventTypeUniverse,
  matchingCodes,
  syscallUniverse,
} from './event-types/event-types.ts';
export { type Explanation, explainCondition } from './explain/evaluate.ts';
export { formatErrors } from './format/errors.ts';
export {
  createOutputFormat,
  type FormatOptions,
  type FormattedText,
  type FormattedValues,
  type OutputFormat,
  renderOperand,
} from './format/format.ts';
export { jsonText } from './format/json.ts';
export type { Lint, LintFinding } from './lint/finding.ts';
export { type LintOptions, lintRuleSet, lints, renderLintFinding } from './lint/lint.ts';
export {
  type LoadErrorCode,
  type LoadWarningCode,
  loadErrorTitles,
  loadWarningDescriptions,
} from './load/codes.ts';
export { type PluginRequirement, type Priority, parsePriority, priorities } from './load/definitions.ts';
export { parsePrometheusDuration } from './load/duration.ts';
export { excerptOf } from './load/excerpt.ts';
export {
  type FalcoLoadMessage,
  type FalcoLoadResult,
  type LoadMessage,
  renderLoadMessage,
} from './load/message.ts';
export { findUnmetRequirement } from './load/plugin-requirements.ts';
export type { SourcePlace } from './load/source.ts';
export { engineVersion, formatVersion, parseVersion, type Version } from './load/version.ts';
export { type Necessities, planNecessities, type RuleNecessity } from './necessities.ts';
export type { Judgement, Necessity } from './plan/necessity.ts';
export type { DirectRelation, Predicate } from './plan/predicate.ts';
export {
  createRuleProfiler,
  type ProfilerOptions,
  type RuleProfiler,
} from './profile/profile-rules.ts';
export type {
  Advice,
  EventTypeProfile,
  PredicateProfile,
  RuleProfile,
  RuleSetProfile,
} from './profile/report.ts';
export type { Program, ScopeTracker } from './program.ts';
export { createRegex, type Regex } from './regex.ts';
export {
  distinctMessages,
  type FileResult,
  falcoLoadResult,
  type LoadOptions,
  type LoadResult,
  loadRules,
  locateNode,
  macroOf,
  type Rule,
  type RuleFile,
  type RuleSet,
} from './rule-set.ts';
export { matchesWildcard, type Selection, sanitiseRuleName, selectRules } from './select-rules.ts';
export { nearestName } from './suggest/nearest.ts';
export { addressText, createNetwork, isInNetwork, parseIpv4, parseIpv6 } from './value/addresses.ts';
export { arrayFromBytes, bytesFromArray, bytesFromText, textFromBytes } from './value/bytes.ts';
export { parseConstant } from './value/constants.ts';
export { createGlob } from './value/glob.ts';
export { operatorsOf } from './value/operators.ts';
export { createPathPrefixTest } from './value/path-prefix.ts';
export { portsByName } from './value/ports.ts';
export { type JsonValue, renderJson, renderValue } from './value/render.ts';
