import { formatUtcTime } from '@seawall/base';
import type { Alert, AlertValue } from './alert.ts';

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

/**
 * The alert on one line, as Falco prints it: control characters, quotes and backslashes escaped as in JSON, bytes
 * that are no UTF-8 replaced by U+FFFD. No line feed at the end.
 */
export function alertText({ prefix, message }: Alert): string {
  return quote(`${prefix} ${message}`).slice(1, -1);
}

/** The alert as Falco's JSON on one line: names sorted, no spaces. No line feed at the end. */
export function alertJson(alert: Alert, options: AlertJsonOptions): string {
  const members: string[] = [`"hostname":${quote(alert.hostname)}`];
  if (options.hasMessage) members.push(`"message":${quote(alert.message)}`);
  if (options.hasOutput) members.push(`"output":${quote(`${alert.prefix} ${alert.message}`)}`);
  if (options.hasOutputFields) members.push(`"output_fields":${fieldsJson(alert.fields)}`);
  members.push(`"priority":${quote(alert.priority)}`);
  members.push(`"rule":${quote(alert.rule)}`);
  members.push(`"source":${quote(alert.source)}`);
  if (options.hasTags) members.push(`"tags":[${alert.tags.map(quote).join(',')}]`);
  members.push(`"time":${quote(formatUtcTime(alert.timestamp, 'Z'))}`);
  return `{${members.join(',')}}`;
}

function fieldsJson(fields: ReadonlyMap<string, AlertValue>): string {
  const names = [...fields.keys()].sort(compareBytes);
  return `{${names.map((name) => `${quote(name)}:${valueJson(fields.get(name) as AlertValue)}`).join(',')}}`;
}

function valueJson(value: AlertValue): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if ('real' in value) return realJson(value.real);
  return `[${value.map(valueJson).join(',')}]`;
}

function realJson(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  const text = String(value);
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

/** Byte strings have one char per byte, so comparing chars compares bytes. */
function compareBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function quote(bytes: string): string {
  return JSON.stringify(Buffer.from(bytes, 'latin1').toString('utf8'));
}
