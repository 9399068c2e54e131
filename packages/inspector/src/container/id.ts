/** Ids are shown by their first 12 characters, as Docker does. */
const SHOWN_LENGTH = 12;
const FULL_LENGTH = 64;
const NOT_HEXADECIMAL = /[^0-9a-fA-F]/g;

/** What a cgroup path says: the container's id and, where only the path can tell, the kind of runtime. */
export interface CgroupMatch {
  readonly id: string;
  /** Runtimes that nobody asks for metadata (lxc, libvirt-lxc, bpm); '' for the others. */
  readonly type: string;
}

type Matcher = (cgroup: string) => CgroupMatch | undefined;
type Layout = readonly (readonly [prefix: string, suffix: string])[];

const PODMAN: Layout = [
  ['/libpod-', '.scope'],
  ['/libpod-', '.scope/container'],
  ['/libpod-', ''],
  ['/libpod-payload-', '.scope'],
  ['/libpod-payload-', '.scope/container'],
  ['/libpod-payload-', ''],
];
const DOCKER: Layout = [
  ['/', ''],
  ['/docker-', '.scope'],
];
const CRI: Layout = [
  ['/', ''],
  ['/crio-', ''],
  ['/cri-containerd-', '.scope'],
  ['/crio-', '.scope'],
  [':cri-containerd:', ''],
  ['/docker-', '.scope'],
  ['/nerdctl-', '.scope'],
];
const CONTAINERD_NAMESPACE = /\/[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*\//;
const LXC = ['/lxc/', '/lxc.payload/', '/lxc.payload.'];
const BPM_ID = /^[a-zA-Z0-9._-]+$/;

/** Asked in this order; the first that recognises the path decides. */
const MATCHERS: readonly Matcher[] = [
  (cgroup) => matchLayout(cgroup, PODMAN, false),
  (cgroup) => matchLayout(cgroup, DOCKER, false),
  (cgroup) => matchLayout(cgroup, CRI, false),
  matchContainerd,
  matchLxc,
  matchLibvirt,
  matchBpm,
];

/**
 * Finds the container that a cgroup path belongs to; undefined for the host's. Facts of the paths of each runtime:
 * falcosecurity/plugins, plugins/container/src/matchers.
 */
export function matchCgroup(cgroup: string): CgroupMatch | undefined {
  for (const matcher of MATCHERS) {
    const match = matcher(cgroup);
    if (match !== undefined) return match;
  }
  return undefined;
}

/** A directory that a runtime named after a container, wherever it lies. */
const OF_CONTAINER =
  /^(?:libpod-(?:payload-)?|docker-|crio-|cri-containerd-|nerdctl-|.*:cri-containerd:)?([0-9a-fA-F]{64})(?:\.scope)?$/;

/**
 * The containers that a path leads through, from the outermost in: more than one where a container runs containers of its
 * own, or where somebody in it made a cgroup that is named as if it did.
 */
export function containersAlong(cgroup: string): readonly string[] {
  return cgroup.split('/').flatMap((step) => OF_CONTAINER.exec(step)?.[1]?.slice(0, SHOWN_LENGTH) ?? []);
}

function matchLayout(cgroup: string, layout: Layout, isContainerd: boolean): CgroupMatch | undefined {
  for (const [prefix, suffix] of layout) {
    const id = idBetween(cgroup, prefix, suffix, isContainerd);
    if (id !== undefined) return { id, type: '' };
  }
  return undefined;
}

function idBetween(
  cgroup: string,
  prefix: string,
  suffix: string,
  isContainerd: boolean,
): string | undefined {
  const prefixStart = cgroup.lastIndexOf(prefix);
  if (prefixStart < 0) return undefined;
  const start = prefixStart + prefix.length;
  const end = suffix === '' ? cgroup.length : cgroup.lastIndexOf(suffix);
  const length = end - start;
  if (end < 0 || length <= 0 || length > FULL_LENGTH) return undefined;
  if (length === FULL_LENGTH && firstNotHexadecimal(cgroup, start) >= FULL_LENGTH) {
    return cgroup.slice(start, start + SHOWN_LENGTH);
  }
  // Containerd lets its clients choose ids of any form; units of systemd look the same and are none.
  if (!isContainerd || /\.(?:service|slice|scope)$/.test(cgroup)) return undefined;
  return cgroup.slice(start, start + Math.min(length, SHOWN_LENGTH));
}

/** Where in the path, from `start` on, something other than a hexadecimal digit first stands. */
function firstNotHexadecimal(cgroup: string, start: number): number {
  NOT_HEXADECIMAL.lastIndex = start;
  return NOT_HEXADECIMAL.exec(cgroup)?.index ?? Number.POSITIVE_INFINITY;
}

/** Containers made with `ctr`: /namespace/id. */
function matchContainerd(cgroup: string): CgroupMatch | undefined {
  const namespace = CONTAINERD_NAMESPACE.exec(cgroup)?.[0];
  return namespace === undefined ? undefined : matchLayout(cgroup, [[namespace, '']], true);
}

function matchLxc(cgroup: string): CgroupMatch | undefined {
  for (const prefix of LXC) {
    const at = cgroup.indexOf(prefix);
    if (at < 0) continue;
    const start = at + prefix.length;
    const end = cgroup.indexOf('/', start);
    return { id: cgroup.slice(start, end < 0 ? undefined : end), type: 'lxc' };
  }
  return undefined;
}

function matchLibvirt(cgroup: string): CgroupMatch | undefined {
  const type = 'libvirt-lxc';
  if (cgroup.endsWith('.libvirt-lxc')) {
    const slash = cgroup.lastIndexOf('/');
    if (slash >= 0) return { id: cgroup.slice(slash + 1, cgroup.length - '.libvirt-lxc'.length), type };
  }
  const escaped = cgroup.indexOf('-lxc\\x2');
  if (escaped >= 0) {
    const ending = cgroup.includes('.scope/libvirt') ? '.scope/libvirt' : '.scope';
    const at = cgroup.indexOf(ending);
    // One more character belongs to the escape: \x2d is a dash.
    const start = escaped + '-lxc\\x2'.length + 1;
    if (at >= 0 && at === cgroup.length - ending.length) return { id: cgroup.slice(start, at), type };
  }
  const legacy = cgroup.indexOf('/libvirt/lxc/');
  return legacy < 0 ? undefined : { id: cgroup.slice(legacy + '/libvirt/lxc/'.length), type };
}

function matchBpm(cgroup: string): CgroupMatch | undefined {
  const at = cgroup.indexOf('bpm-');
  if (at < 0) return undefined;
  const start = at + 'bpm-'.length;
  const end = cgroup.indexOf('.scope', start);
  const id = cgroup.slice(start, end < 0 ? undefined : end);
  return BPM_ID.test(id) ? { id, type: 'bpm' } : undefined;
}
