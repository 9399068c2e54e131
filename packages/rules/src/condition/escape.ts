import { bytesFromText, splitUtf8 } from '../value/bytes.ts';

export type EscapesRead =
  | { readonly value: string }
  | { readonly problem: EscapeProblem; readonly escape: string };

type EscapeProblem = 'unknown' | 'wrong-quote' | 'hexadecimal' | 'wrong-hexadecimal';

const plainEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '/': '/',
  '\\': '\\',
  // Falco reads a backslash before a blank as that backslash alone: old rule files rely on it.
  ' ': '\\',
};

/**
 * Reads what stands between quotes.
 * @param inner the text between the quotes, as written.
 * @param readsHexadecimal whether `\xHH` is an escape: in Falco 0.44 it is none (libs 0.25, filter/escaping.cpp).
 * @returns its value as a byte string, or the first escape that is wrong.
 */
export function readEscapes(inner: string, quote: "'" | '"', readsHexadecimal = false): EscapesRead {
  let value = '';
  let plainFrom = 0;
  for (let i = inner.indexOf('\\'); i !== -1; i = inner.indexOf('\\', i)) {
    value += bytesFromText(inner.slice(plainFrom, i));
    const letter = String.fromCodePoint(inner.codePointAt(i + 1) ?? 0);
    if (letter === 'x') {
      const digits = inner.slice(i + 2, i + 4);
      const problem = readsHexadecimal ? findHexadecimalProblem(digits) : 'hexadecimal';
      if (problem !== undefined) return { problem, escape: `\\x${digits}` };
      value += String.fromCharCode(Number.parseInt(digits, 16));
      i += 4;
    } else if (letter === '"' || letter === "'") {
      if (letter !== quote) return { problem: 'wrong-quote', escape: `\\${letter}` };
      value += letter;
      i += 2;
    } else {
      const plain = plainEscapes[letter];
      if (plain === undefined) return { problem: 'unknown', escape: `\\${letter}` };
      value += plain;
      i += 2;
    }
    plainFrom = i;
  }
  return { value: value + bytesFromText(inner.slice(plainFrom)) };
}

function findHexadecimalProblem(digits: string): EscapeProblem | undefined {
  return /^[0-9a-fA-F]{2}$/.test(digits) ? undefined : 'wrong-hexadecimal';
}

const escapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  '"': '\\"',
};

/**
 * A value as Falco's canonical text shows it: quoted only when it holds a blank, `=`, a quote, a backslash or a
 * control character that has an escape. So it isn't always readable back; `quoteExactly` is.
 * @param value a byte string; bytes that aren't UTF-8 are shown as `\xHH` (Falco prints them raw).
 */
export function quoteAsFalco(value: string): string {
  let needsQuotes = false;
  let shown = '';
  for (const run of splitUtf8(value)) {
    if (typeof run === 'number') {
      needsQuotes = true;
      shown += hexEscape(run);
      continue;
    }
    if (/[\b\f\n\r\t =\\"'\0]/.test(run)) needsQuotes = true;
    shown += run.replace(/[\b\f\n\r\t\\"]/g, (special) => escapes[special]!);
  }
  return needsQuotes ? `"${shown}"` : shown;
}

/**
 * A value in double quotes that reads back as exactly this byte string. Falco 0.44 reads it too, but for NUL and bytes that
 * are no UTF-8: those have no other form than `\xHH`, which only who asks for it reads.
 */
export function quoteExactly(value: string): string {
  let shown = '';
  for (const run of splitUtf8(value)) {
    shown +=
      typeof run === 'number'
        ? hexEscape(run)
        : run.replace(/[\0\b\f\n\r\t\\"]/g, (special) => escapes[special] ?? hexEscape(0));
  }
  // A quote behind a backslash never closes the string, even when that backslash is itself escaped: see `plainEscapes`.
  if (shown.endsWith('\\\\')) shown = `${shown.slice(0, -2)}\\ `;
  return `"${shown}"`;
}

function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
