import { canonicalText } from '../condition/text.ts';
import type { ComparisonNode, Condition } from '../condition/tree.ts';
import { textFromBytes } from '../value/bytes.ts';
import { defineLint, type LintReport } from './finding.ts';

const pathFields =
  /^(?:fd\.(?:name|nameraw|directory|containername|containerdirectory)|fs\.path\.\w+|proc\.(?:exe|exepath|cwd|pexepath|pexe|aexepath|aexe)|evt\.(?:arg|rawarg|abspath)(?:\..*)?)$/;

/** `startswith /var/lib/etcd` also lets `/var/lib/etcd-evil` in. */
export const prefixBoundary = defineLint({
  id: 'prefix-boundary',
  description: 'a directory that is let through by a prefix without a slash at its end',
  severity: 'warning',
  messages: {
    open: "what begins with '{prefix}' is let through, and so is '{other}'",
  },
  check({ rule }) {
    const reports: LintReport<'open'>[] = [];
    const search = (node: Condition, isNegated: boolean): void => {
      if (node.kind === 'and' || node.kind === 'or') {
        for (const child of node.children) search(child, isNegated);
      } else if (node.kind === 'not') search(node.child, !isNegated);
      // Where it makes a rule fire, a test that lets in too much only alarms too often.
      else if (node.kind === 'comparison' && isNegated) reports.push(...checkPrefixes(node));
    };
    search(rule.condition, false);
    return reports;
  },
});

function checkPrefixes(node: ComparisonNode): LintReport<'open'>[] {
  const { left, right, operator } = node;
  if (operator !== 'startswith' || left.kind !== 'field' || !pathFields.test(left.name)) return [];
  const values = right.kind === 'list' ? right.items : right.kind === 'value' ? [right] : [];
  return values
    .map(({ value }) => textFromBytes(value))
    .filter((prefix) => /^\/.*[^/]$/.test(prefix) && looksLikeDirectory(prefix))
    .map((prefix) => {
      const field = canonicalText(left);
      return {
        message: 'open',
        details: { prefix, other: `${prefix}-evil` },
        node,
        hint: `for the directory and what is in it write '(${field} = ${prefix} or ${field} startswith ${prefix}/)', or '${field} pmatch (${prefix})'`,
      };
    });
}

/** A prefix that ends in punctuation (`/dev/tty.`, `/lib/lib-`) is meant to go on within the name. */
function looksLikeDirectory(prefix: string): boolean {
  return /[\p{L}\p{N}]$/u.test(prefix);
}
