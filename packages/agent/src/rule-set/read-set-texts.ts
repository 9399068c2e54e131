import {
  documentKindOf,
  loadPolicyFiles,
  type Matching,
  type PolicyFile,
  ruleSourcesOf,
} from '@seawall/policies';
import type { RuleFile } from '@seawall/rules';
import type { RuleSource } from '../configuration/configuration.ts';
import { createAllowance, readTextFiles, type TextFile } from '../daemon/folders.ts';
import type { SetTexts } from './load-running-set.ts';

/** Where rules and policies are, as the configuration has it. */
export interface SetPaths {
  readonly rules: readonly RuleSource[];
  readonly policies: readonly string[];
  readonly matching: Matching;
  /** Objects that lie in no file: rule files that they name are not read for them. */
  readonly objects?: readonly PolicyFile[];
  /** Told the rule files that only RuleSets name before they are read: also where they can't be. */
  onNamed?(paths: readonly string[]): void;
  /** Memory that the agent may take: what is read must be small against it, since it is read while events are looked at. */
  readonly memoryMebibytes: number;
}

/** What was read of a configuration's files. */
export interface ReadTexts {
  readonly texts: SetTexts;
  /** What lies in folders of rules and was read for nothing: `FILE holds rule cases, no rules: left out` each. */
  readonly leftOut: readonly string[];
}

/** Rules and policies may have this part of the memory: read, checked and compiled in two threads they take much more. */
const PART_OF_MEMORY = 1 / 128;
const MEBIBYTE = 1024 * 1024;

/** Bytes that rules and policies may have together. */
export function longestTexts(memoryMebibytes: number): number {
  return memoryMebibytes * MEBIBYTE * PART_OF_MEMORY;
}

/**
 * Reads everything that rules and policies are made of, also the rule files that only RuleSets name. A folder may hold rules,
 * policies and cases: what it is given for is taken of it, and rules of a folder of policies, too. A file that is named
 * itself is taken for what it is named as.
 * @throws agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG
 */
export function readSetTexts({
  rules,
  policies,
  matching,
  objects = [],
  onNamed,
  memoryMebibytes,
}: SetPaths): ReadTexts {
  const allowance = createAllowance(longestTexts(memoryMebibytes));
  const ruleFiles: RuleFile[] = [];
  const policyFiles: PolicyFile[] = [];
  const passedOver = new Map<string, string>();
  for (const { path, meaning } of rules) {
    for (const file of readTextFiles([path], allowance)) {
      const kind = documentKindOf(file.text);
      const isTaken = file.path === path || kind === 'rules' || kind === 'other';
      if (isTaken) ruleFiles.push({ ...ruleFileOf(file), meaning });
      else passedOver.set(file.path, `${file.path} holds ${kind}, no rules: left out`);
    }
  }
  const known = new Set(ruleFiles.map(({ name }) => name));
  for (const file of readTextFiles(policies, allowance)) {
    const kind = documentKindOf(file.text);
    if (kind === 'rules') {
      if (!known.has(file.path)) ruleFiles.push(ruleFileOf(file));
      known.add(file.path);
    } else if (kind !== 'rule cases' || policies.includes(file.path)) {
      policyFiles.push(file);
      passedOver.delete(file.path);
    }
  }
  const named = ruleSourcesOf(loadPolicyFiles(policyFiles).ruleSets).paths.filter((path) => !known.has(path));
  onNamed?.(named);
  ruleFiles.push(...readTextFiles(named, allowance).map(ruleFileOf));
  for (const { path, text } of objects) allowance.takeText(path, text);
  policyFiles.push(...objects);
  return { texts: { ruleFiles, policyFiles, matching }, leftOut: [...passedOver.values()] };
}

function ruleFileOf({ path, text }: TextFile): RuleFile {
  return { name: path, content: text };
}
