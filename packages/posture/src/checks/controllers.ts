import type { Check } from './check.ts';
import { cis, MITRE, NSA, OWASP } from './mappings.ts';
import { isBoolean, isOneOf, isSet, isWithin, satisfies } from './rules.ts';

const manager = 'kube-controller-manager';
const scheduler = 'kube-scheduler';
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** CIS sections 1.3 (controller manager) and 1.4 (scheduler). */
export const controllerChecks: readonly Check[] = [
  {
    id: 'controller-manager-pod-gc',
    component: manager,
    title: 'Ended pods are cleared away',
    why: 'Without a limit, ended pods pile up in etcd until it is slow or full.',
    severity: 'low',
    rule: isWithin(
      'terminated-pod-gc-threshold',
      ({ site }) => ({ least: 1, most: site.values.terminatedPodThreshold }),
      'terminated-pod-gc-threshold is above 0 and at most what the site allows (12500 unless its file says otherwise)',
      ({ site }) => String(Math.min(1000, site.values.terminatedPodThreshold)),
    ),
    cis: cis('1.3.1'),
    mitre: [MITRE.denialOfService],
  },
  {
    id: 'controller-manager-profiling',
    component: manager,
    title: 'Profiling is off',
    why: 'The profiler tells of the inside of the program, and its work can be used to slow it down.',
    severity: 'low',
    rule: isBoolean('profiling', false),
    cis: cis('1.3.2'),
    owasp: OWASP.exposed,
  },
  {
    id: 'controller-manager-separate-credentials',
    component: manager,
    title: 'Each controller has rights of its own',
    why: 'Left out, all controllers share one identity that may do everything any of them needs.',
    severity: 'medium',
    rule: isBoolean('use-service-account-credentials', true),
    cis: cis('1.3.3'),
    nsa: NSA.access,
    owasp: OWASP.authorization,
  },
  {
    id: 'controller-manager-service-account-key',
    component: manager,
    title: 'Service account tokens are signed with a key of their own',
    why: 'Without the key no token is issued, or with another cluster’s.',
    severity: 'medium',
    rule: isSet('service-account-private-key-file', '/etc/kubernetes/pki/sa.key'),
    cis: cis('1.3.4'),
    owasp: OWASP.secrets,
  },
  {
    id: 'controller-manager-root-ca',
    component: manager,
    title: 'Pods are told which authority the API server has',
    why: 'Otherwise pods have nothing to verify the API server with before they hand over their token.',
    severity: 'medium',
    rule: isSet('root-ca-file', '/etc/kubernetes/pki/ca.crt'),
    cis: cis('1.3.5'),
    nsa: NSA.network,
    mitre: [MITRE.adversaryInTheMiddle],
  },
  {
    id: 'controller-manager-rotate-server-gate',
    component: manager,
    title: 'Kubelets’ serving certificates may be renewed',
    why: 'The gate has been on by default since 1.12; switched off, kubelets run on with certificates that expire.',
    severity: 'medium',
    rule: satisfies(
      'feature-gates',
      'the gate RotateKubeletServerCertificate is not switched off',
      (value) =>
        (value as Readonly<Record<string, string>> | undefined)?.RotateKubeletServerCertificate === 'false'
          ? 'the gate RotateKubeletServerCertificate is off'
          : undefined,
      [{ kind: 'entry', setting: 'feature-gates', key: 'RotateKubeletServerCertificate', value: 'true' }],
    ),
    cis: cis('1.3.6'),
    owasp: OWASP.components,
  },
  {
    id: 'controller-manager-loopback',
    component: manager,
    title: 'The controller manager listens on loopback only',
    why: 'Its endpoint serves metrics and health for this node; left out, the address is every one of the node’s.',
    severity: 'medium',
    rule: isOneOf('bind-address', LOOPBACK),
    cis: cis('1.3.7'),
    nsa: NSA.network,
    owasp: OWASP.exposed,
    mitre: [MITRE.discovery],
  },
  {
    id: 'scheduler-profiling',
    component: scheduler,
    title: 'Profiling is off',
    why: 'The profiler tells of the inside of the program, and its work can be used to slow it down.',
    severity: 'low',
    rule: isBoolean('profiling', false),
    cis: cis('1.4.1'),
    owasp: OWASP.exposed,
  },
  {
    id: 'scheduler-loopback',
    component: scheduler,
    title: 'The scheduler listens on loopback only',
    why: 'Its endpoint serves metrics and health for this node; left out, the address is every one of the node’s.',
    severity: 'medium',
    rule: isOneOf('bind-address', LOOPBACK),
    cis: cis('1.4.2'),
    nsa: NSA.network,
    owasp: OWASP.exposed,
    mitre: [MITRE.discovery],
  },
];
