import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { type Helper, kernelHelpers, probeSupport } from '../support.ts';

/** What a policy can ask for. */
export type EnforcementFeature = 'programs' | 'scripts' | 'mappings' | 'calls' | 'connections' | 'opens';

/** What this machine's kernel can enforce: for each feature nothing, or the reason why not. */
export interface EnforcementSupport {
  readonly obstacles: Readonly<Partial<Record<EnforcementFeature, string>>>;
  /** Where cgroup v2 is mounted; undefined where it is not. */
  readonly cgroupRoot: string | undefined;
}

/** What `findEnforcementSupport` looks at, so that tests can describe another machine. */
export interface EnforcementFacts {
  /** Why the machine can't be watched at all; undefined where it can. */
  readonly obstacle: string | undefined;
  /** As of uname. */
  readonly release: string;
  readonly helpers: ReadonlySet<Helper>;
  /** /proc/self/mounts. */
  readonly mounts: string;
  /** /proc/kallsyms, or as much of it as can be read. */
  readonly symbols: string;
  /** The kernel's configuration; undefined where it doesn't tell. */
  readonly configuration: string | undefined;
}

const HELPERS = ['loop', 'find_vma'] as const;

/** Looks at this machine. */
export function canEnforce(): EnforcementSupport {
  const support = probeSupport();
  return findEnforcementSupport({
    obstacle: support.isSupported ? undefined : support.reason,
    release: release(),
    helpers: kernelHelpers(),
    mounts: readOr('/proc/self/mounts', ''),
    symbols: readOr('/proc/kallsyms', ''),
    configuration: readConfiguration(),
  });
}

/** Decides by the facts alone. */
export function findEnforcementSupport(facts: EnforcementFacts): EnforcementSupport {
  const cgroupRoot = /^\S+ (\S+) cgroup2 /m.exec(facts.mounts)?.[1];
  const common = commonObstacle(facts, cgroupRoot);
  if (common !== undefined) {
    const features = ['programs', 'scripts', 'mappings', 'calls', 'connections', 'opens'] as const;
    return { obstacles: Object.fromEntries(features.map((feature) => [feature, common])), cgroupRoot };
  }
  const obstacles: Partial<Record<EnforcementFeature, string>> = {};
  if (!/^0*[1-9a-f][0-9a-f]* t ____fput$/m.test(facts.symbols)) {
    obstacles.scripts =
      'the kernel does not tell where it closes files (/proc/kallsyms has no address of ____fput; sysctl kernel.kptr_restrict hides them)';
  }
  const lacks = (option: string) =>
    facts.configuration !== undefined && !facts.configuration.includes(`\n${option}=y`);
  if (lacks('CONFIG_CGROUP_BPF')) obstacles.connections = 'the kernel was built without CONFIG_CGROUP_BPF';
  if (lacks('CONFIG_FANOTIFY_ACCESS_PERMISSIONS')) {
    obstacles.opens = 'the kernel was built without CONFIG_FANOTIFY_ACCESS_PERMISSIONS';
  }
  return { obstacles, cgroupRoot };
}

function commonObstacle(facts: EnforcementFacts, cgroupRoot: string | undefined): string | undefined {
  if (facts.obstacle !== undefined) return facts.obstacle;
  if (cgroupRoot === undefined) return 'cgroup v2 is not mounted';
  const missing = HELPERS.filter((helper) => !facts.helpers.has(helper));
  if (missing.length === 0) return undefined;
  const names = missing.map((helper) => `bpf_${helper}`).join(' and ');
  return `it takes Linux 5.17 or later, and this is ${facts.release}, without ${names}`;
}

/** A kernel's configuration has some 300 kilobytes. */
const LONGEST_CONFIGURATION = 16 * 1024 * 1024;

function readConfiguration(): string | undefined {
  try {
    return gunzipSync(readFileSync('/proc/config.gz'), { maxOutputLength: LONGEST_CONFIGURATION }).toString(
      'latin1',
    );
  } catch {
    // Most kernels don't tell; then what they refuse when asked is the answer.
    const text = readOr(`/boot/config-${release()}`, '');
    return text === '' ? undefined : text;
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // A file that can't be read tells no more than one that is not there.
    return otherwise;
  }
}
