import type { Severity } from '@seawall/store';
import type { OutgoingMessage } from './attempt.ts';
import type { NotificationChannelSpec } from './channel.ts';
import type { HttpMessage } from './http-send.ts';
import { incidentKey } from './incident-key.ts';
import { severityOf } from './notice.ts';
import type { Secrets } from './secrets.ts';
import { textOf } from './text.ts';

const messageTypes: Readonly<Record<Severity, string>> = {
  high: 'CRITICAL',
  medium: 'WARNING',
  low: 'WARNING',
  info: 'INFO',
};

/**
 * An alert for VictorOps (Splunk On-Call); its `entity_id` is the group's, so that what follows belongs to the same
 * incident. https://help.victorops.com/knowledge-base/rest-endpoint-integration-guide/
 */
export function victorOpsMessage(
  message: OutgoingMessage,
  { apiKey, routingKey, endpoint }: NonNullable<NotificationChannelSpec['victorOps']>,
  secrets: Secrets,
): HttpMessage {
  const { event, notice, deduplicationKey } = message;
  const text = textOf(notice);
  const severity = severityOf(notice);
  const types: Readonly<Record<typeof event, string>> = {
    trigger: messageTypes[severity],
    digest: messageTypes[severity],
    acknowledge: 'ACKNOWLEDGEMENT',
    resolve: 'RECOVERY',
    test: 'INFO',
  };
  const details = [text.output, ...text.facts.map(([name, value]) => `${name}: ${value}`), ...text.lines];
  const body = {
    message_type: types[event],
    entity_id: incidentKey(message),
    entity_display_name: text.title,
    state_message: [...details, text.closing, text.runbook].filter(Boolean).join('\n'),
    state_start_time: Math.floor(Date.parse(notice.time) / 1000),
    monitoring_tool: 'Seawall',
    seawall_deduplication_key: deduplicationKey,
    ...(notice.kind === 'decision' ? { ack_author: notice.actor, ack_msg: notice.comment ?? '' } : {}),
  };
  return {
    url: `${endpoint}/${encodeURIComponent(secrets.read(apiKey))}/${encodeURIComponent(routingKey)}`,
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': deduplicationKey },
    body: JSON.stringify(body),
  };
}
