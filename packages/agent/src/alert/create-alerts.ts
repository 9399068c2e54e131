import {
  createOutputFormat,
  type FieldCatalogue,
  type JsonValue,
  type OutputFormat,
  type Rule,
} from '@seawall/rules';
import type { Alert } from './alert.ts';

/** What an alert needs to know of its rule. */
export type AlertingRule = Pick<Rule, 'name' | 'priority' | 'source' | 'tags' | 'output' | 'extraFields'>;

export interface AlertOptions {
  /** Whether the line begins with date and time in UTC instead of the local time of day. */
  readonly isIsoTime: boolean;
}

/** Makes alerts of a rule's matches. */
export interface AlertFactory<Context> {
  /** @param context what the rule matched: everything is read from it at once. @param timestamp in nanoseconds. */
  create(context: Context, timestamp: bigint, hostname: string): Alert;
}

interface ExtraFormat<Context> {
  readonly name: string;
  readonly isRaw: boolean;
  readonly format: OutputFormat<Context>;
}

/** Makes a rule's output formats ready; fields without a value show as `<NA>`, as null in JSON. */
export function createAlertFactory<Context>(
  rule: AlertingRule,
  catalogue: FieldCatalogue<Context>,
  { isIsoTime }: AlertOptions,
): AlertFactory<Context> {
  const ready = (format: string): OutputFormat<Context> => createOutputFormat(withStar(format), catalogue);
  const prefix = ready(`%${isIsoTime ? 'evt.time.iso8601' : 'evt.time'}: ${rule.priority}`);
  const message = ready(rule.output);
  const extras = rule.extraFields.map(
    ({ name, format, isRaw }): ExtraFormat<Context> => ({ name, isRaw, format: ready(format) }),
  );
  const { name, priority, source, tags } = rule;
  return {
    create(context, timestamp, hostname) {
      const fields = new Map<string, JsonValue>(message.json(context).values);
      for (const [field, value] of prefix.json(context).values) fields.set(field, value);
      for (const extra of extras) {
        const value = extra.isRaw
          ? (extra.format.json(context).values.get(extra.name) ?? null)
          : extra.format.text(context).text;
        fields.set(extra.name, value);
      }
      return {
        rule: name,
        priority,
        source,
        tags,
        timestamp,
        hostname,
        prefix: prefix.text(context).text,
        message: message.text(context).text,
        fields,
      };
    },
  };
}

/** The format so that it is shown in any case, `<NA>` in the place of what has no value. */
export function withStar(format: string): string {
  return format.startsWith('*') ? format : `*${format}`;
}
