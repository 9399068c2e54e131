/** A difference between what Seawall and Falco show that is meant. */
export interface KnownDifference {
  readonly field: string;
  /** The heading in docs/compatibility.md that explains it. */
  readonly cause: string;
  /** Whether Falco's value is what the cause makes of it. */
  explains(falco: string | undefined, seawall: string | undefined): boolean;
}

/** All differences in fields of events: at most ten. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    field: 'evt.buffer',
    cause: 'Empty buffers show nothing',
    // The end of NULL's text is followed by whatever the memory held, up to the length of an earlier buffer.
    explains: (falco, seawall) =>
      seawall === '' && falco !== undefined && 'NULL'.startsWith(falco.slice(0, 4)),
  },
];

/** The known difference between these values of the field; undefined where there is none, and something is wrong. */
export function findKnownDifference(
  field: string,
  falco: string | undefined,
  seawall: string | undefined,
): KnownDifference | undefined {
  return knownDifferences.find(
    (difference) => difference.field === field && difference.explains(falco, seawall),
  );
}
