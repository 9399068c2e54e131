import type { EventBatch } from './batch.ts';
import { FAMILY_IPV4, FAMILY_IPV6, FAMILY_UNIX } from './sockets.ts';
import { eventTypeOfSymbol, type ParameterType } from './table/event-type.ts';
import { HEADER_LENGTH } from './view.ts';

/**
 * A parameter's value: an integer for integer types, a byte string for texts, paths and bytes, several texts for lists of
 * them (arguments, environment, cgroups), bytes for everything else. Undefined makes it empty.
 */
export type ParameterValue = number | bigint | string | readonly string[] | Uint8Array | undefined;

const WIDTHS: Readonly<Partial<Record<ParameterType, number>>> = {
  int8: 1,
  uint8: 1,
  flags8: 1,
  enumflags8: 1,
  sigtype: 1,
  l4proto: 1,
  sockfamily: 1,
  int16: 2,
  uint16: 2,
  flags16: 2,
  enumflags16: 2,
  syscallid: 2,
  port: 2,
  int32: 4,
  uint32: 4,
  flags32: 4,
  enumflags32: 4,
  uid: 4,
  gid: 4,
  mode: 4,
  sigset: 4,
  bool: 4,
  fd32: 4,
  pid32: 4,
  int64: 8,
  uint64: 8,
  errno: 8,
  fd: 8,
  pid: 8,
  reltime: 8,
  abstime: 8,
};

/**
 * A batch of one event in today's form, from values: what tests and rule cases are made of.
 * @param symbol of its type, with or without `PPME_`.
 * @param values by the names of the parameters, in any order; those not named are empty.
 */
export function encodeEvent(
  symbol: string,
  values: Readonly<Record<string, ParameterValue>>,
  head: { readonly tid: number; readonly time: bigint; readonly number: number },
): EventBatch {
  const type = eventTypeOfSymbol(symbol);
  const unknown = Object.keys(values).filter((name) => !type.parameters.some((known) => known.name === name));
  if (unknown.length > 0) throw new TypeError(`${symbol} has no parameter ${unknown.join(', ')}`);
  return encodeRaw(
    type.id,
    type.parameters.map((parameter) => encodeValue(parameter.type, values[parameter.name])),
    head,
    type.hasLargePayload,
  );
}

/** The same from bytes: whatever a damaged capture might hold. */
export function encodeRaw(
  typeId: number,
  parameters: readonly Uint8Array[],
  head: { readonly tid: number; readonly time: bigint; readonly number: number },
  hasLargePayload = false,
): EventBatch {
  const width = hasLargePayload ? 4 : 2;
  const lengths = Buffer.alloc(parameters.length * width);
  parameters.forEach(({ length }, index) => {
    lengths.writeUIntLE(length, index * width, width);
  });
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeBigUInt64LE(head.time, 0);
  header.writeBigInt64LE(BigInt(head.tid), 8);
  header.writeUInt16LE(typeId, 20);
  header.writeUInt32LE(parameters.length, 22);
  const bytes = new Uint8Array(Buffer.concat([header, lengths, ...parameters]));
  const data = new DataView(bytes.buffer);
  data.setUint32(16, bytes.length, true);
  return {
    bytes,
    data,
    count: 1,
    offsets: Uint32Array.of(0),
    cpus: Uint16Array.of(0),
    numbers: Float64Array.of(head.number),
  };
}

function encodeValue(type: ParameterType, value: ParameterValue): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint') {
    const width = WIDTHS[type];
    if (width === undefined) throw new TypeError(`a parameter of type ${type} is no integer`);
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    return bytes.subarray(0, width);
  }
  if (typeof value !== 'string') return Buffer.from(value.map((text) => `${text}\0`).join(''), 'latin1');
  return Buffer.from(type === 'bytebuf' ? value : `${value}\0`, 'latin1');
}

/** A socket tuple as events carry it: `source` and `destination` are `address:port`, IPv6 as 32 hexadecimal digits. */
export function tuple(source: string, destination: string): Uint8Array {
  const near = end(source);
  return Buffer.concat([Buffer.of(near.length === 6 ? FAMILY_IPV4 : FAMILY_IPV6), near, end(destination)]);
}

/** One end as events carry it. */
export function socketAddress(address: string): Uint8Array {
  const bytes = end(address);
  return Buffer.concat([Buffer.of(bytes.length === 6 ? FAMILY_IPV4 : FAMILY_IPV6), bytes]);
}

/** A tuple of unix sockets. */
export function unixTuple(source: bigint, destination: bigint, path: string): Uint8Array {
  const ends = Buffer.alloc(16);
  ends.writeBigUInt64LE(source, 0);
  ends.writeBigUInt64LE(destination, 8);
  return Buffer.concat([Buffer.of(FAMILY_UNIX), ends, Buffer.from(`${path}\0`, 'latin1')]);
}

function end(text: string): Buffer {
  const colon = text.lastIndexOf(':');
  const address = text.slice(0, colon);
  const bytes = address.includes('.')
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.from(address, 'hex');
  const port = Buffer.alloc(2);
  port.writeUInt16LE(Number(text.slice(colon + 1)));
  return Buffer.concat([bytes, port]);
}
