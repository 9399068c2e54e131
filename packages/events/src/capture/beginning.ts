import { SECTION_HEADER } from './block-types.ts';

const MAGICS = [
  { packing: 'gzip', magic: [0x1f, 0x8b] },
  { packing: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
] as const;

/** How a file can be packed. */
export type Packing = (typeof MAGICS)[number]['packing'];

/** How many bytes of a file's beginning are looked at. */
export const BEGINNING_LENGTH = 4;

/** What a file is packed with, going by its first bytes; undefined where it is not. */
export function packingOf(beginning: Uint8Array): Packing | undefined {
  return MAGICS.find(({ magic }) => magic.every((byte, index) => beginning[index] === byte))?.packing;
}

/** Whether a file that begins so can be a capture: packed, or with a section header (which reads the same in either byte order). */
export function canBeCapture(beginning: Uint8Array): boolean {
  if (packingOf(beginning) !== undefined) return true;
  const { buffer, byteOffset, length } = beginning;
  return length >= BEGINNING_LENGTH && new DataView(buffer, byteOffset).getUint32(0) === SECTION_HEADER;
}
