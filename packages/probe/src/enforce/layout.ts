import { numberOfCall } from './call-numbers.ts';
import { parseNetwork } from './network.ts';
import type { ConnectionRule, FileUse, GuardPolicy } from './policy.ts';
import { NAME_LIMIT } from './refusals.ts';

// The bytes that are shared with the programs in the kernel (native/enforce/tables.h), in this machine's order.

const PATH_ROOM = 256;
const RULE_BYTES = 40;
const RULES_AT = 72;
const RULES = 64;

const RESTRICTS_PROGRAMS = 1;
const RESTRICTS_MAPPINGS = 2;
const RESTRICTS_CALLS = 4;
const RESTRICTS_CONNECTIONS = 8;
const DENIES_CONNECTIONS = 16;
const COVERS_MACHINE = 32;
const ONLY_REPORTS = 64;

const USES: Readonly<Record<FileUse, number>> = { program: 1, interpreter: 2, script: 4, library: 8 };
export const EVERY_USE: readonly FileUse[] = ['program', 'interpreter', 'script', 'library'];

/** Where a container's tree of files begins. */
export interface Root {
  readonly device: number;
  readonly inode: bigint;
}

/** What a file is to the kernel. */
export interface Description extends Root {
  /** How it was when it was looked at; opaque. */
  readonly identity: Uint8Array;
  readonly isOverlay: boolean;
  /** Written in the container, not as the image has it. */
  readonly isUpper: boolean;
  /** Whether it is in the tree of the root that was asked for, `path` being its real path there. */
  readonly isInRoot: boolean;
  readonly path: string;
  /** What it is as the root of a tree: in an overlay that is another inode than the one that holds the bytes. */
  readonly asRoot: Root;
}

export const DESCRIPTION_BYTES = 24 + 16 + 16 + 8 + PATH_ROOM;
const ROOT_AT = 40;

export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function number64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

export function encodePolicy(policy: GuardPolicy): Buffer {
  const bytes = Buffer.alloc(RULES_AT + RULES * RULE_BYTES);
  const { programs, forbiddenCalls, connections } = policy;
  let flags = 0;
  if (programs !== undefined) flags |= RESTRICTS_PROGRAMS;
  if (programs?.mappings === 'listed') flags |= RESTRICTS_MAPPINGS;
  if (forbiddenCalls !== undefined) flags |= RESTRICTS_CALLS;
  if (connections !== undefined) flags |= RESTRICTS_CONNECTIONS;
  if (connections?.otherwise === 'deny') flags |= DENIES_CONNECTIONS;
  if (policy.coversMachine === true) flags |= COVERS_MACHINE;
  if (policy.isReportOnly === true) flags |= ONLY_REPORTS;
  bytes.writeUInt32LE(flags, 0);
  bytes.writeUInt32LE(connections?.rules.length ?? 0, 4);
  for (const call of forbiddenCalls ?? []) {
    const number = numberOfCall(call) as number;
    bytes[8 + (number >> 3)] |= 1 << (number & 7);
  }
  for (const [index, rule] of (connections?.rules ?? []).entries()) {
    writeRule(bytes.subarray(RULES_AT + index * RULE_BYTES), rule);
  }
  return bytes;
}

function writeRule(bytes: Buffer, { verdict, network, ports, protocol }: ConnectionRule): void {
  if (network !== undefined) {
    const { address, mask } = parseNetwork(network) as { address: Uint8Array; mask: Uint8Array };
    bytes.set(address, 0);
    bytes.set(mask, 16);
  }
  const [first, last] = typeof ports === 'number' ? [ports, ports] : (ports ?? [0, 65535]);
  bytes.writeUInt16LE(first, 32);
  bytes.writeUInt16LE(last, 34);
  bytes[36] = protocol === undefined ? 0 : { tcp: 6, udp: 17 }[protocol];
  bytes[37] = verdict === 'deny' ? 1 : 0;
}

export function encodePathKey(policy: number, path: string): Buffer {
  const bytes = Buffer.alloc(4 + PATH_ROOM);
  bytes.writeUInt32LE(policy);
  bytes.write(path, 4);
  return bytes;
}

export function encodeUses(uses: readonly FileUse[]): Buffer {
  return number32(uses.reduce((bits, use) => bits | USES[use], 0));
}

export function encodeIdentityKey(policy: number, { device, inode }: Root): Buffer {
  return Buffer.concat([number32(policy), number32(device), number64(inode)]);
}

/** The identity of a description with the uses that are allowed. */
export function encodeIdentity(identity: Uint8Array, uses: readonly FileUse[]): Buffer {
  const bytes = Buffer.from(identity);
  encodeUses(uses).copy(bytes, 20);
  return bytes;
}

export function encodeRoot({ device, inode }: Root): Buffer {
  return Buffer.concat([number64(inode), number32(device), number32(0)]);
}

export function decodeRoot(bytes: Buffer): Root {
  return { inode: bytes.readBigUInt64LE(0), device: bytes.readUInt32LE(8) };
}

/** @param name with at most one `*`. */
export function encodeExpectation(parent: bigint, assignment: number, name: string): Buffer {
  const bytes = Buffer.alloc(16 + 2 * NAME_LIMIT);
  const [head, tail] = name.split('*');
  // The zero at a name's end is compared as well: without a star, that makes the name the whole of it.
  const prefix = tail === undefined ? `${head}\0` : head;
  const suffix = tail === undefined ? '' : `${tail}\0`;
  bytes.writeBigUInt64LE(parent, 0);
  bytes.writeUInt32LE(assignment, 8);
  bytes.writeUInt16LE(Buffer.byteLength(prefix), 12);
  bytes.writeUInt16LE(Buffer.byteLength(suffix), 14);
  bytes.write(prefix, 16);
  bytes.write(suffix, 16 + NAME_LIMIT);
  return bytes;
}

/** A description that asks for paths below a root. */
export function encodeQuestion(root: Root): Buffer {
  const bytes = Buffer.alloc(DESCRIPTION_BYTES);
  encodeRoot(root).copy(bytes, ROOT_AT);
  return bytes;
}

export function decodeDescription(bytes: Buffer): Description {
  const flags = bytes.readUInt32LE(36);
  const path = bytes.subarray(64, 64 + PATH_ROOM);
  return {
    identity: Uint8Array.from(bytes.subarray(0, 24)),
    inode: bytes.readBigUInt64LE(24),
    device: bytes.readUInt32LE(32),
    isOverlay: (flags & 1) !== 0,
    isUpper: (flags & 2) !== 0,
    isInRoot: (flags & 4) !== 0,
    path: path.toString('utf8', 0, path.indexOf(0)),
    asRoot: { inode: bytes.readBigUInt64LE(ROOT_AT), device: bytes.readUInt32LE(ROOT_AT + 8) },
  };
}
