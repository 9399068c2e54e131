import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Alert, createLiveContainers, createLiveWatch, defaultDropPolicy } from '@seawall/agent';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createMetadataService, type MetadataService } from '@seawall/kube';
import {
  BUSYBOX_IMAGE,
  type Containerd,
  containerdMissing,
  makeBusyboxImage,
  startContainerd,
} from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';
import { loadRules, type Rule } from '@seawall/rules';
import type { AcceptanceResult } from '../row.ts';

export const title =
  '1,000 container starts and stops in a row: metadata complete in 99.9 % of findings; no leak';

const CONTAINERS = 1000;
const PRIORITY = -10;
/** Containers after which everything has been used once: what grows from then on is a leak. */
const WARM = 200;
const WANTED = 0.999;
/** Removed containers are kept for ten seconds. */
const SETTLING = 15_000;
/** Heap that may come on top of what it was when warm, in MiB: less than 10 KiB a container. */
const HEAP_ALLOWED = 8;

const RULE = `
- rule: Program in container
  desc: x
  condition: evt.type in (execve, execveat) and evt.arg.res = 0 and container.id != host
  output: "%proc.cmdline %container.id %container.full_id %container.name %container.type %container.image.repository %container.image.tag %container.image.digest %container.label[team] %container.privileged"
  priority: NOTICE
`;

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const missing = containerdMissing();
  if (missing !== false) return { skipped: missing };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const daemon = await startContainerd();
  try {
    daemon.importImage(makeBusyboxImage(folder));
    return await measure(daemon);
  } finally {
    setPriority(0);
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(daemon: Containerd): Promise<AcceptanceResult> {
  const findings: Findings = { seen: new Set(), all: 0, complete: 0, marked: 0, firstIncomplete: undefined };
  /** Whole ids by the ones shown. */
  const ids = new Map<string, string>();
  // As a daemon's unit would have it: these containers live for a few tenths of a second.
  setPriority(PRIORITY);
  const controller = new AbortController();
  const started = Promise.withResolvers<void>();
  const services: MetadataService[] = [];
  const liveContainers = createLiveContainers(
    { addresses: [{ kind: 'containerd', socket: daemon.socket }] },
    (options) => {
      const service = createMetadataService(options);
      services.push(service);
      return service;
    },
  );
  const watch = createLiveWatch({
    rules: loadRule(),
    catalogue,
    liveContainers,
    signal: controller.signal,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: 'here',
    containers: [],
    drops: defaultDropPolicy,
    onAlert: (alert) => judge(alert, ids, findings),
    onStart: () => started.resolve(),
  });
  const ended = watch.run();
  await Promise.race([started.promise, ended]);

  let warm: Footprint | undefined;
  const began = performance.now();
  for (let index = 1; index <= CONTAINERS; index += 1) {
    const id = randomBytes(32).toString('hex');
    ids.set(id.slice(0, 12), id);
    await runToItsEnd(daemon.socket, id);
    if (index % WARM !== 0) continue;
    process.stderr.write(`${index} containers\n`);
    if (warm === undefined) {
      await sleep(SETTLING);
      warm = footprint();
    }
  }
  const perContainer = (performance.now() - began) / CONTAINERS;
  await sleep(SETTLING);
  const after = footprint();
  const { known, waiting } = (services[0] as MetadataService).counters();
  controller.abort();
  await ended;
  const share = findings.complete / findings.all;
  const grown = after.heap - (warm as Footprint).heap;
  const descriptors = after.descriptors - (warm as Footprint).descriptors;
  const figure =
    `${findings.all} findings in ${findings.seen.size} of ${CONTAINERS} containers, ${(share * 100).toFixed(2)} % complete` +
    `${findings.firstIncomplete === undefined ? '' : ` (first that is not: ${findings.firstIncomplete})`}, ${findings.marked} marked incomplete; ` +
    `afterwards ${known} containers known, ${waiting} asked for; heap ${grown.toFixed(1)} MiB and descriptors ${descriptors} more than after ${WARM}; ` +
    `${perContainer.toFixed(0)} ms a container`;
  const isWhole = share >= WANTED && findings.seen.size === CONTAINERS;
  return {
    figure,
    passed: isWhole && known === 0 && waiting === 0 && grown < HEAP_ALLOWED && descriptors <= 0,
  };
}

const catalogue = createSyscallCatalogue();

function loadRule(): readonly Rule[] {
  const { ruleSet } = loadRules([{ name: 'rule.yaml', content: RULE }], [catalogue]);
  if (ruleSet === undefined) throw new Error('the rule of this row does not load');
  return ruleSet.rules;
}

/** Starts a container that runs two programs, and waits until it has ended and is removed. */
async function runToItsEnd(socket: string, id: string): Promise<void> {
  const words = ['--address', socket, 'run', '--rm', '--label=team=sea', BUSYBOX_IMAGE, id];
  const child = spawn('ctr', [...words, '/bin/sh', '-c', '/bin/ls / > /tmp/list; /bin/true'], {
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`container ${id} ended with ${code}`);
}

interface Findings {
  /** Containers in which something was found. */
  readonly seen: Set<string>;
  all: number;
  complete: number;
  marked: number;
  firstIncomplete: string | undefined;
}

const [REPOSITORY, TAG] = BUSYBOX_IMAGE.split(':');

/** Counts what was found in our containers, and what of it tells all there is to know of them. */
function judge(alert: Alert, ids: ReadonlyMap<string, string>, findings: Findings): void {
  const { fields } = alert;
  const id = String(fields.get('container.id'));
  const fullId = ids.get(id);
  if (fullId === undefined) return;
  findings.seen.add(id);
  findings.all += 1;
  if (alert.isIncomplete) findings.marked += 1;
  const isComplete =
    fields.get('container.full_id') === fullId &&
    fields.get('container.name') === id &&
    fields.get('container.type') === 'containerd' &&
    fields.get('container.image.repository') === REPOSITORY &&
    fields.get('container.image.tag') === TAG &&
    /^sha256:[0-9a-f]{64}$/.test(String(fields.get('container.image.digest'))) &&
    fields.get('container.label[team]') === 'sea' &&
    fields.get('container.privileged') === false;
  if (isComplete) findings.complete += 1;
  else findings.firstIncomplete ??= alert.message;
}

interface Footprint {
  /** MiB. */
  readonly heap: number;
  readonly descriptors: number;
}

function footprint(): Footprint {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage();
  return {
    heap: process.memoryUsage().heapUsed / 1024 / 1024,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}
