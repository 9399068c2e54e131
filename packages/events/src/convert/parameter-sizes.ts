import type { ParameterType } from '../table/event-type.ts';

/** Bytes that a value of the type takes; 0 for types of any length. */
export function fixedSizeOf(type: ParameterType): number {
  switch (type) {
    case 'int8':
    case 'uint8':
    case 'flags8':
    case 'enumflags8':
    case 'sigtype':
      return 1;
    case 'int16':
    case 'uint16':
    case 'flags16':
    case 'enumflags16':
    case 'syscallid':
    case 'port':
      return 2;
    case 'int32':
    case 'uint32':
    case 'flags32':
    case 'enumflags32':
    case 'uid':
    case 'gid':
    case 'mode':
    case 'sigset':
    case 'fd32':
    case 'pid32':
    case 'ipv4addr':
      return 4;
    case 'int64':
    case 'uint64':
    case 'reltime':
    case 'abstime':
    case 'errno':
    case 'fd':
    case 'pid':
      return 8;
    case 'ipv6addr':
      return 16;
    default:
      return 0;
  }
}

/** The byte that fills the type's default value: user and group ids mean "none" by all ones. */
export function defaultByteOf(type: ParameterType): number {
  return type === 'uid' || type === 'gid' ? 0xff : 0;
}
