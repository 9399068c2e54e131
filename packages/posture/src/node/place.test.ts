import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { assessNode } from '../assess.ts';
import { planFixes } from '../fix/plan.ts';
import { makeReport } from '../report/report.ts';
import { toSarif } from '../report/sarif.ts';
import { defaultSite } from '../site.ts';
import type { Node } from './instance.ts';
import { placeOf } from './place.ts';
import { type ProcessSnapshot, readProcesses } from './processes.ts';
import { found, openTree } from './tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-place-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const STATIC = '0123456789abcdef0123456789abcdef';
const OTHER = '11111111-2222-3333-4444-555555555555';
const SYSTEM = '11111111-2222-3333-4444-666666666666';

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

for (const [pod, container] of [
  [`kube-system_etcd-cp1_${STATIC}`, 'etcd'],
  [`shop_web-1_${OTHER}`, 'etcd'],
  [`kube-system_kube-proxy-x_${SYSTEM}`, 'kube-proxy'],
]) {
  put(`var/log/pods/${pod}/${container}/0.log`, '');
}
const host = openTree(folder);
const slice = (uid: string) => uid.replaceAll('-', '_');
const ID = 'a'.repeat(64);

test('a pod is told by where the kubelet put it, however runtimes write that', () => {
  const etcd = {
    ...{ kind: 'pod', namespace: 'kube-system', name: 'etcd-cp1', containers: ['etcd'], isStatic: true },
  };
  for (const path of [
    `/kubepods/burstable/pod${STATIC}/${ID}`,
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${ID}.scope`,
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${STATIC}.slice/${ID}`,
    `/system.slice/containerd.service/kubepods-burstable-pod${STATIC}.slice:cri-containerd:${ID}`,
    `/../../pod${STATIC}/${ID}`,
    `/../../../burstable/pod${STATIC}/${ID}`,
    `/../../kubepods-burstable-pod${STATIC}.slice/cri-containerd-${ID}.scope`,
    `/../../../kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${ID}.scope`,
  ]) {
    assert.deepEqual(placeOf(`12:memory:${path}\n0::/\n`, host), etcd, path);
  }
  const web = placeOf(`0::/kubepods.slice/kubepods-pod${slice(OTHER)}.slice/${ID}\n`, host);
  assert.deepEqual(web, {
    ...{ kind: 'pod', namespace: 'shop', name: 'web-1', containers: ['etcd'], isStatic: false },
  });
});

test('what a container makes below its own cgroup makes it no pod and no service', () => {
  for (const path of [
    `/docker/${ID}/kubepods/burstable/pod${STATIC}/x`,
    `/system.slice/docker-${ID}.scope/kubepods/pod${STATIC}`,
    `/lxc/box/kubepods/pod${STATIC}`,
    '/lxc/box/system.slice/etcd.service',
    `/../${ID}/pod${STATIC}/x`,
    '/../box/system.slice/etcd.service',
    '/',
  ]) {
    assert.deepEqual(placeOf(`0::${path}\n`, host), { kind: 'container' }, path);
  }
  const nested = `/kubepods/pod${OTHER}/${ID}/kubepods/pod${STATIC}`;
  const place = placeOf(`0::${nested}\n`, host);
  assert.equal(place.kind === 'pod' && place.namespace, 'shop');
  for (const path of ['/system.slice/etcd.service', '/../../../system.slice/etcd.service']) {
    assert.deepEqual(placeOf(`0::${path}\n`, host), { kind: 'service', unit: 'etcd.service' });
  }
  const gone = '22222222-2222-3333-4444-555555555555';
  assert.deepEqual(placeOf(`0::/kubepods/pod${gone}/${ID}\n`, host), { kind: 'unknown-pod', uid: gone });
});

const MANIFEST = `apiVersion: v1
kind: Pod
metadata: { name: etcd }
spec: { containers: [{ name: etcd, image: etcd:3.5, command: [etcd, --client-cert-auth=true] }] }
`;

function processAt(pid: number, place: ProcessSnapshot['place'], ...command: string[]): ProcessSnapshot {
  return {
    ...{ pid, command, uid: 0, gid: 0, environment: found({}), tree: host, isContainerised: true },
    ...(place !== undefined && { place }),
  };
}

describe('a process in a container that calls itself a component', () => {
  put('etc/kubernetes/manifests/etcd.yaml', MANIFEST);
  const etcd = processAt(
    7,
    placeOf(`0::/kubepods/pod${STATIC}/${ID}`, host),
    'etcd',
    '--client-cert-auth=true',
  );
  const fake = processAt(8, placeOf(`0::/kubepods/pod${OTHER}/${ID}`, host), 'etcd', '--data-dir=/srv/x');
  const assess = (...processes: readonly ProcessSnapshot[]) => {
    const node: Node = { tree: host, processes, now: 0, isLive: true };
    return assessNode(node, { benchmark: '1.12', site: defaultSite, components: ['etcd'] });
  };

  test('is marked, in labels, notes, JSON and SARIF, and gets no fixes', () => {
    const assessment = assess(fake, etcd);
    const { instances, results } = makeReport(assessment, 'cp1', 0);
    assert.deepEqual(
      instances.map(({ label, unattested }) => [label, unattested]),
      [
        ['etcd (process 7)', null],
        [
          'etcd (process 8, unattested)',
          'it runs in the pod shop/web-1, which no manifest on this node describes as etcd',
        ],
      ],
    );
    assert.match(instances[1]!.notes[0]!, /^unattested, it only calls itself etcd: /);
    const ofFake = results.filter(({ instance }) => instance.includes('unattested'));
    assert.ok(ofFake.some(({ status }) => status === 'FAIL'));
    assert.ok(ofFake.every(({ fix }) => fix.length === 0));
    assert.ok(planFixes(assessment.results).files.every(({ path }) => !path.startsWith('/srv')));
    assert.doesNotMatch(JSON.stringify(planFixes(assessment.results)), /process 8|\/srv\/x/);
    const log = toSarif(makeReport(assessment, 'cp1', 0), '1') as {
      runs: [{ results: { message: { text: string }; properties?: { unattested: string } }[] }];
    };
    for (const { message, properties } of log.runs[0].results) {
      assert.equal(message.text.includes('unattested'), properties?.unattested !== undefined);
    }
  });

  test('does not stand for the component that a manifest describes', () => {
    const { instances } = makeReport(assess(fake), 'cp1', 0);
    assert.deepEqual(
      instances.map(({ label }) => label),
      ['etcd (/etc/kubernetes/manifests/etcd.yaml)', 'etcd (process 8, unattested)'],
    );
  });

  test('is believed in a pod of kube-system whose container is called so, and as a service of the machine', () => {
    const proxy = processAt(9, placeOf(`0::/kubepods/pod${SYSTEM}/${ID}`, host), 'kube-proxy');
    const service = processAt(10, { kind: 'service', unit: 'etcd.service' }, 'etcd');
    const node: Node = { tree: host, processes: [proxy, service], now: 0 };
    const { configurations } = assessNode(node, { benchmark: '1.12', site: defaultSite });
    const running = configurations.filter(({ instance }) => instance.pid !== undefined);
    assert.deepEqual(
      running.map(({ instance }) => [instance.label, instance.unattested]),
      [
        ['etcd (process 10)', undefined],
        ['kube-proxy (process 9)', undefined],
      ],
    );
  });
});

const cgroupRoot = / (\/\S+) \S+ (?:\S+ )*- cgroup2 /.exec(
  readFileSync('/proc/self/mountinfo', 'latin1'),
)?.[1];
const skip =
  process.getuid?.() !== 0 || cgroupRoot === undefined ? 'SKIPPED: it takes root and cgroup v2' : false;

test('real processes with mounts of their own are told apart by their cgroups', { skip }, async () => {
  const base = join(cgroupRoot as string, `seawall-${process.pid}.slice`);
  const children: ChildProcess[] = [];
  const made: string[] = [base];
  try {
    for (const [index, uid] of [STATIC, OTHER].entries()) {
      const place = join(base, 'kubepods', `pod${uid}`, String(index).repeat(64));
      mkdirSync(place, { recursive: true });
      made.unshift(place, dirname(place), ...(index === 1 ? [join(base, 'kubepods')] : []));
      const script = `echo 0 > ${place}/cgroup.procs && exec -a etcd sleep 60`;
      children.push(spawn('unshare', ['--mount', 'bash', '-c', script], { stdio: 'ignore' }));
    }
    const own = new Set(children.map(({ pid }) => pid));
    const read = () => readProcesses(new Set(['etcd']), host).filter(({ pid }) => own.has(pid));
    const end = performance.now() + 10_000;
    while (read().length < 2 && performance.now() < end) await wait(20);
    assert.deepEqual(
      read().map(({ isContainerised, place }) => [
        isContainerised,
        place?.kind === 'pod' && `${place.namespace}/${place.name}`,
      ]),
      [
        [true, 'kube-system/etcd-cp1'],
        [true, 'shop/web-1'],
      ],
    );
  } finally {
    for (const child of children) {
      const ended = once(child, 'exit');
      if (child.kill('SIGKILL')) await ended;
    }
    await wait(50);
    made.sort((one, other) => other.length - one.length);
    for (const each of new Set(made)) rmdirSync(each);
  }
});
