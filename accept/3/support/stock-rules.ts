import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { type CompilableRule, loadRules, type Rule } from '@seawall/rules';
import { locateShared } from '../../../test/shared.ts';

export const catalogue = createSyscallCatalogue();

/** The three files of stock rules about system calls; undefined where there are none. */
export function stockRuleFiles(): readonly string[] | undefined {
  const folder = locateShared('conformance', 'stock-rules');
  if (folder === undefined) return undefined;
  return ['falco_rules', 'falco-incubating_rules', 'falco-sandbox_rules'].map((name) =>
    join(folder, `${name}.yaml`),
  );
}

export interface RuleText {
  readonly name: string;
  readonly content: string;
}

export function readRuleFiles(paths: readonly string[]): RuleText[] {
  return paths.map((path) => ({ name: basename(path), content: readFileSync(path, 'utf8') }));
}

export type RunnableRule = Rule & CompilableRule<EventContext>;

/**
 * The rules about system calls of these files. @param isAll true for those that are disabled, too.
 * @throws Error when they don't load.
 */
export function loadSyscallRules(files: readonly RuleText[], isAll: boolean): readonly RunnableRule[] {
  const { ruleSet, files: results } = loadRules(files, [catalogue]);
  if (ruleSet === undefined)
    throw new Error(`the rules don't load: ${JSON.stringify(results[0].messages[0])}`);
  return ruleSet.rules.filter(
    ({ source, isEnabled }) => source === catalogue.source && (isAll || isEnabled),
  ) as readonly RunnableRule[];
}
