import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalOfBrowser } from '@seawall/base/http';
import { errors } from '../errors.ts';
import { hostText } from '../etcd/members.ts';
import type { WatchedCertificate } from './expiry.ts';

/** What `pki watch` exports; the page about it is checked against this table. */
export const expiryMetrics = {
  seawall_certificate_not_after_seconds: 'When the certificate ends, in seconds since 1970.',
  seawall_certificate_readable: '1 when the file could be read, 0 when not.',
  seawall_certificate_warn_within_seconds: 'How long before its end a certificate is warned about.',
} as const;

/** The certificates in Prometheus' text format (version 0.0.4). */
export function renderMetrics(certificates: readonly WatchedCertificate[], warnWithin: number): string {
  const lines: string[] = [];
  const metric = (name: keyof typeof expiryMetrics, samples: readonly string[]) => {
    lines.push(`# HELP ${name} ${expiryMetrics[name]}`, `# TYPE ${name} gauge`);
    for (const sample of samples) lines.push(`${name}${sample}`);
  };
  const readable = certificates.filter(({ notAfter }) => notAfter !== undefined);
  metric(
    'seawall_certificate_not_after_seconds',
    readable.map((each) => `${labels(each)} ${Math.floor(each.notAfter! / 1000)}`),
  );
  const byPath = new Map(certificates.map((each) => [each.path, each.problem === undefined]));
  metric(
    'seawall_certificate_readable',
    [...byPath].map(([path, isReadable]) => `{path="${escapeLabel(path)}"} ${isReadable ? 1 : 0}`),
  );
  metric('seawall_certificate_warn_within_seconds', [` ${Math.floor(warnWithin / 1000)}`]);
  return `${lines.join('\n')}\n`;
}

/** Metrics being served. */
export interface MetricsServer {
  /** Where they are. */
  readonly url: string;
  /** Takes no connection any more and ends those there are, which Prometheus keeps open between two questions. */
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics`; resolves once it listens. Nothing else is answered, and nothing is read from a request.
 * @throws pki/LISTEN_FAILED
 */
export function serveMetrics(host: string, port: number, render: () => string): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const refusal = refusalOfBrowser(request);
    if (refusal !== undefined) {
      response.writeHead(refusal.code, { 'content-type': 'text/plain' }).end(`${refusal.reason}\n`);
      return;
    }
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('only GET /metrics is answered here\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(render());
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    // Stays: later on a connection could not be taken, which is no reason to end the watch. Prometheus asks again.
    server.on('error', (error) => {
      const address = `${hostText(host)}:${port}`;
      reject(errors.create('LISTEN_FAILED', { address, reason: error.message }, error));
    });
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve({ url: `http://${hostText(host)}:${taken}/metrics`, close });
    });
  });
}

function labels({ path, position, subject, isAuthority }: WatchedCertificate): string {
  const kind = isAuthority ? 'authority' : 'leaf';
  return `{path="${escapeLabel(path)}",position="${position}",subject="${escapeLabel(subject)}",kind="${kind}"}`;
}

/** Prometheus' own rule for label values. */
function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
