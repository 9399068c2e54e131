import { Option } from 'commander';
import { wholeNumber } from '../whole-number.ts';

/** An option that takes a whole number from 1 on. */
export function countOption(flags: string, description: string, standard: number): Option {
  return new Option(flags, description).default(standard).argParser(wholeNumber);
}
