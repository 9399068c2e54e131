// Runs inside namespaces of its own (see inside.ts): starts a real etcd, containerd, kube-apiserver and kubelet, and compares what the
// checks and the probes say with the lists below, which were written before the first run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assessNode,
  type ComponentName,
  defaultSite,
  openTree,
  PROGRAMS,
  parseTarget,
  parseVersion,
  probeTarget,
  readProcesses,
} from '@seawall/posture';
import { startEtcd } from '../../../packages/posture/src/fixtures/real-etcd.ts';
import { makeWorld, start, startContainerd, type World, waitForPort, writeKubeconfig } from './world.ts';

interface Expectation {
  readonly name: string;
  /** Flags of the apiserver, or the kubelet's. */
  readonly flags: readonly string[];
  /** The kubelet's configuration file; undefined: none is given. */
  readonly file?: string;
  /** One letter a check, in the order of the lists below: P pass, F fail, U unknown, N not applicable. */
  readonly checks: string;
  readonly probes: string;
}

const PKI = '/etc/kubernetes/pki';

const APISERVER_CHECKS = [
  'apiserver-anonymous-auth',
  'apiserver-no-always-allow',
  'apiserver-node-authorizer',
  'apiserver-rbac',
  'apiserver-node-restriction',
  'apiserver-node-restriction-pair',
  'apiserver-profiling',
  'apiserver-insecure-port',
  'apiserver-client-ca',
  'apiserver-token-file',
] as const;

/** Probes: anonymous /version, anonymous secrets. */
const APISERVERS: readonly Expectation[] = [
  // The API server takes anonymous access back by itself where AlwaysAllow is a mode.
  { name: 'nothing said', flags: [], checks: 'PFFFFFFPFP', probes: 'PP' },
  {
    name: 'RBAC with anonymous access',
    flags: ['--authorization-mode=RBAC'],
    checks: 'FPFPFFFPFP',
    probes: 'FP',
  },
  {
    name: 'RBAC, anonymous access off',
    flags: ['--authorization-mode=RBAC', '--anonymous-auth=false', '--profiling=false'],
    checks: 'PPFPFFPPFP',
    probes: 'PP',
  },
  {
    name: 'NodeRestriction without the Node authorizer',
    flags: [
      '--authorization-mode=RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--client-ca-file=${PKI}/ca.crt`,
    ],
    checks: 'FPFPPFFPPP',
    probes: 'FP',
  },
  {
    name: 'Node and RBAC in two flags, a token file',
    flags: [
      '--authorization-mode=Node',
      '--authorization-mode=RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--token-auth-file=/etc/kubernetes/tokens.csv',
      '--anonymous-auth=F',
    ],
    checks: 'PPPPPPFPFF',
    probes: 'PP',
  },
  {
    name: 'hardened',
    flags: [
      '--authorization-mode=Node,RBAC',
      '--anonymous-auth=false',
      '--enable-admission-plugins=NodeRestriction,AlwaysPullImages',
      '--profiling=false',
      `--client-ca-file=${PKI}/ca.crt`,
    ],
    checks: 'PPPPPPPPPP',
    probes: 'PP',
  },
];

const KUBELET_CHECKS = [
  'kubelet-anonymous-auth',
  'kubelet-authorization',
  'kubelet-client-ca',
  'kubelet-read-only-port',
  'kubelet-streaming-timeout',
  'kubelet-rotate-certificates',
  'kubelet-event-qps',
  'kubelet-pod-pids',
  'kubelet-tls',
] as const;

const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
/** What lets a kubelet start here; none of it is asked about. */
const QUIET =
  'cgroupsPerQOS: false\nenforceNodeAllocatable: []\noomScoreAdj: 0\nresolvConf: ""\nfailSwapOn: false\n';

/** Probes: anonymous, foreign certificate, the API server's certificate, read-only port. 403 counts as refused. */
const KUBELETS: readonly Expectation[] = [
  {
    name: 'no file: the old defaults',
    flags: [
      '--cgroups-per-qos=false',
      '--enforce-node-allocatable=',
      '--oom-score-adj=0',
      '--resolv-conf=',
      '--fail-swap-on=false',
    ],
    checks: 'FFFFPFPFF',
    probes: 'FFPF',
  },
  { name: 'a file that says nothing', flags: [], file: '', checks: 'PPFPPFPFF', probes: 'PPFP' },
  {
    name: 'the file opens, flags close',
    flags: ['--anonymous-auth=false', '--read-only-port=0', `--client-ca-file=${PKI}/ca.crt`],
    file: 'authentication: {anonymous: {enabled: true}}\nreadOnlyPort: 10255\nauthorization: {mode: AlwaysAllow}\n',
    checks: 'PFPPPFPFF',
    probes: 'PPPP',
  },
  {
    name: 'anonymous callers meet authorization',
    flags: [],
    file: `authentication: {anonymous: {enabled: true}, x509: {clientCAFile: ${PKI}/ca.crt}}\nstreamingConnectionIdleTimeout: 0s\n`,
    checks: 'FPPPPFPFF',
    probes: 'PPPP',
  },
  {
    name: 'the file closes, flags open',
    flags: ['--anonymous-auth', '--authorization-mode=AlwaysAllow', '--streaming-connection-idle-timeout=0'],
    file: `authentication: {anonymous: {enabled: false}, x509: {clientCAFile: ${PKI}/ca.crt}}\nreadOnlyPort: 10255\n`,
    // A certificate of an unknown authority is an error, not a missing one: the kubelet doesn't fall back to anonymous.
    checks: 'FFPFFFPFF',
    probes: 'FPPF',
  },
  {
    name: 'hardened',
    flags: [],
    file: `authentication: {anonymous: {enabled: false}, x509: {clientCAFile: ${PKI}/ca.crt}}\nauthorization: {mode: Webhook}\nrotateCertificates: true\neventRecordQPS: 5\npodPidsLimit: 4096\ntlsCertFile: ${PKI}/apiserver.crt\ntlsPrivateKeyFile: ${PKI}/apiserver.key\n`,
    checks: 'PPPPPPPPP',
    probes: 'PPPP',
  },
];

const letterOf: Readonly<Record<string, string>> = {
  PASS: 'P',
  FAIL: 'F',
  UNKNOWN: 'U',
  'NOT APPLICABLE': 'N',
};

function ask(pid: number, component: ComponentName, ids: readonly string[]): string {
  const tree = openTree('/');
  const processes = readProcesses(PROGRAMS, tree).filter((process) => process.pid === pid);
  const node = { tree, processes, now: Date.now(), isLive: true, version: parseVersion('1.20')! };
  const { results } = assessNode(node, {
    benchmark: '1.12',
    site: defaultSite,
    components: [component],
    only: ids,
  });
  return ids
    .map((id) => letterOf[results.find(({ check }) => check.id === id)?.decision.status ?? ''] ?? '-')
    .join('');
}

async function probe(targets: readonly string[]): Promise<string> {
  const read = (name: string) => readFileSync(join(PKI, name), 'utf8');
  const client = {
    certificate: read('apiserver-kubelet-client.crt'),
    key: read('apiserver-kubelet-client.key'),
  };
  const letters: string[] = [];
  for (const target of targets) {
    const results = await probeTarget(parseTarget(target), {
      timeoutMilliseconds: 5000,
      now: Date.now(),
      client,
    });
    letters.push(...results.map(({ status }) => letterOf[status]!));
  }
  return letters.join('');
}

function startApiserver(world: World, etcdPort: number, flags: readonly string[]) {
  return start(world, join(world.bin, 'kube-apiserver'), [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${PKI}/sa.key`,
    `--service-account-key-file=${PKI}/sa.pub`,
    `--tls-cert-file=${PKI}/apiserver.crt`,
    `--tls-private-key-file=${PKI}/apiserver.key`,
    '--endpoint-reconciler-type=none',
    `--advertise-address=${world.address}`,
    ...flags,
  ]);
}

/** The port answers before the roles are made; RBAC's answers count from then on. */
async function waitUntilReady(seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const { sendProbe } = await import('../../../packages/posture/src/probe/request.ts');
  while (performance.now() < end) {
    const certificate = readFileSync(`${PKI}/admin.crt`, 'utf8');
    const client = { certificate, key: readFileSync(`${PKI}/admin.key`, 'utf8') };
    const answer = await sendProbe({
      host: '127.0.0.1',
      port: 6443,
      path: '/readyz',
      isTls: true,
      timeoutMilliseconds: 2000,
      client,
    });
    if (
      answer.kind === 'answered' &&
      (answer.status === 200 || answer.status === 401 || answer.status === 403)
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

const world = await makeWorld(process.argv[2]!);
writeFileSync('/etc/kubernetes/tokens.csv', 'token,user,1\n', { mode: 0o600 });
writeKubeconfig('/etc/kubernetes/kubelet.conf');
const etcd = await startEtcd({ clientScheme: 'http', peerScheme: 'http', flags: [] });
const wrong: string[] = [];
let answers = 0;

function compare(kind: string, expectation: Expectation, checks: string, probes: string): void {
  answers += checks.length + probes.length;
  const { name } = expectation;
  if (checks !== expectation.checks)
    wrong.push(`${kind}, ${name}: checks ${checks}, expected ${expectation.checks}`);
  if (probes !== expectation.probes)
    wrong.push(`${kind}, ${name}: probes ${probes}, expected ${expectation.probes}`);
}

for (const expectation of APISERVERS) {
  const apiserver = startApiserver(world, etcd.clientPort, expectation.flags);
  if (await waitForPort(6443, apiserver)) {
    await waitUntilReady();
    const checks = ask(apiserver.pid, 'kube-apiserver', APISERVER_CHECKS);
    compare('kube-apiserver', expectation, checks, await probe(['apiserver=127.0.0.1:6443']));
  } else wrong.push(`kube-apiserver, ${expectation.name}: did not start: ${apiserver.log().slice(-400)}`);
  await apiserver.stop();
}

const apiserver = startApiserver(world, etcd.clientPort, [
  '--authorization-mode=Node,RBAC',
  '--anonymous-auth=false',
  `--client-ca-file=${PKI}/ca.crt`,
]);
await waitForPort(6443, apiserver);
await waitUntilReady();
const { running: containerd, endpoint } = await startContainerd(world);
mkdirSync(join(world.folder, 'kubelet'));
for (const [index, expectation] of KUBELETS.entries()) {
  const path = join(world.folder, `kubelet-${index}.yaml`);
  if (expectation.file !== undefined) writeFileSync(path, HEAD + QUIET + expectation.file);
  const kubelet = start(world, join(world.bin, 'kubelet'), [
    '--container-runtime=remote',
    `--container-runtime-endpoint=${endpoint}`,
    `--root-dir=${world.folder}/kubelet`,
    `--cert-dir=${world.folder}/kubelet/pki`,
    `--node-ip=${world.address}`,
    '--kubeconfig=/etc/kubernetes/kubelet.conf',
    ...(expectation.file === undefined ? [] : [`--config=${path}`]),
    ...expectation.flags,
  ]);
  if (await waitForPort(10250, kubelet)) {
    const checks = ask(kubelet.pid, 'kubelet', KUBELET_CHECKS);
    const probes = await probe(['kubelet=127.0.0.1:10250', 'kubelet-read-only=127.0.0.1:10255']);
    compare('kubelet', expectation, checks, probes);
  } else wrong.push(`kubelet, ${expectation.name}: did not start: ${kubelet.log().slice(-600)}`);
  await kubelet.stop();
}
await apiserver.stop();
await containerd.stop();
await etcd.stop();

const configurations = APISERVERS.length + KUBELETS.length;
const differ = wrong.length === 0 ? '' : `: ${wrong.join('; ')}`;
process.stdout.write(
  `${JSON.stringify({ figure: `Kubernetes 1.20, ${configurations} configurations, ${answers} answers, ${wrong.length} differ${differ}`, passed: wrong.length === 0 })}\n`,
);
process.exit(0);
