import type { ConnectionOptions } from 'node:tls';
import type { Attempt, OutgoingMessage } from './attempt.ts';
import type { NotificationChannelSpec } from './channel.ts';
import { incidentKey } from './incident-key.ts';
import type { Secrets } from './secrets.ts';
import { type NoticeText, textOf } from './text.ts';

export interface EmailOptions {
  readonly secrets: Secrets;
  readonly tls: ConnectionOptions;
  readonly signal: AbortSignal;
}

/** Longer than any attempt may take by default: the signal is what ends an attempt. */
const FALLBACK_TIMEOUT = 120_000;

/**
 * Sends a message by SMTP over a connection of its own. Messages about one group make one thread; `Message-ID` and
 * `Seawall-Deduplication-Key` are the same whenever a message is sent again.
 * @throws what nodemailer does, where the server could not be talked to
 */
export async function sendEmail(
  message: OutgoingMessage,
  { host, port, security, user, password, from, to }: NonNullable<NotificationChannelSpec['email']>,
  { secrets, tls, signal }: EmailOptions,
): Promise<Attempt> {
  const pass = password === undefined ? undefined : secrets.read(password);
  // What signing in sends: a server may repeat it.
  if (pass !== undefined) {
    for (const separator of ['\0', `\0${user}\0`, `${user}\0${user}\0`]) secrets.hide(`${separator}${pass}`);
  }
  // Not before somebody is written to: the hot loop's thread, which imports this package too, never does.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port: port ?? (security === 'tls' ? 465 : security === 'starttls' ? 587 : 25),
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    allowInternalNetworkInterfaces: true,
    tls,
    connectionTimeout: FALLBACK_TIMEOUT,
    greetingTimeout: FALLBACK_TIMEOUT,
    socketTimeout: FALLBACK_TIMEOUT,
    socketCloseTimeout: 0,
    ...(pass === undefined ? {} : { auth: { user, pass } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const text = textOf(message.notice);
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const thread = `<${incidentKey(message)}@${domain}>`;
  try {
    const { rejectedErrors = [] } = await transport.sendMail({
      from,
      to: [...to],
      subject: text.title,
      text: plainText(text),
      html: htmlText(text),
      messageId: `<${message.deduplicationKey}@${domain}>`,
      date: new Date(message.notice.time),
      references: thread,
      inReplyTo: thread,
      headers: {
        'Seawall-Deduplication-Key': message.deduplicationKey,
        'Auto-Submitted': 'auto-generated',
      },
      signal,
    });
    // Some receivers were refused: who got it gets it again with the same Message-ID, rather than anybody never.
    return rejectedErrors.length === 0 ? { kind: 'delivered' } : refusal(rejectedErrors);
  } catch (error) {
    const { responseCode, rejectedErrors, code } = error as Refusal & { rejectedErrors?: Refusal[] };
    if (rejectedErrors !== undefined && rejectedErrors.length > 0) return refusal(rejectedErrors);
    // A server that doesn't speak TLS refused nothing about the message.
    if (responseCode === undefined || code === 'ETLS') throw error;
    return refusal([error as Refusal]);
  } finally {
    transport.close();
  }
}

interface Refusal {
  readonly message: string;
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
}

/** SMTP's replies from 500 on are final; while any other may still change, all of it is tried again. */
function refusal(refusals: readonly Refusal[]): Attempt {
  const isFinal = refusals.every(({ responseCode = 0 }) => responseCode >= 500);
  const told = refusals.map(({ message }) => message.replace(/\s+/g, ' ').slice(0, 200)).slice(0, 5);
  return { kind: isFinal ? 'rejected' : 'retry', error: `the mail server refused: ${told.join('; ')}` };
}

function plainText({ title, output, facts, lines, closing, runbook }: NoticeText): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return [
    title,
    output,
    facts.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${value}`).join('\n'),
    lines.join('\n'),
    closing,
    runbook === undefined ? undefined : `Runbook: ${runbook}`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
}

function htmlText({ title, output, facts, lines, closing, runbook }: NoticeText): string {
  const rows = facts.map(
    ([name, value]) => `<tr><th align="left">${escapeMarkup(name)}</th><td>${escapeMarkup(value)}</td></tr>`,
  );
  return [
    `<p><b>${escapeMarkup(title)}</b></p>`,
    output === undefined ? '' : `<pre style="white-space:pre-wrap">${escapeMarkup(output)}</pre>`,
    `<table cellpadding="4">${rows.join('')}</table>`,
    lines.length === 0 ? '' : `<pre>${escapeMarkup(lines.join('\n'))}</pre>`,
    closing === undefined ? '' : `<p>${escapeMarkup(closing)}</p>`,
    runbook === undefined ? '' : `<p>Runbook: ${escapeMarkup(runbook)}</p>`,
  ].join('');
}

function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
