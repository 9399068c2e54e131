/*
 * Block types of .scap files (u32). The numbers 0x80..ABCD are aliases that the earliest recorders wrote.
 */

export const SECTION_HEADER = 0x0a0d_0d0a;
export const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
export const MACHINE = 0x201;
export const INTERFACES_V2 = 0x219;
export const USERS_V2 = 0x220;
export const PROCESSES_V9 = 0x215;
export const DESCRIPTORS_V2 = 0x218;
export const EVENT_V2 = 0x216;
export const EVENT_V2_LARGE = 0x221;
export const FLAGGED_EVENT_V2 = 0x217;
export const FLAGGED_EVENT_V2_LARGE = 0x222;

export type BlockKind =
  | { readonly kind: 'header' }
  | { readonly kind: 'machine' }
  /** Process entries grew with the versions 1 to 9. */
  | { readonly kind: 'processes'; readonly version: number }
  | { readonly kind: 'descriptors'; readonly hasEntryLengths: boolean }
  | { readonly kind: 'interfaces'; readonly hasEntryLengths: boolean }
  | { readonly kind: 'users'; readonly hasEntryLengths: boolean }
  | {
      readonly kind: 'events';
      /** The event's header counts its parameters (from format 1.2 on). */
      readonly hasCount: boolean;
      readonly hasFlags: boolean;
      /** May be larger than 64 KiB. */
      readonly isLarge: boolean;
    };

const kinds = new Map<number, BlockKind>([
  [SECTION_HEADER, { kind: 'header' }],
  [MACHINE, { kind: 'machine' }],
  [0x8002_abcd, { kind: 'machine' }],
  [0x202, { kind: 'processes', version: 1 }],
  [0x8000_abcd, { kind: 'processes', version: 1 }],
  [0x207, { kind: 'processes', version: 2 }],
  [0x8013_abcd, { kind: 'processes', version: 2 }],
  [0x209, { kind: 'processes', version: 3 }],
  [0x8014_abcd, { kind: 'processes', version: 3 }],
  [0x210, { kind: 'processes', version: 4 }],
  [0x211, { kind: 'processes', version: 5 }],
  [0x212, { kind: 'processes', version: 6 }],
  [0x213, { kind: 'processes', version: 7 }],
  [0x214, { kind: 'processes', version: 8 }],
  [PROCESSES_V9, { kind: 'processes', version: 9 }],
  [0x203, { kind: 'descriptors', hasEntryLengths: false }],
  [0x8001_abcd, { kind: 'descriptors', hasEntryLengths: false }],
  [DESCRIPTORS_V2, { kind: 'descriptors', hasEntryLengths: true }],
  [0x205, { kind: 'interfaces', hasEntryLengths: false }],
  [0x8011_abcd, { kind: 'interfaces', hasEntryLengths: false }],
  [INTERFACES_V2, { kind: 'interfaces', hasEntryLengths: true }],
  [0x206, { kind: 'users', hasEntryLengths: false }],
  [0x8012_abcd, { kind: 'users', hasEntryLengths: false }],
  [USERS_V2, { kind: 'users', hasEntryLengths: true }],
  [0x204, { kind: 'events', hasCount: false, hasFlags: false, isLarge: false }],
  [0x8010_abcd, { kind: 'events', hasCount: false, hasFlags: false, isLarge: false }],
  [0x208, { kind: 'events', hasCount: false, hasFlags: true, isLarge: false }],
  [EVENT_V2, { kind: 'events', hasCount: true, hasFlags: false, isLarge: false }],
  [EVENT_V2_LARGE, { kind: 'events', hasCount: true, hasFlags: false, isLarge: true }],
  [FLAGGED_EVENT_V2, { kind: 'events', hasCount: true, hasFlags: true, isLarge: false }],
  [FLAGGED_EVENT_V2_LARGE, { kind: 'events', hasCount: true, hasFlags: true, isLarge: true }],
]);

/** What a block of that type holds; undefined for unknown types, which are skipped. */
export function blockKindOf(type: number): BlockKind | undefined {
  return kinds.get(type);
}
