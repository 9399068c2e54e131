import { InvalidArgumentError, Option } from 'commander';

/** An option that takes a whole number from 1 on. */
export function countOption(flags: string, description: string, standard: number): Option {
  return new Option(flags, description).default(standard).argParser((text: string) => {
    const count = Number(text);
    if (!Number.isSafeInteger(count) || count < 1)
      throw new InvalidArgumentError('It is a number from 1 on.');
    return count;
  });
}
