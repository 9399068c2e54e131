import { randomBytes } from 'node:crypto';

export const millisecondsPerDay = 86_400_000;

/** How far a certificate's beginning lies in the past, so that machines whose clocks are a little behind accept it at once. */
const backdatedMilliseconds = 5 * 60_000;

/** From a little before now, for so many days, on whole seconds (X.509 knows no smaller unit). */
export function validity(now: number, days: number): { notBefore: Date; notAfter: Date } {
  const second = Math.floor(now / 1000) * 1000;
  return {
    notBefore: new Date(second - backdatedMilliseconds),
    notAfter: new Date(second + days * millisecondsPerDay),
  };
}

/** 128 random bits in hex, never 0. */
export function randomSerialNumber(): string {
  for (;;) {
    const bytes = randomBytes(16);
    if (bytes.some((byte) => byte !== 0)) return bytes.toString('hex');
  }
}
