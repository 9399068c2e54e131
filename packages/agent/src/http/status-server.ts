import { createServer, type ServerResponse } from 'node:http';
import { reasonOf } from '@seawall/base';
import { refusalOfBrowser } from '@seawall/base/http';
import type { DaemonStatus } from '../daemon/status.ts';
import { type HealthCheck, liveness, readiness } from './health.ts';
import { type Listening, startListening } from './listen.ts';
import type { Metrics } from './metrics.ts';

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
}: StatusServerOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    const refusal = refusalOfBrowser(request);
    if (refusal !== undefined) {
      send(response, refusal.code, 'text/plain', `${refusal.reason}\n`);
      return;
    }
    const [path] = (request.url ?? '/').split('?') as [string];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, 'text/plain', 'only GET is answered here\n');
      return;
    }
    answer(path, response).catch((error: unknown) => {
      send(response, 500, 'text/plain', `${reasonOf(error)}\n`);
    });
  });

  async function answer(path: string, response: ServerResponse): Promise<void> {
    if (path === '/metrics') send(response, 200, metrics.contentType, await metrics.render(await status()));
    else if (path === '/healthz') sendChecks(response, liveness(await status()));
    else if (path === '/readyz') sendChecks(response, readiness(await status()));
    else send(response, 404, 'text/plain', 'there are /metrics, /healthz and /readyz\n');
  }

  return startListening(server, listen);
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
