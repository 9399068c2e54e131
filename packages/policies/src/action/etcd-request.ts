import { request as requestSecure } from 'node:https';
import { request as requestPlain } from '@seawall/kube/plain-http';

export interface EtcdCredentials {
  readonly authority: Buffer | undefined;
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** Answers are a few hundred bytes for each member. */
const MOST_BYTES = 1 << 20;

/**
 * Asks a member of etcd something.
 * @param timeout milliseconds for the whole of it.
 * @returns the answer's JSON; that of an unhealthy member comes with status 503.
 * @throws an error that names the endpoint and what went wrong.
 */
export function askEtcd(
  endpoint: string,
  method: 'GET' | 'POST',
  path: string,
  { authority, certificate, key }: EtcdCredentials,
  timeout: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${endpoint}: ${reason}`));
    const url = new URL(path, endpoint);
    const signal = AbortSignal.timeout(timeout);
    const body = method === 'POST' ? '{}' : '';
    const options = {
      method,
      signal,
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    } as const;
    const request =
      url.protocol === 'https:'
        ? requestSecure(url, { ...options, ca: authority, cert: certificate, key })
        : requestPlain(url, options);
    request.on('error', (error) => fail(signal.aborted ? `no answer within ${timeout} ms` : error.message));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MOST_BYTES) request.destroy(new Error('the answer is too long'));
      });
      response.on('error', (error) => fail(error.message));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const status = response.statusCode ?? 0;
        if (status !== 200 && status !== 503) {
          fail(`status ${status}: ${text.slice(0, 200).trim()}`);
          return;
        }
        try {
          resolve(JSON.parse(text));
        } catch {
          fail(`status ${status}, and no JSON: ${text.slice(0, 200).trim()}`);
        }
      });
    });
    request.end(body);
  });
}
