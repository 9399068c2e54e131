import { InvalidArgumentError } from 'commander';

/** Reads a whole number above zero. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It is a whole number above 0.');
  return Number(text);
}
