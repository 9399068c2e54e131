import { canonicalText } from '../condition/text.ts';
import type { Condition } from '../condition/tree.ts';
import { defineLint } from './finding.ts';
import { refute } from './prove.ts';

/** A part of a condition that holds for every event tests nothing. */
export const alwaysTrue = defineLint({
  id: 'always-true',
  description: 'a part of a condition that always holds',
  severity: 'warning',
  messages: {
    part: "'{text}' always holds, so it tests nothing",
  },
  check({ rule, catalogue }) {
    const found: Condition[] = [];
    const search = (node: Condition): void => {
      // Only junctions can hide it: what a single check says is for the reader to see.
      if (node.kind === 'or' && refute(node, true, catalogue) !== undefined) found.push(node);
      else if (node.kind === 'and' || node.kind === 'or') node.children.forEach(search);
      else if (node.kind === 'not') search(node.child);
    };
    search(rule.condition);
    return found.map((node) => {
      const text = canonicalText(node);
      return {
        message: 'part' as const,
        details: { text: text.length > 80 ? `${text.slice(0, 77)}...` : text },
        node,
        hint: "what excludes several values is joined with and: 'a != 1 and a != 2', or 'not a in (1, 2)'",
      };
    });
  },
});
