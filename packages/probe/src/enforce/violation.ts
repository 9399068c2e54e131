import { callOfNumber } from './call-numbers.ts';
import { formatAddress } from './network.ts';

/** Why something was stopped. */
export type ViolationReason =
  /** The program is not on the list. */
  | 'not-listed'
  /** Its path is on the list, but it is not the file that was there when the list was made, or not the image's. */
  | 'changed'
  /** The interpreter of a script is not on the list. */
  | 'interpreter'
  /** The file of the script could not be found out. */
  | 'script-unknown'
  /** What the kernel would start first for the program is neither listed nor the image's; or ld.so was run by hand. */
  | 'loader'
  /** Code was mapped that is neither listed nor a library of the image. */
  | 'mapping'
  | 'call'
  | 'connection'
  /** A forbidden file was opened. */
  | 'open';

/** Something that a guarded process tried. */
export interface Violation {
  /** The guard's, as `Guard.id`. */
  readonly guard: number;
  readonly reason: ViolationReason;
  /** Whether it was stopped: `ended` (SIGKILL), `denied` (EPERM), or only `reported`. */
  readonly outcome: 'ended' | 'denied' | 'reported';
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  readonly pid: number;
  readonly thread: number;
  /** A byte string. */
  readonly comm: string;
  /** The process's own cgroup, by id; where an open was denied, the guarded one. */
  readonly cgroup: bigint;
  /**
   * Of the file: its real path in the container's tree (a byte string), its device as stat tells it, and the inode
   * that holds its bytes (in an overlay, that of the layer).
   */
  readonly file?: { readonly path: string; readonly device: number; readonly inode: bigint };
  /** The system call's name, or its number where it has none. */
  readonly call?: string;
  readonly destination?: {
    readonly address: string;
    readonly port: number;
    readonly protocol: 'tcp' | 'udp' | number;
  };
}

const REASONS: readonly (ViolationReason | undefined)[] = [
  undefined,
  'not-listed',
  'changed',
  'interpreter',
  'script-unknown',
  'loader',
  'mapping',
  'call',
  'connection',
];
const PROTOCOLS: Readonly<Record<number, 'tcp' | 'udp'>> = { 6: 'tcp', 17: 'udp' };

/** As in native/enforce/tables.h. */
export const VIOLATION_BYTES = 360;

/**
 * Reads a record of the ring.
 * @param guardOf the guard that a policy belongs to, by the policy's number in the kernel.
 * @param bootTime nanoseconds from the epoch to the machine's start.
 */
export function decodeViolation(
  bytes: Buffer,
  guardOf: (policy: number) => number,
  bootTime: bigint,
): Violation {
  const reason = REASONS[bytes.readUInt32LE(48)] as ViolationReason;
  const isStopped = bytes.readUInt32LE(52) !== 0;
  const number = bytes.readUInt32LE(56);
  return {
    guard: guardOf(bytes.readUInt32LE(44)),
    reason,
    outcome: isStopped ? (reason === 'connection' ? 'denied' : 'ended') : 'reported',
    timestamp: bytes.readBigUInt64LE(0) + bootTime,
    pid: bytes.readUInt32LE(36),
    thread: bytes.readUInt32LE(40),
    comm: textAt(bytes, 80, 16),
    cgroup: bytes.readBigUInt64LE(8),
    ...(reason === 'connection'
      ? {
          destination: {
            address: formatAddress(bytes.subarray(64, 80)),
            port: bytes.readUInt16LE(60),
            protocol: PROTOCOLS[number] ?? number,
          },
        }
      : {}),
    ...(reason === 'call' || reason === 'mapping' ? { call: callOfNumber(number) ?? String(number) } : {}),
    ...(reason === 'call' || reason === 'connection'
      ? {}
      : {
          file: {
            path: textAt(bytes, 104, 256),
            inode: bytes.readBigUInt64LE(24),
            device: deviceOfKernel(bytes.readUInt32LE(32)),
          },
        }),
  };
}

/** The kernel keeps 20 bits of the minor number, lowest; what stat tells is put together another way. */
function deviceOfKernel(device: number): number {
  const [major, minor] = [device >>> 20, device & 0xfffff];
  return (minor & 0xff) + major * 0x100 + (minor >>> 8) * 0x10_0000;
}

function textAt(bytes: Buffer, start: number, room: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('latin1', start, end === -1 ? start + room : Math.min(end, start + room));
}
