import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findConditionWarnings,
  findUnmetRequirement,
  loadRules,
  matchesWildcard,
  parseCondition,
  parsePrometheusDuration,
  sanitiseRuleName,
} from '@seawall/rules';
import type { Failure, Suite } from '../suite.ts';

interface Data {
  readonly filter_warning_resolver: readonly { readonly condition: string; readonly warns: boolean }[];
  readonly plugin_requirements: readonly {
    readonly plugins: readonly (readonly [string, string])[];
    readonly rules: string;
    readonly ok: boolean;
  }[];
  readonly falco_utils: readonly {
    readonly fn: string;
    readonly args: readonly string[];
    readonly expect: unknown;
  }[];
}

const utilities: Readonly<Record<string, (...values: string[]) => unknown>> = {
  'network::is_unix_scheme': (url) => url!.startsWith('unix://'),
  parse_prometheus_interval: (text) => parsePrometheusDuration(text!),
  sanitize_rule_name: (name) => sanitiseRuleName(name!),
  matches_wildcard: (pattern, name) => matchesWildcard(pattern!, name!),
};

export const suite: Suite = {
  file: 'rule_loader_vectors.json (helpers)',
  title: 'unsafe conditions, plugin requirements, durations, names, wildcards',
  async run(folder) {
    const data = JSON.parse(await readFile(join(folder, 'rule_loader_vectors.json'), 'utf8')) as Data;
    const checks = [
      ...data.filter_warning_resolver.map(({ condition, warns }) => ({
        name: condition,
        actual: findConditionWarnings(parseCondition(condition)).length > 0,
        expected: warns,
      })),
      ...data.plugin_requirements.map(({ plugins, rules, ok }) => ({
        name: `${JSON.stringify(plugins)} for ${JSON.stringify(rules)}`,
        actual: meetsRequirements(rules, plugins),
        expected: ok,
      })),
      ...data.falco_utils.map(({ fn, args, expect }) => ({
        name: `${fn}(${args.join(', ')})`,
        actual: utilities[fn]?.(...args),
        expected: expect,
      })),
    ];
    const failures: Failure[] = checks
      .filter(({ actual, expected }) => actual !== expected)
      .map(({ name, actual, expected }) => ({ name, detail: `is ${actual}, expected ${expected}` }));
    return { passed: checks.length - failures.length, total: checks.length, failures };
  },
};

/** A file that can't be loaded (the same plugin twice among alternatives) meets nothing. */
function meetsRequirements(rules: string, plugins: readonly (readonly [string, string])[]): boolean {
  const { ruleSet } = loadRules([{ name: 'rules.yaml', content: rules }], []);
  if (ruleSet === undefined) return false;
  const available = plugins.map(([name, version]) => ({ name, version }));
  return findUnmetRequirement(ruleSet.requiredPlugins, available) === undefined;
}
