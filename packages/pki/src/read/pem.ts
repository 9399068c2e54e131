import { errors } from '../errors.ts';

/** One `-----BEGIN label-----` block. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Buffer;
  /** Line of the BEGIN, from 1. */
  readonly line: number;
}

const begin = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/;

/**
 * Splits PEM text (RFC 7468) into its blocks; text around the blocks and header lines of old key files are passed over.
 * @param source what to call the text in messages: a path, mostly.
 * @throws pki/PEM_TRUNCATED, pki/PEM_BAD_BASE64
 */
export function readPemBlocks(text: string, source: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const label = begin.exec(lines[index]!)?.[1];
    if (label === undefined) continue;
    const line = index + 1;
    const end = `-----END ${label}-----`;
    let encoded = '';
    for (index++; index < lines.length && lines[index]!.trim() !== end; index++) {
      const content = lines[index]!.trim();
      if (content.startsWith('-----BEGIN ')) throw errors.create('PEM_TRUNCATED', { source, label, line });
      if (!content.includes(':')) encoded += content;
    }
    if (index >= lines.length) throw errors.create('PEM_TRUNCATED', { source, label, line });
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) {
      throw errors.create('PEM_BAD_BASE64', { source, label, line });
    }
    blocks.push({ label, bytes: Buffer.from(encoded, 'base64'), line });
  }
  return blocks;
}

/** Writes one block, 64 characters a line, with a newline at the end. */
export function writePem(label: string, bytes: Uint8Array): string {
  const encoded =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${encoded.join('\n')}\n-----END ${label}-----\n`;
}
