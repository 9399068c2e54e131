/**
 * How what a workload did is written as text: of programs path and name (a script goes by its own name and its
 * interpreter's path, busybox by many names), of connections and ports the program as well.
 */

export interface ProgramValue {
  readonly path: string;
  /** As profiles list it. */
  readonly name: string;
}

export interface SocketValue {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  /** The program's name; '' where not known. */
  readonly program: string;
}

/** The kernel keeps so many bytes of a program's name. */
const COMM_BYTES = 15;

/**
 * A program's name as people know it: whole where the kernel cut it, as its path or what it was started as tells.
 * @param startedAs the first word of its command line, which may be anything.
 */
export function wholeName(path: string, comm: string, startedAs: string): string {
  if (Buffer.byteLength(comm) !== COMM_BYTES) return comm;
  const names = [path, startedAs].map((text) => text.slice(text.lastIndexOf('/') + 1));
  return names.find((name) => name.startsWith(comm)) ?? comm;
}

/** @returns `/usr/bin/etcd`, or `/bin/busybox as sleep`. */
export function programText({ path, name }: ProgramValue): string {
  return path.slice(path.lastIndexOf('/') + 1) === name ? path : `${path} as ${name}`;
}

export function readProgram(text: string): ProgramValue {
  const [, path, name] = /^(.*) as ([^/]*)$/s.exec(text) ?? [];
  return path === undefined
    ? { path: text, name: text.slice(text.lastIndexOf('/') + 1) }
    : { path, name: name! };
}

/** @returns `10.0.0.1:2379/tcp by etcd`, `[fd00::1]:53/udp by dnsmasq`. */
export function socketText({ address, port, protocol, program }: SocketValue): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${host}:${port}/${protocol}${program === '' ? '' : ` by ${program}`}`;
}

/** @returns undefined for text of another form. */
export function readSocket(text: string): SocketValue | undefined {
  const [, host, port, protocol, program = ''] =
    /^(\[[^\]]+\]|[^:\s]+):(\d+)\/(\w+)(?: by (.*))?$/s.exec(text) ?? [];
  if (host === undefined) return undefined;
  const address = host.startsWith('[') ? host.slice(1, -1) : host;
  return { address, port: Number(port), protocol: protocol!, program };
}
