import { defineErrors } from '@seawall/base';

/** Everything that can be wrong with a capture. Offsets count bytes of the unpacked capture. */
export const errors = defineErrors('events', {
  CAPTURE_UNREADABLE: 'cannot read {path}: {reason}; check the path and its permissions',
  CAPTURE_UNWRITABLE: 'cannot write {path}: {reason}',
  NOT_A_CAPTURE:
    '{path} is not a .scap capture: it starts with the bytes {found}, a capture with 0a 0d 0d 0a (or gzip or zstd)',
  CAPTURE_EMPTY: '{path} is empty: a capture has at least a section header',
  CAPTURE_TOO_NEW:
    '{path} has capture format {major}.{minor}, this version reads up to 1.x; record it with an older tool',
  FOREIGN_BYTE_ORDER:
    '{path} was recorded on a machine of the other byte order; only little-endian captures can be read',
  CAPTURE_TRUNCATED:
    '{path} ends in the middle of {place} at byte {offset}: {missing} more bytes should follow; everything before it was read',
  CAPTURE_DAMAGED: '{path} is damaged at byte {offset}, in {place}: {reason}; everything before it was read',
  COMPRESSION_DAMAGED:
    '{path}: its {method} compression breaks off after {offset} unpacked bytes ({reason}); everything before that was read',
  EVENT_UNCONVERTIBLE:
    'an event of the old type {type} with {parameterCount} parameters has no known form of today',
});
