import { InvalidArgumentError, Option } from 'commander';

/** `--seconds N`: how long to look at what has no end of its own. @param standard without it, until a signal comes. */
export function secondsOption(standard?: number): Option {
  const otherwise = standard === undefined ? ' (default: on Ctrl-C)' : '';
  return new Option('--seconds <n>', `watching live: stop after so many seconds${otherwise}`)
    .default(standard)
    .argParser(positiveNumber);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It is a number above 0.');
  return value;
}
