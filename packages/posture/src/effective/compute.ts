import { posix } from 'node:path';
import { parseCommandLine } from '../node/command-line.ts';
import type { Instance } from '../node/instance.ts';
import { type Reading, unreadable } from '../node/tree.ts';
import { type ReadDocument, readYaml, valueAt } from '../node/yaml.ts';
import { deriveApiserverSettings } from './apiserver.ts';
import { type ComponentFacts, componentFacts } from './facts.ts';
import {
  convertFileValue,
  type Default,
  parseSettingValue,
  type Setting,
  type SettingFact,
  type SettingSource,
  type SettingState,
  type SettingValue,
} from './settings.ts';
import { compareVersions, parseVersion } from './version.ts';

/** The configuration in effect of one instance: each setting with its value and where that came from. */
export interface EffectiveConfiguration {
  readonly instance: Instance;
  readonly settings: ReadonlyMap<string, SettingState>;
  /** The configuration files read, weakest first: the main file, then drop-ins. */
  readonly files: readonly string[];
  /** Arguments that the component ignores or refuses, such as the `false` of `--anonymous-auth false`. */
  readonly strays: readonly string[];
}

interface FileLayer {
  readonly path: string;
  readonly kind: 'file' | 'drop-in';
  readonly document: Reading<ReadDocument>;
}

interface Layers {
  readonly facts: ComponentFacts;
  readonly instance: Instance;
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly files: readonly FileLayer[];
  readonly hasFile: boolean;
}

/** Computes what is in effect: configz, then flags, then environment, drop-ins, file, distribution, version-aware default. */
export function computeEffectiveConfiguration(instance: Instance): EffectiveConfiguration {
  const facts = componentFacts[instance.component];
  const booleans = new Set([
    ...facts.otherBooleans,
    ...facts.settings.filter(({ type }) => type === 'boolean').map(({ name }) => name),
  ]);
  const parsed =
    instance.parameters.kind === 'found'
      ? parseCommandLine(instance.parameters.value, facts.dialect, (name) => booleans.has(name))
      : { flags: [], strays: [] };
  const flags = new Map<string, string[]>();
  for (const { name, value } of parsed.flags) flags.set(name, [...(flags.get(name) ?? []), value]);
  const files = readFileLayers(instance, facts, flags);
  const layers: Layers = {
    facts,
    instance,
    flags,
    files,
    hasFile: files.some(({ kind }) => kind === 'file'),
  };
  const settings = new Map(facts.settings.map((fact) => [fact.name, resolveSetting(fact, layers)]));
  if (instance.component === 'kube-apiserver') deriveApiserverSettings(instance, settings);
  return {
    instance,
    settings,
    files: files.map(({ path }) => path),
    strays: parsed.strays,
  };
}

function readFileLayers(
  instance: Instance,
  facts: ComponentFacts,
  flags: ReadonlyMap<string, readonly string[]>,
): FileLayer[] {
  const layers: FileLayer[] = [];
  const named =
    (facts.fileFlag === undefined ? undefined : flags.get(facts.fileFlag)?.at(-1)) ??
    fileFromEnvironment(instance, facts) ??
    instance.looseConfigPath;
  if (named !== undefined && named !== '') {
    layers.push({ path: named, kind: 'file', document: readDocument(instance, named) });
  }
  const folder = facts.dropInFlag === undefined ? undefined : flags.get(facts.dropInFlag)?.at(-1);
  if (folder !== undefined && folder !== '') {
    for (const path of listDropIns(instance, folder)) {
      layers.push({ path, kind: 'drop-in', document: readDocument(instance, path) });
    }
  }
  return layers;
}

function fileFromEnvironment(instance: Instance, facts: ComponentFacts): string | undefined {
  if (facts.environmentPrefix === undefined || facts.fileFlag === undefined) return undefined;
  return readVariable(instance, facts, facts.fileFlag);
}

function readVariable(instance: Instance, facts: ComponentFacts, flag: string): string | undefined {
  if (instance.environment.kind !== 'found') return undefined;
  return instance.environment.value[variableName(facts, flag)];
}

function variableName(facts: ComponentFacts, flag: string): string {
  return `${facts.environmentPrefix}_${flag.toUpperCase().replaceAll('-', '_')}`;
}

function readDocument(instance: Instance, path: string): Reading<ReadDocument> {
  const text = instance.tree.read(path);
  if (text.kind === 'missing') return unreadable('does not exist');
  if (text.kind !== 'found') return text;
  const document = readYaml(text.value);
  if (document.kind !== 'found') return document;
  const { value } = document.value;
  return value === null || (typeof value === 'object' && !Array.isArray(value))
    ? document
    : unreadable('is not a configuration: it holds no mapping');
}

/** The kubelet walks the folder in lexical order and reads names that end in `.conf`, subfolders too. */
function listDropIns(instance: Instance, folder: string, depth = 0): string[] {
  const listing = instance.tree.list(folder);
  if (listing.kind !== 'found' || depth > 8) return [];
  return listing.value.flatMap((name) => {
    const path = posix.join(folder, name);
    const status = instance.tree.status(path);
    if (status.kind === 'found' && status.value.kind === 'directory')
      return listDropIns(instance, path, depth + 1);
    return name.endsWith('.conf') ? [path] : [];
  });
}

function resolveSetting(fact: SettingFact, layers: Layers): SettingState {
  const { instance, facts } = layers;
  const known: SettingSource[] = [];
  const unknown = (missing: string): SettingState => ({ kind: 'unknown', name: fact.name, missing });
  let caveat: string | undefined;

  const served = fact.key === undefined ? undefined : readConfigz(instance, fact);
  if (served !== undefined) known.push(served);

  const uses = layers.flags.get(fact.name) ?? [];
  const isFlagHeard = !(fact.isFlagIgnoredWithFile === true && layers.hasFile);
  if (uses.length > 0 && isFlagHeard) {
    const value = joinUses(uses, fact);
    if (value === undefined) {
      return unknown(
        `--${fact.name}=${uses.at(-1)} is no ${fact.type}: ${facts.name} would not start with it`,
      );
    }
    known.push({ value, origin: { kind: 'flag', where: instance.parametersFrom, key: `--${fact.name}` } });
  }
  if (facts.environmentPrefix !== undefined && isFlagHeard) {
    const text = readVariable(instance, facts, fact.name);
    if (text !== undefined && text !== '') {
      const value = parseSettingValue(text, fact.type);
      if (value === undefined) return unknown(`${variableName(facts, fact.name)}=${text} is no ${fact.type}`);
      const key = variableName(facts, fact.name);
      known.push({
        value,
        origin: { kind: 'environment', where: `the environment of ${instance.label}`, key },
      });
    } else if (instance.environment.kind === 'unreadable' && known.length === 0) {
      return unknown(`the environment of ${instance.label}: ${instance.environment.reason}`);
    }
  }
  const fromFile = readFiles(fact, layers);
  if (instance.parameters.kind !== 'found' && known.length === 0) {
    const isInLooseFile =
      instance.looseConfigPath !== undefined && fromFile.kind === 'found' && fromFile.value.length > 0;
    if (!isInLooseFile) {
      if (fromFile.kind === 'unreadable') return unknown(fromFile.reason);
      return unknown(
        instance.parameters.kind === 'unreadable' ? instance.parameters.reason : 'the command line',
      );
    }
    caveat = 'flags may override it: the command line was not seen';
  }
  if (fromFile.kind === 'found') known.push(...fromFile.value);
  else if (fromFile.kind === 'unreadable' && (known.length === 0 || fact.type === 'map')) {
    return unknown(fromFile.reason);
  }
  const given = instance.distribution?.settings[fact.name];
  if (given !== undefined) {
    const value = parseSettingValue(given, fact.type);
    known.push({
      value,
      origin: { kind: 'distribution', where: instance.distribution!.name, key: `--${fact.name}` },
    });
  }

  const first = fact.type === 'map' ? mergeMaps(known) : known[0];
  const rest = known.slice(1);
  if (first !== undefined) return { kind: 'known', setting: makeSetting(fact.name, first, rest, caveat) };
  return resolveDefault(fact, layers);
}

function makeSetting(
  name: string,
  source: SettingSource,
  overridden: readonly SettingSource[],
  caveat: string | undefined,
): Setting {
  return { name, ...source, overridden, ...(caveat === undefined ? {} : { caveat }) };
}

/** pflag's slices and maps grow with each use of the flag; everything else takes the last. */
function joinUses(uses: readonly string[], fact: SettingFact): SettingValue | undefined {
  if (fact.type === 'list' || fact.type === 'map') return parseSettingValue(uses.join(','), fact.type);
  return parseSettingValue(uses.at(-1)!, fact.type);
}

/** Feature gates from flags and file are merged gate by gate, the stronger one winning. */
function mergeMaps(sources: readonly SettingSource[]): SettingSource | undefined {
  const [strongest] = sources;
  if (strongest === undefined) return undefined;
  const merged = Object.assign({}, ...[...sources].reverse().map(({ value }) => value ?? {})) as Record<
    string,
    string
  >;
  return { ...strongest, value: merged };
}

/** What the files say, strongest first: the last drop-in that names the key, ..., the main file. */
function readFiles(fact: SettingFact, layers: Layers): Reading<SettingSource[]> {
  if (fact.key === undefined) return { kind: 'found', value: [] };
  const path = fact.key.split('.');
  const sources: SettingSource[] = [];
  for (const layer of layers.files.toReversed()) {
    const shown = layers.instance.tree.locate(layer.path);
    if (layer.document.kind !== 'found') {
      return unreadable(
        `${shown}: ${layer.document.kind === 'missing' ? 'does not exist' : layer.document.reason}`,
      );
    }
    const raw = valueAt(layer.document.value.value, path);
    if (raw === undefined || raw === null) continue;
    const value = convertFileValue(raw, fact.type);
    if (value === undefined) return unreadable(`${shown}: ${fact.key} is no ${fact.type}`);
    if (value === 0 && fact.isZeroInFileDefault === true) continue;
    // An empty string in a Go structure is the same as a key left out.
    if (value === '') continue;
    const line = layer.document.value.lineOf(path);
    sources.push({
      value,
      origin: { kind: layer.kind, where: shown, key: fact.key, ...(line === undefined ? {} : { line }) },
    });
  }
  return { kind: 'found', value: sources };
}

function readConfigz(instance: Instance, fact: SettingFact): SettingSource | undefined {
  if (instance.configz === undefined || fact.key === undefined) return undefined;
  const value = convertFileValue(
    valueAt(instance.configz, ['kubeletconfig', ...fact.key.split('.')]),
    fact.type,
  );
  if (value === undefined) return undefined;
  return { value, origin: { kind: 'configz', where: '/configz', key: fact.key } };
}

function resolveDefault(fact: SettingFact, layers: Layers): SettingState {
  const isByFile = layers.hasFile && fact.fileDefault !== undefined;
  const rule = isByFile ? fact.fileDefault : fact.flagDefault;
  const { version } = layers.instance;
  const choices = defaultChoices(rule);
  const matching =
    version === undefined
      ? choices
      : choices
          .filter(({ since }) => since === undefined || compareVersions(parseVersion(since)!, version) <= 0)
          .slice(-1);
  if (matching.length > 1) {
    const list = matching.map(({ value }) => String(value)).join(' or ');
    return {
      kind: 'unknown',
      name: fact.name,
      missing: `the version of ${layers.facts.name} (its default is ${list}): give it with --kube-version`,
    };
  }
  const name = layers.facts.name;
  const where =
    fact.fileDefault === undefined
      ? `default of ${name}`
      : isByFile
        ? `default of ${name} with a configuration file`
        : `default of ${name} without a configuration file`;
  return {
    kind: 'known',
    setting: {
      name: fact.name,
      value: matching[0]?.value,
      origin: { kind: 'default', where, key: `--${fact.name}` },
      overridden: [],
    },
  };
}

function defaultChoices(
  rule: Default | undefined,
): readonly { since?: string; value: SettingValue | undefined }[] {
  if (Array.isArray(rule) && rule.length > 0 && typeof rule[0] === 'object') {
    return rule as readonly { since?: string; value: SettingValue | undefined }[];
  }
  return [{ value: rule as SettingValue | undefined }];
}
