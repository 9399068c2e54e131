// Runs inside namespaces of its own (see inside.ts). For each check that Kubernetes 1.20 and etcd can show: the node's files with that one weakness
// are written to disk, the check fails on them, the planned fix is written over them, the real component is started as the fixed files say,
// has to open its port, and the check has to pass on the running process. A positional filter of check ids may follow the folder.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  assessNode,
  type ComponentName,
  checks,
  discoverInstances,
  openTree,
  PROGRAMS,
  planFixes,
  readProcesses,
} from '@seawall/posture';
import { hardenedNode } from '../../../packages/posture/src/fixtures/hardened.ts';
import { startEtcd } from '../../../packages/posture/src/fixtures/real-etcd.ts';
import {
  type Entries,
  knowingSite,
  type Weakness,
  weaknesses,
} from '../../../packages/posture/src/fixtures/weaknesses.ts';
import { makeWorld, type Running, start, startContainerd, waitForPort, writeKubeconfig } from './world.ts';

const PORTS: Readonly<Record<string, number>> = {
  'kube-apiserver': 6443,
  'kube-controller-manager': 10257,
  'kube-scheduler': 10259,
  etcd: 2379,
  kubelet: 10250,
};

/** What 1.20 does not have, or what says nothing about a process. */
const LEFT_OUT = new Set([
  'apiserver-deny-external-ips', // the plugin came with 1.21
  'kubelet-seccomp-default', // the setting came with 1.22
  'kubelet-address-deny', // systemd's, not the kubelet's
  'apiserver-basic-auth-file', // the flag went away with 1.19
]);

const isAboutProcess = (id: string) => !/-(?:mode|mode-strict|owner)$/.test(id) && !id.startsWith('users-');

const world = await makeWorld(process.argv[2]!);
const filter = new Set(process.argv.slice(3));
for (const path of ['/var/lib/etcd', '/var/lib/kubelet', '/var/log/kubernetes/audit']) {
  const own = join(world.folder, path.replaceAll('/', '_'));
  mkdirSync(own);
  spawnSync('mkdir', ['-p', path]);
  spawnSync('mount', ['--bind', own, path]);
}
const { running: containerd, endpoint } = await startContainerd(world);
const store = await startEtcd({ clientScheme: 'http', peerScheme: 'http', flags: [] });

/** Makes the hardened node's files such as 1.20 accepts on this network. */
function adapt(entries: Entries): Entries {
  const result: Entries = {};
  for (const [path, entry] of Object.entries(entries)) {
    let text = entry.text;
    if (text === undefined || (path.startsWith('/etc/kubernetes/pki/') && /\.(?:crt|key)$/.test(path)))
      continue;
    text = text
      .replaceAll('10.0.0.1:', `${world.address}:`)
      .replace(/v1\.30\.2/g, 'v1.20.2')
      .replace(/,?DenyServiceExternalIPs/, '');
    text = text
      .replace(/^\s*- --oidc-issuer-url=.*\n/m, '')
      .replace('c2VjcmV0', Buffer.alloc(32, 7).toString('base64'));
    if (path.endsWith('kube-apiserver.yaml')) {
      text = text.replace(
        '    - kube-apiserver\n',
        `    - kube-apiserver\n${EXTRA.map((flag) => `    - ${flag}\n`).join('')}`,
      );
    }
    if (path.endsWith('admission.yaml')) text = ADMISSION;
    if (path === '/var/lib/kubelet/config.yaml') {
      text +=
        'cgroupsPerQOS: false\nenforceNodeAllocatable: []\noomScoreAdj: 0\nresolvConf: ""\nfailSwapOn: false\n';
    }
    if (path.endsWith('kubeadm-flags.env')) {
      const runtime = `--container-runtime=remote --container-runtime-endpoint=${endpoint} --root-dir=${world.folder}/kubelet`;
      text = text.replace('--node-ip=10.0.0.1', `${runtime} --node-ip=${world.address}`);
    }
    text = text.replace('--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf ', '');
    result[path] = { ...entry, text };
  }
  return result;
}

const ADMISSION = `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: EventRateLimit
  configuration:
    apiVersion: eventratelimit.admission.k8s.io/v1alpha1
    kind: Configuration
    limits: [{type: Server, qps: 50, burst: 100}]
`;

/** What an API server needs beside what is asked about. */
const EXTRA = [
  `--etcd-servers=http://127.0.0.1:${store.clientPort}`,
  '--service-cluster-ip-range=10.96.0.0/16',
  '--service-account-issuer=https://kubernetes.default.svc',
  '--service-account-signing-key-file=/etc/kubernetes/pki/sa.key',
  '--endpoint-reconciler-type=none',
  `--advertise-address=${world.address}`,
];

function writeNode(entries: Entries): void {
  rmSync('/etc/kubernetes/manifests', { recursive: true, force: true });
  for (const [path, { text, mode }] of Object.entries(entries)) {
    if (text === undefined) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode ?? 0o600);
  }
  for (const name of ['controller-manager', 'scheduler', 'kubelet', 'admin']) {
    writeKubeconfig(`/etc/kubernetes/${name}.conf`);
  }
}

function decide(id: string, component: ComponentName, pid?: number) {
  const tree = openTree('/');
  const processes =
    pid === undefined ? [] : readProcesses(PROGRAMS, tree).filter((process) => process.pid === pid);
  const node = { tree, processes, now: Date.now(), version: { major: 1, minor: 20 } };
  const benchmark = '1.12';
  const { results } = assessNode(node, { benchmark, site: knowingSite, components: [component], only: [id] });
  return results[0]!;
}

/** Starts the component as the files on disk say. */
function startAsWritten(component: ComponentName): Running {
  const { instances } = discoverInstances({ tree: openTree('/'), processes: [], now: Date.now() });
  const instance = instances.find((candidate) => candidate.component === component);
  if (instance?.parameters.kind !== 'found') throw new Error(`${component} is not described`);
  const program = component === 'etcd' ? 'etcd' : join(world.bin, component);
  // A fresh member needs to be told of itself; none of that is asked about.
  const member = component === 'etcd' ? ['--name=a', ...etcdUrls(instance.parameters.value)] : [];
  return start(world, program, [...instance.parameters.value, ...member]);
}

function etcdUrls(parameters: readonly string[]): string[] {
  spawnSync('sh', ['-c', 'rm -rf /var/lib/etcd/*']);
  const hasPeerTls =
    parameters.some((text) => text.startsWith('--peer-cert-file')) ||
    parameters.includes('--peer-auto-tls=true');
  const peer = `${hasPeerTls ? 'https' : 'http'}://127.0.0.1:2380`;
  return [
    '--advertise-client-urls=https://127.0.0.1:2379',
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=a=${peer}`,
  ];
}

async function tryFix(weakness: Weakness, component: ComponentName): Promise<string | undefined> {
  writeNode(adapt(weakness.apply(hardenedNode())));
  const failing = decide(weakness.check, component);
  if (failing.decision.status !== 'FAIL')
    return `is ${failing.decision.status} before the fix: ${failing.decision.reason}`;
  const plan = planFixes([failing]);
  for (const { path, after } of plan.files) {
    mkdirSync(dirname(path), { recursive: true });
    // The one thing that a person has to put in by hand.
    writeFileSync(
      path,
      after.replace('REPLACE-WITH-BASE64-OF-32-RANDOM-BYTES', Buffer.alloc(32, 9).toString('base64')),
    );
    chmodSync(path, 0o600);
  }
  const running = startAsWritten(component);
  try {
    if (!(await waitForPort(PORTS[component]!, running))) {
      return `did not start with the fix: ${running.log().trim().split('\n').slice(-3).join(' / ').slice(0, 600)}`;
    }
    const { decision } = decide(weakness.check, component, running.pid);
    return decision.status === 'PASS'
      ? undefined
      : `is ${decision.status} on the process: ${decision.reason}`;
  } finally {
    await running.stop();
  }
}

const componentOf = new Map(checks.map(({ id, component }) => [id, component]));
const chosen = weaknesses({ expired: '', weak: '', foreign: '' }).filter(({ check, needsPerson }) => {
  const component = componentOf.get(check)!;
  const isChosen = filter.size === 0 || filter.has(check);
  return (
    isChosen && needsPerson !== true && component in PORTS && isAboutProcess(check) && !LEFT_OUT.has(check)
  );
});

const wrong: string[] = [];
const proved = new Map<string, number>();
let keeper: Running | undefined;
for (const weakness of chosen) {
  const component = componentOf.get(weakness.check)!;
  // Everything but the API server and etcd needs an API server beside it.
  const needsApiserver = component !== 'kube-apiserver' && component !== 'etcd';
  if (needsApiserver && keeper === undefined) {
    writeNode(adapt(hardenedNode()));
    keeper = startAsWritten('kube-apiserver');
    if (!(await waitForPort(6443, keeper))) throw new Error(`kube-apiserver: ${keeper.log().slice(-1500)}`);
  }
  if (!needsApiserver && keeper !== undefined) {
    await keeper.stop();
    keeper = undefined;
  }
  const problem = await tryFix(weakness, component);
  process.stderr.write(`${weakness.check}: ${problem ?? 'fixed'}\n`);
  if (problem === undefined) proved.set(component, (proved.get(component) ?? 0) + 1);
  else wrong.push(`${weakness.check} ${problem}`);
}
await keeper?.stop();
await store.stop();
await containerd.stop();

const count = [...proved.values()].reduce((sum, each) => sum + each, 0);
const shares = [...proved].map(([component, each]) => `${component} ${each}`).join(', ');
const differ = wrong.length === 0 ? '' : `; not: ${wrong.join('; ')}`;
process.stdout.write(
  `${JSON.stringify({ figure: `${count} of ${chosen.length} fixes proved on the running component (${shares})${differ}`, passed: count >= 50 && wrong.length === 0 })}\n`,
);
process.exit(0);
