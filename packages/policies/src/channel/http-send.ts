import type { AgentOptions } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { Agent, request as requestPlain } from '@seawall/kube/plain-http';
import type { Attempt } from './attempt.ts';

export interface HttpMessage {
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpOptions {
  readonly tls: ConnectionOptions;
  /** Variables that name proxies; undefined to go straight. */
  readonly proxies: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal: AbortSignal;
  readonly now: number;
}

/** How much of a receiver's answer is repeated in an error. */
const LONGEST_ANSWER = 200;

/** A receiver that says how long to wait is believed up to an hour. */
export const LONGEST_WAIT = 3_600_000;

/** Statuses that say: later. Of the rest, those from 500 on do as well. */
const LATER = new Set([408, 425, 429]);

/**
 * Sends a message over a connection of its own and reads what the status means. Redirections are not followed: they
 * would carry secrets to where nobody meant them to go.
 * @throws what `node:http` does, where there was no answer
 */
export async function sendHttp(message: HttpMessage, options: HttpOptions): Promise<Attempt> {
  const { status, retryAfter, answer } = await exchange(message, options);
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const said = answer === '' ? '' : `: ${answer}`;
  const error = `${hostOf(message.url)} answered ${status}${said}`;
  if (!LATER.has(status) && status < 500) {
    return {
      kind: 'rejected',
      error: status < 400 ? `${error} (redirections are not followed: write the URL it leads to)` : error,
    };
  }
  const wait = waitOf(retryAfter, options.now);
  return { kind: 'retry', error, ...(wait === undefined ? {} : { afterMilliseconds: wait }) };
}

/** The host of a URL: what may be told of it. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the receiver';
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly answer: string;
}

function exchange(
  { url, method, headers, body }: HttpMessage,
  { tls, proxies, signal }: HttpOptions,
): Promise<Answer> {
  const isSecure = new URL(url).protocol === 'https:';
  const agentOptions: AgentOptions = proxies === undefined ? {} : { proxyEnv: { ...proxies } };
  const agent = isSecure ? new SecureAgent({ ...agentOptions, ...tls }) : new Agent(agentOptions);
  const bytes = Buffer.from(body);
  const common = {
    method,
    signal,
    agent,
    headers: { 'user-agent': 'seawall', ...headers, 'content-length': String(bytes.length) },
  };
  return new Promise((resolve, reject) => {
    const request = isSecure ? requestSecure(url, common) : requestPlain(url, common);
    request.on('error', reject);
    request.on('response', (response) => {
      let answer = '';
      const done = (): void => {
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          answer: answer
            .replace(/[\p{Cc}\s]+/gu, ' ')
            .trim()
            .slice(0, LONGEST_ANSWER),
        });
        // The rest of a long answer is nobody's concern.
        request.destroy();
        agent.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
        if (answer.length > 4 * LONGEST_ANSWER) done();
      });
      response.on('end', done);
      response.on('error', reject);
    });
    request.end(bytes);
  }).finally(() => agent.destroy()) as Promise<Answer>;
}

function waitOf(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT) : undefined;
}
