import type { FlagDialect } from '../node/command-line.ts';
import type { SettingFact } from './settings.ts';

export const COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
  'kubelet',
  'kube-proxy',
] as const;

export type ComponentName = (typeof COMPONENTS)[number];

/** How a component is configured: its program, its flags, its file. */
export interface ComponentFacts {
  readonly name: ComponentName;
  readonly dialect: FlagDialect;
  /** The flag that names its configuration file. */
  readonly fileFlag?: string;
  /** The flag that names a folder of drop-ins for that file. */
  readonly dropInFlag?: string;
  /** Environment variables `PREFIX_FLAG_NAME` set flags (etcd). */
  readonly environmentPrefix?: string;
  /** Flags that take no value and are no settings of ours: so that the next argument isn't taken for one. */
  readonly otherBooleans: readonly string[];
  readonly settings: readonly SettingFact[];
}

/*
 * Sources of the defaults: kubelet: pkg/kubelet/apis/config/v1beta1/defaults.go and applyLegacyDefaults in
 * cmd/kubelet/app/options/options.go (without --config the old, open defaults hold); apiserver: pkg/controlplane/apiserver/options
 * and staging/src/k8s.io/apiserver/pkg/server/options; etcd: server/etcdmain/help.go and server/embed/config.go; the
 * others: their cmd/NAME/app/options. Read in the Kubernetes 1.20 to 1.35 and etcd 3.4 to 3.6 sources.
 */

const kubelet: readonly SettingFact[] = [
  { name: 'config', type: 'string' },
  { name: 'config-dir', type: 'string' },
  { name: 'kubeconfig', type: 'string' },
  { name: 'bootstrap-kubeconfig', type: 'string' },
  {
    name: 'anonymous-auth',
    type: 'boolean',
    key: 'authentication.anonymous.enabled',
    flagDefault: true,
    fileDefault: false,
  },
  {
    name: 'authentication-token-webhook',
    type: 'boolean',
    key: 'authentication.webhook.enabled',
    flagDefault: false,
    fileDefault: true,
  },
  {
    name: 'authorization-mode',
    type: 'string',
    key: 'authorization.mode',
    flagDefault: 'AlwaysAllow',
    fileDefault: 'Webhook',
  },
  { name: 'client-ca-file', type: 'string', key: 'authentication.x509.clientCAFile' },
  { name: 'read-only-port', type: 'integer', key: 'readOnlyPort', flagDefault: 10255, fileDefault: 0 },
  { name: 'address', type: 'string', key: 'address', flagDefault: '0.0.0.0' },
  { name: 'port', type: 'integer', key: 'port', flagDefault: 10250 },
  {
    name: 'streaming-connection-idle-timeout',
    type: 'duration',
    key: 'streamingConnectionIdleTimeout',
    flagDefault: 14400,
    isZeroInFileDefault: true,
  },
  {
    name: 'make-iptables-util-chains',
    type: 'boolean',
    key: 'makeIPTablesUtilChains',
    flagDefault: true,
  },
  { name: 'protect-kernel-defaults', type: 'boolean', key: 'protectKernelDefaults', flagDefault: false },
  { name: 'hostname-override', type: 'string' },
  {
    name: 'event-qps',
    type: 'integer',
    key: 'eventRecordQPS',
    flagDefault: [{ value: 5 }, { since: '1.27', value: 50 }],
  },
  { name: 'tls-cert-file', type: 'string', key: 'tlsCertFile' },
  { name: 'tls-private-key-file', type: 'string', key: 'tlsPrivateKeyFile' },
  { name: 'tls-cipher-suites', type: 'list', key: 'tlsCipherSuites' },
  { name: 'tls-min-version', type: 'string', key: 'tlsMinVersion' },
  { name: 'rotate-certificates', type: 'boolean', key: 'rotateCertificates', flagDefault: false },
  { name: 'rotate-server-certificates', type: 'boolean', key: 'serverTLSBootstrap', flagDefault: false },
  { name: 'feature-gates', type: 'map', key: 'featureGates', flagDefault: {} },
  { name: 'pod-max-pids', type: 'integer', key: 'podPidsLimit', flagDefault: -1 },
  { name: 'seccomp-default', type: 'boolean', key: 'seccompDefault', flagDefault: false },
  { name: 'cert-dir', type: 'string', flagDefault: '/var/lib/kubelet/pki' },
  { name: 'pod-manifest-path', type: 'string', key: 'staticPodPath' },
  { name: 'enable-debugging-handlers', type: 'boolean', key: 'enableDebuggingHandlers', flagDefault: true },
  { name: 'allow-privileged', type: 'boolean' },
];

const apiserver: readonly SettingFact[] = [
  { name: 'anonymous-auth', type: 'boolean', flagDefault: true },
  { name: 'authentication-config', type: 'string' },
  { name: 'authorization-config', type: 'string' },
  { name: 'authorization-mode', type: 'list', flagDefault: ['AlwaysAllow'] },
  { name: 'token-auth-file', type: 'string' },
  { name: 'basic-auth-file', type: 'string' },
  { name: 'insecure-port', type: 'integer', flagDefault: [{ value: 8080 }, { since: '1.20', value: 0 }] },
  { name: 'insecure-bind-address', type: 'string' },
  { name: 'secure-port', type: 'integer', flagDefault: 6443 },
  { name: 'bind-address', type: 'string', flagDefault: '0.0.0.0' },
  { name: 'enable-admission-plugins', type: 'list', flagDefault: [] },
  { name: 'disable-admission-plugins', type: 'list', flagDefault: [] },
  { name: 'admission-control', type: 'list' },
  { name: 'admission-control-config-file', type: 'string' },
  { name: 'kubelet-client-certificate', type: 'string' },
  { name: 'kubelet-client-key', type: 'string' },
  { name: 'kubelet-certificate-authority', type: 'string' },
  { name: 'profiling', type: 'boolean', flagDefault: true },
  { name: 'audit-log-path', type: 'string' },
  { name: 'audit-policy-file', type: 'string' },
  { name: 'audit-webhook-config-file', type: 'string' },
  { name: 'audit-log-maxage', type: 'integer', flagDefault: 0 },
  { name: 'audit-log-maxbackup', type: 'integer', flagDefault: 0 },
  { name: 'audit-log-maxsize', type: 'integer', flagDefault: 0 },
  { name: 'request-timeout', type: 'duration', flagDefault: 60 },
  { name: 'service-account-lookup', type: 'boolean', flagDefault: true },
  { name: 'service-account-key-file', type: 'list' },
  { name: 'service-account-extend-token-expiration', type: 'boolean', flagDefault: true },
  { name: 'etcd-servers', type: 'list' },
  { name: 'etcd-certfile', type: 'string' },
  { name: 'etcd-keyfile', type: 'string' },
  { name: 'etcd-cafile', type: 'string' },
  { name: 'tls-cert-file', type: 'string' },
  { name: 'tls-private-key-file', type: 'string' },
  { name: 'tls-cipher-suites', type: 'list' },
  { name: 'tls-min-version', type: 'string', flagDefault: 'VersionTLS12' },
  { name: 'client-ca-file', type: 'string' },
  { name: 'encryption-provider-config', type: 'string' },
  { name: 'enable-bootstrap-token-auth', type: 'boolean', flagDefault: false },
  { name: 'oidc-issuer-url', type: 'string' },
  { name: 'authentication-token-webhook-config-file', type: 'string' },
  { name: 'requestheader-client-ca-file', type: 'string' },
  { name: 'cert-dir', type: 'string', flagDefault: '/var/run/kubernetes' },
  { name: 'feature-gates', type: 'map', flagDefault: {} },
];

const controllerManager: readonly SettingFact[] = [
  { name: 'terminated-pod-gc-threshold', type: 'integer', flagDefault: 12500 },
  { name: 'profiling', type: 'boolean', flagDefault: true },
  { name: 'use-service-account-credentials', type: 'boolean', flagDefault: false },
  { name: 'service-account-private-key-file', type: 'string' },
  { name: 'root-ca-file', type: 'string' },
  { name: 'feature-gates', type: 'map', flagDefault: {} },
  { name: 'bind-address', type: 'string', flagDefault: '0.0.0.0' },
  { name: 'kubeconfig', type: 'string' },
];

const scheduler: readonly SettingFact[] = [
  { name: 'config', type: 'string' },
  {
    name: 'profiling',
    type: 'boolean',
    key: 'enableProfiling',
    flagDefault: true,
    isFlagIgnoredWithFile: true,
  },
  { name: 'bind-address', type: 'string', flagDefault: '0.0.0.0' },
  { name: 'kubeconfig', type: 'string', key: 'clientConnection.kubeconfig', isFlagIgnoredWithFile: true },
];

const etcd: readonly SettingFact[] = [
  { name: 'config-file', type: 'string' },
  { name: 'name', type: 'string', key: 'name', flagDefault: 'default' },
  { name: 'data-dir', type: 'string', key: 'data-dir', flagDefault: 'default.etcd' },
  { name: 'wal-dir', type: 'string', key: 'wal-dir' },
  {
    name: 'listen-client-urls',
    type: 'list',
    key: 'listen-client-urls',
    flagDefault: ['http://localhost:2379'],
  },
  { name: 'listen-peer-urls', type: 'list', key: 'listen-peer-urls', flagDefault: ['http://localhost:2380'] },
  { name: 'listen-metrics-urls', type: 'list', key: 'listen-metrics-urls' },
  {
    name: 'initial-cluster',
    type: 'string',
    key: 'initial-cluster',
  },
  { name: 'cert-file', type: 'string', key: 'client-transport-security.cert-file' },
  { name: 'key-file', type: 'string', key: 'client-transport-security.key-file' },
  {
    name: 'client-cert-auth',
    type: 'boolean',
    key: 'client-transport-security.client-cert-auth',
    flagDefault: false,
  },
  { name: 'trusted-ca-file', type: 'string', key: 'client-transport-security.trusted-ca-file' },
  { name: 'auto-tls', type: 'boolean', key: 'client-transport-security.auto-tls', flagDefault: false },
  { name: 'peer-cert-file', type: 'string', key: 'peer-transport-security.cert-file' },
  { name: 'peer-key-file', type: 'string', key: 'peer-transport-security.key-file' },
  {
    name: 'peer-client-cert-auth',
    type: 'boolean',
    key: 'peer-transport-security.client-cert-auth',
    flagDefault: false,
  },
  { name: 'peer-trusted-ca-file', type: 'string', key: 'peer-transport-security.trusted-ca-file' },
  { name: 'peer-auto-tls', type: 'boolean', key: 'peer-transport-security.auto-tls', flagDefault: false },
  { name: 'cipher-suites', type: 'list', key: 'cipher-suites' },
];

const proxy: readonly SettingFact[] = [
  { name: 'config', type: 'string' },
  {
    name: 'metrics-bind-address',
    type: 'string',
    key: 'metricsBindAddress',
    flagDefault: '127.0.0.1:10249',
    isFlagIgnoredWithFile: true,
  },
  {
    name: 'kubeconfig',
    type: 'string',
    key: 'clientConnection.kubeconfig',
    isFlagIgnoredWithFile: true,
  },
];

/** Every component and its settings: the single table that reading, checks and documentation go by. */
export const componentFacts: Readonly<Record<ComponentName, ComponentFacts>> = {
  kubelet: {
    name: 'kubelet',
    dialect: 'pflag',
    fileFlag: 'config',
    dropInFlag: 'config-dir',
    otherBooleans: [
      'register-node',
      'register-schedulable',
      'fail-swap-on',
      'enable-server',
      'cgroups-per-qos',
      'cpu-cfs-quota',
      'runonce',
      'serialize-image-pulls',
      'enable-controller-attach-detach',
      'experimental-check-node-capabilities-before-mount',
      'containerized',
      'logtostderr',
      'alsologtostderr',
      'require-kubeconfig',
    ],
    settings: kubelet,
  },
  'kube-apiserver': {
    name: 'kube-apiserver',
    dialect: 'pflag',
    otherBooleans: [
      'allow-privileged',
      'enable-aggregator-routing',
      'enable-garbage-collector',
      'enable-priority-and-fairness',
      'enable-swagger-ui',
      'contention-profiling',
      'logtostderr',
      'watch-cache',
    ],
    settings: apiserver,
  },
  'kube-controller-manager': {
    name: 'kube-controller-manager',
    dialect: 'pflag',
    otherBooleans: ['allocate-node-cidrs', 'leader-elect', 'configure-cloud-routes', 'logtostderr'],
    settings: controllerManager,
  },
  'kube-scheduler': {
    name: 'kube-scheduler',
    dialect: 'pflag',
    fileFlag: 'config',
    otherBooleans: ['leader-elect', 'logtostderr'],
    settings: scheduler,
  },
  etcd: {
    name: 'etcd',
    dialect: 'go',
    fileFlag: 'config-file',
    environmentPrefix: 'ETCD',
    otherBooleans: [
      'pre-vote',
      'strict-reconfig-check',
      'enable-v2',
      'enable-pprof',
      'force-new-cluster',
      'debug',
      'experimental-initial-corrupt-check',
      'initial-election-tick-advance',
      'socket-reuse-port',
    ],
    settings: etcd.map((fact) =>
      fact.name === 'config-file' ? fact : { ...fact, isFlagIgnoredWithFile: true as const },
    ),
  },
  'kube-proxy': {
    name: 'kube-proxy',
    dialect: 'pflag',
    fileFlag: 'config',
    otherBooleans: ['masquerade-all', 'cleanup', 'logtostderr'],
    settings: proxy,
  },
};
