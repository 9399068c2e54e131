import { createZstdDecompress } from 'node:zlib';
import { isSeawallError } from '@seawall/base';
import { errors } from '../errors.ts';
import { BEGINNING_LENGTH, packingOf } from './beginning.ts';
import { gunzip } from './gunzip.ts';
import type { ByteSource } from './source.ts';
import { withFirstBytes } from './source.ts';
import { unpackThrough } from './unpack-through.ts';

/** The source unpacked, where its first bytes say that it is packed with gzip or zstd; else the source itself. */
export async function unpack(source: ByteSource, path: string): Promise<ByteSource> {
  const first = new Uint8Array(BEGINNING_LENGTH);
  let length = 0;
  while (length < first.length) {
    const count = await source.read(first, length, first.length);
    if (count === 0) break;
    length += count;
  }
  const beginning = first.subarray(0, length);
  const whole = withFirstBytes(beginning, source);
  const packing = packingOf(beginning);
  if (packing === undefined) return whole;
  const unpacked = packing === 'gzip' ? gunzip(whole) : unpackThrough(createZstdDecompress(), whole);
  return tellingDamage(unpacked, path, packing);
}

/** Tells faults of the packing as such; those of the source below have a code already. */
function tellingDamage(unpacked: ByteSource, path: string, method: string): ByteSource {
  let offset = 0;
  return {
    async read(target, from, to) {
      try {
        const count = await unpacked.read(target, from, to);
        offset += count;
        return count;
      } catch (error) {
        if (!(error instanceof Error) || isSeawallError(error)) throw error;
        throw errors.create('COMPRESSION_DAMAGED', { path, method, offset, reason: error.message }, error);
      }
    },
    close: () => unpacked.close(),
  };
}
