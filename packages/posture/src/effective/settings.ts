/** The value of a setting, typed by its fact. Durations are seconds. */
export type SettingValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

export type SettingType = 'boolean' | 'integer' | 'string' | 'list' | 'duration' | 'map';

/** A default, or the defaults by version (each holds from `since` on; the first has no `since`). */
export type Default =
  | SettingValue
  | readonly { readonly since?: string; readonly value: SettingValue | undefined }[];

/** One setting of a component: how it is called on the command line and in its file, and what it is when left out. */
export interface SettingFact {
  /** The flag without dashes: the setting's name everywhere in this package. */
  readonly name: string;
  readonly type: SettingType;
  /** The path of keys in the component's configuration file, joined by dots. */
  readonly key?: string;
  /** What it is when neither flag nor file sets it and there is no configuration file. */
  readonly flagDefault?: Default;
  /** The same with a configuration file, where that differs (a kubelet's does). */
  readonly fileDefault?: Default;
  /** A zero in the file means the default (Go's zero values), while a zero on the command line means zero. */
  readonly isZeroInFileDefault?: true;
  /** The flag has no effect once a configuration file is given. */
  readonly isFlagIgnoredWithFile?: true;
  /** Each further use of the flag adds to the list, as pflag's slices do; strings take the last use. */
  readonly note?: string;
}

/** Where a value came from. */
export interface Origin {
  readonly kind:
    | 'flag'
    | 'environment'
    | 'file'
    | 'drop-in'
    | 'distribution'
    | 'default'
    | 'configz'
    | 'derived';
  /** A path, `process 123`, or for defaults the words that say whose. */
  readonly where: string;
  /** The flag or key as it stands there. */
  readonly key: string;
  readonly line?: number;
}

/** One value somebody gave, in effect or not. */
export interface SettingSource {
  readonly value: SettingValue | undefined;
  readonly origin: Origin;
}

/** A setting as it is in effect. `value` is undefined when it is not set and has no default. */
export interface Setting extends SettingSource {
  readonly name: string;
  /** What lost against it, the strongest first. */
  readonly overridden: readonly SettingSource[];
  /** Said with the answer when the value rests on something that was not seen. */
  readonly caveat?: string;
}

export type SettingState =
  | { readonly kind: 'known'; readonly setting: Setting }
  | { readonly kind: 'unknown'; readonly name: string; readonly missing: string };

/** Reads the text of a flag or key into its type, as Go's parsers would; undefined when they would refuse it. */
export function parseSettingValue(text: string, type: SettingType): SettingValue | undefined {
  switch (type) {
    case 'boolean':
      if (/^(?:1|t|T|true|True|TRUE)$/.test(text)) return true;
      return /^(?:0|f|F|false|False|FALSE)$/.test(text) ? false : undefined;
    case 'integer':
      return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : undefined;
    case 'duration':
      return parseDuration(text);
    case 'list':
      return text.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
    case 'map': {
      const map: Record<string, string> = {};
      for (const pair of text.split(',')) {
        const split = pair.search(/[=:]/);
        if (split > 0) map[pair.slice(0, split).trim()] = pair.slice(split + 1).trim();
      }
      return map;
    }
    case 'string':
      return text;
  }
}

/** The value of a key in a file as its type; undefined when the component would refuse it. */
export function convertFileValue(value: unknown, type: SettingType): SettingValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (type === 'list') {
    if (Array.isArray(value)) return value.map(String);
    return typeof value === 'string' ? parseSettingValue(value, 'list') : undefined;
  }
  if (type === 'map') {
    if (typeof value === 'string') return parseSettingValue(value, 'map');
    if (typeof value !== 'object' || Array.isArray(value)) return undefined;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
  }
  return typeof value === 'object' ? undefined : parseSettingValue(String(value), type);
}

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Go's time.ParseDuration, in seconds. */
function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+|0)$/.exec(text);
  if (match === null) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of match[2]!.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(amount) * SECONDS_PER_UNIT[unit!]!;
  }
  return match[1] === '-' ? -seconds : seconds;
}

/** A value for people: lists with commas, durations left to the caller. */
export function formatSettingValue(value: SettingValue | undefined): string {
  if (value === undefined) return '(not set)';
  if (value === '') return '""';
  if (Array.isArray(value)) return value.length === 0 ? '(empty list)' : value.join(',');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, item]) => `${key}=${item}`)
      .join(',');
  }
  return String(value);
}

/** An origin for people: `--anonymous-auth on process 812`, `authentication.anonymous.enabled in /var/lib/kubelet/config.yaml:7`. */
export function formatOrigin(origin: Origin): string {
  const line = origin.line === undefined ? '' : `:${origin.line}`;
  switch (origin.kind) {
    case 'default':
    case 'derived':
      return origin.where;
    case 'distribution':
      return `${origin.key} set by ${origin.where}`;
    default:
      return `${origin.key} in ${origin.where}${line}`;
  }
}
