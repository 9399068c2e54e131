import { formatLocalTime, formatUtcTime, SECOND } from '@seawall/base';
import { eventTypeOfSymbol, hasValue, readUint32, timestampOf } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { EventTrait, hasTrait } from './event-facts.ts';
import { asynchronousName } from './event-name.ts';
import { type Extract, field, type InspectorField } from './field.ts';
import { integer } from './text.ts';

const FROM_PLUGINS: ReadonlySet<number> = new Set([
  eventTypeOfSymbol('PLUGINEVENT_E').id,
  eventTypeOfSymbol('ASYNCEVENT_E').id,
]);

/** Fields that every event has, whatever its source. */
export const genericFields: readonly InspectorField[] = [
  field({
    name: 'evt.num',
    type: 'uint64',
    format: 'id',
    dependsOn: ['event'],
    description: 'Number of the event in its capture or since watching began, from 1.',
    extract: ({ view }) => view.number,
  }),
  clockTime('evt.time', "Time of day of the event in this machine's zone, with nanoseconds.", ({ view }) =>
    formatLocalTime(timestampOf(view), { date: false, nanoseconds: true }),
  ),
  clockTime('evt.time.s', "Time of day of the event in this machine's zone, in whole seconds.", ({ view }) =>
    formatLocalTime(timestampOf(view), { date: false, nanoseconds: false }),
  ),
  clockTime('evt.time.iso8601', 'Time of the event in UTC as ISO 8601, with nanoseconds.', ({ view }) =>
    formatUtcTime(timestampOf(view), '+0000'),
  ),
  clockTime(
    'evt.datetime',
    "Date and time of the event in this machine's zone, with nanoseconds.",
    ({ view }) => formatLocalTime(timestampOf(view), { date: true, nanoseconds: true }),
  ),
  clockTime(
    'evt.datetime.s',
    "Date and time of the event in this machine's zone, in whole seconds.",
    ({ view }) => formatLocalTime(timestampOf(view), { date: true, nanoseconds: false }),
  ),
  time('evt.rawtime', 'abstime', 'decimal', now, 'Time of the event in nanoseconds since the epoch.'),
  time(
    'evt.rawtime.s',
    'abstime',
    'decimal',
    (context) => now(context) / SECOND,
    'Time of the event in whole seconds since the epoch.',
  ),
  time(
    'evt.rawtime.ns',
    'abstime',
    'padded-decimal',
    (context) => now(context) % SECOND,
    'Nanoseconds of the event beyond evt.rawtime.s.',
  ),
  time('evt.reltime', 'reltime', 'padded-decimal', sinceStart, 'Nanoseconds since the first event.'),
  time(
    'evt.reltime.s',
    'reltime',
    'decimal',
    (context) => sinceStart(context) / SECOND,
    'Whole seconds since the first event.',
  ),
  time(
    'evt.reltime.ns',
    'reltime',
    'padded-decimal',
    (context) => sinceStart(context) % SECOND,
    'Nanoseconds since the first event beyond evt.reltime.s.',
  ),
  text('evt.pluginname', 'Always unset: Seawall has no plugins.', () => undefined, 'constant'),
  text('evt.plugininfo', 'Always unset: Seawall has no plugins.', () => undefined, 'constant'),
  text('evt.source', 'Source of the event: syscall.', ({ view }) =>
    FROM_PLUGINS.has(view.type) && hasValue(view, 0) && readUint32(view, 0) !== 0 ? undefined : 'syscall',
  ),
  field({
    name: 'evt.is_async',
    type: 'bool',
    format: 'na',
    dependsOn: ['event'],
    description: 'True for events that tell something beside what threads do, such as a new container.',
    extract: ({ view }) => hasTrait(view, EventTrait.isMetaEvent),
  }),
  text(
    'evt.asynctype',
    'For such events (evt.is_async) what they tell: container, procinfo, ...',
    asynchronousName,
  ),
  text(
    'evt.hostname',
    'Name of the machine that the event is from.',
    ({ tables }) => tables.machine?.hostname,
  ),
];

function now({ view }: EventContext): bigint {
  return timestampOf(view);
}

function sinceStart({ view, firstEventTimestamp }: EventContext): bigint {
  return BigInt.asUintN(64, timestampOf(view) - firstEventTimestamp);
}

function text(
  name: string,
  description: string,
  extract: Extract,
  dependency: 'event' | 'constant' = 'event',
): InspectorField {
  return field({ name, type: 'charbuf', format: 'na', dependsOn: [dependency], description, extract });
}

/** A time as people read it; in JSON it is nanoseconds since the epoch. */
function clockTime(name: string, description: string, extract: Extract): InspectorField {
  return field({
    name,
    type: 'charbuf',
    format: 'na',
    dependsOn: ['event'],
    description,
    extract,
    extractForJson: (context) => integer(now(context)),
  });
}

function time(
  name: string,
  type: 'abstime' | 'reltime',
  format: 'decimal' | 'padded-decimal',
  read: (context: EventContext) => bigint,
  description: string,
): InspectorField {
  return field({
    name,
    type,
    format,
    dependsOn: ['event'],
    description,
    extract: (context) => integer(read(context)),
    extractForJson: (context) => integer(read(context)),
  });
}
