import {
  type DescriptorBody,
  FD_IPV4,
  FD_IPV4_SERVER,
  FD_IPV6,
  FD_IPV6_SERVER,
  FD_NETLINK,
  FD_UNIX,
} from '@seawall/events';
import { readIfThere } from './proc-files.ts';

/** A socket as the tables of /proc/net list it. */
export interface SocketFacts {
  readonly type: number;
  readonly body: DescriptorBody;
}

/** Scap's numbers of transport protocols (SCAP_L4_*). */
const PROTOCOLS = { tcp: 2, udp: 3, raw: 5 } as const;
const LISTENING = 0x0a;

const INTERNET_TABLES = [
  { file: 'tcp', protocol: PROTOCOLS.tcp },
  { file: 'tcp6', protocol: PROTOCOLS.tcp },
  { file: 'udp', protocol: PROTOCOLS.udp },
  { file: 'udp6', protocol: PROTOCOLS.udp },
  { file: 'raw', protocol: PROTOCOLS.raw },
  { file: 'raw6', protocol: PROTOCOLS.raw },
] as const;

/** All sockets of a network namespace by inode. @param folder a process's `/proc/PID/net`. */
export function readSockets(folder: string): ReadonlyMap<number, SocketFacts> {
  const sockets = new Map<number, SocketFacts>();
  for (const { file, protocol } of INTERNET_TABLES) {
    for (const line of tableRows(`${folder}/${file}`)) {
      const parsed = parseInternetRow(line, protocol);
      if (parsed !== undefined) sockets.set(parsed.inode, parsed.facts);
    }
  }
  for (const line of tableRows(`${folder}/unix`)) {
    const parsed = parseUnixRow(line);
    if (parsed !== undefined) sockets.set(parsed.inode, parsed.facts);
  }
  for (const line of tableRows(`${folder}/netlink`)) {
    const inode = Number(line.trim().split(/\s+/).at(-1));
    if (inode > 0) sockets.set(inode, { type: FD_NETLINK, body: { kind: 'named', name: '' } });
  }
  return sockets;
}

/** A row of /proc/net/tcp, udp, raw and their likes for IPv6. */
export function parseInternetRow(
  line: string,
  protocol: number,
): { readonly inode: number; readonly facts: SocketFacts } | undefined {
  const fields = line.trim().split(/\s+/);
  const near = parseEnd(fields[1]);
  const far = parseEnd(fields[2]);
  const inode = Number(fields[9]);
  if (near === undefined || far === undefined || !(inode > 0)) return undefined;
  const isIpv4 = near.address.length === 4;
  if (protocol === PROTOCOLS.tcp && Number.parseInt(fields[3], 16) === LISTENING) {
    const body = { localAddress: near.address, localPort: near.port, protocol };
    return {
      inode,
      facts: isIpv4
        ? { type: FD_IPV4_SERVER, body: { kind: 'ipv4server', ...body } }
        : { type: FD_IPV6_SERVER, body: { kind: 'ipv6server', ...body } },
    };
  }
  return {
    inode,
    facts: {
      type: isIpv4 ? FD_IPV4 : FD_IPV6,
      body: {
        kind: isIpv4 ? 'ipv4' : 'ipv6',
        sourceAddress: near.address,
        sourcePort: near.port,
        destinationAddress: far.address,
        destinationPort: far.port,
        protocol,
      },
    },
  };
}

/** A row of /proc/net/unix: address in the kernel, counts, flags, type, state, inode, and the path where it has one. */
export function parseUnixRow(
  line: string,
): { readonly inode: number; readonly facts: SocketFacts } | undefined {
  const [, address, inode, path] =
    /^([0-9a-f]+): [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+\s+(\d+)(?: (.*))?$/i.exec(line) ?? [];
  if (inode === undefined) return undefined;
  const body = { kind: 'unix', source: BigInt(`0x${address}`), destination: 0n, name: path ?? '' } as const;
  return { inode: Number(inode), facts: { type: FD_UNIX, body } };
}

/** `0100007F:1F90`: words of the machine's byte order, and a port. */
function parseEnd(
  text: string | undefined,
): { readonly address: Uint8Array; readonly port: number } | undefined {
  const [, words, port] = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/i.exec(text ?? '') ?? [];
  if (words === undefined) return undefined;
  const address = Buffer.from(words, 'hex');
  address.swap32();
  return { address: new Uint8Array(address), port: Number.parseInt(port, 16) };
}

function tableRows(path: string): readonly string[] {
  return (readIfThere(path) ?? '').split('\n').slice(1).filter(Boolean);
}
