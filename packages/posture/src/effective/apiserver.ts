import type { Instance } from '../node/instance.ts';
import { type Reading, unreadable } from '../node/tree.ts';
import { objectsAt, readYaml, valueAt } from '../node/yaml.ts';
import type { Setting, SettingState } from './settings.ts';

/*
 * Three things of an apiserver come from several flags or from files that flags name: who may come in without a name, which
 * authorizers are asked, which admission plugins run. Checks ask for these by the names below.
 */
export const ANONYMOUS_ACCESS = 'anonymous-access';
export const AUTHORIZERS = 'authorizers';
export const ADMISSION_PLUGINS = 'admission-plugins';

/** Plugins that are on unless disabled (DefaultOffAdmissionPlugins in pkg/kubeapiserver/options/plugins.go), of those that checks ask for. */
const DEFAULT_PLUGINS: readonly string[] = [
  'NamespaceLifecycle',
  'LimitRanger',
  'ServiceAccount',
  'ResourceQuota',
];

/** Adds the derived settings to those of an apiserver. */
export function deriveApiserverSettings(instance: Instance, settings: Map<string, SettingState>): void {
  settings.set(ANONYMOUS_ACCESS, deriveAnonymousAccess(instance, settings));
  settings.set(AUTHORIZERS, deriveAuthorizers(instance, settings));
  settings.set(ADMISSION_PLUGINS, deriveAdmissionPlugins(settings));
}

function renamed(state: SettingState, name: string): SettingState {
  return state.kind === 'known' ? { kind: 'known', setting: { ...state.setting, name } } : { ...state, name };
}

/** `true`, `false`, or the list of the only paths that anonymous requests may ask for (structured authentication, 1.31). */
function deriveAnonymousAccess(
  instance: Instance,
  settings: ReadonlyMap<string, SettingState>,
): SettingState {
  const flag = settings.get('anonymous-auth')!;
  const file = settings.get('authentication-config')!;
  if (file.kind !== 'known' || file.setting.value === undefined) {
    return withoutAlwaysAllow(renamed(flag, ANONYMOUS_ACCESS), settings);
  }
  const path = String(file.setting.value);
  const document = readStructured(instance, path);
  if (document.kind !== 'found')
    return { kind: 'unknown', name: ANONYMOUS_ACCESS, missing: reasonOf(path, document) };
  const enabled = valueAt(document.value, ['anonymous', 'enabled']);
  if (enabled === undefined) return renamed(flag, ANONYMOUS_ACCESS);
  const paths = objectsAt(document.value, ['anonymous', 'conditions']).map((condition) =>
    String(condition.path),
  );
  return known(
    ANONYMOUS_ACCESS,
    enabled === true && paths.length > 0 ? paths : enabled === true,
    path,
    'anonymous',
  );
}

/** The API server takes anonymous access back when AlwaysAllow is among its modes (BuiltInAuthenticationOptions.ApplyAuthorization). */
function withoutAlwaysAllow(state: SettingState, settings: ReadonlyMap<string, SettingState>): SettingState {
  const modes = settings.get('authorization-mode')!;
  if (state.kind !== 'known' || state.setting.value !== true || modes.kind !== 'known') return state;
  const { value, origin } = modes.setting;
  if (!Array.isArray(value) || !value.includes('AlwaysAllow')) return state;
  const { setting } = state;
  return {
    kind: 'known',
    setting: {
      ...setting,
      value: false,
      origin: {
        kind: 'derived',
        where: 'kube-apiserver, which allows no anonymous access beside AlwaysAllow',
        key: origin.key,
      },
      overridden: [{ value: setting.value, origin: setting.origin }, ...setting.overridden],
    },
  };
}

function deriveAuthorizers(instance: Instance, settings: ReadonlyMap<string, SettingState>): SettingState {
  const flag = settings.get('authorization-mode')!;
  const file = settings.get('authorization-config')!;
  if (file.kind !== 'known' || file.setting.value === undefined) return renamed(flag, AUTHORIZERS);
  const path = String(file.setting.value);
  const document = readStructured(instance, path);
  if (document.kind !== 'found')
    return { kind: 'unknown', name: AUTHORIZERS, missing: reasonOf(path, document) };
  const types = objectsAt(document.value, ['authorizers']).map(({ type }) => String(type));
  return known(AUTHORIZERS, types, path, 'authorizers');
}

/** `--admission-control` (before 1.10, still read) is the whole list; otherwise defaults, plus enabled, minus disabled. */
function deriveAdmissionPlugins(settings: ReadonlyMap<string, SettingState>): SettingState {
  const whole = settings.get('admission-control')!;
  const enabled = settings.get('enable-admission-plugins')!;
  const disabled = settings.get('disable-admission-plugins')!;
  for (const state of [whole, enabled, disabled]) {
    if (state.kind === 'unknown') return { ...state, name: ADMISSION_PLUGINS };
  }
  const listOf = (state: SettingState): readonly string[] =>
    state.kind === 'known' && Array.isArray(state.setting.value)
      ? (state.setting.value as readonly string[])
      : [];
  if (whole.kind === 'known' && whole.setting.value !== undefined) return renamed(whole, ADMISSION_PLUGINS);
  const off = new Set(listOf(disabled));
  const on = [...new Set([...DEFAULT_PLUGINS, ...listOf(enabled)])].filter((plugin) => !off.has(plugin));
  const setting = (enabled as { setting: Setting }).setting;
  return {
    kind: 'known',
    setting: {
      ...setting,
      name: ADMISSION_PLUGINS,
      value: on,
      origin:
        setting.origin.kind === 'default'
          ? { ...setting.origin, where: 'default of kube-apiserver' }
          : setting.origin,
    },
  };
}

function known(name: string, value: Setting['value'], path: string, key: string): SettingState {
  return {
    kind: 'known',
    setting: { name, value, origin: { kind: 'file', where: path, key }, overridden: [] },
  };
}

/** Reads a YAML file that a flag names, as the component sees it. */
export function readStructured(instance: Instance, path: string): Reading<unknown> {
  const text = instance.tree.read(path);
  if (text.kind === 'missing') return unreadable('does not exist');
  if (text.kind !== 'found') return text;
  const document = readYaml(text.value);
  return document.kind === 'found' ? { kind: 'found', value: document.value.value } : document;
}

function reasonOf(path: string, reading: Reading<unknown>): string {
  return `${path}: ${reading.kind === 'unreadable' ? reading.reason : 'does not exist'}`;
}
