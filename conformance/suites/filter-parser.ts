import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { type AnyNode, canonicalText, parseCondition, textFromBytes } from '@seawall/rules';
import { type Failure, parserOfVectors, type Suite } from '../suite.ts';

interface Vector {
  readonly kind: string;
  readonly expr: string;
  readonly accept: boolean;
  readonly test: string;
  readonly line: number;
  readonly ast?: object;
  readonly as_string?: string;
  readonly pos_dump?: string;
  readonly pos_dump_contains?: string;
  readonly whitespace_variants?: boolean;
  readonly upstream: {
    readonly ast?: object;
    readonly as_string?: string;
    readonly error?: string;
    readonly error_pos?: readonly [number, number, number];
  };
}

export const suite: Suite = {
  file: 'filter_parser_vectors.json',
  title: 'accepted or refused, tree, canonical text, place and cause of errors',
  async run(folder) {
    const data = JSON.parse(await readFile(join(folder, this.file), 'utf8')) as { vectors: Vector[] };
    const failures: Failure[] = [];
    for (const vector of data.vectors) {
      const detail = vector.accept ? differenceOfAccepted(vector) : differenceOfRefused(vector);
      if (detail !== undefined) {
        failures.push({ name: `${vector.test}:${vector.line} ${vector.expr.slice(0, 60)}`, detail });
      }
    }
    const total = data.vectors.length;
    return { passed: total - failures.length, total, failures };
  },
};

function differenceOfAccepted(vector: Vector): string | undefined {
  const wanted = vector.upstream;
  try {
    const tree = parseCondition(vector.expr, parserOfVectors);
    const text = canonicalText(tree);
    if (text !== wanted.as_string) return `canonical text ${text} instead of ${wanted.as_string}`;
    if (vector.as_string !== undefined && text !== vector.as_string) return `canonical text ${text}`;
    const shape = JSON.stringify(shapeOf(tree, true));
    if (shape !== JSON.stringify(wanted.ast)) return `tree ${shape}`;
    const bare = JSON.stringify(shapeOf(tree, false));
    if (vector.ast !== undefined && bare !== JSON.stringify(vector.ast)) return `tree ${bare}`;
    const places = dumpPlaces(tree);
    if (vector.pos_dump !== undefined && places !== vector.pos_dump) return `places ${places}`;
    if (vector.pos_dump_contains !== undefined && !places.includes(vector.pos_dump_contains)) {
      return `places ${places}`;
    }
    if (vector.whitespace_variants === true) {
      for (const blank of [' ', '\n', '\t']) parseCondition(` ${vector.expr} `.replaceAll(' ', blank));
    }
    return undefined;
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

function differenceOfRefused(vector: Vector): string | undefined {
  const { error: wantedMessage, error_pos: wantedPlace } = vector.upstream;
  try {
    return `accepted as ${canonicalText(parseCondition(vector.expr, parserOfVectors))}`;
  } catch (error) {
    if (!isSeawallError(error)) return `broke: ${String(error)}`;
    const [, line, column] = wantedPlace!;
    const details = error.details as { line: number; column: number };
    if (details.line !== line || Math.abs(details.column - column) > 1) {
      return `refused at ${details.line}:${details.column} instead of ${line}:${column}`;
    }
    const cause = causes.find(([start]) => wantedMessage!.startsWith(start))?.[1];
    if (!cause?.some((code) => error.code === `rules/${code}`)) {
      return `refused with ${error.code} instead of "${wantedMessage}"`;
    }
    return undefined;
  }
}

/** How Falco's messages begin, and the codes of ours that say the same. */
const causes: readonly (readonly [string, readonly string[]])[] = [
  ['exceeded max depth', ['CONDITION_TOO_DEEP']],
  ['expected a valid field argument', ['CONDITION_FIELD_ARGUMENT_MISSING']],
  ["expected a ']'", ['CONDITION_BRACKET_MISSING']],
  ["expected blank or '('", ['CONDITION_BLANK_MISSING']],
  ['unexpected token after', ['CONDITION_CONTINUES']],
  ["expected a ')' token closing", ['CONDITION_TRANSFORMER_PARENTHESIS_MISSING']],
  ["expected a ')' token", ['CONDITION_PARENTHESIS_MISSING']],
  ['expected a string value or a field', ['CONDITION_VALUE_MISSING']],
  ['expected a string value', ['CONDITION_LIST_ITEM_MISSING']],
  ["expected a '(' token, a field check", ['CONDITION_CHECK_MISSING']],
  ["invalid \\' escape", ['CONDITION_ESCAPE_WRONG_QUOTE']],
  ['invalid \\" escape', ['CONDITION_ESCAPE_WRONG_QUOTE']],
  ['expected a valid check operator', ['CONDITION_OPERATOR_MISSING']],
  ['expected a number value', ['CONDITION_NUMBER_MISSING']],
  ['expected a list', ['CONDITION_LIST_MISSING']],
  ['expected field transformer argument', ['CONDITION_TRANSFORMER_ARGUMENT_MISSING']],
  ["expected a field within 'val'", ['CONDITION_FIELD_MISSING']],
  ['expected transformer list argument', ['CONDITION_TRANSFORMER_ITEM_MISSING']],
];

/** The tree in the shape and with the names of the vectors. */
function shapeOf(node: AnyNode, withPlaces: boolean): object {
  const child = (inner: AnyNode) => shapeOf(inner, withPlaces);
  const { index, line, column } = node.position;
  const place = withPlaces ? { pos: [index, line, column] } : {};
  switch (node.kind) {
    case 'and':
    case 'or':
      return { type: node.kind, children: node.children.map(child), ...place };
    case 'not':
      return { type: 'not', child: child(node.child), ...place };
    case 'reference':
      return { type: 'identifier', name: node.name, ...place };
    case 'exists':
      return { type: 'unary_check', left: child(node.left), op: 'exists', ...place };
    case 'comparison': {
      const op = operatorOf(node);
      return { type: 'binary_check', left: child(node.left), op, right: child(node.right), ...place };
    }
    case 'field':
      return { type: 'field', field: node.name, arg: node.argument ?? null, ...place };
    case 'transformer': {
      const values = node.operands.map(child);
      // The trees without places, written by hand, leave out an argument that isn't there.
      const arg = withPlaces || node.argument !== undefined ? { arg: node.argument ?? null } : {};
      return { type: 'field_transformer', transformer: node.name, values, ...arg, ...place };
    }
    case 'transformer-list':
      return { type: 'transformer_list', children: node.items.map(child), ...place };
    case 'value':
      return { type: 'value', value: textFromBytes(node.value), ...place };
    case 'list':
      return { type: 'list', values: node.items.map((item) => textFromBytes(item.value)), ...place };
  }
}

function operatorOf(node: { readonly operator: string; readonly quantifier: string | undefined }): string {
  return node.quantifier === undefined ? node.operator : `${node.operator} ${node.quantifier}`;
}

/** Kind and place of each node in the order of the text, as the vectors write them. */
function dumpPlaces(node: AnyNode): string {
  const { index, line, column } = node.position;
  const own = (kind: string) => `${kind}${index} ${line} ${column}`;
  switch (node.kind) {
    case 'and':
    case 'or':
      return own(node.kind) + node.children.map(dumpPlaces).join('');
    case 'not':
      return own('not') + dumpPlaces(node.child);
    case 'reference':
      return own('identifier');
    case 'exists':
      return own('unary') + dumpPlaces(node.left);
    case 'comparison':
      return own('binary') + dumpPlaces(node.left) + dumpPlaces(node.right);
    case 'transformer':
      return own('transformer') + node.operands.map(dumpPlaces).join('');
    case 'transformer-list':
      return own('transformer_list') + node.items.map(dumpPlaces).join('');
    default:
      return own(node.kind);
  }
}
