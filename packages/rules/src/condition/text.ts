import { textFromBytes } from '../value/bytes.ts';
import { quoteAsFalco, quoteExactly } from './escape.ts';
import type { AnyNode, ValueNode } from './tree.ts';

/**
 * The canonical text of a condition, the very text that Falco's tools print for it (and compare). It can't always
 * be parsed again: values with commas or parentheses, and empty ones, lose their quotes. See `conditionText`.
 */
export function canonicalText(node: AnyNode): string {
  return write(node, canonicalStyle);
}

/** A text that parses to this very tree again (positions and quotes of values aside). */
export function conditionText(node: AnyNode): string {
  return write(node, exactStyle);
}

interface Style {
  /** Two `not` in a row would be read as none, a macro named `not` as the word. */
  readonly separatesNots: boolean;
  value(node: ValueNode): string;
  argument(argument: string): string;
}

const canonicalStyle: Style = {
  separatesNots: false,
  value: (node) => quoteAsFalco(node.value),
  argument: (argument) => (argument === '' ? '""' : quoteAsFalco(argument)),
};

const exactStyle: Style = {
  separatesNots: true,
  value: (node) => {
    const isPlain = node.form !== 'quoted' && node.value !== '';
    return isPlain ? textFromBytes(node.value) : quoteExactly(node.value);
  },
  argument: (argument) => (/^[a-zA-Z0-9_.-]+$/.test(argument) ? argument : quoteExactly(argument)),
};

function write(node: AnyNode, style: Style): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.children.map((child) => write(child, style)).join(` ${node.kind} `)})`;
    case 'not': {
      const child = write(node.child, style);
      return style.separatesNots && node.child.kind === 'not' ? `not (${child})` : `not ${child}`;
    }
    case 'reference':
      return style.separatesNots && node.name === 'not' ? '(not)' : node.name;
    case 'exists':
      return `${write(node.left, style)} exists`;
    case 'comparison': {
      const operator = node.quantifier === undefined ? node.operator : `${node.operator} ${node.quantifier}`;
      return `${write(node.left, style)} ${operator} ${write(node.right, style)}`;
    }
    case 'field':
      return node.name + bracketed(node.argument, style);
    case 'transformer': {
      const operands = node.operands.map((operand) => write(operand, style)).join(',');
      return `${node.name}(${operands})${bracketed(node.argument, style)}`;
    }
    case 'transformer-list':
      return `(${node.items.map((item) => write(item, style)).join(',')})`;
    case 'value':
      return style.value(node);
    case 'list':
      return `(${node.items.map((item) => write(item, style)).join(', ')})`;
  }
}

function bracketed(argument: string | undefined, style: Style): string {
  return argument === undefined ? '' : `[${style.argument(argument)}]`;
}
