import { createHmac } from 'node:crypto';
import type { OutgoingMessage } from './attempt.ts';
import type { NotificationChannelSpec } from './channel.ts';
import type { HttpMessage } from './http-send.ts';
import type { Secrets } from './secrets.ts';
import { fillBody, fillText, templateValues } from './template.ts';

const LONGEST_HEADER = 1000;

/** The message of a generic webhook: as its template says, or the notice and its keys as JSON; signed where it is to be. */
export function webhookMessage(
  { notice, event, deduplicationKey }: OutgoingMessage,
  { url, method, headers = {}, body, signingSecret }: NonNullable<NotificationChannelSpec['webhook']>,
  secrets: Secrets,
  now: number,
): HttpMessage {
  const values = templateValues(notice, deduplicationKey);
  const isText = typeof body === 'string';
  const text = isText
    ? fillText(body, values)
    : JSON.stringify(body === undefined ? { event, deduplicationKey, ...notice } : fillBody(body, values));
  const own = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    typeof value === 'string' ? headerText(fillText(value, values)) : secrets.read(value),
  ]);
  return {
    url: typeof url === 'string' ? url : secrets.read(url),
    method,
    headers: {
      'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
      'idempotency-key': deduplicationKey,
      ...Object.fromEntries(own),
      ...(signingSecret === undefined
        ? {}
        : { 'seawall-signature': signatureOf(text, secrets.read(signingSecret), Math.floor(now / 1000)) }),
    },
    body: text,
  };
}

/**
 * The value of the header `Seawall-Signature`: `t=SECONDS,v1=HMAC`, the HMAC-SHA256 of `SECONDS.BODY` in hexadecimal digits.
 * The time is signed as well, so that receivers can refuse what is old.
 */
export function signatureOf(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** What fits into a header: printable ASCII on one line. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_HEADER);
}
