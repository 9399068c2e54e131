import {
  type AlertJsonOptions,
  type DropAction,
  type DropPolicy,
  defaultAlertJsonOptions,
  defaultDropPolicy,
} from '@seawall/agent';
import type { Selection } from '@seawall/rules';
import { errors } from '../errors.ts';

/** What `seawall watch` can be told in Falco's words, by `-o NAME=VALUE`, and in its own, by options. */
export interface WatchSettings {
  isJson: boolean;
  json: AlertJsonOptions;
  /** Whether text shows the date, in UTC, instead of the local time of day. */
  isIsoTime: boolean;
  /** Rules less urgent than this are left out. */
  minimumPriority: string;
  ruleMatching: 'all' | 'first';
  /** In the order given: later ones overrule earlier ones. */
  selection: Selection[];
  /** Text (with fields) added to the output of every rule. */
  extraOutputs: Extra[];
  /** Fields added to the JSON of every alert. */
  extraFields: Extra[];
  /** Whether the fields that catalogues suggest (container and pod) are added to every output. */
  hasSuggestedOutput: boolean;
  drops: DropPolicy;
}

/** What is added to the alerts of rules. */
export interface Extra {
  readonly text: string;
  /** What asked for it, as messages name it: the option and what was written behind it. */
  readonly option: string;
  readonly value: string;
}

export function createWatchSettings(): WatchSettings {
  return {
    isJson: false,
    json: defaultAlertJsonOptions,
    isIsoTime: false,
    minimumPriority: 'debug',
    ruleMatching: 'all',
    selection: [],
    extraOutputs: [],
    extraFields: [],
    hasSuggestedOutput: true,
    drops: defaultDropPolicy,
  };
}

type Apply = (settings: WatchSettings, value: string, setting: string) => void;

const jsonProperty =
  (name: keyof AlertJsonOptions): Apply =>
  (settings, value, setting) => {
    settings.json = { ...settings.json, [name]: truth(value, setting) };
  };

const selectByName =
  (isEnabled: boolean): Apply =>
  (settings, text) => {
    settings.selection.push({ isEnabled, by: 'wildcard', text });
  };

const selectByTag =
  (isEnabled: boolean): Apply =>
  (settings, tag) => {
    settings.selection.push({ isEnabled, by: 'tag', tags: [tag] });
  };

const DROP_ACTIONS: readonly string[] = ['ignore', 'log', 'alert', 'exit'] satisfies DropAction[];

/** The first action that is named replaces the default ones, further ones are added. */
const addDropAction: Apply = (settings, value, setting) => {
  if (!DROP_ACTIONS.includes(value)) {
    throw errors.create('SETTING_INVALID', { setting, problem: `actions are ${DROP_ACTIONS.join(', ')}` });
  }
  const { drops } = settings;
  const before = drops.actions === defaultDropPolicy.actions ? [] : drops.actions;
  settings.drops = { ...drops, actions: [...before, value as DropAction] };
};

const dropNumber =
  (name: 'threshold' | 'rate' | 'maximumBurst'): Apply =>
  (settings, value, setting) => {
    const number = Number(value);
    if (value === '' || Number.isNaN(number)) {
      throw errors.create('SETTING_INVALID', { setting, problem: 'it is a number' });
    }
    settings.drops = { ...settings.drops, [name]: number };
  };

/** Falco's settings (falco.yaml) that mean something for a replay. */
const SETTINGS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  [
    'json_output',
    (settings, value, setting) => {
      settings.isJson = truth(value, setting);
    },
  ],
  ['json_include_output_property', jsonProperty('hasOutput')],
  ['json_include_tags_property', jsonProperty('hasTags')],
  ['json_include_message_property', jsonProperty('hasMessage')],
  ['json_include_output_fields_property', jsonProperty('hasOutputFields')],
  [
    'time_format_iso_8601',
    (settings, value, setting) => {
      settings.isIsoTime = truth(value, setting);
    },
  ],
  [
    'priority',
    (settings, value) => {
      settings.minimumPriority = value;
    },
  ],
  [
    'rule_matching',
    (settings, value, setting) => {
      if (value !== 'all' && value !== 'first') {
        throw errors.create('SETTING_INVALID', { setting, problem: 'it is either all or first' });
      }
      settings.ruleMatching = value;
    },
  ],
  ['rules[].disable.rule', selectByName(false)],
  ['rules[].disable.tag', selectByTag(false)],
  ['rules[].enable.rule', selectByName(true)],
  ['rules[].enable.tag', selectByTag(true)],
  [
    'append_output[].extra_output',
    (settings, text, value) => {
      settings.extraOutputs.push({ text, option: '-o', value });
    },
  ],
  [
    'append_output[].extra_fields[]',
    (settings, text, value) => {
      settings.extraFields.push({ text, option: '-o', value });
    },
  ],
  [
    'append_output[].suggested_output',
    (settings, value, setting) => {
      settings.hasSuggestedOutput = truth(value, setting);
    },
  ],
  ['syscall_event_drops.actions[]', addDropAction],
  ['syscall_event_drops.threshold', dropNumber('threshold')],
  ['syscall_event_drops.rate', dropNumber('rate')],
  ['syscall_event_drops.max_burst', dropNumber('maximumBurst')],
  [
    'syscall_event_drops.simulate_drops',
    (settings, value, setting) => {
      settings.drops = { ...settings.drops, isSimulated: truth(value, setting) };
    },
  ],
]);

/**
 * Applies a setting written as `NAME=VALUE`; numbers in brackets stand for any place in a list, as for Falco.
 * @throws cli/SETTING_UNKNOWN, cli/SETTING_INVALID
 */
export function applySetting(settings: WatchSettings, setting: string): void {
  const equals = setting.indexOf('=');
  const name = (equals === -1 ? setting : setting.slice(0, equals)).trim().replaceAll(/\[[0-9]*\]/g, '[]');
  const apply = SETTINGS.get(name);
  if (apply === undefined) {
    throw errors.create('SETTING_UNKNOWN', { setting, known: [...SETTINGS.keys()].join(', ') });
  }
  if (equals === -1) throw errors.create('SETTING_INVALID', { setting, problem: `write ${name}=VALUE` });
  apply(settings, setting.slice(equals + 1).trim(), setting);
}

function truth(value: string, setting: string): boolean {
  if (/^(true|yes|on)$/i.test(value)) return true;
  if (/^(false|no|off)$/i.test(value)) return false;
  throw errors.create('SETTING_INVALID', { setting, problem: 'it is either true or false' });
}
