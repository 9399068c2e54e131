import { formatOrigin, formatSettingValue, type Setting, type SettingValue } from '../effective/settings.ts';
import {
  type Decision,
  type Evidence,
  type FixStep,
  fail,
  notApplicable,
  pass,
  type Rule,
  type Subject,
  settingOf,
  unknown,
} from './check.ts';

/** A setting as evidence: what is in effect, from where. */
export function settingEvidence(setting: Setting): Evidence {
  const { origin } = setting;
  const isFile = origin.where.startsWith('/') && !origin.where.startsWith('/configz');
  return {
    what: setting.name,
    value: formatSettingValue(setting.value),
    origin: formatOrigin(origin) + (setting.caveat === undefined ? '' : ` (${setting.caveat})`),
    ...(isFile ? { path: origin.where } : {}),
    ...(origin.line === undefined ? {} : { line: origin.line }),
  };
}

/** What a value rule says about a value: nothing when it is right, else what is wrong with it. */
type Judge = (value: SettingValue | undefined, subject: Subject) => string | undefined;

function judgeSetting(
  name: string,
  how: string,
  judge: Judge,
  fix: (subject: Subject) => readonly FixStep[],
): Rule {
  return {
    how,
    decide(subject) {
      const state = settingOf(subject, name);
      if (state.kind === 'unknown') return unknown(state.missing);
      const evidence = [settingEvidence(state.setting)];
      const wrong = judge(state.setting.value, subject);
      return wrong === undefined ? pass(how, evidence) : fail(wrong, evidence);
    },
    fix,
  };
}

/** The boolean setting is `wanted` in effect. */
export function isBoolean(name: string, wanted: boolean): Rule {
  return judgeSetting(
    name,
    `${name} is ${wanted} in effect`,
    (value) => (value === wanted ? undefined : `${name} is ${formatSettingValue(value)} in effect`),
    () => [{ kind: 'set', setting: name, value: String(wanted) }],
  );
}

/** The setting has a value. `suggestion` is what the fix writes: the path that kubeadm uses. */
export function isSet(name: string, suggestion: string): Rule {
  return judgeSetting(
    name,
    `${name} is set`,
    (value) => {
      const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
      return isEmpty ? `${name} is not set` : undefined;
    },
    () => [{ kind: 'set', setting: name, value: suggestion }],
  );
}

/** The setting has no value. */
export function isUnset(name: string, why: string): Rule {
  return judgeSetting(
    name,
    `${name} is not set`,
    (value) => (value === undefined || value === '' ? undefined : `${name} is set: ${why}`),
    () => [{ kind: 'unset', setting: name }],
  );
}

/** The list holds the item. */
export function includes(name: string, item: string, fixedSetting = name): Rule {
  return judgeSetting(
    name,
    `${name} includes ${item}`,
    (value) => (asList(value).includes(item) ? undefined : `${name} does not include ${item}`),
    () => [{ kind: 'add', setting: fixedSetting, item }],
  );
}

/** The list (or text) does not hold the item. `instead` is put in when nothing else would be left. */
export function excludes(name: string, item: string, fix: readonly FixStep[]): Rule {
  return judgeSetting(
    name,
    `${name} does not include ${item}`,
    (value) => (asList(value).includes(item) ? `${name} includes ${item}` : undefined),
    () => fix,
  );
}

/** The number lies between the two (either may be left open); `value` is what the fix writes. */
export function isWithin(
  name: string,
  bounds: (subject: Subject) => { least?: number; most?: number },
  how: string,
  fixed: (subject: Subject) => string,
): Rule {
  return judgeSetting(
    name,
    how,
    (value, subject) => {
      const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bounds(subject);
      if (typeof value === 'number' && value >= least && value <= most) return undefined;
      const limits = [
        ...(least === Number.NEGATIVE_INFINITY ? [] : [`at least ${least}`]),
        ...(most === Number.POSITIVE_INFINITY ? [] : [`at most ${most}`]),
      ].join(' and ');
      return `${name} is ${formatSettingValue(value)}, wanted: ${limits}`;
    },
    (subject) => [{ kind: 'set', setting: name, value: fixed(subject) }],
  );
}

/** The text equals one of those wanted; the first is what the fix writes. */
export function isOneOf(name: string, wanted: readonly string[]): Rule {
  return judgeSetting(
    name,
    `${name} is ${wanted.join(' or ')}`,
    (value) => (wanted.includes(String(value)) ? undefined : `${name} is ${formatSettingValue(value)}`),
    () => [{ kind: 'set', setting: name, value: wanted[0]! }],
  );
}

/** A judgement of one setting that fits none of the shapes above. */
export function satisfies(name: string, how: string, judge: Judge, fix: readonly FixStep[]): Rule {
  return judgeSetting(name, how, judge, () => fix);
}

/** The feature gate is not switched off: for gates that are on where nothing is said of them. */
export function gateIsNotOff(gate: string): Rule {
  return satisfies(
    'feature-gates',
    `the gate ${gate} is not switched off`,
    (value) =>
      (value as Readonly<Record<string, string>> | undefined)?.[gate] === 'false'
        ? `the gate ${gate} is off`
        : undefined,
    [{ kind: 'entry', setting: 'feature-gates', key: gate, value: 'true' }],
  );
}

/** Every rule passes: the first FAIL decides, then the first UNKNOWN. Evidence of all is kept. */
export function allOf(...rules: readonly Rule[]): Rule {
  return {
    how: rules.map(({ how }) => how).join(', and '),
    decide(subject) {
      const decisions = rules.map((rule) => rule.decide(subject));
      const evidence = decisions.flatMap((decision) => decision.evidence);
      const failed = decisions.filter(({ status }) => status === 'FAIL');
      if (failed.length > 0) return fail(failed.map(({ reason }) => reason).join('; '), evidence);
      const open = decisions.find(({ status }) => status === 'UNKNOWN');
      if (open !== undefined) return { ...open, evidence };
      if (decisions.every(({ status }) => status === 'NOT APPLICABLE')) return decisions[0]!;
      return pass(rules.map(({ how }) => how).join(', and '), evidence);
    },
    fix: (subject) =>
      rules.filter((rule) => rule.decide(subject).status === 'FAIL').flatMap((rule) => rule.fix(subject)),
  };
}

/** One rule or the other is enough; the fix is the first's. */
export function anyOf(first: Rule, ...others: readonly Rule[]): Rule {
  const rules = [first, ...others];
  return {
    how: rules.map(({ how }) => how).join(', or '),
    decide(subject) {
      const decisions = rules.map((rule) => rule.decide(subject));
      const good = decisions.find(({ status }) => status === 'PASS');
      if (good !== undefined) return good;
      const open = decisions.find(({ status }) => status === 'UNKNOWN');
      const evidence = decisions.flatMap((decision) => decision.evidence);
      if (open !== undefined) return { ...open, evidence };
      return fail(decisions.map(({ reason }) => reason).join('; '), evidence);
    },
    fix: (subject) => first.fix(subject),
  };
}

/** The rule holds only where the condition does; elsewhere it is NOT APPLICABLE with the reason given. */
export function onlyWhen(condition: (subject: Subject) => true | string | Decision, rule: Rule): Rule {
  return {
    how: rule.how,
    decide(subject) {
      const answer = condition(subject);
      if (answer === true) return rule.decide(subject);
      return typeof answer === 'string' ? notApplicable(answer) : answer;
    },
    fix: rule.fix,
  };
}

export function asList(value: SettingValue | undefined): readonly string[] {
  if (Array.isArray(value)) return value as readonly string[];
  return value === undefined || value === '' ? [] : [String(value)];
}

/** The value of a setting when it is known and set, as text. */
export function textOf(subject: Subject, name: string): string | undefined {
  const state = settingOf(subject, name);
  return state.kind === 'known' && state.setting.value !== undefined && state.setting.value !== ''
    ? formatSettingValue(state.setting.value)
    : undefined;
}
