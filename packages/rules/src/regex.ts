import { RE2JS } from 're2js';
import { sequenceLength, textFromBytes } from './value/bytes.ts';

/**
 * Regular expressions in the syntax and with the meaning that Falco gives them: RE2 in POSIX syntax (no `\d`, no
 * `(?i)`, no lazy repetition), matched against the whole text, in time linear in it. Text that isn't UTF-8 is read
 * with U+FFFD for each broken sequence.
 */
export type Regex = (bytes: string) => boolean;

/** @returns the test of the pattern (a byte string), or what is wrong with it. */
export function createRegex(pattern: string): Regex | { readonly problem: string } {
  for (let i = 0; i < pattern.length; ) {
    const length = sequenceLength(pattern, i);
    if (length === 0) return { problem: 'it is not valid UTF-8' };
    i += length;
  }
  const translated = translate(textFromBytes(pattern));
  if (typeof translated !== 'string') return translated;
  try {
    const compiled = RE2JS.compile(translated, RE2JS.MULTILINE);
    return (bytes) => compiled.testExact(textFromBytes(bytes));
  } catch (error) {
    return { problem: (error as Error).message.replace(/^error parsing regexp: /, '') };
  }
}

/**
 * POSIX syntax in the words of the Perl-like syntax that re2js reads: refuses what only Perl has, and puts an
 * expression with several repetitions in a row (`a*?`: `a*`, perhaps) in parentheses, where Perl would read
 * something else or nothing.
 */
function translate(pattern: string): string | { readonly problem: string } {
  const output: string[] = [];
  const openGroups: number[] = [];
  let atomStart = -1;
  let isRepeated = false;
  for (let i = 0; i < pattern.length; ) {
    const repetition = repetitionAt(pattern, i);
    if (repetition !== '' && atomStart !== -1) {
      if (isRepeated) {
        output.splice(atomStart, 0, '(?:');
        output.push(')');
      }
      output.push(repetition);
      isRepeated = true;
      i += repetition.length;
      continue;
    }
    const token = tokenAt(pattern, i);
    if (token === undefined) return { problem: "a bracket '[' isn't closed" };
    const perlOnly = /^\\[a-zA-Z]/.test(token)
      ? token
      : /[^\\]\\([dDsSwWbBAzQEpPC])/.exec(token)?.[0]?.slice(1);
    if (perlOnly !== undefined && !/^\\[afnrtvx]/.test(perlOnly)) {
      return { problem: `${perlOnly} isn't part of POSIX syntax: write a class such as [[:digit:]]` };
    }
    if (token === '(' && pattern[i + 1] === '?') {
      return { problem: "(? isn't part of POSIX syntax: write plain parentheses" };
    }
    isRepeated = false;
    if (token === '(') openGroups.push(output.length);
    atomStart =
      token === ')' ? (openGroups.pop() ?? -1) : token === '(' || token === '|' ? -1 : output.length;
    output.push(token);
    i += token.length;
  }
  return output.join('');
}

function repetitionAt(pattern: string, at: number): string {
  const repetition = /[*+?]|\{[0-9]+(?:,[0-9]*)?\}/y;
  repetition.lastIndex = at;
  return repetition.exec(pattern)?.[0] ?? '';
}

/** An escape, a whole bracket, or one character; undefined for a bracket that isn't closed. */
function tokenAt(pattern: string, at: number): string | undefined {
  if (pattern[at] === '[') {
    const bracket = /\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[\s\S]|[^\]\\])*\]/y;
    bracket.lastIndex = at;
    return bracket.exec(pattern)?.[0];
  }
  const token = /\\[\s\S]?|[\s\S]/uy;
  token.lastIndex = at;
  return token.exec(pattern)?.[0];
}
