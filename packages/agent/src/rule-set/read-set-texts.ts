import { loadPolicyFiles, type Matching, ruleSourcesOf } from '@seawall/policies';
import type { RuleFile } from '@seawall/rules';
import type { RuleSource } from '../configuration/configuration.ts';
import { createAllowance, readTextFiles, type TextFile } from '../daemon/folders.ts';
import type { SetTexts } from './load-running-set.ts';

/** Where rules and policies are, as the configuration has it. */
export interface SetPaths {
  readonly rules: readonly RuleSource[];
  readonly policies: readonly string[];
  readonly matching: Matching;
  /** Memory that the agent may take: what is read must be small against it, since it is read while events are looked at. */
  readonly memoryMebibytes: number;
}

/** Rules and policies may have this part of the memory: read, checked and compiled in two threads they take much more. */
const PART_OF_MEMORY = 1 / 128;
const MEBIBYTE = 1024 * 1024;

/**
 * Reads everything that rules and policies are made of, also the rule files that only RuleSets name.
 * @throws agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG
 */
export function readSetTexts({ rules, policies, matching, memoryMebibytes }: SetPaths): SetTexts {
  const allowance = createAllowance(memoryMebibytes * MEBIBYTE * PART_OF_MEMORY);
  const ruleFiles = rules.flatMap(({ path, meaning }) =>
    readTextFiles([path], allowance).map((file): RuleFile => ({ ...ruleFileOf(file), meaning })),
  );
  const policyFiles = readTextFiles(policies, allowance);
  const known = new Set(ruleFiles.map(({ name }) => name));
  const named = ruleSourcesOf(loadPolicyFiles(policyFiles).ruleSets).paths.filter((path) => !known.has(path));
  return {
    ruleFiles: [...ruleFiles, ...readTextFiles(named, allowance).map(ruleFileOf)],
    policyFiles,
    matching,
  };
}

function ruleFileOf({ path, text }: TextFile): RuleFile {
  return { name: path, content: text };
}
