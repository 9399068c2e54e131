import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteSource } from './source.ts';
import { withFirstBytes } from './source.ts';
import { type Unpacked, unpackThrough } from './unpack-through.ts';

/** Flags of a member's header (RFC 1952). */
const HAS_HEADER_CHECK = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;
const UNKNOWN_FLAGS = 0xe0;
/** Longest name or comment of a member: it is read byte by byte. */
const MAXIMUM_TEXT = 64 * 1024;

/**
 * Unpacks gzip, member by member. zlib's own reader of gzip keeps back the last unpacked bytes where the check behind
 * them fails or what follows is no gzip; these are whole events, so header and check are read here.
 */
export function gunzip(packed: ByteSource): ByteSource {
  let rest = packed;
  /** The member that is read, or was read last. */
  let member: Unpacked | undefined;
  let isInMember = false;
  let isEnded = false;
  let check = 0;
  let length = 0;

  async function next(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      const read = await rest.read(bytes, filled, count);
      if (read === 0) throw new Error('unexpected end of file');
      filled += read;
    }
    return bytes;
  }

  /** Passes a text that ends with a NUL. */
  async function passText(): Promise<void> {
    for (let count = 0; (await next(1))[0] !== 0; count++) {
      if (count === MAXIMUM_TEXT) throw new Error('a header without an end');
    }
  }

  async function readHeader(first: number): Promise<void> {
    const [second, method, flags] = await next(9);
    if (first !== 0x1f || second !== 0x8b) throw new Error('incorrect header check');
    if (method !== 8) throw new Error('unknown compression method');
    if ((flags! & UNKNOWN_FLAGS) !== 0) throw new Error('unknown header flags set');
    if ((flags! & HAS_EXTRA) !== 0) {
      const [low, high] = await next(2);
      await next(low! + high! * 256);
    }
    if ((flags! & HAS_NAME) !== 0) await passText();
    if ((flags! & HAS_COMMENT) !== 0) await passText();
    if ((flags! & HAS_HEADER_CHECK) !== 0) await next(2);
  }

  /** Starts the next member; false at the end. Zeros behind a member are padding, as for gzip itself. */
  async function open(): Promise<boolean> {
    const first = new Uint8Array(1);
    if ((await rest.read(first, 0, 1)) === 0 || (first[0] === 0 && member !== undefined)) return false;
    await readHeader(first[0]!);
    member = unpackThrough(createInflateRaw({ chunkSize: 64 * 1024 }), rest);
    check = 0;
    length = 0;
    return true;
  }

  async function finish(ended: Unpacked): Promise<void> {
    rest = withFirstBytes(ended.unused(), packed);
    const trailer = new DataView((await next(8)).buffer);
    if (trailer.getUint32(0, true) !== check) throw new Error('incorrect data check');
    if (trailer.getUint32(4, true) !== length % 2 ** 32) throw new Error('incorrect length check');
  }

  return {
    async read(target, from, to) {
      while (!isEnded) {
        if (!isInMember) {
          isInMember = await open();
          isEnded = !isInMember;
          continue;
        }
        const count = await member!.read(target, from, to);
        if (count > 0) {
          check = crc32(target.subarray(from, from + count), check);
          length += count;
          return count;
        }
        await finish(member!);
        isInMember = false;
      }
      return 0;
    },
    async close() {
      if (member === undefined) await packed.close();
      else await member.close();
    },
  };
}
