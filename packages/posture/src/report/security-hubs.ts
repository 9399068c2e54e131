import { createHash } from 'node:crypto';
import type { Severity, Status } from '../checks/check.ts';
import type { Report, ReportedResult } from './report.ts';

const ASFF_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
};

const ASFF_STATUS: Readonly<Record<Status, string>> = {
  PASS: 'PASSED',
  FAIL: 'FAILED',
  UNKNOWN: 'WARNING',
  'NOT APPLICABLE': 'NOT_AVAILABLE',
};

/** Where findings in AWS's format belong. */
export interface AwsAccount {
  readonly accountId: string;
  readonly region: string;
}

/** The report in AWS Security Finding Format (2018-10-08), for BatchImportFindings: what does not apply is left out. */
export function toAsff(report: Report, { accountId, region }: AwsAccount): unknown {
  return report.results
    .filter(({ status }) => status !== 'NOT APPLICABLE')
    .map((result) => ({
      SchemaVersion: '2018-10-08',
      Id: `seawall/${report.node}/${fingerprint(result)}`,
      ProductArn: `arn:aws:securityhub:${region}:${accountId}:product/${accountId}/default`,
      GeneratorId: `seawall/${result.check}`,
      AwsAccountId: accountId,
      Types: ['Software and Configuration Checks/Industry and Regulatory Standards/CIS Kubernetes Benchmark'],
      CreatedAt: report.time,
      UpdatedAt: report.time,
      Severity: { Label: result.status === 'FAIL' ? ASFF_SEVERITY[result.severity] : 'INFORMATIONAL' },
      Title: result.title.slice(0, 256),
      Description: `${result.reason}. ${result.why}`.slice(0, 1024),
      ...(result.fix.length === 0
        ? {}
        : { Remediation: { Recommendation: { Text: result.fix.join('; ').slice(0, 512) } } }),
      Resources: [{ Type: 'Other', Id: `${report.node}/${result.instance}`.slice(0, 512), Region: region }],
      Compliance: {
        Status: ASFF_STATUS[result.status],
        ...(result.cis === null ? {} : { RelatedRequirements: [`${report.benchmark}/${result.cis}`] }),
      },
      Workflow: { Status: result.accepted === null ? 'NEW' : 'SUPPRESSED' },
      RecordState: 'ACTIVE',
    }));
}

const OCSF_SEVERITY: Readonly<Record<Severity, number>> = { critical: 5, high: 4, medium: 3, low: 2 };
const OCSF_STATUS: Readonly<Record<Status, readonly [number, string]>> = {
  PASS: [1, 'Pass'],
  FAIL: [3, 'Fail'],
  UNKNOWN: [0, 'Unknown'],
  'NOT APPLICABLE': [99, 'Not applicable'],
};

/** The report as Compliance Findings of OCSF 1.3 (class 2003). */
export function toOcsf(report: Report, version: string): unknown {
  return report.results.map((result) => {
    const [statusId, status] = OCSF_STATUS[result.status];
    return {
      activity_id: 1,
      category_uid: 2,
      class_uid: 2003,
      type_uid: 200301,
      time: Date.parse(report.time),
      severity_id: result.status === 'FAIL' ? OCSF_SEVERITY[result.severity] : 1,
      status_id: result.accepted === null ? 1 : 3,
      message: result.reason,
      metadata: { version: '1.3.0', product: { name: 'seawall', vendor_name: 'Seawall', version } },
      finding_info: { uid: fingerprint(result), title: result.title, desc: result.why },
      compliance: {
        standards: [report.benchmark],
        ...(result.cis === null ? {} : { control: result.cis }),
        status,
        status_id: statusId,
      },
      ...(result.fix.length === 0 ? {} : { remediation: { desc: result.fix.join('; ') } }),
      resources: [
        { name: result.instance, type: result.component, uid: `${report.node}/${result.instance}` },
      ],
    };
  });
}

function fingerprint({ check, instance }: ReportedResult): string {
  return createHash('sha256').update(`${check}\n${instance}`).digest('hex').slice(0, 32);
}
