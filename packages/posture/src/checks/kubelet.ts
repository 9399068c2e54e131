import { usesStrongCiphers } from './apiserver.ts';
import { certificatesLast } from './certificate-rules.ts';
import { type Check, fail, instanceOf, notApplicable, pass, type Rule, unknown } from './check.ts';
import { hasModeWithin, isOwnedByRoot } from './file-rules.ts';
import { cis, MITRE, NSA, noCis, OWASP } from './mappings.ts';
import {
  allOf,
  anyOf,
  gateIsNotOff,
  isBoolean,
  isSet,
  isUnset,
  isWithin,
  onlyWhen,
  satisfies,
} from './rules.ts';
import { configurationFiles, fileNamedBy, filesAt, firstOf, unitFiles } from './selectors.ts';

const component = 'kubelet';
const proxyKubeconfig = firstOf(fileNamedBy('kubeconfig'), filesAt('/etc/kubernetes/proxy.conf'));
const kubeletKubeconfig = firstOf(fileNamedBy('kubeconfig'), filesAt('/etc/kubernetes/kubelet.conf'));
const clientCa = fileNamedBy('client-ca-file');

/** Benchmark 1.11 alone: systemd keeps everyone but the addresses named from talking to the kubelet. */
const unitDeniesAddresses: Rule = {
  how: "the kubelet's unit has IPAddressDeny=any and names who may in IPAddressAllow",
  decide(subject) {
    const { launcher, parameters } = instanceOf(subject);
    if (launcher === undefined && parameters.kind === 'unreadable') return unknown(parameters.reason);
    if (launcher?.kind !== 'unit')
      return notApplicable('the kubelet is not started by a systemd unit of its own here');
    const { IPAddressDeny: deny = '', IPAddressAllow: allow = '' } = launcher.unit.service;
    const origin = launcher.unit.paths.join(', ');
    const evidence = [
      { what: 'IPAddressDeny', value: deny || '(not set)', origin, path: launcher.path },
      { what: 'IPAddressAllow', value: allow || '(not set)', origin, path: launcher.path },
    ];
    if (deny !== 'any') return fail('IPAddressDeny is not any', evidence);
    return allow === ''
      ? fail('IPAddressDeny=any without IPAddressAllow cuts the kubelet off', evidence)
      : pass(unitDeniesAddresses.how, evidence);
  },
  fix: () => [
    { kind: 'unit', directive: 'IPAddressDeny', value: 'any' },
    { kind: 'unit', directive: 'IPAddressAllow', value: 'localhost link-local 10.0.0.0/8' },
    {
      kind: 'advice',
      text: 'put the addresses of your nodes, pods and API servers into IPAddressAllow before the unit is reloaded',
    },
  ],
};

/** CIS sections 4.1 (files of a worker), 4.2 (kubelet), 4.3 (kube-proxy), and what the article asks beyond them. */
export const kubeletChecks: readonly Check[] = [
  {
    id: 'kubelet-unit-mode',
    component,
    title: 'Only root may read or write the kubelet’s unit files',
    why: 'What stands in them runs as root at the next restart.',
    severity: 'high',
    rule: hasModeWithin(unitFiles, 0o600),
    cis: cis('4.1.1'),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-unit-owner',
    component,
    title: 'The kubelet’s unit files belong to root',
    why: 'Whoever owns them runs code as root at the next restart.',
    severity: 'high',
    rule: isOwnedByRoot(unitFiles),
    cis: cis('4.1.2'),
    owasp: OWASP.components,
  },
  {
    id: 'proxy-kubeconfig-mode',
    component: 'kube-proxy',
    title: 'Only root may read or write kube-proxy’s kubeconfig',
    why: 'It holds the credentials that kube-proxy signs in with.',
    severity: 'medium',
    rule: hasModeWithin(proxyKubeconfig, 0o600),
    cis: cis('4.1.3'),
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
  {
    id: 'proxy-kubeconfig-owner',
    component: 'kube-proxy',
    title: 'kube-proxy’s kubeconfig belongs to root',
    why: 'Whoever owns it reads the credentials in it.',
    severity: 'medium',
    rule: isOwnedByRoot(proxyKubeconfig),
    cis: cis('4.1.4'),
    owasp: OWASP.secrets,
  },
  {
    id: 'kubelet-kubeconfig-mode',
    component,
    title: 'Only root may read or write the kubelet’s kubeconfig',
    why: 'With it one is the node: its pods’ secrets can be read from the API server.',
    severity: 'high',
    rule: hasModeWithin(kubeletKubeconfig, 0o600),
    cis: cis('4.1.5'),
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
  {
    id: 'kubelet-kubeconfig-owner',
    component,
    title: 'The kubelet’s kubeconfig belongs to root',
    why: 'Whoever owns it reads the credentials in it.',
    severity: 'high',
    rule: isOwnedByRoot(kubeletKubeconfig),
    cis: cis('4.1.6'),
    owasp: OWASP.secrets,
  },
  {
    id: 'kubelet-client-ca-mode',
    component,
    title: 'Nobody but root may change the authority that the kubelet trusts',
    why: 'Whoever adds a certificate to it may call the kubelet API under any name.',
    severity: 'medium',
    rule: hasModeWithin(clientCa, 0o644),
    cis: cis('4.1.7', ['1.12', '1.11']),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-client-ca-mode-strict',
    component,
    title: 'Nobody but root may read or change the authority that the kubelet trusts',
    why: 'Benchmark 1.10 asks for more than its successors.',
    severity: 'low',
    rule: hasModeWithin(clientCa, 0o600),
    cis: cis('4.1.7', ['1.10']),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-client-ca-owner',
    component,
    title: 'The authority that the kubelet trusts belongs to root',
    why: 'Whoever owns it decides whom the kubelet trusts.',
    severity: 'medium',
    rule: isOwnedByRoot(clientCa),
    cis: cis('4.1.8'),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-config-mode',
    component,
    title: 'Only root may read or write the kubelet’s configuration',
    why: 'The kubelet does as root what stands in it.',
    severity: 'high',
    rule: hasModeWithin(configurationFiles, 0o600),
    cis: cis('4.1.9'),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-config-owner',
    component,
    title: 'The kubelet’s configuration belongs to root',
    why: 'Whoever owns it decides what the kubelet does as root.',
    severity: 'high',
    rule: isOwnedByRoot(configurationFiles),
    cis: cis('4.1.10'),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-anonymous-auth',
    component,
    title: 'The kubelet answers nobody without a name',
    why: 'Through the kubelet API one runs commands in every pod of the node; anonymous callers are to get 401.',
    severity: 'critical',
    rule: isBoolean('anonymous-auth', false),
    cis: cis('4.2.1'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.exploitPublic, MITRE.administration],
  },
  {
    id: 'kubelet-authorization',
    component,
    title: 'The kubelet asks the API server what a caller may do',
    why: 'With AlwaysAllow, whoever signs in may do everything; Webhook leaves it to RBAC.',
    severity: 'critical',
    rule: satisfies(
      'authorization-mode',
      'authorization-mode is not AlwaysAllow',
      (value) => (String(value).includes('AlwaysAllow') ? 'authorization-mode is AlwaysAllow' : undefined),
      [
        { kind: 'set', setting: 'authorization-mode', value: 'Webhook' },
        { kind: 'set', setting: 'authentication-token-webhook', value: 'true' },
      ],
    ),
    cis: cis('4.2.2'),
    nsa: NSA.access,
    owasp: OWASP.authorization,
    mitre: [MITRE.administration],
  },
  {
    id: 'kubelet-client-ca',
    component,
    title: 'The kubelet verifies client certificates',
    why: 'Without an authority to verify against, the API server cannot prove who it is to the kubelet.',
    severity: 'high',
    rule: isSet('client-ca-file', '/etc/kubernetes/pki/ca.crt'),
    cis: cis('4.2.3'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
  },
  {
    id: 'kubelet-read-only-port',
    component,
    title: 'The read-only port is closed',
    why: 'It tells everyone who reaches it what runs on the node, with environment variables, without asking who they are.',
    severity: 'high',
    rule: isWithin(
      'read-only-port',
      () => ({ least: 0, most: 0 }),
      'read-only-port is 0',
      () => '0',
    ),
    cis: cis('4.2.4'),
    nsa: NSA.network,
    owasp: OWASP.exposed,
    mitre: [MITRE.discovery],
  },
  {
    id: 'kubelet-streaming-timeout',
    component,
    title: 'Idle exec and log streams end',
    why: 'Streams without end hold connections and memory; enough of them hold up the node.',
    severity: 'low',
    rule: satisfies(
      'streaming-connection-idle-timeout',
      'streaming-connection-idle-timeout is not 0 in effect',
      (value) => (typeof value === 'number' && value > 0 ? undefined : 'idle streams never end'),
      [{ kind: 'set', setting: 'streaming-connection-idle-timeout', value: '4h0m0s' }],
    ),
    cis: cis('4.2.5'),
    mitre: [MITRE.denialOfService],
  },
  {
    id: 'kubelet-iptables-chains',
    component,
    title: 'The kubelet keeps its iptables chains',
    why: 'Kept by hand, rules and the pods’ network drift apart.',
    severity: 'low',
    rule: isBoolean('make-iptables-util-chains', true),
    cis: cis('4.2.6'),
    nsa: NSA.network,
  },
  {
    id: 'kubelet-hostname-override',
    component,
    title: 'The node goes by its own name',
    why: 'With a name that differs from the host’s, certificates and logs name a machine that nobody finds.',
    severity: 'low',
    rule: onlyWhen(
      ({ site }) =>
        site.values.hostnameOverrideIsNeeded ? 'the site file says that its cloud needs the override' : true,
      isUnset(
        'hostname-override',
        'name the node after its host, or say in the site file that your cloud needs it',
      ),
    ),
    cis: cis('4.2.7'),
  },
  {
    id: 'kubelet-event-qps',
    component,
    title: 'Events are not held back too far',
    why: 'Events that are dropped are missing when something has to be cleared up; 0 means that none is.',
    severity: 'low',
    rule: satisfies(
      'event-qps',
      'event-qps is 0 (no limit) or at least what the site wants (5 unless its file says otherwise)',
      (value, { site }) =>
        value === 0 || (typeof value === 'number' && value >= site.values.minimumEventsPerSecond)
          ? undefined
          : `event-qps is ${value}`,
      [{ kind: 'set', setting: 'event-qps', value: '50' }],
    ),
    cis: cis('4.2.8'),
    nsa: NSA.audit,
    owasp: OWASP.logging,
  },
  {
    id: 'kubelet-tls',
    component,
    title: 'The kubelet has a certificate that others can verify',
    why: 'Left out, it makes a self-signed one: the API server cannot tell the kubelet from somebody in between.',
    severity: 'high',
    rule: anyOf(
      isBoolean('rotate-server-certificates', true),
      allOf(
        isSet('tls-cert-file', '/var/lib/kubelet/pki/kubelet.crt'),
        isSet('tls-private-key-file', '/var/lib/kubelet/pki/kubelet.key'),
      ),
    ),
    cis: cis('4.2.9'),
    nsa: NSA.network,
    owasp: OWASP.components,
    mitre: [MITRE.adversaryInTheMiddle],
  },
  {
    id: 'kubelet-rotate-certificates',
    component,
    title: 'The kubelet renews its client certificate',
    why: 'The day it expires, the node leaves the cluster; left out of flags and file, the kubelet does not renew.',
    severity: 'medium',
    rule: isBoolean('rotate-certificates', true),
    cis: cis('4.2.10'),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-rotate-server-gate',
    component,
    title: 'The kubelet’s serving certificate may be renewed',
    why: 'The gate has been on by default since 1.12; switched off, the certificate expires.',
    severity: 'medium',
    rule: gateIsNotOff('RotateKubeletServerCertificate'),
    cis: cis('4.2.11'),
    owasp: OWASP.components,
  },
  {
    id: 'kubelet-ciphers',
    component,
    title: 'Only strong cipher suites are offered',
    why: 'A client may choose the weakest suite that the server offers.',
    severity: 'medium',
    rule: usesStrongCiphers,
    cis: cis('4.2.12'),
    nsa: NSA.network,
    owasp: OWASP.components,
    mitre: [MITRE.sniffing],
  },
  {
    id: 'kubelet-pod-pids',
    component,
    title: 'A pod’s processes are limited',
    why: 'One pod that forks without end takes every process number of the node.',
    severity: 'medium',
    rule: isWithin(
      'pod-max-pids',
      ({ site }) => ({
        least: 1,
        ...(site.values.podProcessLimit === undefined ? {} : { most: site.values.podProcessLimit }),
      }),
      'pod-max-pids is above 0 (and at most what the site allows, where its file says so)',
      ({ site }) => String(site.values.podProcessLimit ?? 4096),
    ),
    cis: cis('4.2.13'),
    mitre: [MITRE.denialOfService],
  },
  {
    id: 'kubelet-seccomp-default',
    component,
    title: 'Pods get the runtime’s seccomp profile by default',
    why: 'Left out, pods that say nothing may make every system call.',
    severity: 'medium',
    rule: isBoolean('seccomp-default', true),
    cis: cis('4.2.14', ['1.12', '1.11']),
    nsa: NSA.pods,
    owasp: OWASP.workloads,
    mitre: [MITRE.escape],
  },
  {
    id: 'kubelet-address-deny',
    component,
    title: 'The unit names who may talk to the kubelet',
    why: 'systemd drops everyone else’s packets before the kubelet sees them.',
    severity: 'low',
    rule: unitDeniesAddresses,
    cis: cis('4.2.15', ['1.11']),
    nsa: NSA.network,
    owasp: OWASP.network,
  },
  {
    id: 'kubelet-certificates-last',
    component,
    title: 'The kubelet’s certificates stay valid for a while',
    why: 'The day one expires, the API server no longer reaches the node.',
    severity: 'high',
    rule: certificatesLast(['tls-cert-file', 'client-ca-file']),
    cis: noCis,
    owasp: OWASP.components,
  },
  {
    id: 'proxy-metrics-loopback',
    component: 'kube-proxy',
    title: 'kube-proxy serves its metrics on loopback only',
    why: 'They name every service of the cluster to whoever asks.',
    severity: 'medium',
    rule: satisfies(
      'metrics-bind-address',
      'metrics-bind-address is on loopback',
      (value) =>
        /^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)(?::\d+)?$/.test(String(value))
          ? undefined
          : `metrics-bind-address is ${value}`,
      [{ kind: 'set', setting: 'metrics-bind-address', value: '127.0.0.1:10249' }],
    ),
    cis: cis('4.3.1'),
    nsa: NSA.network,
    owasp: OWASP.exposed,
    mitre: [MITRE.discovery],
  },
];
