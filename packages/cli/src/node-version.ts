/** The oldest Node that has what we use; `engines` of package.json says the same, which npm only warns about. */
const OLDEST = 24;

/**
 * What is wrong with a Node to run this. A checkout brings its own; whoever installs the package runs it with whatever there is.
 * @param version as in `process.version`.
 */
export function nodeProblem(version: string): string | undefined {
  if (Number.parseInt(version.slice(1), 10) >= OLDEST) return undefined;
  return `it takes Node ${OLDEST} or later, and this is ${version}: install a newer one, or use a checkout of the repository, which brings its own`;
}
