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
export { discoverInstances, type Instance, type Node, PROGRAMS } from './node/instances.ts';
export { type ProcessSnapshot, readProcesses } from './node/processes.ts';
export { createMemoryTree, type FileTree, openTree } from './node/tree.ts';
export { defaultSite, type Exception, parseSite, type Site } from './site.ts';
