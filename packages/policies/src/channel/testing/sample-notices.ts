import type { FindingGroup } from '@seawall/store';
import { type Notice, noticeGroup } from '../notice.ts';

/** A group of findings as in the second article. */
export function sampleGroup(changes: Partial<FindingGroup> = {}): FindingGroup {
  return {
    id: 17,
    key: 'etcd policy/Unauthorized process/etcd',
    policy: 'etcd policy',
    rule: 'Unauthorized process in etcd',
    source: 'syscall',
    priority: 'Error',
    severity: 'high',
    tags: ['process', 'etcd'],
    runbook: 'https://runbooks.example/etcd',
    pattern: 'Unauthorized process (<n>) in etcd',
    state: 'open',
    count: 3,
    first: 1_795_296_716_000_619_956n,
    last: 1_795_296_717_000_000_000n,
    uniqueOutputs: 2,
    output: 'Unauthorized process (sh -c "<!channel> `id` & {{output}}"\n) running in etcd',
    workload: {
      node: 'control-1',
      cluster: 'harbour',
      namespace: 'kube-system',
      pod: 'etcd-control-1',
      podLabels: { component: 'etcd' },
      container: {
        id: `f1600721a783${'0'.repeat(52)}`,
        name: 'etcd',
        image: 'registry.example/etcd:3.5.12-0',
        digest: undefined,
        labels: { app: 'etcd' },
      },
    },
    decision: undefined,
    ...changes,
  };
}

export function sampleNotice(changes: Partial<FindingGroup> = {}): Notice {
  return {
    kind: 'finding',
    time: '2026-11-21T21:31:57.000Z',
    isReopened: false,
    group: noticeGroup(sampleGroup(changes)),
  };
}
