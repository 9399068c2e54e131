import { quoteExactly } from '../condition/escape.ts';
import { canonicalText } from '../condition/text.ts';
import type { ComparisonNode } from '../condition/tree.ts';
import type { BoundCheck, BoundJunction } from '../evaluate/bind.ts';

/** Another comparison that says the same and can be looked up, or at least asked faster. */
export interface SimplerComparison {
  /** The condition to write. */
  readonly text: string;
  /**
   * False where the two differ for values with a line break, which `.` in a regular expression doesn't match: the
   * simpler one then also holds for those.
   */
  readonly isExact: boolean;
}

interface Shape {
  readonly operator: '=' | 'in' | 'startswith' | 'endswith' | 'contains';
  readonly texts: readonly string[];
}

/** @returns undefined where nothing simpler is known to say the same. */
export function simplerComparison<Context>(check: BoundCheck<Context>): SimplerComparison | undefined {
  const { node, left } = check;
  if (node.kind !== 'comparison' || node.quantifier !== undefined || node.right.kind !== 'value')
    return undefined;
  if (left.isList || (left.field?.compare !== undefined && left.field.compareEach === undefined))
    return undefined;
  const { value } = node.right;
  switch (node.operator) {
    case 'regex': {
      const shape = shapeOfRegex(value);
      return (
        shape && { text: write(node, shape), isExact: shape.operator === '=' || shape.operator === 'in' }
      );
    }
    case 'glob': {
      const shape = shapeOfGlob(value);
      return shape && { text: write(node, shape), isExact: true };
    }
    case 'icontains':
      if (value === '' || /[a-zA-Z]/.test(value)) return undefined;
      return { text: write(node, { operator: 'contains', texts: [value] }), isExact: true };
    default:
      return undefined;
  }
}

/** Finds several equalities over one field among the parts of an `or`: one `in` is one look-up. */
export function mergedEqualities<Context>({ kind, children }: BoundJunction<Context>): SimplerComparison[] {
  if (kind !== 'or') return [];
  const bySubject = new Map<string, { node: ComparisonNode; texts: string[]; parts: number }>();
  for (const child of children) {
    if (child.kind !== 'check' || !isPlainEquality(child)) continue;
    const node = child.node as ComparisonNode;
    const subject = canonicalText(node.left);
    const found = bySubject.get(subject) ?? { node, texts: [], parts: 0 };
    bySubject.set(subject, found);
    found.parts += 1;
    if (node.right.kind === 'value') found.texts.push(node.right.value);
    if (node.right.kind === 'list') found.texts.push(...node.right.items.map((item) => item.value));
  }
  return [...bySubject.values()]
    .filter(({ parts }) => parts > 1)
    .map(({ node, texts }) => ({
      text: write(node, { operator: 'in', texts: [...new Set(texts)] }),
      isExact: true,
    }));
}

/** Fields that decide comparisons themselves may take a list for something else than its items. */
function isPlainEquality<Context>({ node, left }: BoundCheck<Context>): boolean {
  if (node.kind !== 'comparison' || node.quantifier !== undefined) return false;
  if (left.isList || left.field === undefined) return false;
  if (left.field.compare !== undefined || left.field.compareEach !== undefined) return false;
  const { operator, right } = node;
  return (
    ((operator === '=' || operator === '==') && right.kind === 'value') ||
    (operator === 'in' && right.kind === 'list')
  );
}

/** ASCII that stands for itself in a regular expression, or a backslash in front of punctuation. */
const LITERAL = String.raw`(?:[A-Za-z0-9 /_,:;@%&=~"'#<>!-]|\\[!-/:-@[-\x60{-~])`;
const LITERALS = new RegExp(`^${LITERAL}+(?:\\|${LITERAL}+)*$`);
const ONE_LITERAL = new RegExp(`^${LITERAL}+$`);

/** A regular expression is matched against the whole value. */
function shapeOfRegex(pattern: string): Shape | undefined {
  const inner = /^\^?(.*?)\$?$/s.exec(pattern)?.[1] ?? '';
  // What stood in front of the last dollar may have been a backslash: then that was no anchor.
  if (/\\$/.test(inner.replace(/\\\\/g, ''))) return undefined;
  if (ONE_LITERAL.test(inner)) return { operator: '=', texts: [withoutEscapes(inner)] };
  const alternatives = /^\((.*)\)$/s.exec(inner)?.[1] ?? (inner === pattern ? inner : '');
  if (LITERALS.test(alternatives)) {
    const texts = alternatives.match(new RegExp(`${LITERAL}+`, 'g')) as string[];
    return { operator: 'in', texts: [...new Set(texts.map(withoutEscapes))] };
  }
  const isOpenBefore = inner.startsWith('.*');
  const isOpenAfter = inner.endsWith('.*') && inner.length >= 4;
  const middle = inner.slice(isOpenBefore ? 2 : 0, isOpenAfter ? -2 : undefined);
  if (!ONE_LITERAL.test(middle) || !(isOpenBefore || isOpenAfter)) return undefined;
  const operator = isOpenBefore ? (isOpenAfter ? 'contains' : 'endswith') : 'startswith';
  return { operator, texts: [withoutEscapes(middle)] };
}

function shapeOfGlob(pattern: string): Shape | undefined {
  const [, before = '', middle = '', after = ''] = /^(\**)([^*]*)(\**)$/s.exec(pattern) ?? [];
  if (middle === '' || /[?[\\]/.test(middle)) return undefined;
  const operator =
    before === '' ? (after === '' ? '=' : 'startswith') : after === '' ? 'endswith' : 'contains';
  return { operator, texts: [middle] };
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

function write({ left }: ComparisonNode, { operator, texts }: Shape): string {
  const quoted = texts.map(quoteExactly);
  return `${canonicalText(left)} ${operator} ${operator === 'in' ? `(${quoted.join(', ')})` : quoted[0]}`;
}
