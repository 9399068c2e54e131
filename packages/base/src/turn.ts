/**
 * Lets the event loop go round once: what has arrived until now is heard, signals too. Whoever works for long without waiting calls it in between.
 */
export async function nextTurn(): Promise<void> {
  // The first may come right behind what is being heard now; between the two everything is asked for anew.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
