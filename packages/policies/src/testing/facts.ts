import type { Workload } from '@seawall/store';
import type { ActingPolicy } from '../action/decide.ts';
import type { OffenceFacts } from '../action/decision.ts';
import type { OwnIdentity } from '../action/guards.ts';
import type { Place } from '../policy/policy.ts';

/** Values that tests of actions share. */

export const place: Place = { path: 'test.yaml', line: 1, column: 1 };

export const own: OwnIdentity = {
  pid: 4000,
  ancestors: [3999],
  containerId: 'a'.repeat(64),
  cgroups: ['/sys/fs/cgroup/kubepods/pod1/aaaa'],
};

export const webContainer = 'b'.repeat(64);
export const etcdContainer = 'f1600721a783'.padEnd(64, '0');

export function workload(overrides: Partial<Workload> = {}): Workload {
  return {
    node: 'node-1',
    cluster: 'production',
    namespace: 'shop',
    pod: 'web-545bc4bfd4-zm282',
    podLabels: { app: 'web' },
    container: {
      id: webContainer,
      name: 'web',
      image: 'registry.example/web:1',
      digest: undefined,
      labels: {},
    },
    ...overrides,
  };
}

export function etcdWorkload(): Workload {
  return workload({
    namespace: 'kube-system',
    pod: 'etcd-node-1',
    podLabels: { component: 'etcd' },
    container: {
      id: etcdContainer,
      name: 'etcd',
      image: 'registry.k8s.io/etcd:3.5.21-0',
      digest: undefined,
      labels: {},
    },
  });
}

export function host(): Workload {
  return workload({ namespace: undefined, pod: undefined, podLabels: {}, container: undefined });
}

export function facts(overrides: Partial<OffenceFacts> = {}): OffenceFacts {
  return {
    occurrence: 'occurrence-1',
    time: 1_000_000_000n,
    workload: workload(),
    process: { pid: 5000, seenAt: 1_000_000_000n, name: 'sh', executable: '/bin/sh', isKernelThread: false },
    containerInitPid: 4900,
    cgroups: { unified: undefined, freezer: undefined },
    initExecutable: '/usr/bin/web',
    ...overrides,
  };
}

export function etcdFacts(overrides: Partial<OffenceFacts> = {}): OffenceFacts {
  return facts({ workload: etcdWorkload(), initExecutable: '/usr/local/bin/etcd', ...overrides });
}

export function policyThat(
  actions: ActingPolicy['actions'],
  overrides: Partial<ActingPolicy> = {},
): ActingPolicy {
  return {
    name: 'etcd',
    mode: 'enforce',
    actions,
    allowsQuorumLoss: false,
    isDryRun: false,
    rateLimit: { count: 10, perMilliseconds: 60_000 },
    coolDownMilliseconds: 30_000,
    ...overrides,
  };
}
