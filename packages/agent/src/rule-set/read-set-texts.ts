import { loadPolicyFiles, type Matching, ruleSourcesOf } from '@seawall/policies';
import { readTextFiles, type TextFile } from '../daemon/folders.ts';
import type { SetTexts } from './load-running-set.ts';

/** Where rules and policies are, as the configuration has it. */
export interface SetPaths {
  readonly rules: readonly string[];
  readonly policies: readonly string[];
  readonly matching: Matching;
}

/**
 * Reads everything that rules and policies are made of, also the rule files that only RuleSets name.
 * @throws agent/FILE_UNREADABLE
 */
export function readSetTexts({ rules, policies, matching }: SetPaths): SetTexts {
  const ruleTexts = readTextFiles(rules);
  const policyFiles = readTextFiles(policies);
  const known = new Set(ruleTexts.map(({ path }) => path));
  const named = ruleSourcesOf(loadPolicyFiles(policyFiles).ruleSets).paths.filter((path) => !known.has(path));
  return { ruleFiles: [...ruleTexts, ...readTextFiles(named)].map(ruleFileOf), policyFiles, matching };
}

function ruleFileOf({ path, text }: TextFile): SetTexts['ruleFiles'][number] {
  return { name: path, content: text };
}
