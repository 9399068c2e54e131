import { constants } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { isSeawallError, reasonOf } from '@seawall/base';
import { refusalOfBrowser } from '@seawall/base/http';
import { countOf } from '../daemon/count-text.ts';
import { errors } from '../errors.ts';
import { startListening } from '../http/listen.ts';
import { fingerprintOf, watchFiles } from '../reload/watch-files.ts';
import {
  type AuditAccess,
  type AuditAccessSettings,
  exposuresOf,
  filesOfAccess,
  readAuditAccess,
  refusalOf,
} from './access.ts';

/** What became of a request, for the metrics. */
export const postResults = [
  'taken',
  'unauthorized',
  'too-long',
  'unreadable',
  'busy',
  'misdirected',
  'broken-off',
  'failed',
] as const;

export type PostResult = (typeof postResults)[number];

export interface AuditServerOptions {
  /** `ADDRESS:PORT`; port 0 takes a free one. */
  readonly listen: string;
  readonly access: AuditAccessSettings;
  /** The longest body that is taken, in bytes. */
  readonly longestBody: number;
  /** Whether so much waits for the store that senders are to come again later. */
  isFull(): boolean;
  /**
   * Takes the body of one request; the sender is answered when it is done.
   * @throws agent/AUDIT_REQUEST_UNREADABLE for what holds no audit events
   */
  take(body: AsyncIterable<Uint8Array>): Promise<void>;
  /** What is worth telling the operator. */
  log(level: 'info' | 'warning' | 'error', message: string): void;
}

export interface AuditServer {
  /** Where events are posted to. */
  readonly url: string;
  /** Requests since the start, by what became of them. */
  posts(): ReadonlyMap<PostResult, number>;
  close(): Promise<void>;
}

/** What the API server posts its batches to. */
const PATH = '/k8s-audit';
/** Bodies that are being read together, in longest bodies: a flood takes no more memory. */
const MOST_AT_ONCE = 4;
/** What follows a refusal is read and thrown away, so that the sender comes to read the answer: milliseconds. */
const PATIENCE = 2000;
const HANDSHAKE = 10_000;
/** Refusals are told in the log so often at most: milliseconds. */
const TELL_EVERY = 60_000;

/**
 * The door of the audit intake: HTTP or HTTPS, who may come in, and how much of it. Certificates, authorities and tokens
 * are read again when their files change; what can't be used is told, and those before go on.
 * @throws agent/LISTEN_FAILED, agent/FILE_UNREADABLE, agent/AUDIT_ACCESS_INVALID
 */
export async function createAuditServer(options: AuditServerOptions): Promise<AuditServer> {
  const { longestBody, log } = options;
  const files = filesOfAccess(options.access);
  const fingerprint = fingerprintOf(files);
  let access = readAuditAccess(options.access);
  for (const exposure of exposuresOf(options.listen, options.access)) log('warning', exposure);
  let underWay = 0;
  const posts = new Map<PostResult, number>(postResults.map((result) => [result, 0]));
  const count = (result: PostResult): void => void posts.set(result, (posts.get(result) ?? 0) + 1);
  const tellRefusal = createRefusalTeller(log);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (result: PostResult, code: number, reason: string): void => {
      count(result);
      tellRefusal(result, `${request.socket.remoteAddress ?? 'somebody'} was answered ${code}: ${reason}`);
      answer(response, code, `${reason}\n`);
      throwAway(request);
    };
    const browser = refusalOfBrowser(request);
    if (browser !== undefined) return refuse('misdirected', browser.code, browser.reason);
    // First of all: nobody else learns anything.
    const reason = refusalOf(access, request);
    if (reason !== undefined) return refuse('unauthorized', 401, reason);
    if (request.url?.split('?')[0] !== PATH)
      return refuse('misdirected', 404, `post audit events to ${PATH}`);
    if (request.method !== 'POST') return refuse('misdirected', 405, 'only POST is taken here');
    if (Number(request.headers['content-length'] ?? 0) > longestBody) {
      return refuse('too-long', 413, tooLong().message);
    }
    if (options.isFull()) return refuse('busy', 503, 'too many findings wait for the store: send it again');
    try {
      await options.take(bodyOf(request));
      count('taken');
      answer(response, 200, '');
    } catch (error) {
      if (request.destroyed && !request.complete) count('broken-off');
      else if (isSeawallError(error, 'agent/AUDIT_REQUEST_TOO_LONG')) refuse('too-long', 413, error.message);
      else if (isSeawallError(error, 'agent/AUDIT_REQUEST_UNREADABLE')) {
        refuse('unreadable', 400, error.message);
      } else if (isSeawallError(error, 'agent/AUDIT_BUSY')) refuse('busy', 503, error.message);
      else refuse('failed', 500, reasonOf(error));
    }
  }

  /** The chunks as they come. @throws agent/AUDIT_REQUEST_TOO_LONG, agent/AUDIT_BUSY */
  async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
    let length = 0;
    try {
      // Left early, the request stays open for its answer.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        length += chunk.length;
        underWay += chunk.length;
        if (length > longestBody) throw tooLong();
        if (underWay > longestBody * MOST_AT_ONCE) throw errors.create('AUDIT_BUSY');
        yield chunk;
      }
    } finally {
      underWay -= length;
    }
  }

  const tooLong = (): Error => errors.create('AUDIT_REQUEST_TOO_LONG', { bytes: longestBody });
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(request, response);
  const { context } = access;
  const secure =
    context && createSecureServer({ ...secureOptionsOf(context), handshakeTimeout: HANDSHAKE }, onRequest);
  const server = secure ?? createServer(onRequest);
  secure?.on('tlsClientError', (error, socket) => {
    count('unauthorized');
    tellRefusal('unauthorized', `no TLS with ${socket.remoteAddress ?? 'somebody'}: ${reasonOf(error)}`);
  });
  const listening = await startListening(server, options.listen);
  const watch = watchFiles(() => files, renew, fingerprint);

  function renew(): void {
    try {
      access = readAuditAccess(options.access);
      if (access.context !== undefined)
        (secure as SecureServer).setSecureContext(secureOptionsOf(access.context));
      // Whoever was let in by what was there before shows anew what they have.
      server.closeIdleConnections();
      log('info', 'who may post audit events was read anew');
    } catch (error) {
      log('error', `who may post audit events is not changed: ${reasonOf(error)}`);
    }
  }

  return {
    url: `${secure === undefined ? 'http' : 'https'}://${listening.address}${PATH}`,
    posts: () => posts,
    close() {
      watch.close();
      return listening.close();
    },
  };
}

function secureOptionsOf({ cert, key, ca }: NonNullable<AuditAccess['context']>) {
  return {
    ...{ cert, key, ca },
    // Asked for, and looked at with each request: so whoever has none is told in words, and not by a broken connection.
    requestCert: ca !== undefined,
    rejectUnauthorized: false,
    // A resumed session would go on by what was trusted once.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

function answer(response: ServerResponse, code: number, body: string): void {
  response.writeHead(code, {
    'content-type': 'text/plain',
    'content-length': Buffer.byteLength(body),
    ...(code === 401 && { 'www-authenticate': 'Bearer realm="seawall"' }),
    // Without it API servers give a batch up.
    ...(code === 503 && { 'retry-after': '1' }),
  });
  response.end(body);
}

/** Reads on for a moment, then hangs up. */
function throwAway(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), PATIENCE);
  timer.unref();
  request.on('close', () => clearTimeout(timer));
  request.on('end', () => clearTimeout(timer));
  // It was answered: what happens to it now is nobody's loss.
  request.on('error', () => undefined);
}

/** Tells each kind of refusal when it begins, then once a minute with how often. */
function createRefusalTeller(log: AuditServerOptions['log']) {
  const told = new Map<PostResult, { at: number; untold: number }>();
  return (result: PostResult, message: string): void => {
    const now = performance.now();
    const last = told.get(result);
    if (last !== undefined && now - last.at < TELL_EVERY) {
      last.untold += 1;
      return;
    }
    const before = last?.untold ?? 0;
    told.set(result, { at: now, untold: 0 });
    log(
      'warning',
      `audit events were refused: ${message}${before > 0 ? ` (and ${countOf(before, 'time')} before)` : ''}`,
    );
  };
}
