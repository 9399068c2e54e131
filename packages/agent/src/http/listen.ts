import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
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
const LONGEST_REQUEST = 60_000;
const LONGEST_HEADERS = 10_000;

/**
 * Begins to listen at `ADDRESS:PORT`, an IPv6 address in brackets; connections and the time of a request are limited.
 * @throws agent/LISTEN_FAILED
 */
export async function startListening(server: Server | SecureServer, listen: string): Promise<Listening> {
  server.maxConnections = MOST_CONNECTIONS;
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
