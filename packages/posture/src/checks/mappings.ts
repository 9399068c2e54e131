import { BENCHMARKS, type Benchmark, type Mappings } from './check.ts';

/** The same number in every benchmark, or only in those named. */
export function cis(id: string, benchmarks: readonly Benchmark[] = BENCHMARKS): Mappings['cis'] {
  return Object.fromEntries(benchmarks.map((benchmark) => [benchmark, id]));
}

/** In no benchmark: a check of ours, from the article or from what components do. */
export const noCis: Mappings['cis'] = {};

/** Chapters of the NSA/CISA Kubernetes Hardening Guide 1.2. */
export const NSA = {
  network: 'Network separation and hardening',
  access: 'Authentication and authorization',
  audit: 'Audit logging and threat detection',
  pods: 'Kubernetes Pod security',
} as const;

/** OWASP Kubernetes Top Ten 2025. */
export const OWASP = {
  workloads: 'K01:2025',
  authorization: 'K02:2025',
  secrets: 'K03:2025',
  policy: 'K04:2025',
  network: 'K05:2025',
  exposed: 'K06:2025',
  components: 'K07:2025',
  cloud: 'K08:2025',
  authentication: 'K09:2025',
  logging: 'K10:2025',
} as const;

/** MITRE ATT&CK techniques of the containers matrix that checks refer to. */
export const MITRE = {
  exploitPublic: 'T1190',
  externalServices: 'T1133',
  administration: 'T1609',
  deploy: 'T1610',
  escape: 'T1611',
  validAccounts: 'T1078',
  unsecuredCredentials: 'T1552',
  privilegeEscalation: 'T1068',
  impairDefenses: 'T1562',
  denialOfService: 'T1499',
  adversaryInTheMiddle: 'T1557',
  discovery: 'T1613',
  sniffing: 'T1040',
} as const;
