import { walk } from '../check/walk.ts';
import { defineLint, type LintReport } from './finding.ts';

/** Falco takes a list whose one value has a wrong escape for an empty list and says nothing (libs, filter/parser.cpp). */
export const unreadableList = defineLint({
  id: 'unreadable-list',
  description: 'a list whose only value holds a wrong escape, which Falco takes for an empty list',
  severity: 'warning',
  messages: {
    empty:
      '{text} holds an escape that Falco does not read: the list counts as empty, so that nothing is in it',
  },
  check({ rule }) {
    const reports: LintReport<'empty'>[] = [];
    walk(rule.condition, (node) => {
      if (node.kind !== 'comparison' || node.right.kind !== 'list') return;
      const { unreadable } = node.right;
      if (unreadable === undefined) return;
      reports.push({
        message: 'empty',
        details: { text: unreadable.text },
        node: node.right,
        hint: 'the escapes are \\b \\f \\n \\r \\t \\/ \\\\ and the quote itself; write every other character as it is',
      });
    });
    return reports;
  },
});
