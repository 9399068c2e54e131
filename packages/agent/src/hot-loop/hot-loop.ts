import { readFileSync } from 'node:fs';
import { type Clock, nanosecondsNow, reasonOf, systemClock } from '@seawall/base';
import type { CaptureSection, EventBatch } from '@seawall/events';
import { createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { AUDIT_SOURCE, createAuditCatalogue, readContainerMetadata } from '@seawall/kube';
import type { ActionOutcome, GuardState, PlannedAction, QuorumVerdict } from '@seawall/policies';
import type { Rule } from '@seawall/rules';
import type { Activity } from '@seawall/store';
import { createActivityCollector } from '../activity/collector.ts';
import type { Alert } from '../alert/alert.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { containerInfoOf } from '../containers.ts';
import { type DropNotice, defaultDropPolicy } from '../drops.ts';
import { errors } from '../errors.ts';
import { MOST_AT_ONCE } from '../ledger/finding-queue.ts';
import { rankOf } from '../ledger/rank.ts';
import { type Catalogues, loadRunningSet, type RunningSet } from '../rule-set/load-running-set.ts';
import type { SectionsWatchOptions } from '../watch/watch-sections.ts';
import { createAdmission } from './admission.ts';
import { type Capturing, createCapturing } from './capturing.ts';
import { readCgroupMounts } from './container-cgroups.ts';
import { createGates, type Gates } from './gate.ts';
import { createHandledUntil } from './handled-until.ts';
import { type Lost, lostUntil } from './lost.ts';
import type { FromHotLoop, HotLoopStart, NumberedTexts, Sighting, ToHotLoop } from './messages.ts';
import { activityMemory } from './options.ts';
import { type SourceWatch, watchKernel, watchRecording } from './source-watch.ts';
import { createWaitingNotes } from './waiting-notes.ts';
import { createWorkloadOf } from './workload-of.ts';

/** What the hot loop is given besides its start: the thread it runs in has it. */
export interface HotLoopHost {
  post(message: FromHotLoop): void;
  /** Guards with what earlier runs remembered; the verdict about etcd is asked for at each decision. */
  createGuards(start: HotLoopStart, quorum: () => QuorumVerdict): GuardState;
  /** Some policy may act: what that takes is made ready, so that the first action is as fast as the others. */
  prepareToAct(): void;
  /** Does what the hot loop may do of an action; never waits. */
  act(action: PlannedAction): ActionOutcome | undefined;
  /** Nothing more is to be done at once: what comes behind the actions so far may begin. */
  settle(): void;
}

/** Source, inspector, rules, and what is to be done at once. It never waits for anything but its source. */
export interface HotLoop {
  /** Ends when the source does, or when it is told to stop; everything found until then has been posted. */
  run(): Promise<void>;
  receive(message: ToHotLoop): void;
}

/** Milliseconds between two messages while nothing is found: the store hears up to where everything is handled. */
const BEAT = 25;
const STATUS_PERIOD = 1000;
const ACTIVITY_PERIOD = 5000;
/** A hundred containers that do whatever they can think of would else take more than the agent may have. */
const ACTIVITY_BYTES = 32 * 1024 * 1024;
/** Findings are posted when there are so many, or with the next beat. */
const MOST_POSTED = 500;

/** @throws agent/HOT_LOOP_FAILED where the rules, which the main thread has checked, can't be loaded here */
export function createHotLoop(start: HotLoopStart, host: HotLoopHost, clock: Clock = systemClock): HotLoop {
  const { node, source, limits } = start;
  const catalogues: Catalogues = { syscall: createSyscallCatalogue(), audit: createAuditCatalogue() };
  const workloadOf = createWorkloadOf(node);
  const mounts = readCgroupMounts();
  const stopping = new AbortController();
  const isLive = source.kind === 'live';
  const handled = source.kind === 'capture' ? source.handled : 0;
  const identity = source.kind === 'capture' ? source.identity : source.run;
  let quorum: QuorumVerdict = { kind: 'unknown', reason: 'nobody has looked yet' };
  const guards = host.createGuards(start, () => quorum);
  const collector = limits.observesActivity
    ? createActivityCollector({
        catalogue: catalogues.syscall,
        node: node.node,
        mostBytes: ACTIVITY_BYTES,
        ...(node.cluster !== undefined && { cluster: node.cluster }),
        ...(source.kind === 'capture'
          ? { handled: source.activityHandled }
          : source.watchedUntil !== undefined && { watchedUntil: source.watchedUntil }),
      })
    : undefined;
  const capturing: Capturing | undefined =
    limits.recentBytes > 0
      ? createCapturing(limits.recentBytes, limits.recentMilliseconds, host.post)
      : undefined;

  let generation = start.texts.generation;
  let state: 'starting' | 'running' | 'ended' | 'failed' = 'starting';
  let sightings: Sighting[] = [];
  const admission = createAdmission(
    isLive ? limits.waitingFindings + MOST_AT_ONCE : Number.POSITIVE_INFINITY,
  );
  let findings = 0;
  let outOfScope = 0;
  let rest = 0;
  let lastEvent = 0n;
  let eventCount = 0;
  let lastPosition = handled;
  let activityDue = 0;
  let lost: Lost | undefined;
  let batch: EventBatch | undefined;
  /** When the batch was there to be read, by the monotonic clock: milliseconds. */
  let readAt = 0;
  let wakeUp: (() => void) | undefined;

  const now = (): bigint => nanosecondsNow(clock);
  const handledUntil = createHandledUntil(now, isLive, () => watch.waiting.report().waitingSince);

  function load(texts: NumberedTexts): RunningSet {
    const { set, messages } = loadRunningSet(texts, catalogues, () => undefined);
    if (set === undefined) throw errors.create('HOT_LOOP_FAILED', { reason: messages.join('\n') });
    return set;
  }

  function gatesOf(set: RunningSet): Gates {
    if (
      isLive &&
      set.policies.policies.some(({ mode, actions }) => mode === 'enforce' && actions.length > 0)
    ) {
      host.prepareToAct();
    }
    const options = {
      set,
      generation,
      workloadOf,
      guards,
      mounts,
      clock,
      isLive,
      act: host.act,
      beginCapture: (action: PlannedAction) => capturing?.begin(action, containerOf(action)),
      isComplete: () => lost === undefined,
    };
    return createGates(options, () => host.createGuards(start, () => quorum));
  }

  const firstSet = load(start.texts);
  let gates = gatesOf(firstSet);
  const watch = watchSource();
  const notes = createWaitingNotes({ run: identity, watch, clock });

  /** Names an event for good: the recording and its number in it, or this run of the agent and its number since. */
  function eventName({ view }: EventContext): string {
    return `${identity}/${view.number}`;
  }

  function options(): SectionsWatchOptions {
    return {
      rules: syscallRules(firstSet),
      catalogue: catalogues.syscall,
      containers: knownContainers(),
      ...(collector !== undefined && { activity: collector }),
      drops: { ...defaultDropPolicy, actions: ['log'], threshold: 0, rate: 1 },
      // Whom a policy concerns is said by container and pod: what they are must be known, whatever the rule asks for.
      waiting: { everyMatchWaits: true, onDecided: handleDecided },
      isFirstOnly: false,
      isIsoTime: false,
      hostname: node.node,
      onAlert() {},
      onMatches: handleMatches,
      onDrops: handleDrops,
      onProgress: handleBatchEnd,
    };
  }

  function handleDecided(context: EventContext, failure: unknown): void {
    const note = notes.of(context);
    notes.drop(context);
    if (failure !== undefined && note !== undefined) tellForgotten(note.time, reasonOf(failure));
  }

  function handleMatches(alerts: readonly Alert[], context: EventContext): void {
    const note = notes.of(context);
    const isLate = note?.isOfEarlierRun === true;
    if (!isLate) lastEvent = alerts[0].timestamp;
    // An earlier run has stored what these came to.
    if (context.view.number <= handled) return;
    // What waited for its container's description and is decided between batches could not be acted on before.
    const seen = (isLate ? gates.ofEarlierRuns() : gates.ofThisRun).sight(
      alerts,
      context,
      note?.event ?? eventName(context),
      batch === undefined ? clock.monotonic() : readAt,
    );
    if (seen.length === 0) {
      outOfScope += alerts.length;
      return;
    }
    findings += seen.length;
    for (const sighting of seen) {
      if (!admission.admit(rankOf(sighting), sighting.alert.priority)) continue;
      sightings.push(note === undefined ? sighting : { ...sighting, note: note.key });
      notes.handOn(context);
    }
    if (sightings.length >= MOST_POSTED && isLive) send();
  }

  function handleDrops(notice: DropNotice): void {
    lost = lostUntil(now(), notice, lost);
  }

  function handleBatchEnd(count: number): void {
    eventCount = count;
    host.settle();
    // The finding that asks for a capture goes ahead of the capture's events.
    if (!isLive || sightings.length > 0) send();
    if (batch !== undefined) capturing?.add(batch, watch.tables);
    batch = undefined;
  }

  /** Posts what was found; between batches alone may a recording's position go with it. */
  function send(): void {
    const memory = new Map([...guards.takeChanges(), ...notes.takeChanges()]);
    const activity = takeActivity();
    if (collector !== undefined && activity.length > 0 && !isLive) {
      memory.set(activityMemory(identity), String(collector.handled()));
    }
    host.post({
      kind: 'findings',
      sightings,
      position: isLive ? undefined : position(),
      time: handledUntil.time(),
      lost,
      activity,
      memory,
    });
    sightings = [];
    lost = undefined;
  }

  function takeActivity(): readonly Activity[] {
    if (collector === undefined || (state !== 'ended' && clock.monotonic() < activityDue)) return [];
    activityDue = clock.monotonic() + ACTIVITY_PERIOD;
    return collector.take();
  }

  /** As long as matches wait for the description of a container, what comes after them is read again after a crash. */
  function position(): number {
    if (watch.waiting.report().waitingNow === 0) lastPosition = Math.max(handled, eventCount);
    return lastPosition;
  }

  async function* paced(sections: AsyncIterable<CaptureSection>): AsyncGenerator<CaptureSection> {
    for await (const section of sections) {
      if (section.kind === 'events') {
        if (stopping.signal.aborted) return;
        while (admission.outstanding() >= limits.waitingFindings / 2 && !stopping.signal.aborted)
          await room();
        batch = section.batch;
      }
      yield section;
    }
  }

  function room(): Promise<void> {
    return new Promise((resolve) => {
      wakeUp = resolve;
    });
  }

  function knownContainers(): SectionsWatchOptions['containers'] {
    if (source.kind !== 'capture' || source.containers === undefined) return [];
    const { containers: path } = source;
    return readContainerMetadata(readFileSync(path), path).map(containerInfoOf);
  }

  function watchSource(): SourceWatch {
    if (source.kind === 'capture') return watchRecording(source, options(), paced);
    return watchKernel(source, options(), {
      signal: stopping.signal,
      post: host.post,
      onDrained: handledUntil.drained,
      onStarted(description) {
        state = 'running';
        postStatus();
        host.post({ kind: 'started', description });
      },
      async onBatch(read) {
        batch = read;
        readAt = clock.monotonic();
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      },
    });
  }

  function beat(): void {
    // A recording is read again from where nothing waited.
    if (isLive) notes.write();
    // Findings go ahead of the captures that they ask for, also of those that end.
    if (isLive) send();
    capturing?.expire(now());
  }

  function postStatus(): void {
    host.post({
      kind: 'status',
      status: {
        state,
        accounting: watch.accounting(),
        findings,
        outOfScope,
        shed: admission.shed(),
        lastEvent,
        generation,
      },
    });
  }

  function recall(written: ReadonlyMap<string, string>): void {
    for (const { time, reason } of notes.recall(written)) tellForgotten(time, reason);
  }

  /** Told on its own: of this run nothing is missing. */
  function tellForgotten(time: bigint, reason: string): void {
    const what = 'what waited for the description of its container when an earlier run ended';
    host.post({ kind: 'log', level: 'error', message: `${what} can not be decided: ${reason}` });
    const nothing = { sightings: [], position: undefined, activity: [], memory: new Map() };
    const gap = { from: time, to: time, events: 1 };
    host.post({ kind: 'findings', ...nothing, time: handledUntil.time(), lost: gap });
  }

  function replace(texts: NumberedTexts): void {
    const started = clock.monotonic();
    try {
      const set = load(texts);
      watch.replaceRules(syscallRules(set));
      generation = texts.generation;
      gates = gatesOf(set);
    } catch (error) {
      const reason = reasonOf(error);
      host.post({ kind: 'not-replaced', generation: texts.generation, reason });
      return;
    }
    host.post({ kind: 'replaced', generation, milliseconds: clock.monotonic() - started });
  }

  return {
    async run() {
      if (!isLive) state = 'running';
      const timers = [setInterval(beat, BEAT), setInterval(postStatus, STATUS_PERIOD)];
      try {
        await watch.run();
        state = 'ended';
      } catch (error) {
        state = 'failed';
        throw error;
      } finally {
        for (const timer of timers) clearInterval(timer);
        host.settle();
        send();
        capturing?.end();
        postStatus();
      }
    },
    receive(message) {
      switch (message.kind) {
        case 'replace':
          replace(message.texts);
          break;
        case 'quorum':
          quorum = message.verdict;
          break;
        case 'taken':
          admission.release(message.findings);
          if (admission.outstanding() < limits.waitingFindings / 2) wakeUp?.();
          break;
        case 'rest':
          rest = message.milliseconds;
          break;
        case 'recall':
          recall(message.notes);
          break;
        case 'release':
          collectGarbage();
          break;
        case 'stop':
          handledUntil.stop();
          stopping.abort();
          wakeUp?.();
      }
    },
  };
}

function syscallRules({ rules }: RunningSet): readonly Rule[] {
  return rules.filter(({ source }) => source !== AUDIT_SOURCE);
}

function containerOf({ target }: PlannedAction): string | undefined {
  return target.kind === 'container' ? target.id : undefined;
}
