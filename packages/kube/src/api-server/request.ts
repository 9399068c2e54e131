import type { IncomingMessage } from 'node:http';
import { Agent, request as requestSafely } from 'node:https';
import { createInterface } from 'node:readline';
import { isSeawallError } from '@seawall/base';
import { errors } from '../errors.ts';
import { Agent as PlainAgent, request as requestPlainly } from '../http/plain.ts';
import type { ApiServerAddress } from './credentials.ts';

export interface AskOptions {
  /** Bytes that the answer may have; any number unless told. */
  readonly longest?: number;
  /** With it nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A connection to an API server. */
export interface ApiConnection {
  readonly server: string;
  /**
   * Asks once; `path` begins with a slash.
   * @throws kube/API_SERVER_UNREACHABLE, kube/API_SERVER_TIMEOUT, kube/API_SERVER_REFUSED, kube/API_OBJECT_NOT_FOUND,
   * kube/API_ANSWER_TOO_LONG
   */
  ask<Answer>(method: Method, path: string, body?: RequestBody, options?: AskOptions): Promise<Answer>;
  /**
   * The lines of an answer that goes on until the server ends it, or the signal does.
   * @param limit milliseconds after which it is to have been ended.
   * @throws as `ask` does
   */
  follow(path: string, signal: AbortSignal, limit: number): AsyncIterable<string>;
  close(): void;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestBody {
  readonly type: 'application/json' | 'application/merge-patch+json';
  readonly value: unknown;
}

/** Milliseconds that an API server may take: one that is busy takes seconds. */
const LIMIT = 10_000;
const POOL = { keepAlive: true, maxSockets: 4 };

export function openApiConnection(address: ApiServerAddress, limit = LIMIT): ApiConnection {
  const { server } = address;
  // As `kubectl proxy` is spoken to; it has credentials of its own.
  const isPlain = server.startsWith('http:');
  const startRequest = isPlain ? requestPlainly : requestSafely;
  const agent = isPlain ? new PlainAgent(POOL) : safeAgentOf(address);

  function start(
    method: Method,
    path: string,
    body: RequestBody | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const token = isPlain ? undefined : address.token();
    const headers = {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': body.type }),
    };
    return new Promise((resolve, reject) => {
      const asked = startRequest(`${server}${path}`, { method, agent, headers, signal }, resolve);
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body.value));
    });
  }

  async function exchange(
    method: Method,
    path: string,
    body: RequestBody | undefined,
    { longest = Number.POSITIVE_INFINITY, signal }: AskOptions,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const timeout = AbortSignal.timeout(limit);
    try {
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      const answer = await start(method, path, body, either);
      const text = await textOf(answer, longest);
      if (text === undefined) {
        throw errors.create('API_ANSWER_TOO_LONG', {
          server,
          request: nameOf(method, path),
          longest,
        });
      }
      return { status: answer.statusCode as number, text };
    } catch (error) {
      throw failureOf(error, nameOf(method, path), limit, timeout);
    }
  }

  function failureOf(error: unknown, request: string, within: number, timeout: AbortSignal): Error {
    if (isSeawallError(error, 'kube/API_ANSWER_TOO_LONG')) return error;
    const details = { server, request, limit: within };
    if (timeout.aborted) return errors.create('API_SERVER_TIMEOUT', details, error);
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return errors.create('API_SERVER_UNREACHABLE', { ...details, reason }, error);
  }

  function checkStatus(status: number, text: string, method: Method, path: string): void {
    if (status < 300) return;
    const reason = reasonIn(text);
    if (status === 404) {
      throw errors.create('API_OBJECT_NOT_FOUND', { server, object: withoutQuery(path), reason });
    }
    throw errors.create('API_SERVER_REFUSED', { server, request: nameOf(method, path), status, reason });
  }

  return {
    server,
    async ask<Answer>(method: Method, path: string, body?: RequestBody, options: AskOptions = {}) {
      const { status, text } = await exchange(method, path, body, options);
      checkStatus(status, text, method, path);
      return JSON.parse(text) as Answer;
    },
    async *follow(path, signal, within) {
      const timeout = AbortSignal.timeout(within + limit);
      const either = AbortSignal.any([signal, timeout]);
      let answer: IncomingMessage;
      try {
        answer = await start('GET', path, undefined, either);
      } catch (error) {
        if (signal.aborted) return;
        throw failureOf(error, nameOf('GET', path), limit, timeout);
      }
      if (answer.statusCode !== 200) {
        checkStatus(answer.statusCode as number, (await textOf(answer)) ?? '', 'GET', path);
      }
      try {
        for await (const line of createInterface({ input: answer })) if (line !== '') yield line;
      } catch (error) {
        if (!signal.aborted) throw failureOf(error, nameOf('GET', path), within + limit, timeout);
      } finally {
        answer.destroy();
      }
    },
    close: () => agent.destroy(),
  };
}

/** A request as people are told of it: the same, however many objects were asked for and since when. */
function nameOf(method: Method, path: string): string {
  return `${method} ${withoutQuery(path)}`;
}

function withoutQuery(path: string): string {
  return path.split('?', 1)[0] as string;
}

function safeAgentOf(address: ApiServerAddress): Agent {
  const { authority, serverName, isUnverified, clientCertificate, clientKey } = address;
  return new Agent({
    ...POOL,
    rejectUnauthorized: !isUnverified,
    ...(authority !== undefined && { ca: authority }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(clientCertificate !== undefined && { cert: clientCertificate }),
    ...(clientKey !== undefined && { key: clientKey }),
  });
}

/** @returns undefined where it is longer. */
async function textOf(
  answer: IncomingMessage,
  longest = Number.POSITIVE_INFINITY,
): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    // Leaving the loop ends the connection.
    if (length > longest) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The message of the Status object that refusals come with. */
function reasonIn(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    // A proxy in between answers in its own words.
    return text.trim().slice(0, 200);
  }
}
