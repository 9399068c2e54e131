import { type Assessment, countResults, type Result } from '../assess.ts';
import type { Evidence, FixStep, Severity, Status } from '../checks/check.ts';
import type { Exception } from '../site.ts';

/** One result as data: what JSON and YAML print, and what every other format is made from. */
export interface ReportedResult {
  readonly check: string;
  /** The number in the report's benchmark; null for checks that it doesn't have. */
  readonly cis: string | null;
  readonly component: string;
  readonly instance: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: Status;
  readonly reason: string;
  readonly missing: string | null;
  readonly evidence: readonly Evidence[];
  readonly accepted: Exception | null;
  readonly why: string;
  readonly how: string;
  readonly fix: readonly string[];
  readonly mappings: {
    readonly nsa: string | null;
    readonly owasp: string | null;
    readonly mitre: readonly string[];
  };
}

/** A whole assessment as data. The format's name changes when a field goes or means something else. */
export interface Report {
  readonly format: 'seawall.dev/posture-report/v1';
  readonly benchmark: string;
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly instances: readonly {
    readonly component: string;
    readonly label: string;
    readonly version: string | null;
    /** Why nothing but its own name says that it is this component; null where something else does. */
    readonly unattested: string | null;
    readonly files: readonly string[];
    readonly notes: readonly string[];
  }[];
  readonly gaps: readonly string[];
  readonly staleExceptions: readonly Exception[];
  readonly summary: Readonly<Record<string, number>>;
  readonly results: readonly ReportedResult[];
}

/** Turns an assessment into data. `node` is the name to report it under. */
export function makeReport(assessment: Assessment, node: string, now: number): Report {
  return {
    format: 'seawall.dev/posture-report/v1',
    benchmark: `CIS Kubernetes Benchmark ${assessment.benchmark}`,
    node,
    time: new Date(now).toISOString(),
    instances: assessment.configurations.map(({ instance, files, strays }) => ({
      component: instance.component,
      label: instance.label,
      version: instance.version === undefined ? null : `${instance.version.major}.${instance.version.minor}`,
      unattested: instance.unattested ?? null,
      files: files.map((path) => instance.tree.locate(path)),
      notes: [
        ...instance.notes,
        ...strays.map((text) => `the argument ${JSON.stringify(text)} belongs to no flag`),
      ],
    })),
    gaps: assessment.gaps,
    staleExceptions: assessment.staleExceptions,
    summary: countResults(assessment.results),
    results: assessment.results.map(reportResult),
  };
}

function reportResult({ check, cis, instance, decision, accepted, subject }: Result): ReportedResult {
  const isFailing =
    decision.status === 'FAIL' &&
    subject !== undefined &&
    subject.configuration.instance.unattested === undefined;
  return {
    check: check.id,
    cis: cis ?? null,
    component: check.component,
    instance,
    title: check.title,
    severity: check.severity,
    status: decision.status,
    reason: decision.reason,
    missing: decision.missing ?? null,
    evidence: decision.evidence,
    accepted: accepted ?? null,
    why: check.why,
    how: check.rule.how,
    fix: isFailing ? check.rule.fix(subject).map(describeStep) : [],
    mappings: { nsa: check.nsa ?? null, owasp: check.owasp ?? null, mitre: check.mitre ?? [] },
  };
}

/** One step of a fix in words. */
export function describeStep(step: FixStep): string {
  switch (step.kind) {
    case 'set':
      return `set ${step.setting} to ${step.value}`;
    case 'unset':
      return `remove ${step.setting}`;
    case 'add':
      return `add ${step.item} to ${step.setting}`;
    case 'drop':
      return `remove ${step.item} from ${step.setting}`;
    case 'entry':
      return `set ${step.key}=${step.value} in ${step.setting}`;
    case 'mode':
      return `chmod ${step.mode.toString(8)} ${step.path}`;
    case 'owner':
      return `chown ${step.name} ${step.path}`;
    case 'write':
      return `write ${step.path}`;
    case 'mount':
      return `mount ${step.path} of the node into the container${step.isReadOnly ? ', read-only' : ''}`;
    case 'unit':
      return `set ${step.directive}=${step.value} in the unit`;
    case 'advice':
      return step.text;
  }
}

/** True for a reported result that counts as a failure. */
export function isReportedFailure({ status, accepted }: ReportedResult): boolean {
  return status === 'FAIL' && accepted === null;
}
