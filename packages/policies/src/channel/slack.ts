import type { Severity } from '@seawall/store';
import type { OutgoingMessage } from './attempt.ts';
import type { NotificationChannelSpec } from './channel.ts';
import type { HttpMessage } from './http-send.ts';
import { severityOf } from './notice.ts';
import type { Secrets } from './secrets.ts';
import { textOf } from './text.ts';

const colors: Readonly<Record<Severity, string>> = {
  high: '#d1242f',
  medium: '#d4821c',
  low: '#2f6fdd',
  info: '#6e7781',
};

/** What Slack allows: https://api.slack.com/reference/block-kit/blocks */
const LONGEST_HEADER = 150;
const LONGEST_TEXT = 2900;
const MOST_FIELDS = 10;
const LONGEST_FIELD = 1900;

type Block = Readonly<Record<string, unknown>>;

/** A message of blocks for an incoming webhook. What comes from outside can't become a link, a mention or markup. */
export function slackMessage(
  { notice, deduplicationKey }: OutgoingMessage,
  { url }: NonNullable<NotificationChannelSpec['slack']>,
  secrets: Secrets,
): HttpMessage {
  const text = textOf(notice);
  const blocks: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: text.title.slice(0, LONGEST_HEADER), emoji: false } },
  ];
  if (text.output !== undefined) blocks.push(section(`\`\`\`${verbatim(text.output)}\`\`\``));
  for (let from = 0; from < text.facts.length; from += MOST_FIELDS) {
    const fields = text.facts.slice(from, from + MOST_FIELDS).map(([name, value]) => ({
      type: 'mrkdwn',
      text: `*${name}*\n${plain(value).slice(0, LONGEST_FIELD)}`,
    }));
    blocks.push({ type: 'section', fields });
  }
  if (text.lines.length > 0) blocks.push(section(`\`\`\`${verbatim(text.lines.join('\n'))}\`\`\``));
  const closing = [
    text.closing,
    text.runbook === undefined ? undefined : `Runbook: ${text.runbook}`,
    `key ${deduplicationKey}`,
  ].filter((part) => part !== undefined);
  blocks.push({
    type: 'context',
    elements: closing.map((part) => ({
      type: 'plain_text',
      text: part.slice(0, LONGEST_FIELD),
      emoji: false,
    })),
  });
  const body = {
    text: plain(text.title),
    unfurl_links: false,
    unfurl_media: false,
    attachments: [{ color: colors[severityOf(notice)], blocks }],
    metadata: {
      event_type: 'seawall_notice',
      event_payload: { deduplication_key: deduplicationKey, kind: notice.kind },
    },
  };
  return {
    url: secrets.read(url),
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': deduplicationKey },
    body: JSON.stringify(body),
  };
}

function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/** For a block of code: nothing in it ends the block. */
function verbatim(text: string): string {
  return escapeMarkup(
    text
      .replaceAll('`', 'ˋ')
      .slice(0, LONGEST_TEXT / 2)
      .toWellFormed(),
  );
}

/** For running text: characters that mean something to Slack lose their meaning. */
function plain(text: string): string {
  return escapeMarkup(text).replace(/[*_~`]/g, (character) => `\u200b${character}`);
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
