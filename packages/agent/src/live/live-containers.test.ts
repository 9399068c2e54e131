import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '@seawall/base/testing';
import { type CaptureWriter, createCaptureWriter } from '@seawall/events';
import { createSyscallCatalogue } from '@seawall/inspector';
import { type RuntimeAddress, runtimesText } from '@seawall/kube';
import {
  CRI_NAMESPACE,
  containerdMissing,
  makeBusyboxImage,
  runPod,
  startContainerd,
} from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';
import { loadRules, type Rule } from '@seawall/rules';
import type { Alert } from '../alert/alert.ts';
import { defaultDropPolicy } from '../drops.ts';
import { createCaptureWatch } from '../watch/watch-capture.ts';
import { createLiveContainers } from './live-containers.ts';
import { createLiveWatch } from './watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? containerdMissing() : support.reason;
const catalogue = createSyscallCatalogue();

const RULE = `
- rule: Marked
  desc: x
  condition: evt.type = execve and proc.args contains seawall-mark and container.image.repository endswith busybox
  output: "%evt.num %container.image.repository:%container.image.tag %container.name %k8s.ns.name/%k8s.pod.name %k8s.pod.label[app]"
  priority: INFO
`;

function loadRule(): readonly Rule[] {
  const { ruleSet } = loadRules([{ name: 'rule.yaml', content: RULE }], [catalogue]);
  return (ruleSet as NonNullable<typeof ruleSet>).rules;
}

test('programs of new containers are alerted with all there is to know of them, live and from the recording', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-live-'));
  const capture = join(folder, 'live.scap');
  const daemon = await startContainerd();
  const { socket } = daemon;
  const addresses: readonly RuntimeAddress[] = [
    { kind: 'cri', socket },
    { kind: 'containerd', socket },
  ];
  const options = {
    rules: loadRule(),
    catalogue,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: 'here',
    containers: [],
    drops: { ...defaultDropPolicy, actions: ['ignore'] as const },
    // Starting containers keeps this thread from reading the ring for a while.
    ringBytes: 64 * 1024 * 1024,
    // This is about what is told, not about how soon: machines that run tests may be busy.
    waiting: { limit: 30_000 },
  };
  try {
    const image = makeBusyboxImage(join(folder, 'image'));
    for (const namespace of ['default', CRI_NAMESPACE]) daemon.importImage(image, namespace);
    const command = ['/bin/sh', '-c', 'sleep 1000 # seawall-mark'];
    const live: Alert[] = [];
    const controller = new AbortController();
    let writer: CaptureWriter | undefined;
    let used: Promise<void> | undefined;
    const liveContainers = createLiveContainers({ addresses });
    const watch = createLiveWatch({
      ...options,
      liveContainers,
      signal: controller.signal,
      onAlert: (alert) => live.push(alert),
      onStart() {
        writer = createCaptureWriter(capture);
        used = use();
      },
      onSection: (section) => writer?.write(section),
    });
    const known = (): string => runtimesText(liveContainers.runtimes()).join('\n');
    async function use(): Promise<void> {
      try {
        daemon.runContainer({ id: 'seawall-plain', command });
        const pod = await runPod(daemon, { name: 'web-1', namespace: 'shop', labels: { app: 'web' } });
        await pod.runContainer('nginx', { command });
        await until(() => live.length === 2);
        // A busy runtime may have been slow to answer once: it is asked again.
        await until(() =>
          /^container metadata from cri of containerd 1\.\S+ \(.*\), containerd 1/.test(known()),
        );
        await pod.remove();
      } finally {
        controller.abort();
      }
    }
    await watch.run();
    await writer?.close();
    await used;
    assert.deepEqual(
      live.map(({ message }) => message.replace(/^\d+ /, '')),
      [
        'localhost/seawall-busybox:1 seawall-plai <NA>/<NA> <NA>',
        'localhost/seawall-busybox:1 nginx shop/web-1 web',
      ],
    );
    assert.ok(live.every(({ isIncomplete }) => isIncomplete === undefined));
    const replayed: Alert[] = [];
    const replay = createCaptureWatch({
      ...options,
      input: capture,
      inputName: capture,
      onAlert: (alert) => replayed.push(alert),
    });
    await replay.run();
    assert.deepEqual(replayed, live);
  } finally {
    await daemon.stop();
    rmSync(folder, { recursive: true });
  }
});
