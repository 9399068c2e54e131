import { createSyscallCatalogue } from '@seawall/inspector';
import {
  bytesFromText,
  loadRules,
  type RuleFile,
  type RuleSet,
  renderLoadMessage,
  textFromBytes,
} from '@seawall/rules';
import { errors } from '../errors.ts';
import { type Behaviour, behaviours } from './behaviours.ts';
import { generateRules, listNames, ruleName } from './generate.ts';
import { cutName, listItemValue } from './list-items.ts';
import { type PodProfile, type Profile, plainPeer } from './profile.ts';

export interface ExtractedProfile {
  readonly profile: Profile;
  /** Rules of the files that no profile says: they are not `profile generate`'s, or are switched off. */
  readonly leftOut: readonly string[];
  /** Rules and macros that say something else than what would be generated today: the profile can't hold that. */
  readonly changed: readonly string[];
}

/**
 * Reads the profile back from rules that `generateRules` wrote, with what other files append to their lists.
 * @param files in the order to load them.
 * @throws policies/RULES_INVALID, policies/NO_PROFILE_RULES, policies/LIST_MISSING, policies/LIST_ITEM_INVALID
 */
export function extractProfile(files: readonly RuleFile[]): ExtractedProfile {
  const ruleSet = load(files);
  const pods = new Map<string, Record<string, unknown> & { podname: string }>();
  const leftOut: string[] = [];
  for (const { name, definition } of ruleSet.rules) {
    const found = readRuleName(name);
    if (found === undefined || !definition.isEnabled) {
      leftOut.push(name);
      continue;
    }
    const { behaviour, pod } = found;
    const label = name.slice(behaviour.title.length);
    const entry = pods.get(label) ?? { ...pod };
    pods.set(label, entry);
    entry[behaviour.key] = readLists(behaviour, pod, name, ruleSet);
  }
  const profile = [...pods.values()] as unknown as Profile;
  if (profile.length === 0) {
    const names = files.map(({ name }) => name).join(', ');
    const example = ruleName(behaviours[0]!, { podname: 'etcd' });
    throw errors.create('NO_PROFILE_RULES', { names, example });
  }
  return { profile, leftOut, changed: findChanged(profile, ruleSet) };
}

function load(files: readonly RuleFile[]): RuleSet {
  const { files: results, ruleSet } = loadRules(files, [createSyscallCatalogue()]);
  if (ruleSet !== undefined) return ruleSet;
  const problems = results
    .flatMap(({ messages }) => messages)
    .filter(({ severity }) => severity === 'error')
    .map(renderLoadMessage);
  throw errors.create('RULES_INVALID', { problems: problems.join('\n') });
}

function readRuleName(name: string): { readonly behaviour: Behaviour; readonly pod: PodProfile } | undefined {
  const parts = /^(.+) \((?:([a-z0-9-]+)\/)?([a-z0-9_.-]+)\)$/.exec(name);
  const behaviour = behaviours.find(({ title }) => title === parts?.[1]);
  if (behaviour === undefined || parts === null) return undefined;
  const [, , namespace, podname] = parts;
  return { behaviour, pod: { podname: podname!, ...(namespace !== undefined && { namespace }) } };
}

/** @returns the allowed values; names that were only added as the kernel cuts them come last. */
function readLists(behaviour: Behaviour, pod: PodProfile, rule: string, ruleSet: RuleSet): unknown[] {
  const { allowed, cut } = listNames(behaviour, pod);
  const items = itemsOf(allowed, ruleSet);
  if (items === undefined) throw errors.create('LIST_MISSING', { rule, list: allowed });
  const values = new Set(items.map((item) => readItem(item, behaviour, allowed)));
  if (behaviour.isOfNames) {
    const known = new Set([...values].map((value) => cutName(value) ?? bytesFromText(value)));
    for (const item of itemsOf(cut, ruleSet) ?? []) {
      if (!known.has(listItemValue(item) ?? item)) values.add(readItem(item, behaviour, cut));
    }
  }
  return [...values].map((value) => (behaviour.key === 'ports' ? Number(value) : value));
}

function itemsOf(list: string, ruleSet: RuleSet): readonly string[] | undefined {
  return ruleSet.compilation.lists.find(({ name }) => name === list)?.items;
}

function readItem(item: string, { key, problemOf }: Behaviour, list: string): string {
  const bytes = listItemValue(item);
  const value = bytes === undefined ? undefined : textFromBytes(bytes);
  const problem = value === undefined ? 'its quotes are wrong' : problemOf(value);
  if (value === undefined || problem !== undefined) {
    throw errors.create('LIST_ITEM_INVALID', { list, item, problem });
  }
  return key === 'peers' ? plainPeer(value) : value;
}

/** Names of what differs from the rules that the profile gives. */
function findChanged(profile: Profile, ruleSet: RuleSet): string[] {
  const generated = load([{ name: 'generated', content: generateRules(profile, 'a profile') }]);
  const rules = new Map(ruleSet.rules.map((rule) => [rule.name, rule.definition]));
  const changedRules = generated.rules.filter(({ name, definition }) => {
    const found = rules.get(name);
    return found?.condition.text.trim() !== definition.condition.text.trim() || found.exceptions.length > 0;
  });
  const changedMacros = [...generated.collection.macros].filter(
    ([name, { condition }]) =>
      ruleSet.collection.macros.get(name)?.condition.text.trim() !== condition.text.trim(),
  );
  return [...changedRules.map(({ name }) => name), ...changedMacros.map(([name]) => name)];
}
