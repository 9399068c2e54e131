import { isSeawallError, reasonOf, sleep } from '@seawall/base';
import { errors } from '../errors.ts';
import type { ApiServerAddress } from './credentials.ts';
import { type ApiConnection, openApiConnection } from './request.ts';

/** An object as the API server has it. */
export interface ApiObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly [key: string]: unknown;
}

export interface ObjectWatchOptions {
  /** Where the API server is: asked before each connection, since certificates and tokens are renewed. May throw. */
  address(): ApiServerAddress;
  /** Of objects that lie in no namespace: `/apis/GROUP/VERSION/PLURAL`. */
  readonly path: string;
  /** All there are, in the order of their names: when they are known, and after each change. */
  onObjects(objects: readonly ApiObject[]): void;
  /** They can't be asked for, and why; undefined: they can again. Told once each time. */
  onFailure(reason: string | undefined): void;
  /** Milliseconds between two tries: of the first two, and at most. */
  readonly timing?: { readonly firstPause: number; readonly longestPause: number };
}

/** Objects of one kind, followed until it is closed. */
export interface ObjectWatch {
  /** Settles when they were asked for the first time, whatever came of it. */
  readonly firstTry: Promise<void>;
  close(): Promise<void>;
}

const TIMING = { firstPause: 1000, longestPause: 30_000 };
const PAGE = 500;
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
  const { path } = options;
  const timing = options.timing ?? TIMING;
  const controller = new AbortController();
  const { signal } = controller;
  const firstTry = Promise.withResolvers<void>();
  let objects = new Map<string, ApiObject>();
  let failure: string | undefined;
  let pause = timing.firstPause;

  function tell(): void {
    const names = [...objects.keys()].sort();
    options.onObjects(names.map((name) => objects.get(name) as ApiObject));
  }

  function noteFailure(reason: string | undefined): void {
    if (reason !== failure) options.onFailure(reason);
    failure = reason;
  }

  /** @returns the version from which on changes are to be followed. */
  async function list(connection: ApiConnection): Promise<string> {
    const query = new URLSearchParams({ limit: String(PAGE) });
    const found = new Map<string, ApiObject>();
    for (;;) {
      const page = await connection.ask<List>('GET', `${path}?${query}`);
      for (const item of page.items) found.set(item.metadata.name, item);
      const { continue: next, resourceVersion } = page.metadata;
      if (next === undefined || next === '') {
        objects = found;
        return resourceVersion;
      }
      query.set('continue', next);
    }
  }

  /** @returns the version that it came to when the server ended it; undefined where all is to be listed anew. */
  async function follow(connection: ApiConnection, from: string): Promise<string | undefined> {
    const query = new URLSearchParams({
      ...{ watch: 'true', allowWatchBookmarks: 'true' },
      ...{ timeoutSeconds: String(WATCH_SECONDS), resourceVersion: from },
    });
    let version = from;
    try {
      for await (const line of connection.follow(`${path}?${query}`, signal, WATCH_SECONDS * 1000)) {
        const { type, object } = JSON.parse(line) as WatchEvent;
        if (type === 'ERROR') {
          if (object.code === GONE) return undefined;
          const { code: status, message: reason } = object;
          throw errors.create('API_SERVER_REFUSED', {
            ...{ server: connection.server, request: `GET ${path}`, status, reason },
          });
        }
        version = object.metadata.resourceVersion ?? version;
        if (type === 'BOOKMARK') continue;
        if (type === 'DELETED') objects.delete(object.metadata.name);
        else objects.set(object.metadata.name, object);
        tell();
      }
    } catch (error) {
      if (isSeawallError(error, 'kube/API_SERVER_REFUSED') && error.details.status === GONE) return undefined;
      throw error;
    }
    return version;
  }

  async function connectOnce(): Promise<void> {
    const connection = openApiConnection(options.address());
    try {
      let version: string | undefined = await list(connection);
      tell();
      noteFailure(undefined);
      firstTry.resolve();
      pause = timing.firstPause;
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
        noteFailure(reasonOf(error));
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
    async close() {
      controller.abort();
      await kept;
    },
  };
}
