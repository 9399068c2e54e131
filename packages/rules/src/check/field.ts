import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { parseOperandAt } from '../condition/parse-operand.ts';
import type { Operand } from '../condition/tree.ts';
import { bindOperand } from '../evaluate/operand.ts';
import { walk } from './walk.ts';

/**
 * Whether a text is a field that conditions over that catalogue can test: a name, its argument where it has one,
 * and transformers around it if it has parentheses.
 */
export function hasField(catalogue: FieldCatalogue, text: string): boolean {
  // Most constants aren't fields, and need not be parsed to know it.
  const [, word, mark] = /^([a-z0-9_]+)([.(])/i.exec(text) ?? [];
  if (word === undefined || (mark === '.' && !firstWordsOf(catalogue).has(word))) return false;
  let operand: Operand;
  try {
    operand = parseOperandAt(text, 0);
    if (operand.end !== text.length || !hasNames(operand, catalogue)) return false;
    bindOperand(operand, catalogue);
  } catch {
    // Whatever is wrong with it: it is no field that can be tested, which is all that was asked.
    return false;
  }
  return true;
}

const firstWords = new WeakMap<FieldCatalogue, ReadonlySet<string>>();

/** What the names of a catalogue's fields begin with: `proc`, `fd`, `ka`. */
function firstWordsOf(catalogue: FieldCatalogue): ReadonlySet<string> {
  let words = firstWords.get(catalogue);
  if (words === undefined) {
    words = new Set([...catalogue.fields.keys()].map((name) => name.split('.', 1)[0]!));
    firstWords.set(catalogue, words);
  }
  return words;
}

/** Asked before binding, which for an unknown name looks for the nearest one. */
function hasNames(operand: Operand, catalogue: FieldCatalogue): boolean {
  let isKnown = true;
  walk(operand, (node) => {
    if (node.kind === 'field' && !catalogue.fields.has(node.name)) isKnown = false;
  });
  return isKnown;
}
