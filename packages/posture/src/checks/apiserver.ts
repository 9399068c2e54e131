import { ADMISSION_PLUGINS, ANONYMOUS_ACCESS, AUTHORIZERS, readStructured } from '../effective/apiserver.ts';
import { formatSettingValue } from '../effective/settings.ts';
import { compareVersions } from '../effective/version.ts';
import { objectsAt, textsAt } from '../node/yaml.ts';
import {
  certificatesAreStrong,
  certificatesLast,
  etcdClientCertificateVerifies,
} from './certificate-rules.ts';
import { type Check, fail, instanceOf, pass, type Rule, settingOf, unknown } from './check.ts';
import { STRONG_CIPHERS, SUGGESTED_CIPHERS } from './ciphers.ts';
import { cis, MITRE, NSA, noCis, OWASP } from './mappings.ts';
import {
  allOf,
  asList,
  excludes,
  includes,
  isBoolean,
  isSet,
  isUnset,
  isWithin,
  onlyWhen,
  satisfies,
  settingEvidence,
} from './rules.ts';

const component = 'kube-apiserver';

/** Files that only kubeadm's layout makes sense of, written by fixes where nothing is set. */
const PKI = '/etc/kubernetes/pki';
const ENCRYPTION_FILE = `${PKI}/seawall/encryption.yaml`;
const ADMISSION_FILE = `${PKI}/seawall/admission.yaml`;

const ENCRYPTION_TEXT = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      # Put a key of your own here before use: head -c 32 /dev/urandom | base64
      - secretbox:
          keys:
            - name: key1
              secret: REPLACE-WITH-BASE64-OF-32-RANDOM-BYTES
      - identity: {}
`;

const ADMISSION_TEXT = `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: EventRateLimit
    configuration:
      apiVersion: eventratelimit.admission.k8s.io/v1alpha1
      kind: Configuration
      limits:
        - type: Server
          qps: 5000
          burst: 20000
`;

const STRONG_PROVIDERS = ['aescbc', 'kms', 'secretbox'];

/** The first provider of each group writes: identity, or a provider that keeps secrets readable, must not be it. */
const encryptsStrongly: Rule = {
  how: 'the first provider for secrets is aescbc, kms or secretbox',
  decide(subject) {
    const state = settingOf(subject, 'encryption-provider-config');
    if (state.kind === 'unknown') return unknown(state.missing);
    const { value } = state.setting;
    if (value === undefined)
      return fail('no encryption-provider-config is set: secrets are stored as they are');
    const path = formatSettingValue(value);
    const document = readStructured(instanceOf(subject), path);
    if (document.kind !== 'found') {
      return unknown(`${path} (${document.kind === 'unreadable' ? document.reason : 'does not exist'})`);
    }
    const group = objectsAt(document.value, ['resources']).find((each) =>
      textsAt(each, ['resources']).some((resource) => ['secrets', '*.', '*.*'].includes(resource)),
    );
    const evidence = [settingEvidence(state.setting)];
    if (group === undefined) return fail(`${path} says nothing about secrets`, evidence);
    const providers = objectsAt(group, ['providers']).map((each) => Object.keys(each)[0] ?? '');
    const shown = [...evidence, { what: 'providers for secrets', value: providers.join(','), origin: path }];
    return STRONG_PROVIDERS.includes(providers[0] ?? '')
      ? pass(encryptsStrongly.how, shown)
      : fail(`the first provider for secrets in ${path} is ${providers[0] ?? 'missing'}`, shown);
  },
  fix: () => [
    { kind: 'write', path: ENCRYPTION_FILE, text: ENCRYPTION_TEXT },
    { kind: 'set', setting: 'encryption-provider-config', value: ENCRYPTION_FILE },
    { kind: 'mount', path: `${PKI}/seawall`, isReadOnly: true },
  ],
};

/** Shared by both components that have the flags: weak suites are judged unless only TLS 1.3 is spoken. */
export const usesStrongCiphers: Rule = {
  how: 'tls-cipher-suites holds strong suites only, or only TLS 1.3 is spoken',
  decide(subject) {
    const version = settingOf(subject, 'tls-min-version');
    const suites = settingOf(subject, 'tls-cipher-suites');
    if (version.kind === 'known' && version.setting.value === 'VersionTLS13') {
      return pass('TLS 1.3 is the least: its suites are all strong', [settingEvidence(version.setting)]);
    }
    if (suites.kind === 'unknown') return unknown(suites.missing);
    const evidence = [settingEvidence(suites.setting)];
    const given = asList(suites.setting.value);
    if (given.length === 0) {
      return fail("tls-cipher-suites is not set: Go's defaults include suites with CBC", evidence);
    }
    const weak = given.filter((suite) => !STRONG_CIPHERS.includes(suite));
    return weak.length === 0
      ? pass(usesStrongCiphers.how, evidence)
      : fail(`weak suites: ${weak.join(', ')}`, evidence);
  },
  fix: () => [{ kind: 'set', setting: 'tls-cipher-suites', value: SUGGESTED_CIPHERS }],
};

const admission = (
  id: string,
  plugin: string,
  number: string,
  rest: Pick<Check, 'title' | 'why' | 'severity'>,
): Check => ({
  id,
  component,
  ...rest,
  rule: includes(ADMISSION_PLUGINS, plugin, 'enable-admission-plugins'),
  cis: cis(number),
  nsa: NSA.pods,
  owasp: OWASP.policy,
});

/** CIS section 1.2 and what the article and its traps ask of the API server beyond it. */
export const apiserverChecks: readonly Check[] = [
  {
    id: 'apiserver-anonymous-auth',
    component,
    title: 'The API server answers nobody without a name',
    why: 'Anonymous requests reach whatever a role binding grants to system:anonymous or system:unauthenticated, by mistake too.',
    severity: 'high',
    rule: satisfies(
      ANONYMOUS_ACCESS,
      'anonymous requests are refused, or let in to health endpoints only',
      (value) => {
        if (value === false) return undefined;
        const paths = Array.isArray(value) ? asList(value) : ['*'];
        const others = paths.filter((path) => !/^\/(?:healthz|livez|readyz)(?:\/|$)/.test(path));
        if (others.length === 0) return undefined;
        return value === true
          ? 'anonymous requests are let in'
          : `anonymous requests may ask for ${others.join(', ')}`;
      },
      [{ kind: 'set', setting: 'anonymous-auth', value: 'false' }],
    ),
    cis: cis('1.2.1'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.exploitPublic],
  },
  {
    id: 'apiserver-token-file',
    component,
    title: 'No file of static tokens',
    why: 'Its tokens stand in plain text, never expire, and can be taken back only by a restart.',
    severity: 'high',
    rule: isUnset('token-auth-file', 'its tokens never expire'),
    cis: cis('1.2.2'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.validAccounts],
  },
  {
    id: 'apiserver-deny-external-ips',
    component,
    title: 'Services may not claim external addresses',
    why: 'Whoever may make a service could draw the traffic of any address to his own pods (CVE-2020-8554).',
    severity: 'medium',
    rule: onlyWhen(
      (subject) => {
        const { version } = instanceOf(subject);
        return version !== undefined && compareVersions(version, { major: 1, minor: 21 }) < 0
          ? 'the plugin DenyServiceExternalIPs came with 1.21'
          : true;
      },
      includes(ADMISSION_PLUGINS, 'DenyServiceExternalIPs', 'enable-admission-plugins'),
    ),
    cis: cis('1.2.3'),
    owasp: OWASP.network,
    mitre: [MITRE.adversaryInTheMiddle],
  },
  {
    id: 'apiserver-kubelet-client-certificate',
    component,
    title: 'The API server shows a certificate to kubelets',
    why: 'Without it, kubelets can know the API server only as an anonymous caller, and have to answer those.',
    severity: 'high',
    rule: allOf(
      isSet('kubelet-client-certificate', `${PKI}/apiserver-kubelet-client.crt`),
      isSet('kubelet-client-key', `${PKI}/apiserver-kubelet-client.key`),
    ),
    cis: cis('1.2.4'),
    nsa: NSA.network,
    owasp: OWASP.authentication,
  },
  {
    id: 'apiserver-kubelet-authority',
    component,
    title: 'The API server verifies kubelets',
    why: 'Otherwise whoever can take a node’s address reads the commands and the output of exec and logs.',
    severity: 'high',
    rule: isSet('kubelet-certificate-authority', `${PKI}/ca.crt`),
    cis: cis('1.2.5'),
    nsa: NSA.network,
    owasp: OWASP.components,
    mitre: [MITRE.adversaryInTheMiddle],
  },
  {
    id: 'apiserver-no-always-allow',
    component,
    title: 'Requests are authorized',
    why: 'AlwaysAllow lets every caller do everything; it is what the API server does when nothing is said.',
    severity: 'critical',
    rule: excludes(AUTHORIZERS, 'AlwaysAllow', [
      { kind: 'set', setting: 'authorization-mode', value: 'Node,RBAC' },
    ]),
    cis: cis('1.2.6'),
    nsa: NSA.access,
    owasp: OWASP.authorization,
    mitre: [MITRE.validAccounts],
  },
  {
    id: 'apiserver-node-authorizer',
    component,
    title: 'Kubelets are held to what their own pods need',
    why: 'The Node authorizer lets a kubelet read only the secrets, volumes and config maps of pods bound to its node.',
    severity: 'high',
    rule: includes(AUTHORIZERS, 'Node', 'authorization-mode'),
    cis: cis('1.2.7'),
    nsa: NSA.access,
    owasp: OWASP.authorization,
  },
  {
    id: 'apiserver-rbac',
    component,
    title: 'Rights come from RBAC',
    why: 'RBAC is what the cluster’s roles, and the authorization of the kubelet API with them, are written for.',
    severity: 'high',
    rule: includes(AUTHORIZERS, 'RBAC', 'authorization-mode'),
    cis: cis('1.2.8'),
    nsa: NSA.access,
    owasp: OWASP.authorization,
  },
  {
    id: 'apiserver-event-rate-limit',
    component,
    title: 'Events are limited',
    why: 'A workload that floods the cluster with events fills etcd and slows everyone down.',
    severity: 'low',
    rule: {
      ...includes(ADMISSION_PLUGINS, 'EventRateLimit', 'enable-admission-plugins'),
      fix: () => [
        { kind: 'add', setting: 'enable-admission-plugins', item: 'EventRateLimit' },
        { kind: 'write', path: ADMISSION_FILE, text: ADMISSION_TEXT },
        { kind: 'set', setting: 'admission-control-config-file', value: ADMISSION_FILE },
        { kind: 'mount', path: `${PKI}/seawall`, isReadOnly: true },
      ],
    },
    cis: cis('1.2.9'),
    owasp: OWASP.policy,
    mitre: [MITRE.denialOfService],
  },
  {
    id: 'apiserver-no-always-admit',
    component,
    title: 'AlwaysAdmit is off',
    why: 'The plugin admits everything by definition, and is deprecated.',
    severity: 'medium',
    rule: excludes(ADMISSION_PLUGINS, 'AlwaysAdmit', [
      { kind: 'drop', setting: 'enable-admission-plugins', item: 'AlwaysAdmit' },
    ]),
    cis: cis('1.2.10'),
    owasp: OWASP.policy,
  },
  admission('apiserver-always-pull-images', 'AlwaysPullImages', '1.2.11', {
    title: 'Images are pulled with the pod’s own credentials each time',
    why: 'Otherwise a pod may use a private image that somebody else’s credentials left on the node.',
    severity: 'low',
  }),
  admission('apiserver-service-account-plugin', 'ServiceAccount', '1.2.12', {
    title: 'Pods get a service account by admission',
    why: 'Without the plugin pods run without an identity of their own, or with one they chose.',
    severity: 'medium',
  }),
  admission('apiserver-namespace-lifecycle', 'NamespaceLifecycle', '1.2.13', {
    title: 'Nothing is made in namespaces that end or do not exist',
    why: 'Objects made while a namespace is deleted would outlive it.',
    severity: 'low',
  }),
  {
    ...admission('apiserver-node-restriction', 'NodeRestriction', '1.2.14', {
      title: 'Kubelets may change only their own node and its pods',
      why: 'With a stolen kubelet credential the whole cluster could be relabelled and pods drawn to the thief’s node.',
      severity: 'high',
    }),
    mitre: [MITRE.privilegeEscalation],
  },
  {
    id: 'apiserver-node-restriction-pair',
    component,
    title: 'NodeRestriction stands together with the Node authorizer',
    why: 'The plugin only judges callers that are nodes by name and group; without the Node authorizer kubelets get their rights elsewhere, and it restrains nothing that counts.',
    severity: 'high',
    rule: allOf(
      includes(ADMISSION_PLUGINS, 'NodeRestriction', 'enable-admission-plugins'),
      includes(AUTHORIZERS, 'Node', 'authorization-mode'),
    ),
    cis: noCis,
    nsa: NSA.access,
    owasp: OWASP.authorization,
  },
  {
    id: 'apiserver-profiling',
    component,
    title: 'Profiling is off',
    why: 'The profiler tells of the inside of the program, and its work can be used to slow the server down.',
    severity: 'low',
    rule: isBoolean('profiling', false),
    cis: cis('1.2.15'),
    owasp: OWASP.exposed,
  },
  {
    id: 'apiserver-audit-log',
    component,
    title: 'An audit log is written',
    why: 'Without it nobody can say afterwards who did what.',
    severity: 'high',
    rule: {
      ...isSet('audit-log-path', '/var/log/kubernetes/audit/audit.log'),
      fix: () => [
        { kind: 'set', setting: 'audit-log-path', value: '/var/log/kubernetes/audit/audit.log' },
        { kind: 'mount', path: '/var/log/kubernetes/audit', isReadOnly: false },
      ],
    },
    cis: cis('1.2.16'),
    nsa: NSA.audit,
    owasp: OWASP.logging,
    mitre: [MITRE.impairDefenses],
  },
  {
    id: 'apiserver-audit-age',
    component,
    title: 'Audit logs are kept for 30 days',
    why: 'Break-ins are often found weeks later.',
    severity: 'medium',
    rule: isWithin(
      'audit-log-maxage',
      () => ({ least: 30 }),
      'audit-log-maxage is at least 30 days',
      () => '30',
    ),
    cis: cis('1.2.17'),
    nsa: NSA.audit,
    owasp: OWASP.logging,
  },
  {
    id: 'apiserver-audit-backups',
    component,
    title: 'Ten rotated audit logs are kept',
    why: 'Too few, and a busy hour pushes out the trace of a quiet one.',
    severity: 'low',
    rule: isWithin(
      'audit-log-maxbackup',
      () => ({ least: 10 }),
      'audit-log-maxbackup is at least 10',
      () => '10',
    ),
    cis: cis('1.2.18'),
    nsa: NSA.audit,
    owasp: OWASP.logging,
  },
  {
    id: 'apiserver-audit-size',
    component,
    title: 'Audit logs rotate at 100 MB or more',
    why: 'Small files rotate out of the kept ones too soon.',
    severity: 'low',
    rule: isWithin(
      'audit-log-maxsize',
      () => ({ least: 100 }),
      'audit-log-maxsize is at least 100 MB',
      () => '100',
    ),
    cis: cis('1.2.19'),
    nsa: NSA.audit,
    owasp: OWASP.logging,
  },
  {
    id: 'apiserver-request-timeout',
    component,
    title: 'Requests end after a while',
    why: 'Requests without end hold connections and memory; too short an end breaks slow clients.',
    severity: 'low',
    rule: isWithin(
      'request-timeout',
      ({ site }) => ({ least: 1, most: site.values.requestTimeoutSeconds }),
      'request-timeout lies between a second and what the site allows (300 s unless its file says otherwise)',
      () => '60s',
    ),
    cis: cis('1.2.20'),
    mitre: [MITRE.denialOfService],
  },
  {
    id: 'apiserver-service-account-lookup',
    component,
    title: 'Tokens of deleted service accounts are refused',
    why: 'Without the look-up a token works on after its account is gone.',
    severity: 'high',
    rule: isBoolean('service-account-lookup', true),
    cis: cis('1.2.21'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.validAccounts],
  },
  {
    id: 'apiserver-service-account-key',
    component,
    title: 'Service account tokens have a key of their own',
    why: 'Left out, the key of the TLS certificate is used for both, and one cannot be changed without the other.',
    severity: 'medium',
    rule: isSet('service-account-key-file', `${PKI}/sa.pub`),
    cis: cis('1.2.22'),
    owasp: OWASP.secrets,
  },
  {
    id: 'apiserver-etcd-client-certificate',
    component,
    title: 'The API server shows etcd a certificate',
    why: 'etcd can let in the API server alone only if the API server can prove who it is.',
    severity: 'critical',
    rule: allOf(
      isSet('etcd-certfile', `${PKI}/apiserver-etcd-client.crt`),
      isSet('etcd-keyfile', `${PKI}/apiserver-etcd-client.key`),
    ),
    cis: cis('1.2.23'),
    nsa: NSA.network,
    owasp: OWASP.secrets,
  },
  {
    id: 'apiserver-tls',
    component,
    title: 'The API server has a certificate of its own',
    why: 'Left out, it makes a self-signed one at each start, which clients cannot verify.',
    severity: 'high',
    rule: allOf(
      isSet('tls-cert-file', `${PKI}/apiserver.crt`),
      isSet('tls-private-key-file', `${PKI}/apiserver.key`),
    ),
    cis: cis('1.2.24'),
    nsa: NSA.network,
    owasp: OWASP.components,
    mitre: [MITRE.adversaryInTheMiddle],
  },
  {
    id: 'apiserver-client-ca',
    component,
    title: 'Client certificates are verified',
    why: 'Kubelets, the controller manager and the scheduler sign in with certificates of this authority.',
    severity: 'high',
    rule: isSet('client-ca-file', `${PKI}/ca.crt`),
    cis: cis('1.2.25'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
  },
  {
    id: 'apiserver-etcd-authority',
    component,
    title: 'The API server verifies etcd',
    why: 'A certificate and key alone prove the API server to etcd, not etcd to the API server: without etcd-cafile a false etcd is believed.',
    severity: 'high',
    rule: isSet('etcd-cafile', `${PKI}/etcd/ca.crt`),
    cis: cis('1.2.26'),
    nsa: NSA.network,
    owasp: OWASP.secrets,
    mitre: [MITRE.adversaryInTheMiddle],
  },
  {
    id: 'apiserver-encryption-configured',
    component,
    title: 'Secrets are encrypted before they are stored',
    why: 'Otherwise whoever reads etcd’s files or a backup reads every secret.',
    severity: 'high',
    rule: {
      ...isSet('encryption-provider-config', ENCRYPTION_FILE),
      fix: encryptsStrongly.fix,
    },
    cis: cis('1.2.27'),
    nsa: NSA.pods,
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
  {
    id: 'apiserver-encryption-provider',
    component,
    title: 'The encryption of secrets is a strong one',
    why: 'The first provider writes: where it is identity, nothing is encrypted although a configuration is there.',
    severity: 'high',
    rule: encryptsStrongly,
    cis: cis('1.2.28'),
    nsa: NSA.pods,
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
  {
    id: 'apiserver-ciphers',
    component,
    title: 'Only strong cipher suites are offered',
    why: 'A client may choose the weakest suite that the server offers.',
    severity: 'medium',
    rule: usesStrongCiphers,
    cis: cis('1.2.29'),
    nsa: NSA.network,
    owasp: OWASP.components,
    mitre: [MITRE.sniffing],
  },
  {
    id: 'apiserver-token-extension',
    component,
    title: 'Service account tokens expire when they say',
    why: 'With the extension a token mounted for an hour is honoured for a year, a stolen one too.',
    severity: 'medium',
    rule: isBoolean('service-account-extend-token-expiration', false),
    cis: cis('1.2.30', ['1.12', '1.11']),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.validAccounts],
  },
  {
    id: 'apiserver-insecure-port',
    component,
    title: 'The port without TLS and sign-in is closed',
    why: 'Whoever reaches it is cluster-admin; it was open on 127.0.0.1:8080 by default before 1.20.',
    severity: 'critical',
    rule: isWithin(
      'insecure-port',
      () => ({ least: 0, most: 0 }),
      'insecure-port is 0',
      () => '0',
    ),
    cis: noCis,
    nsa: NSA.access,
    owasp: OWASP.exposed,
    mitre: [MITRE.exploitPublic],
  },
  {
    id: 'apiserver-basic-auth-file',
    component,
    title: 'No file of passwords',
    why: 'Its passwords stand in plain text and never expire; the flag went away with 1.19.',
    severity: 'high',
    rule: isUnset('basic-auth-file', 'its passwords never expire'),
    cis: noCis,
    nsa: NSA.access,
    owasp: OWASP.authentication,
  },
  {
    id: 'apiserver-etcd-client-certificate-verifies',
    component,
    title: 'etcd would accept the API server’s certificate',
    why: 'Flags may be set and still not fit: the certificate has to come from an authority that etcd trusts, and be for client use.',
    severity: 'high',
    rule: etcdClientCertificateVerifies,
    cis: noCis,
    nsa: NSA.network,
    owasp: OWASP.secrets,
  },
  {
    id: 'apiserver-certificates-last',
    component,
    title: 'The API server’s certificates stay valid for a while',
    why: 'The day one expires, the cluster stands still.',
    severity: 'high',
    rule: certificatesLast([
      'tls-cert-file',
      'client-ca-file',
      'etcd-certfile',
      'etcd-cafile',
      'kubelet-client-certificate',
    ]),
    cis: noCis,
    owasp: OWASP.components,
  },
  {
    id: 'apiserver-certificates-strong',
    component,
    title: 'The API server’s certificates are strong',
    why: 'A short key or an old signature can be forged.',
    severity: 'high',
    rule: certificatesAreStrong([
      'tls-cert-file',
      'client-ca-file',
      'etcd-certfile',
      'kubelet-client-certificate',
    ]),
    cis: noCis,
    owasp: OWASP.components,
  },
];
