import type { IncomingMessage } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import { errors } from '../errors.ts';
import type { ApiServerAddress } from './credentials.ts';

/** A connection to an API server. */
export interface ApiConnection {
  readonly server: string;
  /**
   * Asks once; `path` begins with a slash.
   * @throws kube/API_SERVER_UNREACHABLE, kube/API_SERVER_TIMEOUT, kube/API_SERVER_REFUSED, kube/API_OBJECT_NOT_FOUND
   */
  ask<Answer>(method: Method, path: string, body?: RequestBody): Promise<Answer>;
  close(): void;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestBody {
  readonly type: 'application/json' | 'application/merge-patch+json';
  readonly value: unknown;
}

/** Milliseconds that an API server may take: one that is busy takes seconds. */
const LIMIT = 10_000;

export function openApiConnection(address: ApiServerAddress, limit = LIMIT): ApiConnection {
  const { server, authority, serverName, isUnverified, clientCertificate, clientKey } = address;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 4,
    rejectUnauthorized: !isUnverified,
    ...(authority !== undefined && { ca: authority }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(clientCertificate !== undefined && { cert: clientCertificate }),
    ...(clientKey !== undefined && { key: clientKey }),
  });

  async function exchange(
    method: Method,
    path: string,
    body: RequestBody | undefined,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const token = address.token();
    const signal = AbortSignal.timeout(limit);
    const headers = {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': body.type }),
    };
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const asked = startRequest(`${server}${path}`, { method, agent, headers, signal }, resolve);
        asked.on('error', reject);
        asked.end(body === undefined ? undefined : JSON.stringify(body.value));
      });
      const parts: Buffer[] = [];
      for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
      return { status: answer.statusCode as number, text: Buffer.concat(parts).toString('utf8') };
    } catch (error) {
      const details = { server, request: `${method} ${path}`, limit };
      if (signal.aborted) throw errors.create('API_SERVER_TIMEOUT', details, error);
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw errors.create('API_SERVER_UNREACHABLE', { ...details, reason }, error);
    }
  }

  return {
    server,
    async ask<Answer>(method: Method, path: string, body?: RequestBody) {
      const { status, text } = await exchange(method, path, body);
      if (status < 300) return JSON.parse(text) as Answer;
      const reason = reasonIn(text);
      if (status === 404) throw errors.create('API_OBJECT_NOT_FOUND', { server, object: path, reason });
      throw errors.create('API_SERVER_REFUSED', { server, request: `${method} ${path}`, status, reason });
    },
    close: () => agent.destroy(),
  };
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
