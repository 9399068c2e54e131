import { formatUtcTime } from '@seawall/base';
import { bytesFromText, type JsonValue, jsonText, textFromBytes } from '@seawall/rules';
import type { Alert } from './alert.ts';

/** Which properties an alert's JSON has besides rule, priority, source, hostname and time; Falco's defaults. */
export interface AlertJsonOptions {
  readonly hasOutput: boolean;
  readonly hasTags: boolean;
  readonly hasMessage: boolean;
  readonly hasOutputFields: boolean;
}

export const defaultAlertJsonOptions: AlertJsonOptions = {
  hasOutput: true,
  hasTags: true,
  hasMessage: false,
  hasOutputFields: true,
};

/** Behind the line of an alert of which not all was known. */
const INCOMPLETE = ' (incomplete)';

const CONTROL_CHARACTERS = /[\u0000-\u001f]/g;

/**
 * The alert on one line, as Falco prints it; bytes that are no UTF-8 become U+FFFD. Control characters, which would begin
 * another line or write over this one, are escaped as in JSON. No line feed at the end. What Falco has no word for stands behind it.
 */
export function alertText({ prefix, message, isIncomplete }: Alert): string {
  const text = textFromBytes(`${prefix} ${message}${isIncomplete ? INCOMPLETE : ''}`);
  return text.replace(CONTROL_CHARACTERS, (character) => JSON.stringify(character).slice(1, -1));
}

/**
 * The alert as Falco's JSON on one line: names sorted, no spaces. No line feed at the end. Alerts of which not all was
 * known have a member `incomplete` that Falco's don't have.
 */
export function alertJson(alert: Alert, options: AlertJsonOptions): string {
  const members = new Map<string, JsonValue>([
    ['time', formatUtcTime(alert.timestamp, 'Z')],
    ['rule', bytesFromText(alert.rule)],
    ['priority', alert.priority],
    ['source', bytesFromText(alert.source)],
    ['hostname', bytesFromText(alert.hostname)],
  ]);
  if (alert.isIncomplete) members.set('incomplete', true);
  if (options.hasOutput) members.set('output', `${alert.prefix} ${alert.message}`);
  if (options.hasMessage) members.set('message', alert.message);
  if (options.hasTags) members.set('tags', alert.tags.map(bytesFromText));
  if (options.hasOutputFields) members.set('output_fields', { object: alert.fields });
  return jsonText({ object: members });
}
