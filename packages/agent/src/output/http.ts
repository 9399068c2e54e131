import { readdirSync, readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { reasonOf } from '@seawall/base';
import { countOf } from '../daemon/count-text.ts';
import { errors } from '../errors.ts';
import type { OutputsConfig } from './configuration.ts';
import type { Output } from './output.ts';
import { receiverFault } from './receiver-fault.ts';
import { finalError } from './refusal.ts';

type HttpConfig = NonNullable<OutputsConfig['http_output']>;

export interface HttpOutputOptions {
  readonly isJson: boolean;
  /** Milliseconds for one alert. */
  readonly timeout: number;
  /** Where answers are written to with `echo`. */
  readonly stdout: Writable;
}

/** What to do about an answer that is no success. */
function adviceOn(status: number): string {
  // As libcurl does for Falco; unlike Falco we say so.
  if (status < 400) return 'redirections are not followed: write the URL it leads to';
  if (status === 401 || status === 403) return 'it does not let the agent in: look into its access rules';
  if (status === 404 || status === 405) return 'it takes no alerts at that path: correct the URL';
  if (status === 413) return 'the alert is too long for it: let it take longer requests';
  return 'look into the receiver’s log';
}

const SYSTEM_FOLDER = '/etc/ssl/certs';

/** Each alert in a POST of its own, one after the other over one connection, as Falco does. */
export function createHttpOutput(config: HttpConfig, { isJson, timeout, stdout }: HttpOutputOptions): Output {
  const { origin, protocol } = new URL(config.url);
  const isSecure = protocol === 'https:';
  let agent = createAgent();

  function createAgent(): Agent {
    const common = { keepAlive: true, maxSockets: 1 };
    return isSecure ? new SecureAgent({ ...common, ...tlsOptions(config) }) : new Agent(common);
  }

  function post(line: string, signal: AbortSignal): Promise<{ status: number; answer: string }> {
    const body = Buffer.from(line);
    const options = {
      method: 'POST',
      agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      headers: {
        'content-type': isJson ? 'application/json' : 'text/plain',
        'content-length': String(body.length),
        'user-agent': config.user_agent,
        // What libcurl makes of Falco's setting: it asks for a compressed answer and leaves the alert as it is.
        ...(config.compress_uploads ? { te: 'gzip', connection: 'TE' } : {}),
      },
    };
    return new Promise((resolve, reject) => {
      const request = isSecure ? requestSecure(config.url, options) : requestPlain(config.url, options);
      request.on('socket', (socket) => socket.setKeepAlive(config.keep_alive, 60_000));
      request.on('error', (error) => reject(Object.assign(error, { isReused: request.reusedSocket })));
      request.on('response', (response: IncomingMessage) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          if (answer.length < 65_536) answer += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, answer }));
        response.on('error', reject);
      });
      request.end(body);
    });
  }

  /** Time-outs are tried again so often; a connection that the server had closed meanwhile, once. */
  async function postPatiently(
    line: string,
    signal: AbortSignal,
  ): Promise<{ status: number; answer: string }> {
    let timeouts = 0;
    let hasReconnected = false;
    for (;;) {
      try {
        return await post(line, signal);
      } catch (error) {
        const { name, code, isReused } = error as NodeJS.ErrnoException & { isReused?: boolean };
        if (signal.aborted) throw error;
        if (name === 'TimeoutError' || name === 'AbortError') {
          if (timeouts++ < config.max_consecutive_timeouts) continue;
          throw finalError(
            `${origin} did not answer within ${timeout} ms, ${countOf(timeouts, 'time')}: look into the receiver, or set output_timeout higher`,
          );
        }
        if (isReused && !hasReconnected && (code === 'ECONNRESET' || code === 'EPIPE')) {
          hasReconnected = true;
          continue;
        }
        // Paths and queries may hold what is secret.
        throw receiverFault(origin, error);
      }
    }
  }

  return {
    name: 'http',
    mostAtOnce: 1,
    async write(alerts, signal) {
      for (const { line } of alerts) {
        const { status, answer } = await postPatiently(line, signal);
        if (config.echo) stdout.write(answer);
        if (status < 300) continue;
        const error = `${origin} answered ${status} (${adviceOn(status)})`;
        throw status < 500 && status !== 429 && status !== 408 ? finalError(error) : new Error(error);
      }
    },
    async reopen() {
      agent.destroy();
      agent = createAgent();
    },
    async close() {
      agent.destroy();
    },
  };
}

/** @throws agent/FILE_UNREADABLE */
function tlsOptions(config: HttpConfig): Readonly<Record<string, unknown>> {
  return {
    rejectUnauthorized: !config.insecure,
    ca: authorities(config),
    ...(config.mtls ? { cert: read(config.client_cert), key: read(config.client_key) } : {}),
  };
}

function authorities({ ca_cert: certificate, ca_bundle: bundle, ca_path: folder }: HttpConfig): string[] {
  if (certificate !== '') return [read(certificate)];
  if (bundle !== '') return [read(bundle)];
  if (folder === SYSTEM_FOLDER) return [...getCACertificates('default'), ...getCACertificates('system')];
  return filesOf(folder)
    .map(read)
    .filter((text) => text.includes('BEGIN CERTIFICATE'));
}

function filesOf(folder: string): string[] {
  return attempt(folder, () => readdirSync(folder, { withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => join(folder, name));
}

function read(path: string): string {
  return attempt(path, () => readFileSync(path, 'utf8'));
}

function attempt<Value>(path: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    const reason = reasonOf(error);
    throw errors.create('FILE_UNREADABLE', { path, reason }, error);
  }
}
