import type { Severity } from '@seawall/store';
import type { OutgoingMessage } from './attempt.ts';
import type { NotificationChannelSpec } from './channel.ts';
import type { HttpMessage } from './http-send.ts';
import { incidentKey } from './incident-key.ts';
import { type Notice, severityOf } from './notice.ts';
import type { Secrets } from './secrets.ts';
import { textOf } from './text.ts';

const severities: Readonly<Record<Severity, string>> = {
  high: 'critical',
  medium: 'error',
  low: 'warning',
  info: 'info',
};

const LONGEST_SUMMARY = 1024;

/**
 * An event for PagerDuty; its `dedup_key` is the group's, so that what follows belongs to the same incident, and sending
 * twice makes no second one. https://developer.pagerduty.com/docs/send-alert-event
 */
export function pagerDutyMessage(
  message: OutgoingMessage,
  { routingKey, endpoint }: NonNullable<NotificationChannelSpec['pagerDuty']>,
  secrets: Secrets,
): HttpMessage {
  const { event, notice, deduplicationKey } = message;
  const isDecision = event === 'acknowledge' || event === 'resolve';
  const text = textOf(notice);
  const body = {
    routing_key: secrets.read(routingKey),
    event_action: isDecision ? event : 'trigger',
    dedup_key: incidentKey(message),
    ...(isDecision
      ? {}
      : {
          payload: {
            summary: text.title.slice(0, LONGEST_SUMMARY),
            source: sourceOf(notice),
            severity: severities[severityOf(notice)],
            timestamp: notice.time,
            ...partsOf(notice),
            custom_details: {
              ...Object.fromEntries(text.facts),
              ...(text.output === undefined ? {} : { Output: text.output }),
              ...(text.lines.length === 0 ? {} : { Findings: text.lines }),
              ...(text.closing === undefined ? {} : { More: text.closing }),
              'Deduplication key': deduplicationKey,
            },
          },
          client: 'Seawall',
          ...(text.runbook === undefined ? {} : { links: [{ href: text.runbook, text: 'Runbook' }] }),
        }),
  };
  return {
    url: endpoint,
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': deduplicationKey },
    body: JSON.stringify(body),
  };
}

/** PagerDuty insists on a source. */
function sourceOf(notice: Notice): string {
  return notice.kind === 'digest' || notice.kind === 'test' ? 'seawall' : notice.group.node || 'seawall';
}

function partsOf(notice: Notice): Readonly<Record<string, string>> {
  if (notice.kind === 'digest' || notice.kind === 'test') return {};
  const { rule, policy, container, pod, namespace } = notice.group;
  const component = container?.name ?? pod;
  return {
    class: rule,
    group: namespace ?? policy,
    ...(component === null || component === undefined ? {} : { component }),
  };
}
