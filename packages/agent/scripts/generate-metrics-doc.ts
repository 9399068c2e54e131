// Writes docs/metrics.md from the table of metrics: run it when the table has changed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { histogramTable, metricTable } from '../src/http/metrics.ts';

export const documentPath = join(import.meta.dirname, '..', '..', '..', 'docs', 'metrics.md');

export function metricsDocument(): string {
  const rows = [
    ...metricTable.map(({ name, kind, labels, help }) => ({ name, kind: kind as string, labels, help })),
    ...histogramTable.map(({ name, labels, help }) => ({
      name,
      kind: 'histogram',
      labels: [...labels],
      help,
    })),
  ];
  const lines = rows.map(
    ({ name, kind, labels, help }) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return `# Metrics

What an agent tells Prometheus at \`http://ADDRESS/metrics\`, besides \`process_*\` and \`nodejs_*\` of its process. Made from the table
in \`packages/agent/src/http/metrics.ts\` by \`packages/agent/scripts/generate-metrics-doc.ts\`.

| metric | kind | labels | what it says |
|---|---|---|---|
${lines.join('\n')}

Every event is accounted for: \`sum(seawall_events_total)\` is what the kernel saw of the calls that are on.
`;
}

if (import.meta.main) writeFileSync(documentPath, metricsDocument());
