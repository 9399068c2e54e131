import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { PeerCertificate, TLSSocket } from 'node:tls';

/** A certificate and its key (PEM) to show to a server. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** One bounded request. */
export interface ProbeRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly isTls: boolean;
  readonly client?: ClientCertificate;
  readonly token?: string;
  /** A JSON body makes it a POST: only for etcd's gateway, where reading is one. */
  readonly body?: string;
  readonly timeoutMilliseconds: number;
}

/** What came of it. */
export type ProbeAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** At most 64 KiB of the body; more where `largestBody` allows it. */
      readonly body: string;
      readonly server: ServerCertificate | undefined;
    }
  /** Nobody listens there. */
  | { readonly kind: 'closed' }
  /** Somebody listens and ended the TLS handshake: mostly because of the certificate shown, or that none was. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Neither: no route, no answer in time, no TLS or HTTP spoken. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** True when somebody reacted: spoke something else, or ended the connection. Silence and a missing route prove nothing. */
      readonly hasReacted: boolean;
    };

/** What a server showed of itself. */
export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** As OpenSSL writes it. */
  readonly notAfter: string;
}

const LARGEST_BODY = 64 * 1024;

/**
 * Makes one request and never throws. The server's certificate is not verified, for the probe asks what the server lets in; nothing
 * secret is sent to it (a client certificate proves its key without giving it away; tokens are for the API server alone).
 */
export function sendProbe(probe: ProbeRequest, largestBody = LARGEST_BODY): Promise<ProbeAnswer> {
  const { host, port, path, isTls, client, token, body, timeoutMilliseconds } = probe;
  return new Promise((resolve) => {
    const options = {
      host,
      port,
      path,
      method: body === undefined ? 'GET' : 'POST',
      agent: false,
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
      signal: AbortSignal.timeout(timeoutMilliseconds),
    };
    let server: ServerCertificate | undefined;
    let isHandshakeDone = false;
    const request = isTls
      ? requestTls({
          ...options,
          rejectUnauthorized: false,
          ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
        })
      : requestPlain(options);
    request.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        isHandshakeDone = true;
        server = describeServer((socket as TLSSocket).getPeerCertificate());
      });
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = () => {
        const text = Buffer.concat(chunks).subarray(0, largestBody).toString('utf8');
        resolve({ kind: 'answered', status: response.statusCode ?? 0, body: text, server });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > largestBody) {
          finish();
          request.destroy();
        }
      });
      response.on('end', finish);
      response.on('error', finish);
    });
    request.on('error', (error) => resolve(classifyFailure(error, isHandshakeDone, timeoutMilliseconds)));
    request.end(body);
  });
}

function describeServer(certificate: PeerCertificate): ServerCertificate | undefined {
  // Node gives an empty object where the server showed none.
  if (!('subject' in certificate) || certificate.subject === undefined) return undefined;
  const name = (parts: unknown) =>
    Object.entries(parts as Record<string, string | string[]>)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ');
  return {
    subject: name(certificate.subject),
    issuer: name(certificate.issuer),
    notAfter: certificate.valid_to,
  };
}

function classifyFailure(error: Error, isHandshakeDone: boolean, timeoutMilliseconds: number): ProbeAnswer {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return { kind: 'closed' };
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return { kind: 'failed', reason: `no answer within ${timeoutMilliseconds} ms`, hasReacted: false };
  }
  if (/ALERT/.test(code) || /alert/.test(error.message)) {
    const alert = /ALERT_(\w+)$/.exec(code)?.[1]?.toLowerCase().replaceAll('_', ' ') ?? 'handshake ended';
    return { kind: 'refused', reason: alert };
  }
  if (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
    code === 'EPROTO'
  ) {
    return { kind: 'failed', reason: 'it does not speak TLS', hasReacted: true };
  }
  if (code === 'ECONNRESET' || /socket hang up/.test(error.message)) {
    // In TLS 1.3 the server judges the certificate after the client is done: an end then is its refusal. An end before that says
    // nothing, for a server without TLS does the same.
    return isHandshakeDone
      ? { kind: 'refused', reason: 'connection ended' }
      : { kind: 'failed', reason: 'it ended the connection before TLS was agreed on', hasReacted: true };
  }
  if (/^HPE_/.test(code)) return { kind: 'failed', reason: 'it does not speak HTTP', hasReacted: true };
  return { kind: 'failed', reason: error.message, hasReacted: false };
}
