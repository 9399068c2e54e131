import type { GroupIdentity, Occurrence, Severity, Workload } from '@seawall/store';

/** Made-up findings of a busy cluster over a month, the same ones every time. */

const DAY = 86_400_000_000_000n;
export const FIRST = 1_793_000_000_000_000_000n;
export const SPAN = 30n * DAY;

const SEVERITIES: readonly Severity[] = ['high', 'medium', 'medium', 'low', 'low', 'low', 'info', 'info'];
const PRIORITIES: Readonly<Record<Severity, string>> = {
  high: 'Error',
  medium: 'Warning',
  low: 'Notice',
  info: 'Informational',
};
const PROGRAMS = ['bash', 'curl', 'python3', 'nginx', 'etcdctl', 'kubectl', 'find', 'tar', 'nc', 'runc'];
const DIRECTORIES = ['/etc', '/etc/kubernetes/pki', '/var/lib/etcd', '/root/.ssh', '/usr/bin', '/tmp'];

const NAMESPACES = 40;
const WORKLOADS = 800;
const RULES = 100;
const GROUPS = 2000;

/** Whole numbers below a bound, from a seed (xorshift32). */
function createRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

const workloads: readonly Workload[] = Array.from({ length: WORKLOADS }, (_, index) => ({
  node: `node-${index % 50}`,
  cluster: 'harbour',
  namespace: `namespace-${index % NAMESPACES}`,
  pod: `service-${index}-7d4b9c`,
  podLabels: { app: `service-${index}` },
  container: {
    id: index.toString(16).padStart(12, 'a').padEnd(64, '0'),
    name: `service-${index}`,
    image: `registry.example:5000/team/service-${index % 120}:1.${index % 9}`,
    digest: undefined,
    labels: {},
  },
}));

const groups: readonly GroupIdentity[] = Array.from({ length: GROUPS }, (_, index) => {
  const severity = SEVERITIES[index % SEVERITIES.length];
  return {
    key: `group-${index}`,
    policy: `policy-${index % 20}`,
    rule: `Rule ${index % RULES}`,
    source: 'syscall',
    priority: PRIORITIES[severity],
    severity,
    tags: ['process', `topic${index % 7}`],
    runbook: undefined,
    pattern: `${PROGRAMS[index % 10]} opened a sensitive file of service ${index}`,
  };
});

/**
 * Findings number `from` until before `to`. Few groups have most of them; in half of the groups every output is like
 * the others, in the other half each tells a process id of its own.
 */
export function* makeFindings(from: number, to: number, total: number, span = SPAN): Generator<Occurrence> {
  const random = createRandom(from + 1);
  const step = span / BigInt(total);
  for (let index = from; index < to; index++) {
    const chosen = Math.floor((random(GROUPS) * random(GROUPS)) / GROUPS);
    const group = groups[chosen];
    const workload = workloads[(chosen * 7 + random(4)) % WORKLOADS];
    const pid = chosen % 2 === 0 ? 1000 + chosen : 1000 + index;
    const program = PROGRAMS[chosen % 10];
    const file = `${DIRECTORIES[chosen % 6]}/file-${chosen % 50}`;
    yield {
      key: `node-1/${index}/${group.rule}/${group.policy}`,
      group,
      time: FIRST + BigInt(index) * step,
      output: `${program} opened a sensitive file of service ${chosen} (file=${file} user=root pid=${pid} parent=containerd-shim)`,
      fields: {
        'proc.name': program,
        'proc.cmdline': `${program} -c ${file}`,
        'proc.pid': pid,
        'fd.name': file,
        'user.name': 'root',
        'container.id': workload.container?.id.slice(0, 12),
      },
      workload,
      ancestry: [
        {
          pid,
          name: program,
          executable: `/usr/bin/${program}`,
          commandLine: `${program} ${file}`,
          user: 'root',
        },
        { pid: 900, name: 'sh', executable: '/bin/sh', commandLine: 'sh -c run', user: 'root' },
        { pid: 1, name: 'init', executable: '/sbin/init', commandLine: 'init', user: 'root' },
      ],
      isStateComplete: true,
      mode: 'alert',
    };
  }
}
