import { createSocket } from 'node:dgram';
import { access } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { hostname as machineName } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputsConfig } from './configuration.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';
import type { Output, RenderedAlert } from './output.ts';
import { receiverFault } from './receiver-fault.ts';
import { priorityValue, syslogHeader } from './syslog-line.ts';
import { untilAborted } from './until-aborted.ts';

type SyslogConfig = NonNullable<OutputsConfig['syslog_output']>;

/** What carries lines to a log. */
interface Carrier {
  write(alerts: readonly RenderedAlert[]): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_PORT = 514;

const END_WITHIN = 2000;

/** Milliseconds in which `logger` says what it could not hand on. */
const COMPLAINT_WITHIN = 50;

/** UDP takes no more than 65,507 bytes: what is longer arrives cut, rather than not at all. */
const LONGEST_DATAGRAM = 60_000;

/** Alerts to the log of this machine, or of another by UDP or TCP, each with its priority. */
export function createSyslogOutput(config: SyslogConfig): Output {
  const [, protocol, bracketed, plain, port = DEFAULT_PORT] =
    /^(udp|tcp):\/\/(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(config.address) ?? [];
  const host = bracketed ?? plain;
  const carrier =
    host === undefined
      ? localCarrier(config)
      : protocol === 'udp'
        ? datagramCarrier(config, host, Number(port))
        : streamCarrier(config, host, Number(port));
  return {
    name: 'syslog',
    mostAtOnce: 500,
    async write(alerts, signal) {
      try {
        await untilAborted(carrier.write(alerts), signal);
      } catch (error) {
        throw host === undefined ? error : receiverFault(config.address, error);
      }
    },
    reopen: () => carrier.close(),
    close: () => carrier.close(),
  };
}

/**
 * The log's socket takes datagrams, which Node can't send to a path: util-linux's `logger` does. It takes the priority in front of each line
 * and writes the rest of the header itself.
 */
function localCarrier({ facility, tag, address }: SyslogConfig): Carrier {
  let running: LineProcess | undefined;
  let complaint = '';
  let hear = (): void => undefined;
  // Not by `--id`: it shows the socket who writes with a user that logger 2.38 makes up, which takes rights that the agent has given up.
  const words = [
    '--socket',
    address,
    '--socket-errors=on',
    '--prio-prefix',
    '--tag',
    `${tag}[${process.pid}]`,
    '--size',
    '60KiB',
  ];

  function start(): LineProcess {
    return startLineProcess({
      command: 'logger',
      words,
      onErrorText: (text) => {
        complaint += text.slice(0, 500);
        hear();
      },
    });
  }

  /** It takes lines that the log then refuses, and says so only afterwards. */
  async function refusal(logger: LineProcess): Promise<string | undefined> {
    if (complaint === '' && !logger.hasEnded()) {
      const patience = new AbortController();
      hear = () => patience.abort();
      await sleep(COMPLAINT_WITHIN, undefined, { signal: patience.signal }).catch(() => undefined);
    }
    const [said] = complaint.trim().split('\n');
    return said === '' && logger.hasEnded() ? 'logger has ended' : said || undefined;
  }

  async function close(): Promise<void> {
    const before = running;
    running = undefined;
    await before?.end(END_WITHIN);
    complaint = '';
  }

  return {
    async write(alerts) {
      // Without it `logger` would take lines and lose them.
      await access(address).catch((error: NodeJS.ErrnoException) => {
        const reason =
          error.code === 'ENOENT'
            ? 'it is not there: start the log of this machine, or write to udp://HOST:514'
            : error.message;
        throw new Error(`${address}: ${reason}`, { cause: error });
      });
      if (running?.hasEnded()) await close();
      running ??= start();
      const lines = alerts.map(({ priority, line }) => `<${priorityValue(facility, priority)}>${line}\n`);
      try {
        await running.write(lines.join(''));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
          const said = await refusal(running);
          await close();
          // It says better than a broken pipe does why it has ended.
          throw said === undefined ? error : refusedBy(address, said, error);
        }
        const hint = 'util-linux’s logger is not there: install it, or write to udp://HOST:514';
        throw new Error(`${address} takes datagrams, and ${hint}`, { cause: error });
      }
      const refused = await refusal(running);
      if (refused === undefined) return;
      await close();
      throw refusedBy(address, refused);
    },
    close,
  };
}

function refusedBy(address: string, said: string, cause?: unknown): Error {
  return new Error(`${address}: ${said}: look into the log of this machine`, { cause });
}

function datagramCarrier(config: SyslogConfig, host: string, port: number): Carrier {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.unref();
  // Each send says itself how it ended; what comes later (an ICMP message) is about datagrams that are gone.
  socket.on('error', () => undefined);
  return {
    async write(alerts) {
      for (const alert of alerts) {
        await new Promise<void>((resolve, reject) => {
          const datagram = Buffer.from(remoteLine(config, alert)).subarray(0, LONGEST_DATAGRAM);
          socket.send(datagram, port, host, (error) => (error ? reject(error) : resolve()));
        });
      }
    },
    async close() {},
  };
}

function streamCarrier(config: SyslogConfig, host: string, port: number): Carrier {
  let connection: Socket | undefined;

  function connected(): Promise<Socket> {
    if (connection !== undefined && !connection.destroyed) return Promise.resolve(connection);
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      connection = socket;
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed before it was connected')));
      socket.on('connect', () => resolve(socket));
    });
  }

  return {
    async write(alerts) {
      const socket = await connected();
      const text = alerts.map((alert) => `${remoteLine(config, alert)}\n`).join('');
      await new Promise<void>((resolve, reject) => {
        socket.write(text, (error) => (error ? reject(error) : resolve()));
      });
    },
    async close() {
      // What a receiver that is stuck has not taken would keep the process.
      if (connection?.connecting || connection?.writableLength) connection.destroy();
      else connection?.end();
      connection = undefined;
    },
  };
}

function remoteLine({ facility, tag }: SyslogConfig, { priority, line }: RenderedAlert): string {
  const origin = { hostname: machineName(), tag, pid: process.pid };
  return `${syslogHeader(priorityValue(facility, priority), new Date(), origin)}${line}`;
}
