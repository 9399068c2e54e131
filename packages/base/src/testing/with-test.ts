// What a test starts ends with it, however it ends: left open it would keep `npm test` from ending.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ListenOptions, Server, Socket } from 'node:net';
import { after } from 'node:test';

/**
 * Has a server listen until the test that asks for it is over (outside of tests: all of the file's); then it is closed
 * with every connection to it. Closing it before does no harm.
 * @returns its port, 0 where it listens at a path.
 */
export async function listenWithTest(
  server: Server,
  at: ListenOptions = { port: 0, host: '127.0.0.1' },
): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(at);
  await once(server, 'listening');
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Has a process that still runs when the test that started it is over killed then. @returns the process. */
export function killWithTest<Child extends ChildProcess>(child: Child): Child {
  after(() => child.kill('SIGKILL'));
  return child;
}

/** Has something that is still open when the test that opened it is over closed then. @returns what was opened. */
export function closeWithTest<Opened extends { close(): unknown }>(opened: Opened): Opened {
  after(() => opened.close());
  return opened;
}
