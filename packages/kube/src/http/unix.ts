import type { ClientRequest, IncomingMessage } from 'node:http';
import { timeoutSignal } from '@seawall/base';
import { errors } from '../errors.ts';
import { Agent, request } from './plain.ts';

/** An HTTP server at a unix socket, as Docker and Podman have. */
export interface UnixHttp {
  /**
   * Asks once. @param limit milliseconds; that of the connection unless told.
   * @throws kube/RUNTIME_UNREACHABLE, kube/RUNTIME_TIMEOUT; answers of any status are given back.
   */
  ask(method: 'GET' | 'POST', path: string, limit?: number): Promise<HttpAnswer>;
  /** Lines of an answer that does not end, until the signal. @throws as `ask` does; kube/RUNTIME_REFUSED */
  lines(path: string, signal: AbortSignal): AsyncGenerator<string>;
  close(): void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const CONNECTIONS = 4;
/** An answer longer than this is not read to its end. */
const MAXIMUM_BODY = 64 * 1024 * 1024;

export function openUnixHttp(socket: string, options: { readonly limit: number }): UnixHttp {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  function start(method: string, path: string, further: object): ClientRequest {
    // The server does not care for a name, but HTTP does.
    return request({ socketPath: socket, method, path, headers: { host: 'localhost' }, ...further });
  }

  function unreachable(path: string, error: NodeJS.ErrnoException): Error {
    const details = { socket, call: path, reason: error.code ?? error.message };
    return errors.create('RUNTIME_UNREACHABLE', details, error);
  }

  return {
    async ask(method, path, limit = options.limit) {
      const signal = timeoutSignal(limit);
      try {
        const answer = await answerOf(start(method, path, { agent, signal }));
        return { status: answer.statusCode as number, body: await bodyOf(answer) };
      } catch (error) {
        if (signal.aborted) throw errors.create('RUNTIME_TIMEOUT', { socket, call: path, limit }, error);
        throw unreachable(path, error as NodeJS.ErrnoException);
      }
    },
    async *lines(path, signal) {
      // Not from the pool: it would take one of its connections for good.
      const asked = start('GET', path, { agent: false, signal });
      try {
        const answer = await answerOf(asked);
        if (answer.statusCode !== 200) {
          const reason = `${answer.statusCode} ${(await bodyOf(answer)).trim()}`;
          throw errors.create('RUNTIME_REFUSED', { socket, call: path, reason });
        }
        yield* linesOf(answer);
      } catch (error) {
        if (signal.aborted) return;
        throw (error as Error).name === 'SeawallError' ? error : unreachable(path, error as Error);
      } finally {
        asked.destroy();
      }
    },
    close: () => agent.destroy(),
  };
}

function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    // A connection may break after its answer began as well.
    asked.on('error', reject);
    asked.end();
  });
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAXIMUM_BODY) throw new RangeError(`the answer is longer than ${MAXIMUM_BODY} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  answer.setEncoding('utf8');
  for await (const part of answer as AsyncIterable<string>) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) if (line.trim() !== '') yield line;
  }
}
