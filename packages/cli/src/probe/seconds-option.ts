import { InvalidArgumentError, Option } from 'commander';

/** `--seconds N`: how long to look at what has no end of its own. */
export function secondsOption(): Option {
  return new Option(
    '--seconds <n>',
    'watching live: stop after so many seconds (default: on Ctrl-C)',
  ).argParser(positiveNumber);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It is a number above 0.');
  return value;
}
