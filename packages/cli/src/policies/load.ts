import {
  type ChannelObject,
  type Diagnostic,
  documentKindOf,
  type EnforcementCheck,
  loadPolicyFiles,
  type PolicyFile,
  type PolicySet,
  type RuleSetObject,
  type RuntimePolicy,
  resolvePolicySet,
  ruleFactsOf,
  ruleSourcesOf,
} from '@seawall/policies';
import { type FileResult, loadRules, type RuleFile } from '@seawall/rules';
import { errors } from '../errors.ts';
import { expandFolders, nameOfPath, readWhole } from '../input/open.ts';
import { catalogues } from '../rules/catalogues.ts';
import { readRuleFiles } from '../rules/load.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What files of policies came to. */
export interface LoadedPolicies {
  readonly policies: readonly RuntimePolicy[];
  readonly ruleSets: readonly RuleSetObject[];
  readonly channels: readonly ChannelObject[];
  /** Undefined where anything is wrong, be it in the policies or the rules. */
  readonly set: PolicySet | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** What loading says about the rule files. */
  readonly ruleFiles: readonly FileResult[];
  readonly ruleCount: number;
}

/**
 * Reads objects and rules. A folder may hold both, and cases of rules, which are passed over; rule files that RuleSets name are read as well.
 * @param paths files of objects, and folders.
 * @param rulePaths rule files and folders of them.
 * @param canEnforce asked about what policies deny; left out, every node is taken to be able to.
 * @throws cli/FILE_UNREADABLE, cli/INPUT_DAMAGED, cli/POLICIES_ABSENT. What is wrong with the contents is in the result.
 */
export async function loadPolicies(
  paths: readonly string[],
  rulePaths: readonly string[],
  terminal: Terminal,
  canEnforce: EnforcementCheck = () => undefined,
): Promise<LoadedPolicies> {
  const objects: PolicyFile[] = [];
  const rules: RuleFile[] = await readRuleFiles(rulePaths, terminal);
  for (const path of await expandFolders(paths)) {
    const file = await readFile(path, terminal);
    const kind = documentKindOf(file.text);
    if (kind === 'rule cases' && !paths.includes(path)) continue;
    // What looks like neither is told as a bad object: that is what was asked for.
    if (kind === 'rules') rules.push({ name: file.path, content: file.text });
    else objects.push(file);
  }
  const { policies, ruleSets, channels, diagnostics } = loadPolicyFiles(objects);
  if (policies.length + ruleSets.length + channels.length + diagnostics.length === 0)
    throw errors.create('POLICIES_ABSENT', { paths: paths.map(nameOfPath).join(', ') });
  const sources = ruleSourcesOf(ruleSets);
  const known = new Set(rules.map(({ name }) => name));
  rules.push(
    ...(await readRuleFiles(
      sources.paths.filter((path) => !known.has(path)),
      terminal,
    )),
  );
  rules.push(...sources.inline);
  const loaded = loadRules(rules, catalogues);
  const ruleFacts = loaded.ruleSet === undefined ? [] : ruleFactsOf(loaded.ruleSet);
  // Without the rules, every name of one would be told as missing.
  const resolved =
    loaded.ruleSet === undefined && rules.length > 0
      ? { set: undefined, diagnostics: [] }
      : resolvePolicySet(policies, {
          ruleSets,
          rules: ruleFacts,
          channels: channels.map(({ name }) => name),
          canEnforce,
        });
  const all = [...diagnostics, ...resolved.diagnostics];
  const isBroken = all.some(({ severity }) => severity === 'error');
  return {
    policies,
    ruleSets,
    channels,
    set: isBroken ? undefined : resolved.set,
    diagnostics: all,
    ruleFiles: loaded.files,
    ruleCount: ruleFacts.length,
  };
}

async function readFile(path: string, terminal: Terminal): Promise<PolicyFile> {
  return { path: nameOfPath(path), text: new TextDecoder().decode(await readWhole(path, terminal)) };
}
