import { walk } from '../check/walk.ts';
import { textFromBytes } from '../value/bytes.ts';
import { defineLint, type LintReport } from './finding.ts';

/**
 * Repetitions inside repetitions take engines that backtrack exponential time. Ours doesn't backtrack, but the
 * expression may be taken elsewhere, and it always says less than it seems to.
 */
export const repeatedRepetition = defineLint({
  id: 'repeated-repetition',
  description: 'a regular expression repeats what repeats already',
  severity: 'note',
  messages: {
    nested: "'{part}' repeats what repeats already: engines that backtrack take exponential time for it",
  },
  check({ rule }) {
    const reports: LintReport<'nested'>[] = [];
    walk(rule.condition, (node) => {
      if (node.kind !== 'comparison' || node.operator !== 'regex') return;
      const { right } = node;
      const values = right.kind === 'list' ? right.items : right.kind === 'value' ? [right] : [];
      for (const { value } of values) {
        const part = findNestedRepetition(textFromBytes(value));
        if (part === undefined) continue;
        reports.push({
          message: 'nested',
          details: { part },
          node,
          hint: 'repeat once: (a+)+ matches what a+ matches',
        });
      }
    });
    return reports;
  },
});

/** The first group with an unbounded repetition in it that is itself repeated without bound. */
export function findNestedRepetition(expression: string): string | undefined {
  const open: { start: number; repeats: boolean }[] = [];
  for (let i = 0; i < expression.length; i++) {
    const character = expression[i]!;
    if (character === '\\') i++;
    else if (character === '[') i = endOfClass(expression, i);
    else if (character === '(') open.push({ start: i, repeats: false });
    else if (character === ')') {
      const group = open.pop();
      const isRepeated = isUnbounded(expression, i + 1);
      if (group?.repeats && isRepeated) return expression.slice(group.start, i + 2);
      const outer = open.at(-1);
      if (outer !== undefined && (group?.repeats || isRepeated)) outer.repeats = true;
    } else if (isUnbounded(expression, i)) {
      const group = open.at(-1);
      if (group !== undefined) group.repeats = true;
    }
  }
  return undefined;
}

function isUnbounded(expression: string, at: number): boolean {
  const character = expression[at];
  if (character === '*' || character === '+') return true;
  const bounds = /^\{\d+,\}/.exec(expression.slice(at, at + 20));
  return bounds !== null;
}

function endOfClass(expression: string, start: number): number {
  let i = start + 1;
  if (expression[i] === '^') i++;
  if (expression[i] === ']') i++;
  while (i < expression.length && expression[i] !== ']') i += expression[i] === '\\' ? 2 : 1;
  return i;
}
