import { lastField, walk } from '../check/walk.ts';
import { defineLint, type LintReport } from './finding.ts';

/** `fd.sport` is the server's port: of a connection that comes in that is the own one, of one going out the far one. */
export const connectionEnd = defineLint({
  id: 'connection-end',
  description: 'a test of one end of a connection in a rule about connections in both directions',
  severity: 'note',
  messages: {
    both: "{field} is the {end}'s: the own side of connections that come in, the far side of those going out, and this rule matches both",
    bothClient:
      "{field} is the {end}'s: the far side of connections that come in, the own side of those going out, and this rule matches both",
  },
  check({ rule, catalogue }) {
    const names = catalogue.eventTypes;
    if (names === undefined || rule.eventTypes === undefined) return [];
    const matched = new Set(rule.eventTypes);
    const matches = (event: string) => names.eventTypes(event)?.some((type) => matched.has(type)) ?? false;
    const goesOut = ['connect'].some(matches);
    const comesIn = ['accept', 'accept4'].some(matches);
    // A rule that matches everything isn't about connections.
    if (!goesOut || !comesIn || matched.size > 60) return [];
    const reports: LintReport<'both' | 'bothClient'>[] = [];
    const told = new Set<string>();
    walk(rule.condition, (node) => {
      if (node.kind !== 'comparison') return;
      const field = lastField(node.left)?.name ?? '';
      if (!/^fd\.[cs](?:ip|port|net|proto)(?:\.name)?$/.test(field) || told.has(field)) return;
      told.add(field);
      const isServer = field.startsWith('fd.s');
      reports.push({
        message: isServer ? 'both' : 'bothClient',
        details: { field, end: isServer ? 'server' : 'client' },
        node,
        hint: `for the own side write ${field.replace(/^fd\.[cs]/, 'fd.l')}, for the far side ${field.replace(/^fd\.[cs]/, 'fd.r')}; for either end ${field.replace(/^fd\.[cs]/, 'fd.')}`,
      });
    });
    return reports;
  },
});
