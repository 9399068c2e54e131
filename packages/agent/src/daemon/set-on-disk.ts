import { dirname } from 'node:path';
import type { PolicyFile } from '@seawall/policies';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import type { SetTexts } from '../rule-set/load-running-set.ts';
import { readSetTexts, type SetPaths } from '../rule-set/read-set-texts.ts';
import type { AgentOptions } from './options.ts';

/** Rules and policies as they lie where the configuration says. */
export interface SetOnDisk {
  /**
   * Reads them as they are now; what lies among them and is passed over is told once.
   * @param objects policies and rule sets that lie elsewhere.
   * @throws agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG
   */
  read(objects: readonly PolicyFile[]): SetTexts;
  /** What to look at for changes: besides what the configuration names, the rule files that RuleSets do, also those that are not there. */
  paths(): readonly string[];
}

export function createSetOnDisk(
  configuration: AgentConfiguration,
  { log }: Pick<AgentOptions, 'log'>,
): SetOnDisk {
  const { rules, policies } = configuration;
  let namedByRuleSets: readonly string[] = [];
  let told: readonly string[] = [];
  return {
    read(objects) {
      const { texts, leftOut } = readSetTexts({
        ...setPathsOf(configuration),
        objects,
        onNamed: (paths) => {
          namedByRuleSets = paths;
        },
      });
      for (const line of leftOut) if (!told.includes(line)) log('info', line);
      told = leftOut;
      return texts;
    },
    paths() {
      const named = new Set([...rules.map(({ path }) => path), ...policies]);
      // A folder is looked at with what it holds: a file that comes or goes there is one change, not two.
      return [...named, ...namedByRuleSets.filter((name) => !named.has(name) && !named.has(dirname(name)))];
    },
  };
}

export function setPathsOf({ rules, policies, policyMatching, limits }: AgentConfiguration): SetPaths {
  return { rules, policies, matching: policyMatching, memoryMebibytes: limits.memoryMebibytes };
}
