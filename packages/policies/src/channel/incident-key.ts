import { createHash } from 'node:crypto';
import type { OutgoingMessage } from './attempt.ts';

/** What all messages about one group have in common for receivers that keep incidents; short, whatever the group's key. */
export function incidentKey({ notice, deduplicationKey }: OutgoingMessage): string {
  if (notice.kind === 'digest' || notice.kind === 'test') return `seawall-${deduplicationKey}`;
  return `seawall-${createHash('sha256').update(notice.group.key).digest('hex').slice(0, 40)}`;
}
