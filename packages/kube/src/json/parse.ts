import type { JsonMember, JsonNode } from './node.ts';
import { resolveEscapes } from './node.ts';

/** Deeper nesting is refused, so that hostile input cannot exhaust the stack. */
const MAXIMUM_DEPTH = 300;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
/** Control characters inside strings are let through, as the Go library behind Falco's plugins does. */
const STRING_BODY = /(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const SPACE = /[ \t\r\n]*/y;

export type JsonResult =
  | { readonly ok: true; readonly node: JsonNode }
  /** `isCut` when the text ended before the value did. `offset` counts bytes. */
  | { readonly ok: false; readonly offset: number; readonly reason: string; readonly isCut: boolean };

interface Fault {
  readonly offset: number;
  readonly reason: string;
}

/** Parses one JSON value and nothing after it but white space. @param text a byte string. */
export function parseJson(text: string): JsonResult {
  let position = 0;
  let fault: Fault | undefined;

  function skipSpace(): void {
    SPACE.lastIndex = position;
    SPACE.test(text);
    position = SPACE.lastIndex;
  }

  function fail(reason: string, offset = position): undefined {
    fault ??= { offset, reason };
    return undefined;
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = position;
    if (!pattern.test(text)) return undefined;
    const from = position;
    position = pattern.lastIndex;
    return text.slice(from, position);
  }

  function readString(): string | undefined {
    const start = position;
    position += 1;
    const raw = match(STRING_BODY) ?? '';
    if (text[position] === '"') {
      position += 1;
      return raw;
    }
    return position >= text.length || /^\\(?:u[0-9a-fA-F]{0,3})?$/.test(text.slice(position))
      ? fail('the string is not closed', Math.max(start, text.length))
      : fail('an escape that JSON does not have');
  }

  function readArray(depth: number): JsonNode | undefined {
    const items: JsonNode[] = [];
    position += 1;
    skipSpace();
    if (text[position] === ']') {
      position += 1;
      return { kind: 'array', items };
    }
    for (;;) {
      const item = readValue(depth);
      if (item === undefined) return undefined;
      items.push(item);
      skipSpace();
      if (text[position] === ']') {
        position += 1;
        return { kind: 'array', items };
      }
      if (text[position] !== ',') return fail("expected ',' or ']'");
      position += 1;
    }
  }

  function readObject(depth: number): JsonNode | undefined {
    const members: JsonMember[] = [];
    position += 1;
    skipSpace();
    if (text[position] === '}') {
      position += 1;
      return { kind: 'object', members };
    }
    for (;;) {
      skipSpace();
      if (text[position] !== '"') return fail("expected '\"' before a member's name");
      const rawName = readString();
      if (rawName === undefined) return undefined;
      skipSpace();
      if (text[position] !== ':') return fail("expected ':' after a member's name");
      position += 1;
      const value = readValue(depth);
      if (value === undefined) return undefined;
      members.push({ name: resolveEscapes(rawName), rawName, value });
      skipSpace();
      if (text[position] === '}') {
        position += 1;
        return { kind: 'object', members };
      }
      if (text[position] !== ',') return fail("expected ',' or '}'");
      position += 1;
    }
  }

  function readValue(depth: number): JsonNode | undefined {
    if (depth >= MAXIMUM_DEPTH) return fail(`nested deeper than ${MAXIMUM_DEPTH} levels`);
    skipSpace();
    switch (text[position]) {
      case '{':
        return readObject(depth + 1);
      case '[':
        return readArray(depth + 1);
      case '"': {
        const raw = readString();
        return raw === undefined ? undefined : { kind: 'string', raw };
      }
      default: {
        const raw = match(NUMBER) ?? match(LITERAL);
        return raw === undefined ? fail('expected a value') : { kind: 'scalar', raw };
      }
    }
  }

  const node = readValue(0);
  if (node !== undefined) {
    skipSpace();
    if (position === text.length) return { ok: true, node };
    fail('more text after the value');
  }
  const { offset, reason } = fault as Fault;
  const isCut = offset >= text.length;
  return { ok: false, offset, reason: isCut ? 'the text ends before the value does' : reason, isCut };
}
