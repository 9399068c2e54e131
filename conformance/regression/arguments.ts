import { join } from 'node:path';
import { inputOf, type RegressionCase } from './case.ts';

/** Settings of Falco's that have no counterpart in a replay, and change nothing about which alerts there are. */
const WITHOUT_COUNTERPART =
  /^(?:base_syscalls|program_output|stdout_output|file_output|engine|plugins|load_plugins)\b/;

const SIMULATED = ['syscall_event_drops.simulate_drops=true', 'syscall_event_drops.max_burst=10'];

/**
 * What the configuration says that a case names only by its title: the suites' own configuration files and Go
 * expressions are not in the data. Keys are titles without underscores, in lower case.
 */
const SETTINGS_BY_TITLE: Readonly<Record<string, readonly string[]>> = {
  monitorsyscalldropsignore: [...dropActions('ignore'), ...SIMULATED],
  monitorsyscalldropsignoreandlog: [...dropActions('ignore', 'log'), ...SIMULATED],
  monitorsyscalldropsthresholdoor: [...SIMULATED, 'syscall_event_drops.threshold=1.1'],
  monitorsyscalldropsthresholdneg: [...SIMULATED, 'syscall_event_drops.threshold=-1'],
  monitorsyscalldropslog: [...dropActions('log'), ...SIMULATED],
  monitorsyscalldropsalert: [...dropActions('alert'), ...SIMULATED],
  monitorsyscalldropsexit: [...dropActions('exit'), ...SIMULATED],
  // Falco 0.44 has no gRPC any more, and refuses to be asked for it; so does Seawall.
  grpcunixsocketoutputs: ['grpc.enabled=true'],
  rulematchingall: ['rule_matching=all'],
  rulematchingfirst: ['rule_matching=first'],
  rulematchingwrongvalue: ['rule_matching=test'],
};

/**
 * Rule files that a case of the older suite means by a name that the data has for something else: the audit rules
 * of its time; and, for a file that uses `contains` on a list field (which today's Falco refuses as Seawall does),
 * the same file as the newer suite mended it, with `intersects`.
 */
const RULES_OF_THE_OLDER_SUITE: Readonly<Record<string, string>> = {
  'rules/k8saudit-rules/k8s_audit_rules.yaml': '../stock-rules/k8saudit/k8s_audit_rules.falco-2022-05.yaml',
  'rules/suite/k8s_audit/engine_v4_k8s_audit_rules.yaml':
    'rules/testing/rules.K8SAuditEngineV4K8SAuditRules.yaml',
};

function dropActions(...actions: readonly string[]): readonly string[] {
  return actions.map((action, index) => `syscall_event_drops.actions[${index}]=${action}`);
}

/** The command line that does with Seawall what the case does with Falco. */
export function argumentsOf(
  regressionCase: RegressionCase,
  all: readonly RegressionCase[],
  folder: string,
): readonly string[] {
  const inFolder = (path: string): string => join(folder, 'regression', path);
  if (regressionCase.kind === 'validate') {
    return ['rules', 'check', '--output', 'json', ...(regressionCase.validate_rules ?? []).map(inFolder)];
  }
  const input = inFolder(inputOf(regressionCase, all));
  // Falco 0.44 was run without any plugin, so it had no container fields.
  const source =
    regressionCase.requires === undefined
      ? ['--capture', input, '--without', 'container']
      : ['--source', 'k8s_audit', '--input', input];
  // Without rules, Falco loads those that came with it: at the time of the suite the oldest of the stock rules.
  const rules = regressionCase.rules ?? ['rules/falco-rules-1.0.1/falco_rules.yaml'];
  return [
    'watch',
    ...source,
    '--rules',
    ...rules
      .map((path) => (isOfOlderSuite(regressionCase) ? (RULES_OF_THE_OLDER_SUITE[path] ?? path) : path))
      .map(inFolder),
    '--summary',
    'json',
    '-o',
    'rule_matching=first',
    '-o',
    'append_output[].suggested_output=false',
    ...settingsOf(regressionCase).flatMap((setting) => ['-o', setting]),
  ];
}

function isOfOlderSuite({ id }: RegressionCase): boolean {
  return !id.startsWith('testing-');
}

function settingsOf({ args = [], options = {}, name }: RegressionCase): readonly string[] {
  const title = name
    .replace(/^Test\w+?_(?:Legacy|Config)_/, '')
    .replaceAll('_', '')
    .toLowerCase();
  const given = args
    .filter((_, index) => args[index - 1] === '-o')
    .filter((setting) => typeof setting === 'string' && !WITHOUT_COUNTERPART.test(setting)) as string[];
  return [...given, ...settingsFromOptions(options), ...(SETTINGS_BY_TITLE[title] ?? [])];
}

/** The old suite's options became settings by Falco 0.44; its runner translated them as is done here. */
function settingsFromOptions(options: Readonly<Record<string, unknown>>): readonly string[] {
  const settings: string[] = [];
  const list = (name: string): readonly string[] => (options[name] as readonly string[] | undefined) ?? [];
  for (const rule of list('disabled_rules')) settings.push(`rules[].disable.rule=${rule}`);
  for (const tag of list('disable_tags')) settings.push(`rules[].disable.tag=${tag}`);
  if (list('run_tags').length > 0) settings.push('rules[].disable.rule=*');
  for (const tag of list('run_tags')) settings.push(`rules[].enable.tag=${tag}`);
  const single: Readonly<Record<string, string>> = {
    priority: 'priority',
    json_output: 'json_output',
    json_include_output_property: 'json_include_output_property',
    json_include_tags_property: 'json_include_tags_property',
    time_iso_8601: 'time_format_iso_8601',
  };
  for (const [option, setting] of Object.entries(single)) {
    if (options[option] !== undefined) settings.push(`${setting}=${String(options[option])}`);
  }
  return settings;
}
