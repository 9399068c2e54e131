import { formatLocalTime, formatUtcTime, SECOND } from '@seawall/base';
import type { FieldType, PrintFormat, Value } from '@seawall/rules';
import { compactText, indentedText } from '../json/node.ts';
import type { AuditContext } from './event.ts';
import { pointedText } from './extract.ts';
import { type AuditField, defineField } from './field.ts';

const NO_ARGUMENT = { presence: 'none', isIndex: false, isKey: false } as const;
const KEY = { presence: 'required', isIndex: false, isKey: true } as const;

/** The fields that events of every source have, and those of Falco's json plugin, which audit rules use as well. */
export const generalFields: readonly AuditField[] = [
  plain('evt.num', 'uint64', 'id', 'Number of the event in the input, from 1.', ({ event }) => event.number),
  time('evt.time', 'Time of day of the event, with nanoseconds.', (at) =>
    formatLocalTime(at, { date: false, nanoseconds: true }),
  ),
  time('evt.time.s', 'Time of day of the event, in seconds.', (at) =>
    formatLocalTime(at, { date: false, nanoseconds: false }),
  ),
  time('evt.time.iso8601', 'Time of the event as ISO 8601 writes it, in UTC, with nanoseconds.', (at) =>
    formatUtcTime(at, '+0000'),
  ),
  time('evt.datetime', 'Date and time of the event, with nanoseconds.', (at) =>
    formatLocalTime(at, { date: true, nanoseconds: true }),
  ),
  time('evt.datetime.s', 'Date and time of the event, in seconds.', (at) =>
    formatLocalTime(at, { date: true, nanoseconds: false }),
  ),
  plain(
    'evt.rawtime',
    'abstime',
    'decimal',
    'Time of the event in nanoseconds since the epoch.',
    ({ event }) => integer(event.timestamp),
  ),
  plain('evt.rawtime.s', 'abstime', 'decimal', 'Whole seconds of that.', ({ event }) =>
    integer(event.timestamp / SECOND),
  ),
  plain('evt.rawtime.ns', 'abstime', 'padded-decimal', 'Nanoseconds after the whole second.', ({ event }) =>
    integer(event.timestamp % SECOND),
  ),
  plain(
    'evt.reltime',
    'reltime',
    'padded-decimal',
    'Nanoseconds since the first event of the input.',
    (context) => integer(sinceFirst(context)),
  ),
  plain('evt.reltime.s', 'reltime', 'decimal', 'Whole seconds of that.', (context) =>
    integer(sinceFirst(context) / SECOND),
  ),
  plain(
    'evt.reltime.ns',
    'reltime',
    'padded-decimal',
    'Nanoseconds after the whole second of that.',
    (context) => integer(sinceFirst(context) % SECOND),
  ),
  plain(
    'evt.pluginname',
    'charbuf',
    'na',
    'What reads the events, by the name Falco gives it.',
    () => 'k8saudit',
  ),
  plain('evt.plugininfo', 'charbuf', 'na', 'The event as JSON on one line.', ({ event }) =>
    compactText(event.node),
  ),
  plain('evt.source', 'charbuf', 'na', 'Where the event comes from: k8s_audit.', () => 'k8s_audit'),
  plain('evt.is_async', 'bool', 'na', 'Always false for audit events.', () => false),
  plain('evt.asynctype', 'charbuf', 'na', 'Never set for audit events.', () => undefined),
  plain('evt.hostname', 'charbuf', 'na', 'The machine that Seawall runs on.', ({ hostname }) => hostname),
  ...['json', 'jevt'].flatMap((prefix) => [
    defineField(
      `${prefix}.value`,
      `A value of the event by JSON pointer: ${prefix}.value[/user/username].`,
      { type: 'charbuf', format: 'na', isList: false, argument: KEY },
      (argument = '') =>
        ({ event }) =>
          pointedText(event.node, argument),
    ),
    plain(`${prefix}.obj`, 'charbuf', 'na', 'The event as JSON over several lines.', ({ event }) =>
      indentedText(event.node),
    ),
    plain(`${prefix}.rawtime`, 'charbuf', 'na', 'The same as evt.rawtime, as text.', ({ event }) =>
      String(event.timestamp),
    ),
  ]),
];

function plain(
  name: string,
  type: FieldType,
  format: PrintFormat,
  description: string,
  extract: (context: AuditContext) => Value | undefined,
): AuditField {
  return defineField(
    name,
    description,
    { type, format, isList: false, argument: NO_ARGUMENT },
    () => extract,
  );
}

/** A time as people read it; in JSON it is nanoseconds since the epoch. */
function time(name: string, description: string, format: (timestamp: bigint) => string): AuditField {
  return defineField(
    name,
    description,
    { type: 'charbuf', format: 'na', isList: false, argument: NO_ARGUMENT },
    () =>
      ({ event }) =>
        format(event.timestamp),
    ({ event }) => integer(event.timestamp),
  );
}

function sinceFirst({ event, firstTimestamp }: AuditContext): bigint {
  return BigInt.asUintN(64, event.timestamp - firstTimestamp);
}

function integer(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
