import { InvalidArgumentError } from 'commander';

/** A part of a capture, in nanoseconds since its first event. */
export interface Span {
  readonly from: bigint | undefined;
  /** What happens then is not part of it. */
  readonly until: bigint | undefined;
}

const NANOSECONDS = 1e9;

/** `120` (the first 120 seconds), `120..200`, `120..`. */
export function parseSpan(text: string): Span {
  const [, from, until] = /^(?:(\d+(?:\.\d+)?)?\.\.)?(\d+(?:\.\d+)?)?$/.exec(text) ?? [];
  const span = { from: nanoseconds(from), until: nanoseconds(until) };
  const isEmpty = span.from !== undefined && span.until !== undefined && span.from >= span.until;
  if ((from === undefined && until === undefined) || isEmpty)
    throw new InvalidArgumentError('Write seconds (120), or from when to when (120..200).');
  return span;
}

function nanoseconds(seconds: string | undefined): bigint | undefined {
  return seconds === undefined ? undefined : BigInt(Math.round(Number(seconds) * NANOSECONDS));
}
