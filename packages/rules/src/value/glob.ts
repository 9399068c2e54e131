/**
 * Wildcard patterns as the C library's fnmatch(3) reads them without flags, byte by byte in the C locale: `*` and
 * `?` match slashes and leading dots too, a backslash takes away the next character's meaning, an unclosed `[` is
 * itself.
 */

type Token = 'many' | 'one' | Set256;

/** Which bytes a token matches: true at their codes. */
type Set256 = readonly boolean[];

const classes: Readonly<Record<string, RegExp>> = {
  alpha: /[a-zA-Z]/,
  digit: /[0-9]/,
  alnum: /[a-zA-Z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[ \t\n\v\f\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  cntrl: /[\0-\x1f\x7f]/,
  xdigit: /[0-9a-fA-F]/,
};

/**
 * Makes the test of a pattern. It takes time in the product of both lengths at worst, whatever the pattern.
 * @param pattern and the values to test are byte strings.
 */
export function createGlob(pattern: string, ignoresCase: boolean): (value: string) => boolean {
  const tokens = parse(pattern, ignoresCase);
  if (tokens === undefined) return () => false;
  return (value) => matches(tokens, value);
}

function matches(tokens: readonly Token[], value: string): boolean {
  let token = 0;
  let at = 0;
  let afterMany = -1;
  let resumeAt = 0;
  while (at < value.length) {
    const expected = tokens[token];
    if (expected === 'many') {
      afterMany = ++token;
      resumeAt = at;
    } else if (expected !== undefined && (expected === 'one' || expected[value.charCodeAt(at)] === true)) {
      token++;
      at++;
    } else if (afterMany !== -1) {
      token = afterMany;
      at = ++resumeAt;
    } else {
      return false;
    }
  }
  while (tokens[token] === 'many') token++;
  return token === tokens.length;
}

/** @returns undefined for a pattern that nothing matches: one that ends in a lone backslash. */
function parse(pattern: string, ignoresCase: boolean): Token[] | undefined {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') {
      if (tokens.at(-1) !== 'many') tokens.push('many');
    } else if (char === '?') {
      tokens.push('one');
    } else if (char === '[') {
      const bracket = parseBracket(pattern, i, ignoresCase);
      tokens.push(bracket?.set ?? setOfOne('[', ignoresCase));
      if (bracket !== undefined) i = bracket.end;
    } else {
      if (char === '\\' && ++i === pattern.length) return undefined;
      tokens.push(setOfOne(pattern[i]!, ignoresCase));
    }
  }
  return tokens;
}

/** @returns what the bracket at `start` matches and where its `]` stands; undefined when it isn't closed. */
function parseBracket(
  pattern: string,
  start: number,
  ignoresCase: boolean,
): { set: Set256; end: number } | undefined {
  let i = start + 1;
  const isNegated = pattern[i] === '!' || pattern[i] === '^';
  if (isNegated) i++;
  const parts: ((byte: string) => boolean)[] = [];
  for (let isFirst = true; ; isFirst = false) {
    if (i >= pattern.length) return undefined;
    if (pattern[i] === ']' && !isFirst) break;
    const named = /\[:([a-z]+):\]/y;
    named.lastIndex = i;
    const classPattern = classes[named.exec(pattern)?.[1] ?? ''];
    if (classPattern !== undefined) {
      parts.push((byte) => classPattern.test(byte));
      i = named.lastIndex;
      continue;
    }
    const from = readMember(pattern, i);
    if (from === undefined) return undefined;
    i = from.next;
    if (pattern[i] === '-' && pattern[i + 1] !== ']' && i + 1 < pattern.length) {
      const to = readMember(pattern, i + 1);
      if (to === undefined) return undefined;
      i = to.next;
      parts.push((byte) => byte >= from.char && byte <= to.char);
    } else {
      parts.push((byte) => byte === from.char);
    }
  }
  const set = setOf((byte) => parts.some((part) => part(byte)), ignoresCase);
  return { set: isNegated ? set.map((isMember) => !isMember) : set, end: i };
}

/** A character inside a bracket: plain, behind a backslash, or as `[.x.]` or `[=x=]`. */
function readMember(pattern: string, at: number): { char: string; next: number } | undefined {
  const special = /\[([.=])([\s\S])\1\]/y;
  special.lastIndex = at;
  const found = special.exec(pattern);
  if (found !== null) return { char: found[2]!, next: special.lastIndex };
  const isEscaped = pattern[at] === '\\';
  const char = pattern[isEscaped ? at + 1 : at];
  return char === undefined ? undefined : { char, next: at + (isEscaped ? 2 : 1) };
}

const setsOfOne = new Map<string, Set256>();

/** Patterns consist mostly of plain characters: each has one set for all of them. */
function setOfOne(char: string, ignoresCase: boolean): Set256 {
  const key = ignoresCase ? `i${char}` : char;
  let set = setsOfOne.get(key);
  if (set === undefined) {
    set = setOf((byte) => byte === char, ignoresCase);
    setsOfOne.set(key, set);
  }
  return set;
}

function setOf(isMember: (byte: string) => boolean, ignoresCase: boolean): Set256 {
  return Array.from({ length: 256 }, (_, code) => {
    const byte = String.fromCharCode(code);
    if (isMember(byte)) return true;
    if (!ignoresCase || !/[a-zA-Z]/.test(byte)) return false;
    return isMember(byte.toLowerCase()) || isMember(byte.toUpperCase());
  });
}
