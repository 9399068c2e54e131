import { isSeawallError, sleep } from '@seawall/base';
import { errors } from '../errors.ts';
import type { ApiServerAddress } from './credentials.ts';
import { type ApiConnection, openApiConnection } from './request.ts';

/** An object as the API server has it. */
export interface ApiObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly [key: string]: unknown;
}

/** What is wanted of an object. */
export interface FollowedObject {
  readonly name: string;
  readonly text: string;
}

export interface ObjectWatchOptions {
  /** Where the API server is: asked before each connection, since certificates and tokens are renewed. May throw. */
  address(): ApiServerAddress;
  /** Of objects that lie in no namespace: `/apis/GROUP/VERSION/PLURAL`. */
  readonly path: string;
  /** What is wanted of an object: nothing else of it is kept, and what changes besides is told to nobody. */
  textOf(object: ApiObject): string;
  /**
   * Bytes of all texts that can be of use. Where there are more, some of them are followed that are too many already, and it is
   * looked again and again whether they have become fewer.
   */
  readonly longest: number;
  /** They are known now, or others than before. */
  onChange(): void;
  /** They can't be asked for, and why; undefined: they can again. Told once each time. */
  onFailure(reason: Error | undefined): void;
  /** Milliseconds between two tries: of the first two, and at most. */
  readonly timing?: { readonly firstPause: number; readonly longestPause: number };
}

/** Objects of one kind, followed until it is closed. */
export interface ObjectWatch {
  /** Settles when they were asked for the first time, whatever came of it. */
  readonly firstTry: Promise<void>;
  /** All there are, in the order of their names; undefined until that is known. */
  objects(): readonly FollowedObject[] | undefined;
  close(): Promise<void>;
}

const TIMING = { firstPause: 1000, longestPause: 30_000 };
/** Objects in an answer at first; and bytes after which it is asked for fewer: one object may have more than a million. */
const PAGE = 500;
const LONGEST_ANSWER = 16 * 1024 * 1024;
/** Seconds after which the server is to end a watch: a connection that died silently is noticed then. */
const WATCH_SECONDS = 240;
/** What a server answers to who comes with a version that it has forgotten: all is to be listed anew. */
const GONE = 410;

interface List {
  readonly items: readonly ApiObject[];
  readonly metadata: { readonly continue?: string; readonly resourceVersion: string };
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ApiObject & { readonly code?: number; readonly message?: string };
}

/** Lists objects, then follows their changes, as Kubernetes' own clients do; never gives up. */
export function watchObjects(options: ObjectWatchOptions): ObjectWatch {
  const { path, longest, textOf } = options;
  const timing = options.timing ?? TIMING;
  const controller = new AbortController();
  const { signal } = controller;
  const firstTry = Promise.withResolvers<void>();
  let texts: Map<string, string> | undefined;
  let failure: string | undefined;
  let pause = timing.firstPause;
  let limit = PAGE;

  function take(found: Map<string, string>): void {
    const isChanged = texts === undefined || !areSame(texts, found);
    texts = found;
    if (isChanged) options.onChange();
    noteFailure(undefined);
    firstTry.resolve();
  }

  function noteFailure(reason: Error | undefined): void {
    if (reason?.message !== failure) options.onFailure(reason);
    failure = reason?.message;
  }

  /** @returns the version from which on changes are to be followed; undefined where all is to be listed anew. */
  async function list(connection: ApiConnection): Promise<string | undefined> {
    const found = new Map<string, string>();
    let next = '';
    for (;;) {
      const query = new URLSearchParams({ limit: String(limit), ...(next !== '' && { continue: next }) });
      try {
        const page = await connection.ask<List>('GET', `${path}?${query}`, undefined, {
          longest: LONGEST_ANSWER,
          signal,
        });
        for (const item of page.items) found.set(item.metadata.name, textOf(item));
        next = page.metadata.continue ?? '';
        const isTooLong = lengthOf(found) > longest;
        if (next !== '' && !isTooLong) continue;
        take(found);
        if (isTooLong) return undefined;
        // What made it slow may be over.
        limit = Math.min(PAGE, limit * 8);
        return page.metadata.resourceVersion;
      } catch (error) {
        // The list took longer than the server remembers where it was.
        if (next !== '' && isGone(error)) return undefined;
        const isTooLong = isSeawallError(error, 'kube/API_ANSWER_TOO_LONG');
        const isOne = limit === 1;
        // Bulky objects also take their time.
        if (isTooLong || isSeawallError(error, 'kube/API_SERVER_TIMEOUT')) limit = Math.ceil(limit / 8);
        if (!isTooLong || isOne) throw error;
      }
    }
  }

  /** @returns the version that it came to when the server ended it; undefined where all is to be listed anew. */
  async function follow(connection: ApiConnection, from: string): Promise<string | undefined> {
    const query = new URLSearchParams({
      ...{ watch: 'true', allowWatchBookmarks: 'true' },
      ...{ timeoutSeconds: String(WATCH_SECONDS), resourceVersion: from },
    });
    const known = texts as Map<string, string>;
    let length = lengthOf(known);
    let version = from;
    try {
      for await (const line of connection.follow(`${path}?${query}`, signal, WATCH_SECONDS * 1000)) {
        const { type, object } = JSON.parse(line) as WatchEvent;
        if (type === 'ERROR') {
          const { code: status, message: reason } = object;
          const request = `GET ${path}`;
          throw errors.create('API_SERVER_REFUSED', { server: connection.server, request, status, reason });
        }
        version = object.metadata.resourceVersion ?? version;
        if (type === 'BOOKMARK') continue;
        const { name } = object.metadata;
        const before = known.get(name);
        const now = type === 'DELETED' ? undefined : textOf(object);
        if (now === before) continue;
        if (now === undefined) known.delete(name);
        else known.set(name, now);
        length += Buffer.byteLength(now ?? '') - Buffer.byteLength(before ?? '');
        options.onChange();
        if (length > longest) return undefined;
      }
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
    return version;
  }

  async function connectOnce(): Promise<void> {
    const connection = openApiConnection(options.address());
    try {
      let version = await list(connection);
      if (version !== undefined) pause = timing.firstPause;
      while (version !== undefined && !signal.aborted) {
        const startedAt = performance.now();
        version = await follow(connection, version);
        // Who ends each watch at once is not asked again as fast as that.
        if (performance.now() - startedAt < timing.firstPause) await sleep(timing.firstPause, signal);
      }
    } finally {
      connection.close();
    }
  }

  async function keep(): Promise<void> {
    while (!signal.aborted) {
      try {
        await connectOnce();
      } catch (error) {
        if (signal.aborted) break;
        noteFailure(error as Error);
      }
      firstTry.resolve();
      await sleep(pause * (0.75 + Math.random() / 2), signal);
      pause = Math.min(timing.longestPause, pause * 2);
    }
    firstTry.resolve();
  }

  const kept = keep();
  return {
    firstTry: firstTry.promise,
    objects() {
      const names = texts && [...texts.keys()].sort();
      return names?.map((name) => ({ name, text: texts?.get(name) as string }));
    },
    async close() {
      controller.abort();
      await kept;
    },
  };
}

function isGone(error: unknown): boolean {
  return isSeawallError(error, 'kube/API_SERVER_REFUSED') && error.details.status === GONE;
}

function lengthOf(texts: ReadonlyMap<string, string>): number {
  let length = 0;
  for (const text of texts.values()) length += Buffer.byteLength(text);
  return length;
}

function areSame(some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): boolean {
  return some.size === others.size && [...some].every(([name, text]) => others.get(name) === text);
}
