import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A request as a receiver got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpReceiver {
  /** `http://127.0.0.1:PORT`, or `https://localhost:PORT`. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Twice is once. */
  close(): Promise<void>;
}

/** A server's certificate and key, PEM. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Answers a request; one that it never ends hangs. */
export type Answer = (request: ReceivedRequest, response: ServerResponse) => void;

/** A real HTTP server on this machine that keeps what it gets. */
export async function startHttpReceiver(answer: Answer, identity?: ServerIdentity): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = [];
  const listener = async (
    incoming: AsyncIterable<Buffer> & {
      method?: string | undefined;
      url?: string | undefined;
      headers: IncomingHttpHeaders;
    },
    response: ServerResponse,
  ): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString() };
    requests.push(request);
    answer(request, response);
  };
  const server =
    identity === undefined ? createServer(listener) : createSecureServer({ ...identity }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: identity === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests,
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with a status, and nothing else. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer {
  return (_, response) => {
    response.writeHead(code, headers);
    response.end(body);
  };
}

export interface SmtpReceiver {
  readonly port: number;
  /** Messages as they came, headers and body. */
  readonly messages: readonly { readonly to: readonly string[]; readonly text: string }[];
  close(): Promise<void>;
}

/** A real SMTP server on this machine that keeps what it gets. */
export async function startSmtpReceiver(options: SMTPServerOptions): Promise<SmtpReceiver> {
  const messages: { to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    logger: false,
    ...options,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        messages.push({ to, text: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  // Clients that break off are what some tests are about.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    messages,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A server that accepts connections and never says a word. */
export async function startSilentServer(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      if (!server.listening) return;
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
