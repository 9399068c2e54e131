import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DaemonStatus } from '../daemon/status.ts';
import { errors } from '../errors.ts';
import { type HealthCheck, liveness, readiness } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface StatusServer {
  /** Where it listens: `127.0.0.1:9764`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface StatusServerOptions {
  /** `ADDRESS:PORT`; port 0 takes a free one. */
  readonly listen: string;
  readonly metrics: Metrics;
  status(): Promise<DaemonStatus>;
}

/**
 * Serves `/metrics` (Prometheus), `/healthz` (200 while the agent works, else 503) and `/readyz` (200 while it does all
 * that it is there for), the latter two as JSON `{status, checks}`.
 * @throws agent/LISTEN_FAILED
 */
export async function createStatusServer({
  listen,
  metrics,
  status,
}: StatusServerOptions): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, 'text/plain', 'only GET is answered here\n');
      return;
    }
    answer(pathname, response).catch((error: unknown) => {
      send(response, 500, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`);
    });
  });

  async function answer(path: string, response: ServerResponse): Promise<void> {
    if (path === '/metrics') send(response, 200, metrics.contentType, await metrics.render(await status()));
    else if (path === '/healthz') sendChecks(response, liveness(await status()));
    else if (path === '/readyz') sendChecks(response, readiness(await status()));
    else send(response, 404, 'text/plain', 'there are /metrics, /healthz and /readyz\n');
  }

  await startListening(server, listen);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Begins to listen at `ADDRESS:PORT`, an IPv6 address in brackets.
 * @throws agent/LISTEN_FAILED
 */
export function startListening(server: Server, listen: string): Promise<void> {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(errors.create('LISTEN_FAILED', { address: listen, reason: error.message }, error));
    });
    server.listen(Number(listen.slice(colon + 1)), host, resolve);
  });
}

function sendChecks(response: ServerResponse, checks: readonly HealthCheck[]): void {
  const isFine = checks.every((check) => check.isFine);
  const body = { status: isFine ? 'fine' : 'failing', checks };
  send(response, isFine ? 200 : 503, 'application/json', `${JSON.stringify(body, undefined, 2)}\n`);
}

function send(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
