import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { nanosecondsNow, reasonOf, systemClock } from '@seawall/base';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import {
  createFollowUp,
  defaultEtcdNamespaces,
  defaultNeverTouch,
  findOwnIdentity,
  GUARD_MEMORY_PREFIX,
  millisecondsOf,
} from '@seawall/policies';
import { createActionDesk } from '../actions/action-desk.ts';
import { createLazyExecutor } from '../actions/immediate-executor.ts';
import { createPauseNotes } from '../actions/pause-notes.ts';
import { createRuntimes } from '../actions/runtimes.ts';
import { createCaptureFiles } from '../captures/capture-files.ts';
import { machineTables } from '../captures/machine-tables.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { createEnforcer } from '../enforce/enforcer.ts';
import { errors } from '../errors.ts';
import type { FromHotLoop } from '../hot-loop/messages.ts';
import { WAITING_PREFIX } from '../hot-loop/options.ts';
import { createMetrics } from '../http/metrics.ts';
import { createStatusServer } from '../http/status-server.ts';
import { createLedger } from '../ledger/ledger.ts';
import { createOutputs } from '../output/outputs.ts';
import type { Catalogues } from '../rule-set/load-running-set.ts';
import { auditIntakeOf } from './audit-intake-of.ts';
import { createBelievedClock } from './believed-clock.ts';
import { type CleanUp, createCleanUp } from './clean-up.ts';
import { clusterPods } from './cluster-pods.ts';
import { createHeartbeat } from './heartbeat.ts';
import { type HotLoopThread, startHotLoopThread } from './hot-loop-thread.ts';
import { notedPauses } from './noted-pauses.ts';
import { createNotifications, policyNamed } from './notifications.ts';
import type { Agent, AgentOptions } from './options.ts';
import { ownContainerId } from './own-container.ts';
import { createOwnStore } from './own-store.ts';
import { createPatientStore } from './patient-store.ts';
import { createPresence } from './presence.ts';
import { watchQuorum } from './quorum.ts';
import { retain } from './retention.ts';
import { createSetInForce } from './set-in-force.ts';
import { createShedLog } from './shed-log.ts';
import { captureIdentity, LIVE_SOURCE, recordedNode, sourceOptionsOf } from './source-options.ts';
import { compileAhead, onward } from './starting.ts';
import { type DaemonStatus, NOTHING_YET } from './status.ts';
import { createWatchdog } from './watchdog.ts';

const MEBIBYTE = 1024 * 1024;
const BEAT = 50;
const TICK = 2000;
const RETENTION_PERIOD = 10 * 60_000;
/** Milliseconds that an orderly end waits for the hot loop, the store, messages and outputs, each. */
const PATIENCE = 5000;

const NEVER = new AbortController().signal;

/**
 * Starts an agent: source, rules, policies, store, channels and outputs, as its configuration has it.
 * @throws agent/SET_REFUSED, agent/FILE_UNREADABLE, agent/ALREADY_RUNNING, agent/CAPTURES_FOLDER_UNUSABLE,
 * agent/LISTEN_FAILED, those of opening the store, and the reason of `signal`
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const cleanUp = createCleanUp((error) => options.log('error', `while ending: ${reasonOf(error)}`));
  try {
    return await start(options, cleanUp);
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

async function start(options: AgentOptions, cleanUp: CleanUp): Promise<Agent> {
  const { configuration, log, environment, clock = systemClock } = options;
  const { store: storing, captures: capturing, limits, source } = configuration;
  const now = (): bigint => nanosecondsNow(clock);
  const isLive = source.capture === undefined;
  const sourceName = source.capture === undefined ? LIVE_SOURCE : captureIdentity(source.capture);
  const recorded = source.capture === undefined ? undefined : await recordedNode(source.capture);
  await onward(options);
  if (isLive) await compileAhead(options);
  const node = { node: configuration.node ?? recorded ?? hostname(), cluster: configuration.cluster };

  const catalogues: Catalogues = { syscall: createSyscallCatalogue(), audit: createAuditCatalogue() };
  const own = findOwnIdentity({ containerId: ownContainerId() });
  const neverTouch = { ...defaultNeverTouch, ...configuration.neverTouch };
  const etcdNamespaces = configuration.etcd?.namespaces ?? defaultEtcdNamespaces;
  const enforcer = createEnforcer({
    ...{ node, own, neverTouch, runtimes: source.runtimes, clock, log },
    hasRoomFor: (rank) => ledger.hasRoomFor(rank),
    onSightings: (sightings) => ledger.add(sightings),
  });
  cleanUp.add(enforcer.close);
  // What a recording shows has happened: there is nothing to refuse.
  const canEnforce = options.canEnforce ?? (isLive ? enforcer.check : () => undefined);
  let isStopping = false;
  const inForce = await createSetInForce({
    ...{ agent: options, clock, catalogues, canEnforce, cleanUp },
    replace: (texts, generation) => runningThread().replace({ ...texts, generation }),
    async onReplaced(generation) {
      audit?.replace(reloader.current, generation);
      const taken = reloader.policies(generation);
      if (isLive && taken !== undefined) await enforcer.replace(taken, generation);
    },
    isStopping: () => isStopping,
  });
  const { first, reloader } = inForce;
  await onward(options);

  const ownStore = createOwnStore(storing.path, clock, { log });
  cleanUp.add(ownStore.release);
  const storage = createPatientStore({
    open: ownStore.open,
    async prepare() {
      takeUpPauses();
      await notifications.begin();
      await desk.start();
    },
    // A recording doesn't run away.
    isPatient: isLive,
    onFailure(reason) {
      if (reason === undefined) log('info', 'the store is open');
      else log('error', `the store can not be opened: ${reason}; events are looked at, and findings wait`);
    },
  });
  const { store } = storage;
  cleanUp.add(storage.close);
  const lastRun = ownStore.lastRun();
  const presence = createPresence({
    lastRun,
    heartbeat: createHeartbeat(ownStore.heartbeatPath),
    ...{ store, now, committed: () => ledger.status().committed },
    onError: (message) => log('error', message),
  });
  cleanUp.add(presence.end);
  const metrics = createMetrics();
  let hotLoopStatus = NOTHING_YET;
  let thread: HotLoopThread | undefined;
  const shedLog = createShedLog({ log });

  const outputs =
    configuration.outputs &&
    createOutputs(configuration.outputs, {
      clock,
      report: ({ output, kind, detail }) =>
        log(kind === 'recovered' ? 'info' : 'warning', `output ${output}: ${detail}`),
    });
  cleanUp.add(() => outputs?.close(PATIENCE));
  const quorum = watchQuorum(configuration.etcd, clock);
  cleanUp.add(() => quorum?.close());
  const runtimes = createRuntimes(source.runtimes);
  cleanUp.add(runtimes.close);

  const notifications = createNotifications({ store, clock, environment, reloader, log });
  cleanUp.add(() => notifications.stop(PATIENCE));
  const notes = createPauseNotes(ownStore.pauseNotesPath, 'main');
  cleanUp.add(notes.close);
  const captures = createCaptureFiles(capturing.directory, machineTables, clock);
  const pods = options.pods ?? clusterPods({ kubeconfig: configuration.kubernetes?.kubeconfig, environment });
  const undo = { runtimeOf: runtimes.runtimeOf, pods, now };
  const logError = (message: string): void => log('error', message);
  const desk = createActionDesk({
    store,
    followUp: createFollowUp({ ...undo, immediate: createLazyExecutor({ own, clock, onError: logError }) }),
    undo,
    captures,
    notes,
    clock,
    onError: logError,
    onDone: metrics.observeAction,
  });
  cleanUp.add(() => desk.close(PATIENCE));
  const takeUpPauses = notedPauses({ desk, notes, isLive, log });
  const ledger = createLedger({
    store,
    notifier: {
      announce(occurrences) {
        storage.requireReady();
        return notifications.announce(occurrences);
      },
    },
    clock,
    // A recording waits.
    capacity: isLive ? limits.waitingFindings : Number.POSITIVE_INFINITY,
    source: sourceName,
    policy: (name, generation) => policyNamed(reloader.policies(generation), name),
    actionRecords: desk.records,
    onAlert(alert) {
      outputs?.write(alert);
      options.onAlert?.(alert);
    },
    onActions: desk.follow,
    onUnstored: desk.followUnstored,
    onTaken: (findings) => thread?.post({ kind: 'taken', findings }),
    onShed: shedLog.note,
    onCommit: metrics.observeCommit,
    onFailure(reason) {
      if (reason === undefined) log('info', 'the store takes findings again');
      else log('error', `the store does not take findings: ${reason}; they wait`);
    },
    onError: logError,
  });
  cleanUp.add(async () => {
    await ledger.flush(AbortSignal.timeout(PATIENCE));
  });
  await storage.open();
  // Also where it can not be opened yet: pauses end at their time.
  takeUpPauses();
  await onward(options);
  // What is tried until the end is stored: it ends before the ledger does.
  cleanUp.add(enforcer.close);
  if (isLive) await enforcer.replace(first.set.policies, 1);
  await onward(options);

  const audit = await auditIntakeOf(configuration, {
    ...{ node, own, neverTouch, etcdNamespaces, clock, log },
    onSightings: (sightings) => new Promise((resolve) => ledger.add(sightings, resolve)),
    ...{ catalogue: catalogues.audit, set: first.set, quorum: quorum?.verdict },
    // Sent again, they are not lost: so they take no room from what is found here, nor that from them.
    isFull: () => ledger.status().owed >= limits.waitingFindings,
  });
  cleanUp.add(() => audit?.close());
  const server = await createStatusServer({ listen: configuration.http.listen, metrics, status: statusNow });
  cleanUp.add(server.close);
  await onward(options);

  thread = startHotLoopThread({
    start: {
      node: { ...node, own, neverTouch, etcdNamespaces },
      source: await sourceOptionsOf(configuration, node.node, sourceName, store, lastRun),
      texts: { ...first.texts, generation: 1 },
      limits: {
        observesActivity: configuration.activity,
        waitingFindings: limits.waitingFindings,
        recentBytes: isLive ? capturing.memoryMebibytes * MEBIBYTE : 0,
        recentMilliseconds: millisecondsOf(capturing.before),
      },
      pauseNotes: ownStore.pauseNotesPath,
      // Without it, what was acted on before this start is acted on again.
      memory: storage.failure() === undefined ? await store.memory(GUARD_MEMORY_PREFIX) : new Map(),
    },
    heapBytes: limits.memoryMebibytes * MEBIBYTE,
    onMessage: handleMessage,
  });
  cleanUp.add(stopThread);

  const { promise: hopeless, reject: giveUp } = Promise.withResolvers<never>();
  const watchdog = createWatchdog({
    limits: { memoryBytes: limits.memoryMebibytes * MEBIBYTE, cpuPercent: limits.cpuPercent },
    clock,
    silence: () => (hotLoopStatus.state === 'ended' ? 0 : runningThread().silence()),
    release() {
      collectGarbage();
      runningThread().post({ kind: 'release' });
    },
    rest: (milliseconds) => runningThread().post({ kind: 'rest', milliseconds }),
    onNotice: (notice) => log('warning', notice),
    onHopeless: (reason) => giveUp(errors.create('HOT_LOOP_FAILED', { reason })),
  });
  cleanUp.add(watchdog.close);
  inForce.follow();
  every(BEAT, presence.beat);
  every(TICK, tick);
  const believed = createBelievedClock(clock);
  every(RETENTION_PERIOD, () => {
    retain(configuration, { store, captures, now: nanosecondsNow(believed), log });
    inForce.retryKeeping();
  });
  if (quorum !== undefined) {
    every(TICK, () => runningThread().post({ kind: 'quorum', verdict: quorum.verdict() }));
  }
  storage.whenReady(notifications.start);
  if (isLive) storage.whenReady(recall);

  const stored = thread.ended.then(async () => {
    await ledger.flush(NEVER);
    // A recording has come to its end, and nobody waits for more: what it caused is told before.
    if (!isLive) await notifications.finish(millisecondsOf(configuration.notifications.finishWithin));
  });
  const done = Promise.race([stored, hopeless]);
  // Whoever doesn't wait for the end is not to be ended by it.
  done.catch(() => undefined);
  return {
    address: server.address,
    auditUrl: audit?.url,
    status: statusNow,
    async reload() {
      // An output that is stuck keeps nobody from changing rules.
      const [result] = await Promise.all([inForce.reload(), outputs?.reopen()]);
      return result;
    },
    stop() {
      isStopping = true;
      return cleanUp.run();
    },
    done,
  };

  function runningThread(): HotLoopThread {
    return thread as HotLoopThread;
  }

  function every(milliseconds: number, work: () => void): void {
    const timer = setInterval(work, milliseconds);
    cleanUp.add(() => clearInterval(timer));
  }

  /** What the run before could not decide, since it was killed. */
  function recall(): void {
    store.memory(WAITING_PREFIX).then(
      (notes) => {
        if (notes.size > 0) runningThread().post({ kind: 'recall', notes });
      },
      (error: unknown) => logError(`what waited in an earlier run can not be read: ${reasonOf(error)}`),
    );
  }

  async function stopThread(): Promise<void> {
    const running = runningThread();
    running.post({ kind: 'stop' });
    await Promise.race([running.ended.catch(() => undefined), wait(PATIENCE, undefined, { ref: false })]);
    await running.terminate();
  }

  function handleMessage(message: FromHotLoop): void {
    switch (message.kind) {
      case 'findings':
        desk.expect(message.sightings);
        ledger.take(message);
        break;
      case 'capture':
        desk.takeEvents(message);
        break;
      case 'status':
        shedLog.noteCounts(message.status.shed);
        hotLoopStatus = message.status;
        break;
      case 'started':
        log('info', `watching this machine: ${message.description}`);
        inForce.keep();
        presence.begin();
        options.onWatching?.();
        break;
      case 'log':
        log(message.level, message.message);
        break;
      case 'failed':
        // Mistakes of ours are found by their stack; errors of the catalogue say what to do.
        log('error', message.code?.includes('/') ? message.message : message.stack || message.message);
        break;
      default:
    }
  }

  async function statusNow(): Promise<DaemonStatus> {
    const ledgerStatus = ledger.status();
    return {
      hotLoop: hotLoopStatus,
      reload: reloader.status(),
      ledger: { ...ledgerStatus, failure: ledgerStatus.failure ?? storage.failure() },
      // A store that doesn't answer is what readiness is there to tell.
      store: await store.statistics().catch(() => undefined),
      actions: desk.status(),
      enforcement: enforcer.status(),
      audit: audit?.status(),
      outputs: [...(outputs?.statistics() ?? [])].map(([name, counts]) => ({ name, ...counts })),
    };
  }

  function tick(): void {
    presence.tick();
    notifications.tick();
  }
}
