import type { PluginRequirement } from './definitions.ts';
import { isCompatible, parseVersion } from './version.ts';

/**
 * Holds the plugins that rule files require against those that are there.
 * @returns why a requirement isn't met, in Falco's words; undefined when all are.
 */
export function findUnmetRequirement(
  required: readonly (readonly PluginRequirement[])[],
  available: readonly PluginRequirement[],
): string | undefined {
  for (const alternatives of required) {
    const wanted = alternatives.find(({ name }) => available.some((plugin) => plugin.name === name));
    if (wanted === undefined) {
      const list = alternatives.map(({ name, version }) => `${name} (>= ${version})`).join(', ');
      return `Plugin requirement not satisfied, must load one of: ${list}`;
    }
    const { name, version } = available.find((plugin) => plugin.name === wanted.name)!;
    const provided = parseVersion(version);
    if (provided === undefined) return `Plugin '${name}' has invalid version string '${version}'`;
    if (!isCompatible(provided, parseVersion(wanted.version)!)) {
      return `Plugin '${name}' version '${version}' is not compatible with required plugin version '${wanted.version}'`;
    }
  }
  return undefined;
}
