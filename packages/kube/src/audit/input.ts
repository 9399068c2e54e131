import { parseJson } from '../json/parse.ts';
import { type AuditEvent, auditEventsIn, timestampOfNode } from './event.ts';

/** Something in the input that is no audit event; reading goes on behind it. */
export interface AuditInputFault extends TextFault {
  /** Whether it is JSON all the same: another object of Kubernetes', say. */
  readonly isJson: boolean;
}

interface TextFault {
  /** Where it starts: line from 1, column (in bytes) from 1. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export type AuditInputItem =
  | { readonly kind: 'event'; readonly event: AuditEvent }
  | { readonly kind: 'fault'; readonly fault: AuditInputFault };

/** A JSON value larger than this is refused: API servers cut events far below it. */
const MAXIMUM_VALUE_LENGTH = 64 * 1024 * 1024;

/**
 * Reads audit events from JSON text: one value a line, as the API server's log writes them, or values over several
 * lines. A value is an event, an EventList (what the webhook sends) or an array of these.
 * @param chunks the bytes, in order.
 * @returns the events in their order and, in their places, the faults: no input throws.
 */
export async function* readAuditInput(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<AuditInputItem> {
  const lines = createLineSplitter();
  const values = createValueSplitter();
  let number = 0;
  // Only what is an event or a fault is waited for: a line of its own would cost a turn of the event loop's queue each.
  for await (const chunk of chunks) {
    for (const line of lines.linesOf(chunk)) {
      for (const piece of values.take(line)) yield* itemsOf(piece);
    }
  }
  for (const line of lines.rest()) {
    for (const piece of values.take(line)) yield* itemsOf(piece);
  }
  for (const piece of values.rest()) yield* itemsOf(piece);

  function* itemsOf(piece: ValueText | TextFault): Generator<AuditInputItem> {
    if ('reason' in piece) {
      yield { kind: 'fault', fault: { ...piece, isJson: false } };
      return;
    }
    const result = parseJson(piece.text);
    if (!result.ok) {
      const before = piece.text.slice(0, result.offset);
      const lineBreaks = before.split('\n').length - 1;
      const fault = {
        line: piece.line + lineBreaks,
        column: result.offset - (before.lastIndexOf('\n') + 1) + 1,
        reason: result.reason,
        isJson: false,
      };
      yield { kind: 'fault', fault };
      return;
    }
    const nodes = auditEventsIn(result.node);
    if (nodes === undefined) {
      const reason = 'not an audit event: "kind" is neither Event nor EventList';
      yield { kind: 'fault', fault: { line: piece.line, column: 1, reason, isJson: true } };
      return;
    }
    for (const node of nodes) {
      const timestamp = timestampOfNode(node);
      if (timestamp === undefined) {
        const reason = 'an audit event without a readable "stageTimestamp"';
        yield { kind: 'fault', fault: { line: piece.line, column: 1, reason, isJson: true } };
      } else {
        number += 1;
        yield { kind: 'event', event: { node, timestamp, number } };
      }
    }
  }
}

/** Cuts chunks into lines; what follows the last line feed belongs to the next chunk's first line. */
function createLineSplitter() {
  let parts: string[] = [];
  return {
    *linesOf(chunk: Uint8Array): Generator<string> {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      let from = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
        const line = text.slice(from, end);
        from = end + 1;
        if (parts.length === 0) yield line;
        else {
          const whole = parts.join('') + line;
          parts = [];
          yield whole;
        }
      }
      if (from < text.length) parts.push(text.slice(from));
    },
    *rest(): Generator<string> {
      if (parts.length > 0) yield parts.join('');
      parts = [];
    },
  };
}

interface ValueText {
  readonly text: string;
  readonly line: number;
}

/**
 * Groups lines into values. A line on its own is a value when its brackets close; else lines are added until they
 * do. A value is given up as cut when a string is open at a line's end, when a new value starts at the margin (but
 * objects may stand there inside an array), when the input ends, or when it grows too long. Its first line is the
 * fault, and reading resumes on the next line that starts a value at the margin: so each line is looked at three
 * times at most, whatever the input.
 */
function createValueSplitter() {
  let pending: string[] = [];
  let pendingLength = 0;
  let pendingLine = 0;
  let depth = 0;
  let line = 0;

  function* add(text: string, at: number): Generator<ValueText | TextFault> {
    if (pending.length === 0 && text.trim() === '') return;
    if (pending.length > 0 && isAtMargin(text) && !(text[0] === '{' && pending[0][0] === '['))
      yield* giveUp();
    if (pending.length === 0) pendingLine = at;
    const scan = scanBrackets(text, depth);
    pending.push(text);
    pendingLength += text.length + 1;
    depth = scan.depth;
    if (scan.isStringOpen || pendingLength > MAXIMUM_VALUE_LENGTH) {
      if (pending.length > 1) {
        yield* giveUp();
        return;
      }
      const reason = scan.isStringOpen ? 'a string is not closed on its line' : 'the value is too long';
      clear();
      yield { line: at, column: text.length + 1, reason };
    } else if (depth <= 0) {
      const value = { text: pending.join('\n'), line: pendingLine };
      clear();
      yield value;
    }
  }

  function clear(): void {
    pending = [];
    pendingLength = 0;
    depth = 0;
  }

  function* giveUp(): Generator<ValueText | TextFault> {
    const [first, ...rest] = pending;
    const firstLine = pendingLine;
    clear();
    yield { line: firstLine, column: first.length + 1, reason: 'the value does not end' };
    const resumeAt = rest.findIndex(isAtMargin);
    if (resumeAt === -1) return;
    for (let index = resumeAt; index < rest.length; index += 1) {
      yield* add(rest[index], firstLine + 1 + index);
    }
  }

  return {
    take(text: string): Iterable<ValueText | TextFault> {
      line += 1;
      if (text === '' && pending.length === 0) return NOTHING;
      return add(text.endsWith('\r') ? text.slice(0, -1) : text, line);
    },
    *rest(): Generator<ValueText | TextFault> {
      while (pending.length > 0) yield* giveUp();
    },
  };
}

const NOTHING: readonly never[] = [];

function isAtMargin(text: string): boolean {
  return text[0] === '{' || text[0] === '[';
}

/** Follows brackets through a line, leaving out those in strings. */
function scanBrackets(text: string, startDepth: number): { depth: number; isStringOpen: boolean } {
  let depth = startDepth;
  let isStringOpen = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (isStringOpen) {
      if (character === 0x5c) index += 1;
      else if (character === 0x22) isStringOpen = false;
    } else if (character === 0x22) isStringOpen = true;
    else if (character === 0x7b || character === 0x5b) depth += 1;
    else if (character === 0x7d || character === 0x5d) depth -= 1;
  }
  return { depth, isStringOpen };
}
