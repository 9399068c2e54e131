/* What many measurements of one thing say of it. */

/** The one in the middle, or between the two there. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Half the distance between the quartiles. */
export function spread(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return (
    (sorted[Math.floor((sorted.length - 1) * 0.75)] - sorted[Math.floor((sorted.length - 1) * 0.25)]) / 2
  );
}
