import { InvalidArgumentError } from 'commander';

/** Reads a whole number above zero; beyond fifteen digits not every number is one of its own. */
export const wholeNumber = wholeNumberBetween(1, 999_999_999_999_999);

/** What reads a whole number within these limits, both included, and says them where it is another. */
export function wholeNumberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d{1,15}$/.test(text) || number < least || number > most) {
      throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}
