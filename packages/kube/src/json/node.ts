/**
 * JSON as it was written: member order, repeated members, the digits of numbers and the escapes of strings are kept,
 * because field values that are objects or numbers read exactly as the API server sent them. All text is byte
 * strings (one char per byte, so UTF-8 stays as it is).
 */
export type JsonNode =
  | { readonly kind: 'string'; readonly raw: string }
  | { readonly kind: 'scalar'; readonly raw: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] };

export interface JsonMember {
  readonly name: string;
  readonly rawName: string;
  readonly value: JsonNode;
}

/** The member of that name (the first one), or the item of an array where the name is a number. */
export function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'object') return node.members.find((member) => member.name === name)?.value;
  if (node.kind === 'array' && /^[0-9]+$/.test(name)) return node.items[Number(name)];
  return undefined;
}

/** What lies at the end of a path of names; the node itself for the empty path. */
export function nodeAt(node: JsonNode | undefined, path: readonly string[]): JsonNode | undefined {
  let at = node;
  for (const name of path) at = memberOf(at, name);
  return at;
}

/** A string's content; anything else as JSON without spaces. */
export function textOf(node: JsonNode): string {
  return node.kind === 'string' ? resolveEscapes(node.raw) : compactText(node);
}

/** A string's content; undefined for anything that isn't a string. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? resolveEscapes(node.raw) : undefined;
}

export function isTrue(node: JsonNode | undefined): boolean {
  return node?.kind === 'scalar' && node.raw === 'true';
}

/** The value as JSON without spaces between its parts. */
export function compactText(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return `"${node.raw}"`;
    case 'scalar':
      return node.raw;
    case 'array':
      return `[${node.items.map(compactText).join(',')}]`;
    case 'object':
      return `{${node.members.map(({ rawName, value }) => `"${rawName}":${compactText(value)}`).join(',')}}`;
  }
}

/** The value as JSON over several lines, two spaces a level; empty objects and arrays stay on one line. */
export function indentedText(node: JsonNode, margin = ''): string {
  if (node.kind === 'string' || node.kind === 'scalar') return compactText(node);
  const inner = `${margin}  `;
  const isObject = node.kind === 'object';
  const parts = isObject
    ? node.members.map(({ rawName, value }) => `"${rawName}": ${indentedText(value, inner)}`)
    : node.items.map((item) => indentedText(item, inner));
  const [open, close] = isObject ? '{}' : '[]';
  if (parts.length === 0) return open + close;
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${margin}${close}`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Resolves the escapes of a string's raw text; halves of surrogate pairs become U+FFFD. The result is UTF-8 bytes. */
export function resolveEscapes(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/((?:\\u[0-9a-fA-F]{4})+)|\\(.)/gs, (_, units: string | undefined, letter: string) => {
    if (units === undefined) return SHORT_ESCAPES[letter] ?? letter;
    const codes = units.split('\\u').slice(1);
    const text = codes.map((code) => String.fromCharCode(Number.parseInt(code, 16))).join('');
    return Buffer.from(text.toWellFormed(), 'utf8').toString('latin1');
  });
}
