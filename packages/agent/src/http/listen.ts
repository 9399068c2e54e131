import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { errors } from '../errors.ts';

/** A server that listens. */
export interface Listening {
  /** Where: `127.0.0.1:9764`, an IPv6 address in brackets. */
  readonly address: string;
  /** Takes nothing more, and ends what is being answered. */
  close(): Promise<void>;
}

/** Whoever asks is a probe, Prometheus or an API server: a handful of connections, and requests that come in one go. */
const MOST_CONNECTIONS = 64;
/** Those that are being closed count as well until they are. */
const MOST_WITH_CLOSING = 2 * MOST_CONNECTIONS;
const LONGEST_REQUEST = 60_000;
const LONGEST_HEADERS = 10_000;

/**
 * Begins to listen at `ADDRESS:PORT`, an IPv6 address in brackets; connections and the time of a request are limited.
 * @throws agent/LISTEN_FAILED
 */
export async function startListening(server: Server | SecureServer, listen: string): Promise<Listening> {
  makeRoomForNew(server);
  server.requestTimeout = LONGEST_REQUEST;
  server.headersTimeout = LONGEST_HEADERS;
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  await new Promise<void>((resolve, reject) => {
    // Stays: later on a connection could not be taken, which is no reason to end the agent. Whoever wanted it tries again.
    server.on('error', (error) => {
      reject(errors.create('LISTEN_FAILED', { address: listen, reason: error.message }, error));
    });
    server.listen(Number(listen.slice(colon + 1)), host, resolve);
  });
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
 * Where there are too many connections, the one goes that has been silent longest: whoever opens many and says nothing
 * must not keep a probe out, which would have the agent started anew.
 */
function makeRoomForNew(server: Server | SecureServer): void {
  server.maxConnections = MOST_WITH_CLOSING;
  /** Connections without a request, the oldest first; by the other end's address, since a request over TLS has a socket of its own. */
  const silent = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    silent.set(name, socket);
    socket.once('close', () => silent.delete(name));
    if (silent.size <= MOST_CONNECTIONS) return;
    const [[oldest, victim]] = silent;
    silent.delete(oldest);
    victim.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const name = nameOf(socket);
    const raw = silent.get(name);
    if (raw === undefined) return;
    silent.delete(name);
    response.once('close', () => {
      if (!raw.destroyed) silent.set(name, raw);
    });
  });
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
