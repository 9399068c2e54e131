import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { startTimer } from '@seawall/base';

/** A certificate and its key, as text. */
export interface Credentials {
  readonly certificate: string;
  readonly key: string;
}

export interface HandshakeOrder {
  readonly host: string;
  readonly port: number;
  /** What to present; undefined presents nothing. */
  readonly credentials?: Credentials | undefined;
  /** What to ask once connected: only an answer proves that the certificate was accepted. */
  readonly path: string;
  readonly timeoutMilliseconds: number;
}

/**
 * `accepted`: the server answered the request. `refused`: the server spoke TLS, and ended the connection over what was presented.
 * `unreachable`: nothing can be said (no listener, no TLS, no time).
 */
export interface HandshakeOutcome {
  readonly kind: 'accepted' | 'refused' | 'unreachable';
  /** The alert or error, in OpenSSL's or the system's words; empty when accepted. */
  readonly reason: string;
  /** What the server presented, leaf first. */
  readonly presented: readonly X509Certificate[];
  /** Such as `TLSv1.2`. */
  readonly protocol: string | undefined;
  readonly status: number | undefined;
  readonly body: string;
  /** The server's clock minus ours, from the answer's Date header, in milliseconds (exact to a second). */
  readonly clockDifference: number | undefined;
  /** Where the connection came from: etcd compares it with the names in a peer's certificate. */
  readonly localAddress: string | undefined;
}

/**
 * Shakes hands with a server and asks one HTTP/1.1 question. The server's certificate is not judged here, only brought back: also a server
 * with a bad one must be asked whom it lets in. With TLS 1.3 a client's handshake succeeds before the server has looked at its
 * certificate, hence the question.
 */
export function shakeHands(order: HandshakeOrder): Promise<HandshakeOutcome> {
  return new Promise((resolve) => {
    let presented: X509Certificate[] = [];
    let hasSpokenTls = false;
    let localAddress: string | undefined;
    let protocol: string | undefined;
    let answer = '';
    let isSettled = false;
    let socket: TLSSocket;
    const settle = (kind: HandshakeOutcome['kind'], reason: string) => {
      if (isSettled) return;
      isSettled = true;
      timer.stop();
      socket?.destroy();
      resolve({ kind, reason, presented, protocol, localAddress, ...readAnswer(answer) });
    };
    const { timeoutMilliseconds } = order;
    const timer = startTimer(timeoutMilliseconds, () =>
      settle('unreachable', `no answer within ${timeoutMilliseconds} ms`),
    );
    const { host, port, credentials } = order;
    try {
      socket = connect({
        host,
        port,
        ...(isIP(host) ? {} : { servername: host }),
        ...(credentials && { cert: credentials.certificate, key: credentials.key }),
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
      });
    } catch (error) {
      settle('unreachable', (error as Error).message);
      return;
    }
    socket.once('connect', () => {
      localAddress = socket.localAddress;
    });
    socket.once('secureConnect', () => {
      hasSpokenTls = true;
      presented = presentedChain(socket);
      protocol = socket.getProtocol() ?? undefined;
      socket.write(`GET ${order.path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (isWholeAnswer(answer)) settle('accepted', '');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isAlert = /alert/i.test(error.message) && error.code?.startsWith('ERR_SSL');
      settle(isAlert || hasSpokenTls ? 'refused' : 'unreachable', alertText(error));
    });
    socket.once('close', () => {
      if (answer.startsWith('HTTP/1.')) settle('accepted', '');
      else if (hasSpokenTls) settle('refused', 'the server closed the connection without an answer');
      else settle('unreachable', 'the connection was closed before TLS began');
    });
  });
}

function presentedChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let each = socket.getPeerCertificate(true);
  while (each?.raw && !chain.some((known) => known.raw.equals(each.raw))) {
    chain.push(new X509Certificate(each.raw));
    each = each.issuerCertificate;
  }
  return chain;
}

/** `tlsv1 alert bad certificate` out of OpenSSL's long line; other errors as they are. */
function alertText(error: NodeJS.ErrnoException): string {
  const alert = /SSL routines:[^:]*:([^:]*alert[^:]*)/i.exec(error.message)?.[1];
  return alert?.trim() ?? error.message;
}

/** etcd's peer port keeps a connection open whatever it is asked: the length says when an answer is whole. */
function isWholeAnswer(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  const length = /^content-length: *(\d+)/im.exec(answer.slice(0, Math.max(end, 0)))?.[1];
  return length !== undefined && answer.length >= end + 4 + Number(length);
}

function readAnswer(answer: string): Pick<HandshakeOutcome, 'status' | 'body' | 'clockDifference'> {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return { status: undefined, body: '', clockDifference: undefined };
  const head = answer.slice(0, end);
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]);
  const date = Date.parse(/^date: (.+)$/im.exec(head)?.[1] ?? '');
  return {
    status: Number.isNaN(status) ? undefined : status,
    body: answer.slice(end + 4),
    clockDifference: Number.isNaN(date) ? undefined : date - Date.now(),
  };
}
