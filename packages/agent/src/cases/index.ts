export type { CaseFile, RuleCase } from './case-file.ts';
export {
  type CaseResult,
  type CaseRunner,
  type CaseRunnerOptions,
  createCaseRunner,
  type RuleCoverage,
} from './case-runner.ts';
export type { CountedCheck } from './count-parts.ts';
export type { Mutant } from './mutants.ts';
export type { Trials } from './mutation-trial.ts';
export { readCaseFile } from './read-case-file.ts';
