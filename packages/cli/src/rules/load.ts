import { builtInPlugins } from '@seawall/agent';
import { documentKindOf } from '@seawall/policies/document-kind';
import {
  distinctMessages,
  type FileResult,
  findUnmetRequirement,
  type LoadOptions,
  type LoadResult,
  loadRules,
  type RuleFile,
} from '@seawall/rules';
import { Option } from 'commander';
import { errors } from '../errors.ts';
import { expandFolders, nameOfPath, readWhole } from '../input/open.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { cataloguesWithout, pluginNames } from './catalogues.ts';

/** What loading came to; a plugin that the files require and that isn't there leaves no rule set. */
export interface LoadedRules extends LoadResult {
  /** Why a required plugin is missing, in Falco's words; undefined when all are there. */
  readonly unmetRequirement: string | undefined;
}

/** `--without PLUGIN`, for commands that load rules. */
export function withoutOption(): Option {
  return new Option('--without <plugin...>', 'load rules as a Falco without this plugin does')
    .choices(pluginNames)
    .default([], 'none');
}

/** `--meaning YEAR`, for commands that load rules that may be old. */
export function meaningOption(): Option {
  return new Option(
    '--meaning <year>',
    'of which time the rules are: to those of 2017 argument 1 of open, openat and openat2 is the path',
  )
    .choices(['today', '2017'])
    .default('today');
}

/**
 * Reads and loads rule files as one rule set, as `readRuleFiles` finds them.
 * @param without plugins of Falco's whose fields are left out.
 * @throws cli/FILE_UNREADABLE, cli/INPUT_DAMAGED, cli/RULES_ABSENT. What is wrong with the rules is in the result.
 */
export async function loadRuleFiles(
  paths: readonly string[],
  terminal: Terminal,
  without: readonly string[],
  options: LoadOptions = {},
): Promise<LoadedRules> {
  const files = await readRuleFiles(paths, terminal);
  if (files.length === 0) throw errors.create('RULES_ABSENT', { paths: paths.join(', ') });
  const { files: results, ruleSet } = loadRules(files, cataloguesWithout(without), options);
  const available = builtInPlugins.filter(({ name }) => !without.includes(name));
  const unmetRequirement = ruleSet && findUnmetRequirement(ruleSet.requiredPlugins, available);
  return {
    files: results,
    ruleSet: unmetRequirement === undefined ? ruleSet : undefined,
    unmetRequirement,
  };
}

/**
 * Reads rule files; a folder stands for the rule files in it. What else a folder holds is left out, and told; a file that
 * is named itself is taken for rules whatever it holds.
 * @throws cli/FILE_UNREADABLE, cli/INPUT_DAMAGED
 */
export async function readRuleFiles(paths: readonly string[], terminal: Terminal): Promise<RuleFile[]> {
  const files: RuleFile[] = [];
  for (const path of await expandFolders(paths)) {
    const content = new TextDecoder().decode(await readWhole(path, terminal));
    const kind = documentKindOf(content);
    const isTaken = kind === 'rules' || kind === 'other' || paths.includes(path);
    if (isTaken) files.push({ name: nameOfPath(path), content });
    else terminal.errors.write(`${harmless(path)} holds ${kind}, no rules: left out\n`);
  }
  return files;
}

/** How many different messages of a severity the files have. */
export function countMessages(files: readonly FileResult[], severity: 'error' | 'warning'): number {
  return distinctMessages(files).filter((message) => message.severity === severity).length;
}
