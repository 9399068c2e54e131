import { findUnclosed } from './continued-lines.ts';
import { type SourceFile, sourcePlaceAt } from './source.ts';
import { COMPLEX_KEY, type YamlProblem } from './yaml.ts';

export interface YamlExplanation {
  /** Where it really breaks off, in UTF-16 units. */
  readonly offset: number;
  /** As Falco's YAML reader words it, as far as the same fault has a wording there. */
  readonly message: string;
  /** For people. */
  readonly plain: string;
  readonly hint: string | undefined;
}

/** What is wrong with a text that is no YAML, and how to mend it. */
export function explainYamlProblem(file: SourceFile, problem: YamlProblem): YamlExplanation {
  const [offset, wording] = reword(file.text, problem);
  const place = sourcePlaceAt(file, offset);
  const found =
    explainTab(file, problem) ?? findMisindentedKey(file, place.line - 1) ?? explainUnclosed(file, problem);
  return {
    offset,
    message: `yaml-cpp: error at line ${place.line}, column ${place.column}: ${wording}`,
    plain:
      found?.plain ??
      `this is not YAML: ${problem.message.replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())}`,
    hint: found?.hint ?? hints[problem.code],
  };
}

const hints: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'quote a value that holds ": ", or check the indentation of this line',
  MULTILINE_IMPLICIT_KEY: 'quote a value that holds ": ", or check the indentation of this line',
  BAD_SCALAR_START: 'quote a value that begins with a special character',
  BAD_DQ_ESCAPE: 'double a backslash that stands for itself, or write the text in single quotes',
  [COMPLEX_KEY]: 'quote text that begins with { or [',
  BAD_ALIAS: 'quote a value that begins with *',
};

function reword(text: string, { code, message, offset }: YamlProblem): [number, string] {
  const tab = findIndentingTab(text, offset);
  if (tab !== undefined) return [tab, 'illegal tab when looking for indentation'];
  if (code === 'BLOCK_AS_IMPLICIT_KEY') {
    const colon = /:(?=\s|$)/g;
    colon.lastIndex = offset;
    return [colon.exec(text)?.index ?? offset, 'illegal map value'];
  }
  if (code === 'MISSING_CHAR' && message.startsWith('Sequence item without')) {
    return [offset + /^[ \t]*/.exec(text.slice(offset))![0].length, 'end of sequence not found'];
  }
  if (message.startsWith('All sequence items must start')) return [offset, 'end of sequence not found'];
  if (code === 'MISSING_CHAR' && message.startsWith('Missing closing'))
    return [offset, 'illegal EOF in scalar'];
  if (code === COMPLEX_KEY) return [offset, 'bad conversion'];
  return [offset, message];
}

/** The first tab in the indentation of the line where the text breaks off. */
function findIndentingTab(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const indentation = /^ *\t[ \t]*/.exec(text.slice(start, offset + 1))?.[0];
  if (indentation === undefined || start + indentation.length < offset) return undefined;
  return start + indentation.indexOf('\t');
}

function explainTab(file: SourceFile, { offset }: YamlProblem): { plain: string; hint: string } | undefined {
  if (findIndentingTab(file.text, offset) === undefined) return undefined;
  return { plain: 'this line is indented with a tab', hint: 'indent with blanks, YAML allows no tabs there' };
}

/** A quote or bracket that was forgotten shows where the file ends or the next item begins, which helps nobody. */
function explainUnclosed(
  file: SourceFile,
  { code, message }: YamlProblem,
): { plain: string; hint: string } | undefined {
  if (!['MISSING_CHAR', 'BAD_INDENT'].includes(code) || !/closing|end with/.test(message)) return undefined;
  const offset = findUnclosed(file.text);
  if (offset === undefined) return undefined;
  const opening = file.text[offset]!;
  const { line, column } = sourcePlaceAt(file, offset);
  return {
    plain: `the ${opening} in line ${line}, column ${column} is never closed`,
    hint: `write the ${closings[opening]} where it ends`,
  };
}

const closings: Readonly<Record<string, string>> = { '"': '"', "'": "'", '[': ']', '{': '}' };

const itemKeys =
  /^(?:rule|macro|list|desc|condition|output|priority|source|enabled|tags|items|exceptions|override|append|capture|capture_duration|warn_evttypes|skip-if-unknown-filter|name|fields|comps|values|version|alternatives)$/;

/**
 * Finds out whether the fault is a key that doesn't begin in the same column as the first key of its item, which
 * is what most broken rule files have.
 */
function findMisindentedKey(file: SourceFile, line: number): { plain: string; hint: string } | undefined {
  const lines = file.text.split('\n');
  const wrong = /^( *)([\w-]+)[ \t]*:/.exec(lines[line] ?? '');
  if (wrong === null || !itemKeys.test(wrong[2]!)) return undefined;
  let first = line - 1;
  let found: RegExpExecArray | null = null;
  for (; first >= 0; first--) {
    found = /^( *)(-[ ]+)([\w-]+)[ \t]*:/.exec(lines[first]!);
    if (found !== null && found[1]!.length <= wrong[1]!.length) break;
  }
  if (first < 0 || found === null) return undefined;
  const expected = found[1]!.length + found[2]!.length;
  const actual = wrong[1]!.length;
  if (actual === expected) return undefined;
  const by = Math.abs(expected - actual);
  const columns = by === 1 ? 'one column' : `${by} columns`;
  const corrected = correctItem(lines, first, line, expected - actual, found[1]!.length);
  return {
    plain: `the key '${wrong[2]}' stands ${columns} too far to the ${actual < expected ? 'left' : 'right'}: all keys of an item begin in the same column, here column ${expected + 1} like '${found[3]}' in line ${first + 1}`,
    hint: `write:\n${corrected.map((text) => `      ${text}`).join('\n')}`,
  };
}

/** The item that begins in line `first`, with its lines from `wrong` on moved by `shift` columns. */
function correctItem(
  lines: readonly string[],
  first: number,
  wrong: number,
  shift: number,
  dashColumn: number,
): string[] {
  const corrected = lines.slice(first, wrong);
  for (let i = wrong; i < lines.length; i++) {
    const text = lines[i]!.trimEnd();
    const indentation = text.length - text.trimStart().length;
    if (text === '' || indentation < dashColumn) break;
    if (indentation === dashColumn && text[indentation] === '-') break;
    corrected.push(shift > 0 ? ' '.repeat(shift) + text : text.slice(Math.min(-shift, indentation)));
  }
  return corrected;
}
