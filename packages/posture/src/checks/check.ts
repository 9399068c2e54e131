import type { EffectiveConfiguration } from '../effective/compute.ts';
import type { ComponentName } from '../effective/facts.ts';
import type { SettingState } from '../effective/settings.ts';
import type { Instance, Node } from '../node/instance.ts';
import type { Site } from '../site.ts';

export type Status = 'PASS' | 'FAIL' | 'UNKNOWN' | 'NOT APPLICABLE';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** The versions of the CIS Kubernetes Benchmark that the table covers in full. */
export const BENCHMARKS = ['1.12', '1.11', '1.10'] as const;

export type Benchmark = (typeof BENCHMARKS)[number];

/** One thing that was looked at: what, what it was, and where that came from. */
export interface Evidence {
  readonly what: string;
  readonly value: string;
  readonly origin: string;
  /** The file to open, where the origin is one. */
  readonly path?: string;
  readonly line?: number;
}

/** What a check said about one subject. */
export interface Decision {
  readonly status: Status;
  /** One sentence for people. */
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** With UNKNOWN: what is needed to decide. */
  readonly missing?: string;
}

/** One step towards a pass; `fix/` turns steps into changed files. */
export type FixStep =
  | { readonly kind: 'set'; readonly setting: string; readonly value: string }
  | { readonly kind: 'unset'; readonly setting: string }
  | { readonly kind: 'add'; readonly setting: string; readonly item: string }
  | { readonly kind: 'drop'; readonly setting: string; readonly item: string }
  | { readonly kind: 'entry'; readonly setting: string; readonly key: string; readonly value: string }
  | { readonly kind: 'mode'; readonly path: string; readonly mode: number }
  | {
      readonly kind: 'owner';
      readonly path: string;
      readonly uid: number;
      readonly gid: number;
      readonly name: string;
    }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'mount'; readonly path: string; readonly isReadOnly: boolean }
  | { readonly kind: 'unit'; readonly directive: string; readonly value: string }
  | { readonly kind: 'advice'; readonly text: string };

/** What a check is asked about: a node, and for most checks one component on it. */
export interface Subject {
  readonly node: Node;
  readonly site: Site;
  /** Everything found on the node, for checks that compare components. */
  readonly configurations: readonly EffectiveConfiguration[];
  readonly configuration: EffectiveConfiguration;
}

/** A pure decision over a subject, with how it decides in words and what would make it pass. */
export interface Rule {
  readonly how: string;
  decide(subject: Subject): Decision;
  fix(subject: Subject): readonly FixStep[];
}

/** Where else the same demand is made. */
export interface Mappings {
  /** The id in each CIS benchmark that has it. */
  readonly cis: Readonly<Partial<Record<Benchmark, string>>>;
  /** Chapter of the NSA/CISA Kubernetes Hardening Guide 1.2. */
  readonly nsa?: string;
  /** OWASP Kubernetes Top Ten 2025. */
  readonly owasp?: string;
  /** MITRE ATT&CK for containers: technique ids. */
  readonly mitre?: readonly string[];
}

/** One row of the table of checks. */
export interface Check extends Mappings {
  /** Stable: `kubelet-anonymous-auth`. */
  readonly id: string;
  readonly component: ComponentName;
  readonly title: string;
  readonly why: string;
  readonly severity: Severity;
  readonly rule: Rule;
}

export function pass(reason: string, evidence: readonly Evidence[] = []): Decision {
  return { status: 'PASS', reason, evidence };
}

export function fail(reason: string, evidence: readonly Evidence[] = []): Decision {
  return { status: 'FAIL', reason, evidence };
}

export function unknown(missing: string, evidence: readonly Evidence[] = []): Decision {
  return { status: 'UNKNOWN', reason: `cannot be decided without ${missing}`, evidence, missing };
}

export function notApplicable(reason: string): Decision {
  return { status: 'NOT APPLICABLE', reason, evidence: [] };
}

/** The state of a setting of the subject's component. */
export function settingOf(subject: Subject, name: string): SettingState {
  const state = subject.configuration.settings.get(name);
  return (
    state ?? {
      kind: 'unknown',
      name,
      missing: `the setting ${name}, which ${subject.configuration.instance.component} does not have`,
    }
  );
}

/** The first configuration of a component on the subject's node that is not only called so. */
export function peerOf(subject: Subject, component: ComponentName): EffectiveConfiguration | undefined {
  return subject.configurations.find(
    ({ instance }) => instance.component === component && instance.unattested === undefined,
  );
}

export function instanceOf(subject: Subject): Instance {
  return subject.configuration.instance;
}
