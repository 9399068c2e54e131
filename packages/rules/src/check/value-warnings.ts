import { type ComparisonNode, type Condition, transformerNames } from '../condition/tree.ts';
import { textFromBytes } from '../value/bytes.ts';
import { walk } from './walk.ts';

/** A constant that is likely not what was meant. `node` is the comparison's right side. */
export interface ValueWarning {
  readonly message: string;
  readonly node: ComparisonNode['right'];
  readonly hint: string;
}

/**
 * Looks at each constant of a condition: a regular expression that a simpler operator could do, the name of a field
 * or a transformer that was meant as one.
 * @param isField whether a text is a field of the rule's source.
 */
export function findValueWarnings(
  condition: Condition,
  isField: (text: string) => boolean,
): readonly ValueWarning[] {
  const warnings: ValueWarning[] = [];
  walk(condition, (node) => {
    if (node.kind !== 'comparison') return;
    const { right, operator } = node;
    const values = right.kind === 'list' ? right.items : right.kind === 'value' ? [right] : [];
    for (const { value } of values) {
      const shown = textFromBytes(value);
      if (operator === 'regex' && isSimpleRegex(value)) {
        warnings.push({
          message: `regex check with '${shown}' may be optimized with simpler operators such as '=', 'contains', 'startswith', 'endswith'`,
          node: right,
          hint: simplerThanRegex(shown),
        });
      }
      // Fields have dots in their names, and what is a transformer ends so.
      if (!shown.includes('.') && !shown.includes(')')) continue;
      const stripped = shown.replace(/[ \t\n\v\f\r]/g, '');
      if (!stripped.includes('(') && isField(stripped)) {
        warnings.push({
          message: `'${shown}' may be a valid field misused as a const string value`,
          node: right,
          hint: `to compare with the field's value write val(${stripped})`,
        });
      }
      if (!stripped.endsWith(')')) continue;
      for (const name of transformerNames) {
        if (!stripped.startsWith(`${name}(`)) continue;
        warnings.push({
          message: `'${shown}' may be a valid field transformer misused as a const string value`,
          node: right,
          hint: `to apply it write ${stripped} without quotes`,
        });
      }
    }
  });
  return warnings;
}

const specialCharacters = '.+*?^$()[]{}|\\';
const repetitions = '+*?';

/** Whether an expression has no special characters but anchors and "anything" at its ends. */
function isSimpleRegex(expression: string): boolean {
  const { length } = expression;
  for (let i = 0; i < length; i++) {
    const character = expression[i]!;
    const isAnchor = (i === 0 && character === '^') || (i === length - 1 && character === '$');
    if (isAnchor) continue;
    const isAtEnds = (i === 0 && length > 1) || i === length - 2;
    if (isAtEnds && character === '.' && repetitions.includes(expression[i + 1]!)) {
      i++;
      continue;
    }
    if (specialCharacters.includes(character)) return false;
  }
  return true;
}

function simplerThanRegex(expression: string): string {
  const text = expression.replace(/^\^|\$$/g, '').replace(/^\.[+*?]|\.[+*?]$/g, '');
  const isOpenLeft = /^\^?\.[+*?]/.test(expression);
  const isOpenRight = /\.[+*?]\$?$/.test(expression);
  const operator = isOpenLeft ? (isOpenRight ? 'contains' : 'endswith') : isOpenRight ? 'startswith' : '=';
  return `write: ${operator} "${text}"`;
}
