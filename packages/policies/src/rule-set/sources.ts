import { dirname, join } from 'node:path';
import type { RuleFile } from '@seawall/rules';
import type { RuleSetObject } from './rule-set.ts';

/** Where the rules of RuleSet objects come from. */
export interface RuleSources {
  /** Files to be read, each once, under the very names that rules are then known by. */
  readonly paths: readonly string[];
  /** Rules that are written within the objects. */
  readonly inline: readonly RuleFile[];
}

/** What has to be loaded, in the order of the objects, so that RuleSets find their rules. */
export function ruleSourcesOf(ruleSets: readonly RuleSetObject[]): RuleSources {
  return {
    paths: [...new Set(ruleSets.flatMap(rulePathsOf))],
    inline: ruleSets.flatMap(({ content }) =>
      content === undefined ? [] : [{ name: content.name, content: content.text }],
    ),
  };
}

/** The rule files of a RuleSet, seen from where its own file is named. */
export function rulePathsOf({ files, place }: RuleSetObject): readonly string[] {
  return files.map(({ path }) => (path.startsWith('/') ? path : join(dirname(place.path), path)));
}
