import { type JsonNode, memberOf, stringOf } from '../json/node.ts';

/** One audit event, as rules see it. */
export interface AuditEvent {
  readonly node: JsonNode;
  /** Nanoseconds since the epoch: the event's `stageTimestamp`. */
  readonly timestamp: bigint;
  /** Counts the events of the input, from 1 (`evt.num`). */
  readonly number: number;
}

/** What the fields of the audit catalogue read: one object, reused, into which each event is put in turn. */
export interface AuditContext {
  event: AuditEvent;
  /** The timestamp of the input's first event (`evt.reltime` counts from there). */
  firstTimestamp: bigint;
  /** The machine that Seawall runs on (`evt.hostname`). */
  readonly hostname: string;
}

const NO_EVENT: AuditEvent = { node: { kind: 'object', members: [] }, timestamp: 0n, number: 0 };

export function createAuditContext(hostname: string): AuditContext {
  return { event: NO_EVENT, firstTimestamp: 0n, hostname };
}

/** Takes the events out of a JSON value: one event, an EventList, or an array of either. */
export function auditEventsIn(node: JsonNode): readonly JsonNode[] | undefined {
  if (node.kind === 'array') {
    const events: JsonNode[] = [];
    for (const item of node.items) {
      const inner = auditEventsIn(item);
      if (inner === undefined) return undefined;
      for (const event of inner) events.push(event);
    }
    return events;
  }
  switch (stringOf(memberOf(node, 'kind'))) {
    case 'Event':
      return [node];
    case 'EventList': {
      const items = memberOf(node, 'items');
      return items?.kind === 'array' ? items.items : undefined;
    }
    default:
      return undefined;
  }
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,}))?(Z|z|[+-]\d{2}:\d{2})$/;

/** The event's time in nanoseconds since the epoch; undefined where `stageTimestamp` is absent or not RFC 3339. */
export function timestampOfNode(node: JsonNode): bigint | undefined {
  const parts = RFC3339.exec(stringOf(memberOf(node, 'stageTimestamp')) ?? '');
  if (parts === null) return undefined;
  const [, date, time, fraction = '', zone] = parts;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}
