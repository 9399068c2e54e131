import { textFromBytes } from '../value/bytes.ts';
import { defineLint, type LintReport } from './finding.ts';
import { literalsOf } from './literal.ts';

/** A value that a rule asks for and lets through at once: one of the lists has it by mistake. */
export const contradictoryLists = defineLint({
  id: 'contradictory-lists',
  description: 'a value that is in a list to match and in a list to exclude',
  severity: 'note',
  messages: {
    overlap:
      '{values} {verb} both in what {subject} must be and in what it must not be, so {pronoun} never match',
  },
  check({ rule }) {
    const literals = literalsOf(rule.condition);
    const reports: LintReport<'overlap'>[] = [];
    for (const wanted of literals) {
      if (wanted.values === undefined || !wanted.isPositive) continue;
      for (const excluded of literals) {
        if (excluded.isPositive || excluded.values === undefined || excluded.subject !== wanted.subject)
          continue;
        const overlap = [...new Set(wanted.values)].filter((value) => excluded.values!.includes(value));
        // When none is left the rule never fires, which `never-true` tells.
        if (overlap.length === 0 || overlap.length === new Set(wanted.values).size) continue;
        const isOne = overlap.length === 1;
        reports.push({
          message: 'overlap',
          details: {
            values: overlap
              .slice(0, 5)
              .map((value) => `'${textFromBytes(value)}'`)
              .join(', '),
            subject: wanted.subject,
            verb: isOne ? 'is' : 'are',
            pronoun: isOne ? 'it will' : 'they will',
          },
          node: excluded.node,
          hint: `take ${isOne ? 'it' : 'them'} out of one of the two`,
        });
      }
    }
    return reports;
  },
});
