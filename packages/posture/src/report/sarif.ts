import { createHash } from 'node:crypto';
import type { Severity, Status } from '../checks/check.ts';
import { isReportedFailure, type Report, type ReportedResult } from './report.ts';

const LEVELS: Readonly<Record<Severity, string>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
};

const KINDS: Readonly<Record<Status, string>> = {
  PASS: 'pass',
  FAIL: 'fail',
  UNKNOWN: 'open',
  'NOT APPLICABLE': 'notApplicable',
};

/** GitHub orders alerts by this number (0 to 10). */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
};

/** The report as a SARIF 2.1.0 log (OASIS standard): one run, one rule a check, every result with its kind. */
export function toSarif(report: Report, version: string): unknown {
  const rules = [...new Map(report.results.map((result) => [result.check, result])).values()];
  const doubts = new Map(
    report.instances.flatMap(({ label, unattested }) => (unattested === null ? [] : [[label, unattested]])),
  );
  const ruleIndex = new Map(rules.map(({ check }, index) => [check, index]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'seawall',
            semanticVersion: version,
            informationUri: 'https://seawall.dev',
            rules: rules.map(toRule),
          },
        },
        invocations: [{ executionSuccessful: true, endTimeUtc: report.time, machine: report.node }],
        properties: { benchmark: report.benchmark },
        results: report.results.map((result) =>
          toResult(result, ruleIndex.get(result.check)!, doubts.get(result.instance)),
        ),
      },
    ],
  };
}

function toRule(result: ReportedResult): unknown {
  return {
    id: result.check,
    name: result.check.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: result.title },
    fullDescription: { text: result.why },
    help: { text: `Decided so: ${result.how}.` },
    defaultConfiguration: { level: LEVELS[result.severity] },
    properties: {
      tags: [
        'security',
        ...(result.cis === null ? [] : [`CIS/${result.cis}`]),
        ...(result.mappings.owasp === null ? [] : [`OWASP/${result.mappings.owasp}`]),
        ...result.mappings.mitre.map((technique) => `MITRE/${technique}`),
      ],
      'security-severity': SECURITY_SEVERITY[result.severity],
    },
  };
}

function toResult(result: ReportedResult, ruleIndex: number, unattested: string | undefined): unknown {
  const isFailure = result.status === 'FAIL';
  const fingerprint = createHash('sha256').update(`${result.check}\n${result.instance}`).digest('hex');
  const fixes = isReportedFailure(result) && result.fix.length > 0 ? `\nFix: ${result.fix.join('; ')}.` : '';
  const places = result.evidence.filter(({ path }) => path !== undefined);
  return {
    ruleId: result.check,
    ruleIndex,
    kind: KINDS[result.status],
    level: isFailure ? LEVELS[result.severity] : 'none',
    message: { text: `${result.instance}: ${result.reason}.${fixes}` },
    locations: [
      {
        ...(places[0] === undefined ? {} : { physicalLocation: toLocation(places[0].path!, places[0].line) }),
        logicalLocations: [{ fullyQualifiedName: result.instance, kind: 'module' }],
      },
    ],
    ...(unattested === undefined ? {} : { properties: { unattested } }),
    partialFingerprints: { 'seawallCheckAndInstance/v1': fingerprint },
    ...(result.accepted === null
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${result.accepted.reason} (${result.accepted.owner}, until ${result.accepted.expires})`,
            },
          ],
        }),
  };
}

function toLocation(path: string, line: number | undefined): unknown {
  const uri = `file://${path.split('/').map(encodeURIComponent).join('/')}`;
  return { artifactLocation: { uri }, ...(line === undefined ? {} : { region: { startLine: line } }) };
}
