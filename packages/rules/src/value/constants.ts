import type { FieldType, Value } from '../catalogue/catalogue.ts';
import { createNetwork, parseIpv4, parseIpv6 } from './addresses.ts';
import { parseInteger } from './integers.ts';
import { portsByName } from './ports.ts';

/** A constant read, or why its text can't be one of that type: a code of bindErrors and the words for its message. */
export type ConstantRead =
  | { readonly value: Value }
  | { readonly problem: ConstantProblem; readonly expected?: string };

export type ConstantProblem =
  | 'CONSTANT_WRONG'
  | 'CONSTANT_TOO_LONG'
  | 'CONSTANT_HOLDS_NUL'
  | 'CONSTANT_TYPE_UNKNOWN';

/** Falco refuses longer constants; so a rule that loads here loads there. */
const longestText = 255;

/**
 * Reads a constant as a value of that type (libs, value_parser.cpp).
 * @param text a byte string.
 */
export function parseConstant(type: FieldType, text: string): ConstantRead {
  if (type === 'bytebuf')
    return text.length > longestText ? { problem: 'CONSTANT_TOO_LONG' } : { value: text };
  if (text.includes('\0')) return { problem: 'CONSTANT_HOLDS_NUL' };
  const read = readers[type];
  return read === undefined ? { problem: 'CONSTANT_TYPE_UNKNOWN' } : read(text);
}

type Reader = (text: string) => ConstantRead;

const signed = (bits: 8 | 16 | 32 | 64) => integer({ bits, isSigned: true });
const unsigned = (bits: 8 | 16 | 32 | 64) => integer({ bits, isSigned: false });

const readers: Partial<Record<FieldType, Reader>> = {
  int8: signed(8),
  int16: signed(16),
  int32: signed(32),
  int64: signed(64),
  fd: signed(64),
  errno: signed(64),
  pid: signed(64),
  // Falco reads whole numbers only, also where the field is a fraction.
  double: signed(32),
  uint8: unsigned(8),
  l4proto: unsigned(8),
  flags8: unsigned(8),
  enumflags8: unsigned(8),
  uint16: unsigned(16),
  flags16: unsigned(16),
  enumflags16: unsigned(16),
  uint32: unsigned(32),
  flags32: unsigned(32),
  enumflags32: unsigned(32),
  mode: unsigned(32),
  uid: unsigned(32),
  gid: unsigned(32),
  uint64: unsigned(64),
  reltime: unsigned(64),
  abstime: unsigned(64),
  port: readPort,
  charbuf: readText,
  fspath: readText,
  fsrelpath: readText,
  sockaddr: readText,
  socktuple: readText,
  sockfamily: readText,
  bool: readTruth,
  ipaddr: readAddress,
  ipv4addr: readIpv4,
  ipv6addr: readIpv6,
  ipnet: readNetwork,
  ipv4net: (text) => readNetworkWith(text, parseIpv4),
  ipv6net: (text) => readNetworkWith(text, parseIpv6),
};

function integer(width: { readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }): Reader {
  return (text) => wanted(parseInteger(text, width), 'a whole number in decimal digits');
}

function readText(text: string): ConstantRead {
  return text.length > longestText ? { problem: 'CONSTANT_TOO_LONG' } : { value: text };
}

function readTruth(text: string): ConstantRead {
  return wanted(text === 'true' ? true : text === 'false' ? false : undefined, '`true` or `false`');
}

function readPort(text: string): ConstantRead {
  if (text === '') return { value: 0 };
  if (!/^[0-9]+$/.test(text)) return wanted(portsByName[text], 'a port number or the name of a service');
  const port = Number(text);
  return wanted(port < 2 ** 31 ? port & 0xffff : undefined, 'a port number or the name of a service');
}

function readAddress(text: string): ConstantRead {
  return text.includes('.') ? readIpv4(text) : readIpv6(text);
}

function readIpv4(text: string): ConstantRead {
  return wanted(parseIpv4(text), 'an IPv4 address such as 10.0.0.1');
}

function readIpv6(text: string): ConstantRead {
  return wanted(parseIpv6(text), 'an IP address such as 10.0.0.1 or fe80::1');
}

function readNetwork(text: string): ConstantRead {
  return readNetworkWith(text, text.includes('.') ? parseIpv4 : parseIpv6);
}

function readNetworkWith(text: string, parseAddress: (text: string) => Uint8Array | undefined): ConstantRead {
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? '' : text.slice(0, slash));
  const prefix = parseInteger(text.slice(slash + 1), { bits: 8, isSigned: false });
  const network =
    address === undefined || prefix === undefined ? undefined : createNetwork(address, Number(prefix));
  return wanted(network, 'a network such as 10.0.0.0/8 or fd00::/8');
}

function wanted(value: Value | undefined, expected: string): ConstantRead {
  return value === undefined ? { problem: 'CONSTANT_WRONG', expected } : { value };
}
