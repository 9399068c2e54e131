import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeIdOfSyscallCode, syscallCodes } from '@seawall/events';
import { buildProbe } from './build.ts';
import {
  callsFor,
  PROCESS_PROGRAMS,
  programOf,
  receivingTypes,
  tracepointOf,
  typesOfCalls,
} from './calls.ts';
import { COUNTERS_LENGTH, type KernelCounters, sumCounters } from './counters.ts';
import { errors } from './errors.ts';
import { createIgnoredProcesses, type IgnoredProcesses, type IgnoredProcessesOfProbe } from './ignored.ts';
import { type EncodedFilter, encodeFilter, type KernelFilter, pathKey } from './kernel-filter.ts';
import { type LoadedProbe, type Loader, loadLoader } from './loader.ts';
import { createRingReader, type RingReader } from './ring.ts';
import { kernelHelpers, probeSupport } from './support.ts';
import type { Wanted } from './wanted.ts';

export interface ProbeOptions {
  /** Bytes of the ring: a power of two, of whole pages. */
  readonly ringBytes?: number;
  /** Bytes of data that reading and writing show. */
  readonly dataLength?: number;
  /** Whether the calls of this very process are events too. */
  readonly seesItself?: boolean;
}

export interface ProbeStatus {
  /** Calls that are seen, by name, in order. */
  readonly calls: readonly string[];
  /** Wanted calls that this kernel has no tracepoint for. */
  readonly absentCalls: readonly string[];
  /** Wanted event types that the probe does not make. */
  readonly missingTypes: readonly number[];
  readonly ringBytes: number;
}

/** The probe, loaded. Whoever opens it closes it; should the process die, the kernel clears it away. */
export interface Probe {
  readonly ring: RingReader;
  /** The processes that rules are done with, as far as `want` lets the kernel tell them apart. */
  readonly ignored: IgnoredProcesses;
  /**
   * Switches on what is wanted; what stays on loses nothing. What is not wanted any more is left out from now on as
   * far as the kernel tells event types apart, and goes off with `tidy`.
   */
  want(wanted: Wanted): void;
  /**
   * Switches off what has not been wanted for so long (10 seconds), in a thread: taking a program off takes the kernel
   * a while, and rules that change often would wait for it.
   */
  tidy(milliseconds?: number): void;
  counters(): KernelCounters;
  /** Whether descriptors are wanted now that were left out before: /proc has to be looked through again. */
  readonly lacksDescriptors: boolean;
  /** The reader is about to look through /proc: it lacks no descriptors any more. */
  startOver(): void;
  /** Nanoseconds from the epoch to the machine's start. */
  bootTime(): bigint;
  /** Sets events' clock anew, where the machine's time was changed. */
  synchronizeClock(): void;
  status(): ProbeStatus;
  /** Stops making events; what lies in the ring can still be read. */
  stop(): void;
  /** Ends all that is read; the kernel takes the programs off within seconds, while this process goes on or ends. */
  close(): void;
}

export const DEFAULT_RING_BYTES = 8 * 1024 * 1024;
const DEFAULT_DATA_LENGTH = 80;
/** A record may lie across the ring's end by so many bytes at most (native/record.h), in whole pages. */
const LONGEST_RECORD = 128 * 1024;
const CALL_CODES = 1024;
/** Milliseconds for which a call stays on that nobody wants. */
const UNWANTED_FOR = 10_000;
/** What a thread's stack in the kernel has at least; a page where pages are larger (THREAD_SIZE of both architectures). */
const LEAST_STACK = 16 * 1024;

/**
 * Loads the probe into the kernel; it sees processes at once, and calls from `want` on.
 * @throws probe/NOT_SUPPORTED, probe/BUILD_FAILED, probe/LOAD_FAILED, probe/ATTACH_FAILED
 */
export function openProbe(options: ProbeOptions = {}): Probe {
  const support = probeSupport();
  if (!support.isSupported) throw errors.create('NOT_SUPPORTED', { reason: support.reason });
  const { object, addon } = buildProbe();
  const loader = loadLoader(addon);
  const ringBytes = options.ringBytes ?? DEFAULT_RING_BYTES;
  const cpus = loader.possibleCpus();
  const probe = loadObject(loader, object, { ring: ringBytes, scratches: cpus });
  try {
    const programs = new Set(loader.programs(probe));
    setCallCodes(loader, probe);
    const mapped = loader.mapRing(probe, 'ring', LONGEST_RECORD);
    const ring = createRingReader(mapped, cpus, ringBytes);
    const ignored = createIgnoredProcesses({
      changes: loader.mapArray(probe, 'changes'),
      verdicts: loader.mapArray(probe, 'verdicts'),
    });
    const created = createProbe(
      {
        ...{ loader, probe, programs, ring, ignored, cpus, ringBytes },
        stackBytes: Math.max(LEAST_STACK, mapped.pageSize),
        // What verdicts about processes take is not in the form for older kernels (native/ignore.h).
        leavesOutByProcess: kernelHelpers().has('loop'),
      },
      options,
      support.tracepoints,
    );
    created.synchronizeClock();
    for (const program of PROCESS_PROGRAMS) attach(program, () => loader.attach(probe, program));
    return created;
  } catch (error) {
    loader.close(probe);
    throw error;
  }
}

interface Parts {
  readonly loader: Loader;
  readonly probe: LoadedProbe;
  readonly programs: ReadonlySet<string>;
  readonly ring: RingReader;
  readonly ignored: IgnoredProcessesOfProbe;
  readonly cpus: number;
  readonly ringBytes: number;
  readonly stackBytes: number;
  readonly leavesOutByProcess: boolean;
}

function createProbe(parts: Parts, options: ProbeOptions, tracepoints: string): Probe {
  const { loader, probe, programs, ring, ignored } = parts;
  const links = new Map<string, number>();
  /** Calls that are still on, but no longer wanted: since when. */
  const unwantedSince = new Map<string, number>();
  const counterBytes = new Uint8Array(parts.cpus * COUNTERS_LENGTH);
  let absentCalls: readonly string[] = [];
  let missingTypes: readonly number[] = [];
  let filter: KernelFilter | undefined;
  /** Of those whose programs are always on: the types that nobody asks for. */
  let unaskedTypes: readonly number[] = receivingTypes;
  let lacksDescriptors = false;
  let knownPaths: readonly string[] = [];
  let isClosed = false;
  let isStopped = false;
  let lastCounters: KernelCounters | undefined;

  function attachCall(call: string, isOwn: boolean): void {
    const tracepoint = tracepointOf(call);
    links.set(
      call,
      attach(tracepoint, () =>
        loader.attachTracepoint(probe, isOwn ? programOf(call) : 'exit_generic', 'syscalls', tracepoint),
      ),
    );
  }

  function readCounters(): KernelCounters {
    if (!isClosed) {
      loader.lookup(probe, 'counts', new Uint8Array(4), counterBytes);
      lastCounters = sumCounters(counterBytes);
    }
    return lastCounters as KernelCounters;
  }

  function writeSettings(): void {
    const settings = Buffer.alloc(24);
    settings.writeBigUInt64LE(loader.bootTime(), 0);
    settings.writeUInt32LE(options.seesItself === true ? 0 : process.pid, 8);
    settings.writeUInt32LE(options.dataLength ?? DEFAULT_DATA_LENGTH, 12);
    settings.writeUInt32LE(isStopped ? 1 : 0, 16);
    settings.writeUInt32LE(parts.stackBytes, 20);
    loader.update(probe, '.data.settings', new Uint8Array(4), settings);
  }

  function writeFilter({ settings, paths }: EncodedFilter): void {
    const value = Buffer.alloc(4);
    for (const [path, kinds] of paths) {
      value.writeUInt32LE(kinds);
      loader.update(probe, 'open_paths', pathKey(path), value);
    }
    knownPaths = [...paths.keys()];
    loader.update(probe, '.data.filters', new Uint8Array(4), settings);
  }

  /**
   * Sets the filter, after nothing was filtered for a while: paths are written before what makes them count, so that at
   * no time more is left out than either filter would.
   */
  function setFilter(wanted: KernelFilter | undefined): void {
    const next = wanted && (parts.leavesOutByProcess ? wanted : { ...wanted, byProcessTypes: [] });
    const omitted = filter?.omitsFiles === true;
    const omits = next?.omitsFiles === true;
    if (omitted && !omits) lacksDescriptors = true;
    filter = next;
    // Before the kernel is told: verdicts so far are about other types.
    ignored.setTypes(filter?.byProcessTypes ?? []);
    writeFilter(encodeFilter(filter, typesOfCalls(new Set(unwantedSince.keys())), knownPaths, unaskedTypes));
  }

  return {
    ring,
    ignored,
    want({ types, genericCalls = [], filter: wantedFilter }) {
      if (isClosed) throw errors.create('CLOSED');
      const askedTypes = new Set(types);
      unaskedTypes = receivingTypes.filter((type) => !askedTypes.has(type));
      const { settings } = encodeFilter(undefined, [], [], unaskedTypes);
      loader.update(probe, '.data.filters', new Uint8Array(4), settings);
      const wanted = callsFor([...askedTypes, ...receivingTypes], genericCalls, programs);
      missingTypes = wanted.missing;
      const isPresent = (call: string) => existsSync(join(tracepoints, tracepointOf(call)));
      const all = new Set([...wanted.own, ...wanted.generic]);
      absentCalls = [...all].filter((call) => !isPresent(call)).sort();
      for (const call of all) {
        if (!links.has(call) && isPresent(call)) attachCall(call, wanted.own.has(call));
      }
      for (const call of all) unwantedSince.delete(call);
      for (const call of links.keys()) {
        if (!all.has(call) && !unwantedSince.has(call)) unwantedSince.set(call, performance.now());
      }
      setFilter(wantedFilter);
    },
    tidy(milliseconds = UNWANTED_FOR) {
      if (isClosed) return;
      const now = performance.now();
      const idle = [...unwantedSince].filter(([, since]) => now - since >= milliseconds);
      if (idle.length === 0) return;
      loader.detachLater(
        probe,
        Uint32Array.from(idle, ([call]) => links.get(call) as number),
      );
      for (const [call] of idle) {
        links.delete(call);
        unwantedSince.delete(call);
      }
    },
    counters: readCounters,
    bootTime: () => loader.bootTime(),
    get lacksDescriptors() {
      return lacksDescriptors;
    },
    startOver() {
      lacksDescriptors = false;
    },
    synchronizeClock: writeSettings,
    status: () => ({
      calls: [...links.keys()].filter((call) => !unwantedSince.has(call)).sort(),
      absentCalls,
      missingTypes,
      ringBytes: parts.ringBytes,
    }),
    stop() {
      if (isClosed) return;
      isStopped = true;
      writeSettings();
    },
    close() {
      if (isClosed) return;
      readCounters();
      isClosed = true;
      ignored.close();
      loader.closeLater(probe);
    },
  };
}

function loadObject(loader: Loader, object: string, entries: Readonly<Record<string, number>>): LoadedProbe {
  try {
    const probe = loader.open(object, entries);
    loader.load(probe);
    return probe;
  } catch (error) {
    throw errors.create('LOAD_FAILED', { reason: (error as Error).message }, error);
  }
}

function attach(place: string, doAttach: () => number): number {
  try {
    return doAttach();
  } catch (error) {
    throw errors.create('ATTACH_FAILED', { place, reason: (error as Error).message }, error);
  }
}

/** Tells the program scap's codes of calls by the kernel's numbers. */
function setCallCodes(loader: Loader, probe: LoadedProbe): void {
  const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const key = Buffer.alloc(4);
  const value = Buffer.alloc(2);
  for (const code of syscallCodes.values()) {
    const id = nativeIdOfSyscallCode(code, architecture);
    if (id < 0 || id >= CALL_CODES) continue;
    key.writeUInt32LE(id);
    value.writeUInt16LE(code);
    loader.update(probe, 'call_codes', key, value);
  }
}
