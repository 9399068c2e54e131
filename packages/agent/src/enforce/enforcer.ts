import { randomUUID } from 'node:crypto';
import { type Clock, reasonOf } from '@seawall/base';
import {
  type ContainerRecord,
  createMetadataService,
  isOfKubernetes,
  type MetadataService,
  type MetadataUpdate,
  type RuntimeAddress,
} from '@seawall/kube';
import {
  createGuardState,
  deniedThings,
  type EnforcementCheck,
  type NeverTouch,
  type OwnIdentity,
  type PolicySet,
} from '@seawall/policies';
import { canEnforce, type Enforcement, openEnforcement, refusals } from '@seawall/probe';
import type { Workload } from '@seawall/store';
import { containerInfoOf } from '../containers.ts';
import { countOf } from '../daemon/count-text.ts';
import type { Sighting } from '../hot-loop/messages.ts';
import { type NodeIdentity, workloadOfContainer } from '../hot-loop/workload-of.ts';
import { rankOf } from '../ledger/rank.ts';
import { raisePriority } from '../raise-priority.ts';
import { outsideOf } from './container-folders.ts';
import { sightingsOfDenial } from './denial.ts';
import { createGuardKeeper, type GuardCounts, type GuardKeeper } from './guard-keeper.ts';
import { createHeldDenials, type Denied } from './held-denials.ts';
import { hasDenials, policiesBrokenBy } from './wanted-guard.ts';

/** Puts in force what policies deny, and tells what was tried. Nothing is loaded into the kernel before a policy asks. */
export interface Enforcer {
  /** Why this machine can't refuse what an action wants refused; what it takes is loaded when it is first asked. */
  readonly check: EnforcementCheck;
  /** Goes on with these policies; settles when the containers that run have their guards. Never rejects. */
  replace(set: PolicySet, generation: number): Promise<void>;
  status(): EnforcerStatus;
  /** Takes what was tried until now, and every guard away. */
  close(): Promise<void>;
}

export interface EnforcerStatus extends GuardCounts {
  /** Denials that became findings, and those that were left out because too many were waiting for the store. */
  readonly told: number;
  readonly shed: number;
  /** Denials that nobody could be told of: the kernel had no room for more. */
  readonly lost: number;
}

export interface EnforcerOptions {
  readonly node: NodeIdentity;
  readonly own: OwnIdentity;
  readonly neverTouch: NeverTouch;
  /** Where container runtimes are; undefined: at the usual places. */
  readonly runtimes: readonly RuntimeAddress[] | undefined;
  readonly clock: Clock;
  /** Whether a finding of that rank would be kept, as many as wait for the store. */
  hasRoomFor(rank: number): boolean;
  onSightings(sightings: readonly Sighting[]): void;
  log(level: 'info' | 'warning' | 'error', message: string): void;
}

/** Milliseconds between two looks at what was tried. */
const POLL_PERIOD = 50;
/** Milliseconds between two looks at cgroups: for so long after a container was told of, and otherwise. */
const EAGER_PERIOD = 100;
const EAGER_FOR = 10_000;
const CALM_PERIOD = 1000;
const SHORT_ID_LENGTH = 12;

interface Running {
  readonly enforcement: Enforcement;
  readonly keeper: GuardKeeper;
  readonly service: MetadataService;
  readonly timers: readonly NodeJS.Timeout[];
}

export function createEnforcer(options: EnforcerOptions): Enforcer {
  const { node, own, clock, log } = options;
  const guards = createGuardState({ own, neverTouch: options.neverTouch, clock });
  const run = `${node.node}/${randomUUID()}`;
  let opened: Enforcement | undefined;
  let running: Running | undefined;
  let isClosed = false;
  let count = 0;
  let told = 0;
  let shed = 0;
  let lost = 0;
  /** Of them, since enforcement was opened. */
  let lostSince = 0;
  let queue: Promise<void> = Promise.resolve();
  /** What answers the kernel about opens. */
  let hasEnded = false;

  const held = createHeldDenials();
  const runtimePid = machinePid();

  function open(): Enforcement {
    opened ??= openEnforcement({ runtimePid });
    return opened;
  }

  /** A container's first program waits for nobody: on a busy machine its guard would come too late. */
  function prepareToGuard(): void {
    const refused = raisePriority();
    if (refused === undefined) return;
    const message = `what guards containers has no priority (${refused}: that takes CAP_SYS_NICE): first programs may run before their guard is set on a busy machine`;
    log('warning', message);
  }

  function untouchable(workload: Workload, folder: string | undefined): string | undefined {
    const id = workload.container?.id ?? '';
    const cgroups = { unified: folder, freezer: undefined };
    return guards.neverTouch(
      { kind: 'container', id, cgroups },
      {
        ...{ occurrence: '', time: 0n, workload, cgroups },
        ...{ process: undefined, containerInitPid: undefined, initExecutable: undefined },
      },
    );
  }

  async function start(set: PolicySet, generation: number): Promise<Running> {
    const enforcement = open();
    prepareToGuard();
    const { cgroupRoot } = enforcement.support;
    const keeper = createGuardKeeper({
      ...{ enforcement, untouchable, log },
      // Enforcement does not open where there is none.
      cgroupRoot: cgroupRoot as string,
      outside: outsideOf(runtimePid),
    });
    let eagerUntil = 0;
    let lookedAt = 0;
    let isLooking = false;

    async function look(): Promise<void> {
      const time = clock.monotonic();
      if (isLooking || time - lookedAt < (time < eagerUntil ? EAGER_PERIOD : CALM_PERIOD)) return;
      isLooking = true;
      for (const id of await keeper.look()) service.lookUp(id.slice(0, SHORT_ID_LENGTH));
      lookedAt = clock.monotonic();
      isLooking = false;
    }

    function take(update: MetadataUpdate): void {
      if (update.kind === 'removed') void keeper.forget(update.id);
      else if (update.kind === 'described') describe(update.record, true);
    }

    function takeSketch(record: ContainerRecord): void {
      const lasting = lastingPartOf(record);
      if (lasting !== undefined) describe(lasting, false);
    }

    function describe(record: ContainerRecord, isComplete: boolean): void {
      // A pod's own container only waits: whoever guards containers doesn't mean the pause program.
      if (record.isPodSandbox) return;
      eagerUntil = clock.monotonic() + EAGER_FOR;
      void keeper.describe(workloadOfContainer(node, containerInfoOf(record)), isComplete);
    }

    const service = createMetadataService({
      ...(options.runtimes !== undefined && { addresses: options.runtimes }),
      onUpdate: take,
      // Between making a pod's container and starting it kubelet leaves less time than asking for all about it takes.
      onSketch: takeSketch,
      // What happened before is told with the guard; a new container may take the place at once.
      keepRemoved: 0,
    });
    await keeper.replace(set, generation);
    const timers = [
      setInterval(() => poll(enforcement, keeper), POLL_PERIOD),
      setInterval(look, POLL_PERIOD),
    ];
    await service.start();
    // In order: what the runtimes told is done when this is.
    await keeper.look();
    return { enforcement, keeper, service, timers };
  }

  function poll(enforcement: Enforcement, keeper: GuardKeeper): void {
    const time = clock.monotonic();
    enforcement.poll((violation) => {
      const guarded = keeper.guarded(violation);
      if (guarded !== undefined) held.add({ violation, guarded }, time);
    });
    tell(held.take(time));
    const { counters, lostDenials, permission } = enforcement.status();
    if (permission === 'ended' && !hasEnded)
      log('error', 'what denies opens has ended: files are open to all');
    if (permission === 'running' && hasEnded) log('info', 'opens are denied again');
    hasEnded = permission === 'ended';
    const more = counters.lost + lostDenials - lostSince;
    if (more > 0) log('warning', `${more} denials were not told: there were too many at once`);
    lostSince += more;
    lost += more;
  }

  function tell(denials: readonly Denied[]): void {
    const sightings = denials.flatMap(sightingsOf);
    if (sightings.length > 0) options.onSightings(sightings);
  }

  function sightingsOf({ violation, guarded }: Denied): readonly Sighting[] {
    count += 1;
    const { container, wanted, generation } = guarded;
    const sightings = sightingsOfDenial(violation, policiesBrokenBy(wanted, violation), {
      ...{ workload: container.workload, generation, hostname: node.node, event: `${run}/deny/${count}` },
    });
    if (!sightings.some((sighting) => options.hasRoomFor(rankOf(sighting)))) {
      if (shed === 0) log('warning', 'denials are only counted: too many findings wait for the store');
      shed += 1;
      return [];
    }
    told += 1;
    return sightings;
  }

  async function end(): Promise<void> {
    const ended = running;
    running = undefined;
    if (ended === undefined) return;
    for (const timer of ended.timers) clearInterval(timer);
    await ended.service.close();
    await ended.keeper.settled();
    poll(ended.enforcement, ended.keeper);
    tell(held.takeAll());
  }

  async function closeEnforcement(): Promise<void> {
    const enforcement = opened;
    opened = undefined;
    lostSince = 0;
    await enforcement?.close();
  }

  async function replace(set: PolicySet, generation: number): Promise<void> {
    if (isClosed) return;
    try {
      if (!hasDenials(set)) {
        await running?.keeper.replace(set, generation);
        await end();
        await closeEnforcement();
        return;
      }
      if (running === undefined) running = await start(set, generation);
      else await running.keeper.replace(set, generation);
      const { wanted, set: guarded } = running.keeper.status();
      log(
        'info',
        `of ${countOf(wanted, 'container')} that policies deny something ${guarded} ${guarded === 1 ? 'is' : 'are'} guarded`,
      );
    } catch (error) {
      log('error', `what policies deny is not in force: ${reasonOf(error)}`);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    await end();
    await closeEnforcement();
  }

  function inOrder(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work);
    return queue;
  }

  return {
    check(action) {
      const reasons = refusals(deniedThings(action, false), canEnforce());
      if (reasons.length > 0) return reasons.join('; ');
      try {
        open();
        return undefined;
      } catch (error) {
        return reasonOf(error);
      }
    },
    replace: (set, generation) => inOrder(() => replace(set, generation)),
    status: () => ({
      ...(running?.keeper.status() ?? { wanted: 0, set: 0, expected: 0 }),
      ...{ told, shed, lost },
    }),
    close: () => inOrder(close),
  };
}

const UNKNOWN_IMAGE = { name: '', repository: '', tag: '', digest: '', id: '' };

/**
 * What of a sketch is sure to stay as it is: nothing where the container may be Docker's, of which containerd has not even the
 * name; of a pod's all but the image, which containerd may have by another name.
 */
function lastingPartOf(record: ContainerRecord): ContainerRecord | undefined {
  return isOfKubernetes(record) ? { ...record, image: UNKNOWN_IMAGE } : undefined;
}

/**
 * A process where container runtimes are: the first one of the machine, since systemd gives services mounts of their own,
 * as containers do; this one where that can't be looked at.
 */
function machinePid(): number {
  try {
    outsideOf(1);
    return 1;
  } catch {
    // Somebody else's: then the runtimes that can be reached are where this process is.
    return process.pid;
  }
}
