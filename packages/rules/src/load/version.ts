/** A version of three numbers, as rule files require them of the engine and of plugins. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * The engine version that the rule language has: that of Falco 0.44 (falco_engine_version.h), whose number changes with what
 * rules may use (fields included). A rule file that requires a later one is refused.
 */
export const engineVersion: Version = { major: 0, minor: 62, patch: 0 };

/** Reads `x.y.z`; what follows the third number is ignored. Undefined when there are no three numbers. */
export function parseVersion(text: string): Version | undefined {
  const found = /^\s*\+?(\d+)\.\s*\+?(\d+)\.\s*\+?(\d+)/.exec(text);
  if (found === null) return undefined;
  return { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3]) };
}

export function formatVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}

/** Negative when `left` is older, positive when it is newer. */
export function compareVersions(left: Version, right: Version): number {
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch;
}

/** Whether something of version `provided` does for what asks for `required`: the same major, and not older. */
export function isCompatible(provided: Version, required: Version): boolean {
  return provided.major === required.major && compareVersions(provided, required) >= 0;
}
