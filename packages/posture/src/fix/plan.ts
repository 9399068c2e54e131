import type { Result } from '../assess.ts';
import { type FixStep, type Subject, settingOf } from '../checks/check.ts';
import { asList } from '../checks/rules.ts';
import { componentFacts } from '../effective/facts.ts';
import type { Origin, SettingFact, SettingValue } from '../effective/settings.ts';
import { convertFileValue } from '../effective/settings.ts';
import type { FileStatus, FileTree } from '../node/tree.ts';
import { unifiedDiff } from './diff.ts';
import {
  appendToExecStart,
  editArgumentsFile,
  editConfigurationKey,
  editEnvironmentFile,
  editK3sArgument,
  replaceFlagInText,
  setUnitDirective,
} from './edit-file.ts';
import { addHostMount, editManifestFlag } from './edit-manifest.ts';

/** A file as it is and as it should be. */
export interface FileChange {
  readonly path: string;
  /** Undefined: the file is new. */
  readonly before: string | undefined;
  readonly after: string;
  readonly diff: string;
}

/** What no change of a file can do, or where the place to change wasn't found: said to a person. */
export interface Advice {
  readonly check: string;
  readonly text: string;
}

/** Everything that would make the failing checks pass. Nothing of it has been done. */
export interface FixPlan {
  readonly files: readonly FileChange[];
  readonly statuses: ReadonlyMap<string, Partial<FileStatus>>;
  /** The same as shell commands (`chmod`, `chown`). */
  readonly commands: readonly string[];
  readonly advice: readonly Advice[];
}

interface Draft {
  readonly host: FileTree;
  readonly texts: Map<string, string>;
  readonly originals: Map<string, string | undefined>;
  readonly statuses: Map<string, Partial<FileStatus>>;
  readonly commands: string[];
  readonly advice: Advice[];
  /** Values already planned in this run, by instance and setting: later steps build on them. */
  readonly planned: Map<string, string>;
}

/**
 * Plans the fixes of all failing results of one node together, so that two changes to one file become one. What only calls
 * itself a component gets none: it would choose which files of the node are changed.
 */
export function planFixes(results: readonly Result[]): FixPlan {
  const failing = results.filter(
    ({ decision, accepted, subject }) =>
      decision.status === 'FAIL' &&
      accepted === undefined &&
      subject?.configuration.instance.unattested === undefined,
  );
  const [first] = failing;
  if (first?.subject === undefined) return { files: [], statuses: new Map(), commands: [], advice: [] };
  const draft: Draft = {
    host: first.subject.node.tree,
    texts: new Map(),
    originals: new Map(),
    statuses: new Map(),
    commands: [],
    advice: [],
    planned: new Map(),
  };
  for (const { check, subject } of failing) {
    if (subject === undefined) continue;
    for (const step of check.rule.fix(subject)) {
      const problem = applyStep(draft, subject, step);
      if (problem !== undefined && !draft.advice.some(({ text }) => text === problem)) {
        draft.advice.push({ check: check.id, text: problem });
      }
    }
  }
  return {
    files: [...draft.texts].flatMap(([path, after]) => {
      const before = draft.originals.get(path);
      const diff = unifiedDiff(path, before, after);
      return diff === '' ? [] : [{ path, before, after, diff }];
    }),
    statuses: draft.statuses,
    commands: draft.commands,
    advice: draft.advice,
  };
}

/** Does one step on the draft; gives words for a person where it can't. */
function applyStep(draft: Draft, subject: Subject, step: FixStep): string | undefined {
  switch (step.kind) {
    case 'advice':
      return step.text;
    case 'mode':
      mergeStatus(
        draft,
        step.path,
        { mode: step.mode },
        `chmod ${step.mode.toString(8)} ${quotePath(step.path)}`,
      );
      return undefined;
    case 'owner': {
      const [user = '', group = user] = step.name.split(':');
      const change = {
        ...(step.uid < 0 ? {} : { uid: step.uid }),
        ...(step.gid < 0 ? {} : { gid: step.gid }),
        user,
        group,
      };
      mergeStatus(draft, step.path, change, `chown ${step.name} ${quotePath(step.path)}`);
      return undefined;
    }
    case 'write':
      if (!draft.texts.has(step.path)) {
        draft.originals.set(step.path, readCurrent(draft, step.path));
        draft.texts.set(step.path, step.text);
      }
      return undefined;
    case 'mount':
      return applyMount(draft, subject, step.path, step.isReadOnly);
    case 'unit': {
      const { launcher } = subject.configuration.instance;
      if (launcher?.kind !== 'unit')
        return `set ${step.directive}=${step.value} in the unit that starts the kubelet`;
      edit(draft, launcher.path, (text) => setUnitDirective(text, step.directive, step.value));
      return undefined;
    }
    default:
      return applySetting(draft, subject, step);
  }
}

function quotePath(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function mergeStatus(draft: Draft, path: string, change: Partial<FileStatus>, command: string): void {
  draft.statuses.set(path, { ...draft.statuses.get(path), ...change });
  if (!draft.commands.includes(command)) draft.commands.push(command);
}

function readCurrent(draft: Draft, path: string): string | undefined {
  const planned = draft.texts.get(path);
  if (planned !== undefined) return planned;
  const reading = draft.host.read(path);
  return reading.kind === 'found' ? reading.value : undefined;
}

/** Changes a file of the draft; false when it can't be read or `change` can't do it. */
function edit(draft: Draft, path: string, change: (text: string) => string | undefined): boolean {
  const current = readCurrent(draft, path);
  if (current === undefined) return false;
  const next = change(current);
  if (next === undefined) return false;
  if (!draft.originals.has(path)) draft.originals.set(path, current);
  draft.texts.set(path, next);
  return true;
}

function applyMount(draft: Draft, subject: Subject, path: string, isReadOnly: boolean): string | undefined {
  const { launcher } = subject.configuration.instance;
  if (launcher?.kind !== 'manifest') return undefined;
  const isDone = edit(draft, launcher.path, (text) =>
    addHostMount(text, launcher.container, path, isReadOnly),
  );
  return isDone ? undefined : `give the container of ${launcher.path} the folder ${path} of the node`;
}

type SettingStep = Extract<FixStep, { setting: string }>;

function applySetting(draft: Draft, subject: Subject, step: SettingStep): string | undefined {
  const { instance } = subject.configuration;
  const key = `${instance.label} ${step.setting}`;
  const next = nextValue(draft, subject, step, key);
  const fact = componentFacts[instance.component].settings.find(({ name }) => name === step.setting)!;
  if (next !== undefined) draft.planned.set(key, next);
  if (step.kind === 'add' && step.setting === 'enable-admission-plugins') {
    const disabled = asList(currentValue(subject, 'disable-admission-plugins'));
    if (disabled.includes(step.item)) {
      const problem = applySetting(draft, subject, {
        kind: 'drop',
        setting: 'disable-admission-plugins',
        item: step.item,
      });
      if (problem !== undefined) return problem;
    }
  }
  const isDone = writeSetting(draft, subject, fact, next);
  const wanted = next === undefined ? `without --${fact.name}` : `with --${fact.name}=${next}`;
  return isDone ? undefined : `start ${instance.label} ${wanted}: the file that sets it was not found`;
}

function currentValue(subject: Subject, setting: string): SettingValue | undefined {
  const state = settingOf(subject, setting);
  return state.kind === 'known' ? state.setting.value : undefined;
}

/** The text that the flag should have; undefined to take it away. */
function nextValue(draft: Draft, subject: Subject, step: SettingStep, key: string): string | undefined {
  if (step.kind === 'set') return step.value;
  if (step.kind === 'unset') return undefined;
  const planned = draft.planned.get(key);
  const current = currentValue(subject, step.setting);
  if (step.kind === 'entry') {
    const map = { ...(current as Readonly<Record<string, string>> | undefined), [step.key]: step.value };
    return Object.entries(map)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
  }
  const list = planned === undefined ? asList(current) : planned.split(',').filter((item) => item !== '');
  if (step.kind === 'drop') {
    const kept = list.filter((item) => item !== step.item);
    return kept.length === 0 ? undefined : kept.join(',');
  }
  // An apiserver that is given a list no longer does what it did without one, so AlwaysAllow must not be carried over.
  const kept = step.setting === 'authorization-mode' ? list.filter((item) => item !== 'AlwaysAllow') : list;
  return [...new Set([...kept, step.item])].join(',');
}

/** Writes the value where the value in effect comes from; defaults go to the configuration file, else to the flags. */
function writeSetting(draft: Draft, subject: Subject, fact: SettingFact, value: string | undefined): boolean {
  const { configuration } = subject;
  const { instance } = configuration;
  const state = settingOf(subject, fact.name);
  const origin: Origin | undefined = state.kind === 'known' ? state.setting.origin : undefined;
  const file = configuration.files[0];
  if (origin?.kind === 'environment') return writeEnvironment(draft, subject, fact, value);
  const isFromFile = origin?.kind === 'file' || origin?.kind === 'drop-in';
  const target = isFromFile ? origin.where : file === undefined ? undefined : instance.tree.locate(file);
  if (fact.key !== undefined && target !== undefined && origin?.kind !== 'flag') {
    const plain = value === undefined ? undefined : convertFileValue(value, fact.type);
    // Feature gates and durations keep the spelling that the file's schema wants.
    const written = fact.type === 'duration' ? value : fact.type === 'map' ? undefined : plain;
    if (fact.type === 'map' && value !== undefined) {
      const entries = Object.entries(plain as Readonly<Record<string, string>>);
      return edit(draft, target, (text) =>
        entries.reduce<string | undefined>(
          (current, [name, gate]) =>
            current === undefined
              ? undefined
              : editConfigurationKey(current, `${fact.key}.${name}`, gate === 'true'),
          text,
        ),
      );
    }
    return edit(draft, target, (text) =>
      editConfigurationKey(
        text,
        fact.key!,
        written as string | number | boolean | readonly string[] | undefined,
      ),
    );
  }
  return writeFlag(draft, subject, fact, value);
}

function writeFlag(draft: Draft, subject: Subject, fact: SettingFact, value: string | undefined): boolean {
  const { launcher } = subject.configuration.instance;
  switch (launcher?.kind) {
    case 'manifest':
      return edit(draft, launcher.path, (text) =>
        editManifestFlag(text, launcher.container, fact.name, value),
      );
    case 'arguments-file':
      return edit(draft, launcher.path, (text) => editArgumentsFile(text, fact.name, value));
    case 'k3s':
      return edit(draft, launcher.path, (text) => editK3sArgument(text, launcher.key, fact.name, value));
    case 'unit': {
      const places = [...launcher.unit.environmentFiles.keys(), ...launcher.unit.paths.toReversed()];
      const isBoolean = fact.type === 'boolean';
      let isReplaced = false;
      for (const path of places) {
        const isHere = edit(draft, path, (text) => replaceFlagInText(text, fact.name, value, isBoolean));
        isReplaced ||= isHere;
      }
      if (isReplaced || value === undefined) return isReplaced;
      return edit(draft, launcher.path, (text) => appendToExecStart(text, fact.name, value));
    }
    default:
      return false;
  }
}

function writeEnvironment(
  draft: Draft,
  subject: Subject,
  fact: SettingFact,
  value: string | undefined,
): boolean {
  const { instance } = subject.configuration;
  const { launcher } = instance;
  const prefix = componentFacts[instance.component].environmentPrefix;
  if (launcher?.kind !== 'unit' || prefix === undefined) return writeFlag(draft, subject, fact, value);
  const name = `${prefix}_${fact.name.toUpperCase().replaceAll('-', '_')}`;
  for (const [path, assignments] of launcher.unit.environmentFiles) {
    if (name in assignments) return edit(draft, path, (text) => editEnvironmentFile(text, name, value));
  }
  // A flag wins over the environment, so writing the flag is enough where the variable's file isn't known.
  return writeFlag(draft, subject, fact, value ?? '');
}
