import type { ComponentName } from '../effective/facts.ts';
import { clusterVersion, type Instance, type Node } from './instance.ts';
import type { ProcessSnapshot } from './processes.ts';
import { found, type Reading, unreadable } from './tree.ts';
import { readYaml, textsAt, valueAt } from './yaml.ts';

const K3S_FILE = '/etc/rancher/k3s/config.yaml';

/*
 * k3s runs the components inside one process. What it sets by itself: pkg/daemons/control/server.go and
 * pkg/daemons/agent/agent_linux.go of k3s-io/k3s (1.28 to 1.33).
 */
const K3S_SETTINGS: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>> = {
  'kube-apiserver': {
    'anonymous-auth': 'false',
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'client-ca-file': '/var/lib/rancher/k3s/server/tls/client-ca.crt',
    'kubelet-certificate-authority': '/var/lib/rancher/k3s/server/tls/server-ca.crt',
    'kubelet-client-certificate': '/var/lib/rancher/k3s/server/tls/client-kube-apiserver.crt',
    'kubelet-client-key': '/var/lib/rancher/k3s/server/tls/client-kube-apiserver.key',
    'tls-cert-file': '/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt',
    'tls-private-key-file': '/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.key',
    'service-account-key-file': '/var/lib/rancher/k3s/server/tls/service.key',
    profiling: 'false',
    'enable-bootstrap-token-auth': 'true',
  },
  'kube-controller-manager': {
    'bind-address': '127.0.0.1',
    profiling: 'false',
    'use-service-account-credentials': 'true',
    'root-ca-file': '/var/lib/rancher/k3s/server/tls/server-ca.crt',
    'service-account-private-key-file': '/var/lib/rancher/k3s/server/tls/service.current.key',
    kubeconfig: '/var/lib/rancher/k3s/server/cred/controller.kubeconfig',
  },
  'kube-scheduler': {
    'bind-address': '127.0.0.1',
    profiling: 'false',
    kubeconfig: '/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig',
  },
  kubelet: {
    address: '0.0.0.0',
    'anonymous-auth': 'false',
    'authentication-token-webhook': 'true',
    'authorization-mode': 'Webhook',
    'client-ca-file': '/var/lib/rancher/k3s/agent/client-ca.crt',
    'read-only-port': '0',
    'tls-cert-file': '/var/lib/rancher/k3s/agent/serving-kubelet.crt',
    'tls-private-key-file': '/var/lib/rancher/k3s/agent/serving-kubelet.key',
    kubeconfig: '/var/lib/rancher/k3s/agent/kubelet.kubeconfig',
  },
  'kube-proxy': { 'metrics-bind-address': '127.0.0.1:10249' },
};

/** What k3s would start, by its configuration file. */
export function fromK3s(node: Node, gaps: string[]): Instance[] {
  const reading = node.tree.read(K3S_FILE);
  if (reading.kind === 'unreadable') gaps.push(`${K3S_FILE}: ${reading.reason}`);
  if (reading.kind === 'missing') return [];
  const isServer = node.tree.status('/var/lib/rancher/k3s/server').kind !== 'missing';
  return embeddedInK3s(node, isServer ? 'server' : 'agent', undefined);
}

/** @param role `server` or `agent`. @param process the running k3s; without one, only the file is read. */
export function embeddedInK3s(node: Node, role: string, process: ProcessSnapshot | undefined): Instance[] {
  const text = node.tree.read(K3S_FILE);
  const file = text.kind === 'found' ? readYaml(text.value) : text;
  const components = Object.keys(K3S_SETTINGS) as ComponentName[];
  const embedded = role === 'server' ? components : (['kubelet', 'kube-proxy'] as const);
  return embedded.map((component): Instance => {
    const key = `${component}-arg`;
    const parameters: Reading<string[]> =
      file.kind === 'unreadable'
        ? unreadable(`${K3S_FILE}: ${file.reason}`)
        : found([
            ...(file.kind === 'found' ? readK3sArguments(file.value.value, key) : []),
            ...readK3sFlags(process?.command ?? [], key),
          ]);
    return {
      component,
      label: `${component} (in k3s ${process === undefined ? role : `process ${process.pid}`})`,
      parameters,
      parametersFrom: K3S_FILE,
      environment: found({}),
      launcher: { kind: 'k3s', path: K3S_FILE, key },
      distribution: { name: 'k3s', settings: K3S_SETTINGS[component]! },
      ...clusterVersion(node, component),
      tree: process?.tree ?? node.tree,
      ...(process === undefined ? {} : { pid: process.pid, uid: process.uid, gid: process.gid }),
      notes: [],
    };
  });
}

function readK3sArguments(value: unknown, key: string): string[] {
  const given = valueAt(value, [key]);
  const texts = typeof given === 'string' ? [given] : textsAt(value, [key]);
  return texts.map((text) => (text.startsWith('-') ? text : `--${text}`));
}

function readK3sFlags(command: readonly string[], key: string): string[] {
  return command.flatMap((word, index) => {
    if (word === `--${key}`) return [`--${command[index + 1] ?? ''}`];
    return word.startsWith(`--${key}=`) ? [`--${word.slice(key.length + 3)}`] : [];
  });
}
