/**
 * 64-bit integers without allocation: read as two 32-bit halves, joined into a number where that is exact and
 * into a bigint where it is not, so that no value is ever rounded.
 */

const TWO_POW_32 = 0x1_0000_0000;
/** Halves at or above this make an unsigned value that a number can't hold exactly. */
const SAFE_HIGH = 0x20_0000;

/** The unsigned integer of these halves (both taken as unsigned). */
export function joinUint64(low: number, high: number): number | bigint {
  if (high < SAFE_HIGH) return high * TWO_POW_32 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The signed integer of these halves (`high` signed, `low` unsigned). */
export function joinInt64(low: number, high: number): number | bigint {
  if (high < SAFE_HIGH && high >= -SAFE_HIGH && !(high === -SAFE_HIGH && low === 0)) {
    return high * TWO_POW_32 + low;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The unsigned 64-bit integer at that offset: a number where exact, else a bigint. */
export function uint64At(data: DataView, offset: number): number | bigint {
  return joinUint64(data.getUint32(offset, true), data.getUint32(offset + 4, true));
}

/** The signed 64-bit integer at that offset: a number where exact, else a bigint. */
export function int64At(data: DataView, offset: number): number | bigint {
  return joinInt64(data.getUint32(offset, true), data.getInt32(offset + 4, true));
}

/** The signed 64-bit integer at that offset as a number: rounded beyond 2^53. For ids and results, which stay below. */
export function int64NumberAt(data: DataView, offset: number): number {
  return data.getInt32(offset + 4, true) * TWO_POW_32 + data.getUint32(offset, true);
}
