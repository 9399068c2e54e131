import { constants } from 'node:os';
import type { SeawallError } from '@seawall/base';
import {
  type EventBatch,
  type EventType,
  encodeEvent,
  eventTypeOfSymbol,
  eventTypesByName,
  type ParameterFacts,
  type ParameterValue,
  socketAddress,
  tuple,
  unixTuple,
} from '@seawall/events';
import { bytesFromText, nearestName, parseIpv4, parseIpv6 } from '@seawall/rules';
import { errors } from '../errors.ts';

/** Of whom and when an event is. */
export interface EventHead {
  readonly tid: number;
  readonly time: bigint;
  readonly number: number;
}

/** The descriptors of a process in a case: by the names that the case gives them, and the next free number. */
export interface Descriptors {
  readonly byName: Map<string, number>;
  next: number;
}

/** What a step's words may be. */
export type Words = Readonly<Record<string, unknown>>;

/** A mistake in a step, in words. */
export function stepMistake(problem: string): SeawallError {
  return errors.create('STEP_INVALID', { problem });
}

/** An event of a step. @throws agent/STEP_INVALID where a value doesn't fit its parameter */
export function encodeStep(
  symbol: string,
  values: Readonly<Record<string, ParameterValue>>,
  head: EventHead,
): EventBatch {
  const tooLong = Object.keys(values).find((name) => lengthOf(values[name]) > LONGEST_VALUE);
  if (tooLong !== undefined) throw stepMistake(`${tooLong} is longer than ${LONGEST_VALUE} bytes`);
  try {
    return encodeEvent(symbol, values, head);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    const name = eventTypeOfSymbol(symbol).name;
    throw errors.create('STEP_INVALID', { problem: `${name}: ${error.message}` }, error);
  }
}

/** Lengths of parameters are 16 bits wide, and texts end with a zero byte. */
const LONGEST_VALUE = 65_534;

function lengthOf(value: ParameterValue): number {
  if (Array.isArray(value)) return value.reduce((sum, text) => sum + text.length + 1, -1);
  return typeof value === 'string' ? value.length : 0;
}

const AT_FDCWD = -100;
/** linux/in.h, linux/net.h. */
const PROTOCOLS: Readonly<Record<string, { readonly type: number; readonly number: number }>> = {
  tcp: { type: 1, number: 6 },
  udp: { type: 2, number: 17 },
  icmp: { type: 3, number: 1 },
  raw: { type: 3, number: 255 },
};
const CLIENT_PORT = 45_000;
const LAST_PORT = 65_535;

/** Words that are not parameters' names. */
const OWN_WORDS = ['path', 'from', 'to', 'on', 'as', 'error', 'protocol', 'unix'];

/**
 * The events of one call: those of the sockets that it needs, then its own. Words are names of the event's parameters,
 * or `path`, `from` and `to` for its paths or ends, `error` for how it failed, `as` for a name of the new descriptor.
 * @param next gives the head of each event.
 * @throws agent/STEP_INVALID
 */
export function encodeCall(
  call: string,
  words: Words,
  descriptors: Descriptors,
  next: () => EventHead,
): readonly EventBatch[] {
  const type = typeOfCall(call);
  const socketCall = socketCalls[call];
  if (socketCall !== undefined) {
    const { path, ...others } = words;
    const ends = path === undefined ? words : { ...others, to: path, on: path };
    if (ends.to !== undefined || ends.on !== undefined || ends.fd === undefined) {
      return socketCall(type, ends, descriptors, next);
    }
  }
  return [encodeStep(type.symbol, readWords(type, words, descriptors), next())];
}

/** Today's event of a call: the last of that name in the table that tells how the call ended. */
export function typeOfCall(call: string): EventType {
  const types = (eventTypesByName.get(call) ?? []).filter(
    ({ isEnter, isOld, isUnused }) => !isEnter && !isOld && !isUnused,
  );
  const type = types.at(-1);
  if (type !== undefined) return type;
  const nearest = nearestName(call, eventTypesByName.keys());
  throw stepMistake(`there is no call ${call}${nearest === undefined ? '' : `: is it ${nearest}?`}`);
}

type SocketCall = (
  type: EventType,
  words: Words,
  descriptors: Descriptors,
  next: () => EventHead,
) => readonly EventBatch[];

const socketCalls: Readonly<Record<string, SocketCall>> = {
  connect: sending,
  sendto: sending,
  sendmsg: sending,
  sendmmsg: sending,
  accept: accepting,
  accept4: accepting,
  recvfrom: receiving,
  recvmsg: receiving,
  bind: (type, words, descriptors, next) => {
    const { fd, events } = makeSocket(words, String(words.on), descriptors, next);
    const addr = socketAddress(endOf(String(words.on)));
    return [...events, encodeStep(type.symbol, { res: resultOf(words), addr, fd }, next())];
  },
  listen: (type, words, descriptors, next) => {
    const on = String(words.on);
    const { fd, events } = makeSocket(words, on, descriptors, next);
    const bound = encodeStep(
      typeOfCall('bind').symbol,
      { res: 0, addr: socketAddress(endOf(on)), fd },
      next(),
    );
    return [...events, bound, encodeStep(type.symbol, { res: resultOf(words), fd, backlog: 128 }, next())];
  },
};

function sending(
  type: EventType,
  words: Words,
  descriptors: Descriptors,
  next: () => EventHead,
): readonly EventBatch[] {
  if (words.unix !== undefined) return connectingUnix(type, words, descriptors, next);
  if (words.to === undefined) throw stepMistake(`${type.name}: say to which address and port (to: ...)`);
  const to = String(words.to);
  const protocol = words.protocol ?? (type.name === 'connect' ? 'tcp' : 'udp');
  const { fd, events } = makeSocket({ ...words, protocol }, to, descriptors, next);
  const from = words.from === undefined ? localEnd(to) : String(words.from);
  const ends = tuple(endOf(from), endOf(to));
  const common = { res: resultOf(words), tuple: ends, fd };
  const values =
    type.name === 'connect'
      ? { ...common, addr: socketAddress(endOf(to)) }
      : { ...common, res: words.error === undefined ? 1 : common.res, data: 'x', size: 1 };
  return [...events, encodeStep(type.symbol, values, next())];
}

function connectingUnix(
  type: EventType,
  words: Words,
  descriptors: Descriptors,
  next: () => EventHead,
): readonly EventBatch[] {
  const fd = take(words, descriptors);
  const made = encodeStep('SOCKET_SOCKET_X', { fd, domain: 1, type: 1, proto: 0, flags: 0 }, next());
  const ends = unixTuple(0xffff_8000_0000_0001n, 2n, bytesFromText(String(words.unix)));
  return [made, encodeStep(type.symbol, { res: resultOf(words), tuple: ends, fd }, next())];
}

function accepting(
  type: EventType,
  words: Words,
  descriptors: Descriptors,
  next: () => EventHead,
): readonly EventBatch[] {
  const { from, on } = words;
  if (from === undefined || on === undefined) {
    throw stepMistake(`${type.name}: say from which address and port (from: ...) and where (on: ...)`);
  }
  const fd = words.error === undefined ? take(words, descriptors) : resultOf(words);
  const ends = tuple(endOf(String(from)), endOf(String(on)));
  return [encodeStep(type.symbol, { fd, tuple: ends, queuepct: 0, queuelen: 0, queuemax: 128 }, next())];
}

function receiving(
  type: EventType,
  words: Words,
  descriptors: Descriptors,
  next: () => EventHead,
): readonly EventBatch[] {
  const { from, on } = words;
  if (from === undefined || on === undefined) {
    throw stepMistake(`${type.name}: say from which address and port (from: ...) and where (on: ...)`);
  }
  const { fd, events } = makeSocket({ protocol: 'udp', ...words }, String(on), descriptors, next);
  const ends = tuple(endOf(String(from)), endOf(String(on)));
  const values = { res: 1, fd, data: 'x', size: 1, tuple: ends };
  return [...events, encodeStep(type.symbol, values, next())];
}

/** A new socket that fits the address, or the one that the step names. */
function makeSocket(
  words: Words,
  address: string,
  descriptors: Descriptors,
  next: () => EventHead,
): { readonly fd: number; readonly events: readonly EventBatch[] } {
  if (words.fd !== undefined) return { fd: numberOf(words.fd, undefined, descriptors), events: [] };
  const fd = take(words, descriptors);
  const name = String(words.protocol ?? 'tcp');
  const protocol = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
  if (protocol === undefined) throw stepMistake(`protocols are ${Object.keys(PROTOCOLS).join(', ')}`);
  const domain = isIpv6(address) ? 10 : 2;
  const { type, number: proto } = protocol;
  return { fd, events: [encodeStep('SOCKET_SOCKET_X', { fd, domain, type, proto, flags: 0 }, next())] };
}

function take({ as }: Words, descriptors: Descriptors): number {
  const fd = descriptors.next;
  descriptors.next += 1;
  if (as !== undefined) descriptors.byName.set(String(as), fd);
  return fd;
}

/** `1.2.3.4:80`, `[::1]:80` or a name of this end as events are made from it. */
function endOf(text: string): string {
  const { address, port } = splitEnd(text);
  const ipv6 = parseIpv6(address);
  if (parseIpv4(address) !== undefined) return `${address}:${port}`;
  if (ipv6 === undefined) throw stepMistake(`${text} is no address with a port: 10.0.0.1:80 or [::1]:80`);
  return `${Buffer.from(ipv6).toString('hex')}:${port}`;
}

function isIpv6(text: string): boolean {
  return parseIpv6(splitEnd(text).address) !== undefined;
}

function splitEnd(text: string): { readonly address: string; readonly port: number } {
  const parts = /^\[?([0-9a-fA-F.:]+?)\]?:(\d{1,5})$/.exec(text);
  if (parts === null || Number(parts[2]) > LAST_PORT) {
    throw stepMistake(`${text} is no address with a port: 10.0.0.1:80 or [::1]:80`);
  }
  return { address: parts[1]!, port: Number(parts[2]) };
}

/** The near end where a step doesn't say it: loopback for loopback, else some address. */
function localEnd(to: string): string {
  const { address } = splitEnd(to);
  if (address.startsWith('::ffff:')) return `[::ffff:10.0.0.5]:${CLIENT_PORT}`;
  if (isIpv6(to)) return `[${address === '::1' ? '::1' : '2001:db8::5'}]:${CLIENT_PORT}`;
  return `${address.startsWith('127.') ? '127.0.0.1' : '10.0.0.5'}:${CLIENT_PORT}`;
}

/** How the call ended: 0, or what `error` says. */
export function resultOf({ error, res }: Words): number {
  if (error === undefined) return typeof res === 'number' ? res : 0;
  const number = (constants.errno as Readonly<Record<string, number>>)[String(error)];
  if (number === undefined) throw stepMistake(`there is no error ${String(error)}`);
  return -number;
}

function readWords(
  type: EventType,
  words: Words,
  descriptors: Descriptors,
): Readonly<Record<string, ParameterValue>> {
  const { parameters } = type;
  const paths = parameters.filter(({ name, type: kind }) => isPath(name, kind));
  const values: Record<string, ParameterValue> = {};
  const creates = parameters[0]?.name === 'fd' && parameters[0].type === 'fd' && type.flags.has('creates_fd');
  if (creates) values.fd = words.error === undefined ? take(words, descriptors) : resultOf(words);
  else if (parameters.some(({ name }) => name === 'res')) values.res = resultOf(words);
  for (const { name, directoryParameter } of parameters) {
    if (directoryParameter !== undefined) values[parameters[directoryParameter]!.name] = AT_FDCWD;
    if (/^(?:old|new|link)?dir(?:fd)?$/.test(name) && !isPath(name, 'fd')) values[name] ??= AT_FDCWD;
  }
  for (const [word, value] of Object.entries(words)) {
    if (word === 'path' || word === 'from') setPath(values, paths[0], value, type, word);
    else if (word === 'to') setPath(values, paths[1], value, type, word);
    else if (!OWN_WORDS.includes(word)) {
      const parameter = parameters.find(({ name }) => name === word);
      if (parameter === undefined) throw unknownWord(word, type);
      if (!(creates && word === 'fd')) values[word] = encodedValue(parameter, value, descriptors);
    }
  }
  return values;
}

function isPath(name: string, kind: string): boolean {
  return kind === 'fspath' || kind === 'fsrelpath' || (kind === 'charbuf' && /^(?:target|dev)$/.test(name));
}

function setPath(
  values: Record<string, ParameterValue>,
  parameter: ParameterFacts | undefined,
  value: unknown,
  type: EventType,
  word: string,
): void {
  if (parameter === undefined) throw unknownWord(word, type);
  values[parameter.name] = bytesFromText(String(value));
}

function unknownWord(word: string, { name, parameters }: EventType): SeawallError {
  const known = parameters.map((parameter) => parameter.name).join(', ');
  return stepMistake(`${name} has no ${word}: it has ${known}; path, from and to stand for its paths`);
}

function encodedValue(parameter: ParameterFacts, value: unknown, descriptors: Descriptors): ParameterValue {
  const { name, type, flagTable } = parameter;
  if (Array.isArray(value)) return value.map((item) => bytesFromText(String(item)));
  if (type === 'charbuf' || type === 'bytebuf' || isPath(name, type)) return bytesFromText(String(value));
  return numberOf(value, flagTable, descriptors, name);
}

function numberOf(
  value: unknown,
  flagTable: ParameterFacts['flagTable'],
  descriptors: Descriptors,
  name = 'fd',
): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const word = String(value);
  const descriptor = descriptors.byName.get(word);
  if (descriptor !== undefined) return descriptor;
  if (flagTable === undefined)
    throw stepMistake(`${name}: ${word} is neither a number nor a descriptor's name`);
  return word
    .split('|')
    .map((flag) => {
      const known = flagTable.find((entry) => entry.name === flag.trim());
      if (known === undefined) throw stepMistake(`${name}: there is no flag ${flag}`);
      return Number(known.value);
    })
    .reduce((all, flag) => all | flag, 0);
}
