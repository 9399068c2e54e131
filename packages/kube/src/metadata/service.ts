import { isDeepStrictEqual } from 'node:util';
import { sleep } from '@seawall/base';
import type { ContainerRecord } from '../containers/record.ts';
import { openRuntime, type RuntimeAddress } from '../runtime/open.ts';
import type { ContainerRuntime } from '../runtime/runtime.ts';
import { findSockets, USUAL_SOCKETS } from '../runtime/sockets.ts';
import { type Connection, type ConnectionTiming, keepConnected, type RuntimeStatus } from './connection.ts';
import { type Found, lookUpContainer, rankOf } from './lookup.ts';

/** Ids are looked up, and told, by their first twelve characters: that is what a cgroup's container is known by. */
const SHORT_ID_LENGTH = 12;

export type MetadataUpdate =
  | { readonly kind: 'described'; readonly record: ContainerRecord }
  /** No runtime knows it (any more). `id` has twelve characters, as in `removed`. */
  | { readonly kind: 'missing'; readonly id: string }
  /** It was removed a while ago: nothing of it can happen any more. */
  | { readonly kind: 'removed'; readonly id: string };

export interface MetadataOptions {
  /** Where runtimes may be; the usual places unless told. Those that are not there now are looked for again. */
  readonly addresses?: readonly RuntimeAddress[];
  /** Put in front of the usual places: where the host's files are mounted. */
  readonly hostRoot?: string;
  /** Told in the order in which it became known. */
  onUpdate(update: MetadataUpdate): void;
  /**
   * For those to whom milliseconds count: what a runtime that knows less says of a container that was not described yet,
   * while the others are being asked. The update comes all the same.
   */
  onSketch?(record: ContainerRecord): void;
  /** Told what came of each try to reach a runtime, and when a connection has ended. */
  onRuntime?(status: RuntimeStatus): void;
  /** Milliseconds that a removed container is kept, for events of its last processes; 10,000 unless told. */
  readonly keepRemoved?: number;
  readonly timing?: Partial<ConnectionTiming> & { readonly searchInterval?: number };
  /** How a runtime is opened, so that tests can put another in its place. */
  readonly open?: (address: RuntimeAddress) => ContainerRuntime;
}

/** What container runtimes say, as it becomes known. */
export interface MetadataService {
  /** Connects. Settles when each runtime that is there has told its containers, or has failed, or took too long. */
  start(): Promise<void>;
  /**
   * Somebody came upon a container: it is asked for unless it is known or being asked for, and there will be an update.
   * @param id its first twelve characters.
   */
  lookUp(id: string): void;
  /** Of every socket found, in the order of the addresses, and of those that were named and aren't there. */
  status(): readonly RuntimeStatus[];
  counters(): MetadataCounters;
  close(): Promise<void>;
}

export interface MetadataCounters {
  /** Containers known now, those removed but still kept among them. */
  readonly known: number;
  readonly waiting: number;
  readonly described: number;
  readonly missing: number;
}

const TIMING = { firstPause: 500, longestPause: 30_000, listInterval: 60_000, searchInterval: 5_000 };
const KEEP_REMOVED = 10_000;
/** Milliseconds for which a container that nobody knows is not asked for again. */
const KEEP_UNKNOWN = 60_000;
/** Removed containers that are kept at most, and unknown ones: then the ones longest gone are forgotten early. */
const MAXIMUM_REMEMBERED = 1024;
const SWEEP_INTERVAL = 1000;
/** Milliseconds that the start waits for runtimes. */
const START_LIMIT = 3000;
/** Containers asked for at the same time; further ones wait their turn. */
const MAXIMUM_ASKED = 16;
/** Containers waiting for their turn at most: further ones are missing, and are asked for when seen again. */
const MAXIMUM_WAITING = 16_384;

export function createMetadataService(options: MetadataOptions): MetadataService {
  const { addresses = USUAL_SOCKETS, hostRoot = '', onUpdate, keepRemoved = KEEP_REMOVED } = options;
  const { searchInterval, ...timing } = { ...TIMING, ...options.timing };
  const open = options.open ?? ((address) => openRuntime(address));
  const controller = new AbortController();
  const connections = new Map<string, Connection>();
  /** By short id: what was told last, to tell only what is new. */
  const known = new Map<string, Found>();
  const questions = new Map<string, Question>();
  const waiting: Question[] = [];
  /** When containers were removed that are still kept, and when nobody knew one: the longest ago first. */
  const removed = new Map<string, number>();
  const unknown = new Map<string, number>();
  let asked = 0;
  let described = 0;
  let missing = 0;
  let timers: NodeJS.Timeout[] = [];

  function search(): void {
    for (const address of findSockets(addresses, hostRoot)) {
      const key = `${address.kind} ${address.socket}`;
      if (connections.has(key)) continue;
      const runtime = open(address);
      connections.set(
        key,
        keepConnected(runtime, {
          timing,
          onList: (ids) => takeList(runtime, ids),
          onEvent({ kind, id }) {
            const shortId = id.slice(0, SHORT_ID_LENGTH);
            if (kind === 'added') void want(shortId, true);
            else noteRemoval(shortId);
          },
          onState: (status) => options.onRuntime?.(status),
        }),
      );
    }
  }

  /** Of the usual places most are empty; a socket that somebody named is expected. */
  function missingSockets(): readonly RuntimeStatus[] {
    return (options.addresses ?? [])
      .filter((address) => findSockets([address], hostRoot).length === 0)
      .map(({ kind, socket }) => ({ kind, socket: `${hostRoot}${socket}` }))
      .filter(({ kind, socket }) => !connections.has(`${kind} ${socket}`))
      .map((address) => ({
        ...address,
        state: 'missing',
        version: undefined,
        reason: `there is no socket at ${address.socket}`,
      }));
  }

  /** Asks for what is new in a list, or known only from one who knows less; what the runtime has no more was removed. */
  async function takeList(runtime: ContainerRuntime, ids: readonly string[]): Promise<void> {
    const present = new Set(ids.map((id) => id.slice(0, SHORT_ID_LENGTH)));
    for (const [id, found] of known) if (found.runtime === runtime && !present.has(id)) noteRemoval(id);
    const answers = [...present].map((id) => {
      const found = known.get(id);
      return found === undefined || rankOf(found.runtime) > rankOf(runtime) ? want(id, true) : undefined;
    });
    await Promise.all(answers);
  }

  /** @param isNews whether there may be more to know than when it was last asked for. */
  function want(id: string, isNews: boolean): Promise<void> {
    const before = questions.get(id);
    if (before !== undefined) {
      before.isToBeAskedAgain ||= isNews && before.isAsked;
      return before.answered.promise;
    }
    const question: Question = {
      id,
      isAsked: false,
      isToBeAskedAgain: false,
      answered: Promise.withResolvers(),
    };
    if (waiting.length >= MAXIMUM_WAITING) {
      noteMissing(id);
      return Promise.resolve();
    }
    questions.set(id, question);
    waiting.push(question);
    askNext();
    return question.answered.promise;
  }

  function askNext(): void {
    while (asked < MAXIMUM_ASKED) {
      const question = waiting.shift();
      if (question === undefined) return;
      asked += 1;
      void ask(question);
    }
  }

  async function ask(question: Question): Promise<void> {
    const { id } = question;
    question.isAsked = true;
    const found = await lookUpContainer(
      id,
      () => [...connections.values()],
      controller.signal,
      known.has(id) ? undefined : noteSketch,
    );
    questions.delete(id);
    asked -= 1;
    if (!controller.signal.aborted) {
      if (typeof found !== 'string') noteFound(id, found);
      else if (found === 'missing' && !known.has(id)) noteMissing(id);
      if (question.isToBeAskedAgain) void want(id, false);
      askNext();
    }
    question.answered.resolve();
  }

  function noteSketch({ record }: Found): void {
    if (!controller.signal.aborted) options.onSketch?.(record);
  }

  function noteFound(id: string, found: Found): void {
    const before = known.get(id);
    known.set(id, found);
    unknown.delete(id);
    if (before !== undefined && isDeepStrictEqual(before.record, found.record)) return;
    described += 1;
    onUpdate({ kind: 'described', record: found.record });
  }

  function noteMissing(id: string): void {
    missing += 1;
    unknown.delete(id);
    unknown.set(id, performance.now());
    if (unknown.size > MAXIMUM_REMEMBERED) unknown.delete(firstOf(unknown));
    onUpdate({ kind: 'missing', id });
  }

  function noteRemoval(id: string): void {
    if (!known.has(id) || removed.has(id)) return;
    removed.set(id, performance.now());
    if (removed.size > MAXIMUM_REMEMBERED) forget(firstOf(removed));
  }

  function forget(id: string): void {
    removed.delete(id);
    known.delete(id);
    onUpdate({ kind: 'removed', id });
  }

  function sweep(): void {
    const now = performance.now();
    for (const [id, since] of removed) {
      if (now - since < keepRemoved) break;
      forget(id);
    }
    for (const [id, since] of unknown) {
      if (now - since < KEEP_UNKNOWN) break;
      unknown.delete(id);
    }
  }

  return {
    async start() {
      search();
      timers = [setInterval(search, searchInterval), setInterval(sweep, SWEEP_INTERVAL)];
      const tries = [...connections.values()].map(({ firstTry }) => firstTry);
      const ready = new AbortController();
      await Promise.race([Promise.all(tries), sleep(START_LIMIT, ready.signal)]);
      ready.abort();
    },
    lookUp(id) {
      if (!known.has(id) && !unknown.has(id)) void want(id, false);
    },
    status: () => [...[...connections.values()].map(({ status }) => ({ ...status })), ...missingSockets()],
    counters: () => ({ known: known.size, waiting: questions.size, described, missing }),
    async close() {
      for (const timer of timers) clearInterval(timer);
      controller.abort();
      await Promise.all([...connections.values()].map((connection) => connection.close()));
    },
  };
}

/** A container that is being asked for, or waits for its turn. */
interface Question {
  readonly id: string;
  isAsked: boolean;
  /** Something happened to it while it was asked for: there may be more to know. */
  isToBeAskedAgain: boolean;
  readonly answered: PromiseWithResolvers<void>;
}

function firstOf(map: ReadonlyMap<string, unknown>): string {
  return map.keys().next().value as string;
}
