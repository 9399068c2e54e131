import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { GroupIdentity, Occurrence, Severity } from '../types/finding.ts';
import type { Workload } from '../types/workload.ts';

/** Nanoseconds since the epoch that samples begin at. */
export const START = 1_795_296_716_000_619_956n;

export const etcd: Workload = {
  node: 'control-1',
  cluster: 'harbour',
  namespace: 'kube-system',
  pod: 'etcd-control-1',
  podLabels: { component: 'etcd', tier: 'control-plane' },
  container: {
    id: `f1600721a783${'0'.repeat(52)}`,
    name: 'etcd',
    image: 'registry.example:5000/google_containers/etcd:3.5.12-0',
    digest: `sha256:${'d83d3545'.repeat(8)}`,
    labels: { 'io.kubernetes.pod.name': 'etcd-control-1' },
  },
};

export const host: Workload = {
  node: 'worker-2',
  cluster: undefined,
  namespace: undefined,
  pod: undefined,
  podLabels: {},
  container: undefined,
};

/** What a group is called is what it is made of here. */
export function sampleGroup(name: string, severity: Severity = 'high'): GroupIdentity {
  return {
    key: `group ${name}`,
    policy: `policy ${name}`,
    rule: `rule ${name}`,
    source: 'syscall',
    priority: 'Error',
    severity,
    tags: ['process', 'etcd'],
    runbook: 'https://runbooks.example/etcd',
    pattern: `Unauthorized process (ls <n>) running in etcd, ${name}`,
  };
}

/** @param key tells occurrences apart; the output names it. */
export function sampleOccurrence(key: string, changes: Partial<Occurrence> = {}): Occurrence {
  return {
    key,
    group: sampleGroup('a'),
    time: START,
    output: `Unauthorized process (ls ${key}) running in etcd, file /etc/shadow`,
    fields: { 'proc.name': 'ls', 'proc.pid': 4711, 'evt.rawtime': 1_795_296_716_000_619_956n },
    workload: etcd,
    ancestry: [
      { pid: 4711, name: 'ls', executable: '/bin/ls', commandLine: 'ls -l', user: 'root' },
      { pid: 4700, name: 'sh', executable: '/bin/sh', commandLine: 'sh', user: undefined },
    ],
    isStateComplete: true,
    mode: 'alert',
    ...changes,
  };
}

/** A folder that is gone when the test ends. */
export function scratchFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-store-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
