import { stringify } from 'yaml';
import type { Report } from './report.ts';

/** The report as YAML, field for field as in JSON. */
export function toYaml(report: Report): string {
  return stringify(report, { lineWidth: 0, aliasDuplicateObjects: false });
}
