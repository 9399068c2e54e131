export {
  type Assessment,
  type AssessmentOptions,
  assessNode,
  countResults,
  isFailing,
  type Result,
} from './assess.ts';
export {
  BENCHMARKS,
  type Benchmark,
  type Check,
  type Decision,
  type Evidence,
  type FixStep,
  type Severity,
  type Status,
} from './checks/check.ts';
export { checks, checksOf, findChecks } from './checks/table.ts';
export { type Collection, collectFiles, type OpenedRoot, openCollected, withNames } from './collect.ts';
export { computeEffectiveConfiguration, type EffectiveConfiguration } from './effective/compute.ts';
export { COMPONENTS, type ComponentName, componentFacts } from './effective/facts.ts';
export {
  formatOrigin,
  formatSettingValue,
  type Origin,
  type Setting,
  type SettingState,
} from './effective/settings.ts';
export { parseVersion, type Version } from './effective/version.ts';
export { errors as postureErrors } from './errors.ts';
export { type Advice, type FileChange, type FixPlan, planFixes } from './fix/plan.ts';
export { writeFixes } from './fix/write.ts';
export type { Instance, Node } from './node/instance.ts';
export { discoverInstances, PROGRAMS } from './node/instances.ts';
export { type ProcessSnapshot, readProcesses } from './node/processes.ts';
export { createMemoryTree, type FileTree, openTree } from './node/tree.ts';
export { fetchConfigz, isConfigz } from './probe/configz.ts';
export { type ProbeOptions, parseTarget, probeTarget } from './probe/probes.ts';
export type { ClientCertificate } from './probe/request.ts';
export { PROBE_KINDS, type ProbeResult, type ProbeTarget } from './probe/result.ts';
export { findRights, judgeRights, probeRights, type Right } from './probe/rights.ts';
export { type Change, compareWithBaseline } from './report/compare.ts';
export { toJunit } from './report/junit.ts';
export { isReportedFailure, makeReport, type Report, type ReportedResult } from './report/report.ts';
export { toSarif } from './report/sarif.ts';
export { type AwsAccount, toAsff, toOcsf } from './report/security-hubs.ts';
export { toYaml } from './report/yaml.ts';
export { defaultSite, type Exception, parseSite, type Site } from './site.ts';
