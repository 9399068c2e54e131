import { hostname } from 'node:os';

/** What of a request is looked at: `IncomingMessage` of Node fits. */
export interface AskedOverHttp {
  readonly headers: { readonly host?: string | undefined; readonly origin?: string | undefined };
  readonly socket: { readonly localAddress?: string | undefined; readonly encrypted?: boolean };
}

export interface BrowserRefusal {
  readonly code: 403 | 421;
  readonly reason: string;
}

/**
 * Why a request is refused that a web page may have made: no page has business with our listeners, and whoever does
 * (kubelet, Prometheus, an API server) is no browser. A page that had its own name lead to this machine (DNS rebinding) is told by that
 * name, where the request came in at a loopback address: there only addresses, `localhost` and this machine's own
 * name are meant. At other addresses names are the network's, and whoever reaches it may ask; over TLS browsers compare
 * the name with the certificate.
 */
export function refusalOfBrowser({ headers, socket }: AskedOverHttp): BrowserRefusal | undefined {
  if (headers.origin !== undefined) return { code: 403, reason: 'web pages are not answered here' };
  if (headers.host === undefined || socket.encrypted === true || !isLoopback(socket.localAddress ?? ''))
    return undefined;
  if (isOwnName(nameIn(headers.host))) return undefined;
  return {
    code: 421,
    reason:
      'at a loopback address only requests to an address, localhost or this machine’s name are answered',
  };
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/** The host without its port and the dot that ends whole names. */
function nameIn(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}

function isOwnName(name: string): boolean {
  // An address is looked up by nobody, so nobody can have it lead elsewhere.
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name)) return true;
  const own = hostname().toLowerCase();
  return name === 'localhost' || name === own || name === own.split('.')[0];
}
