/** Ids in texts, and what stands in their place: so that texts which differ in nothing else become the same. */

interface Mask {
  /** With the flag `g`. */
  readonly pattern: RegExp;
  readonly replacement: string | ((...groups: string[]) => string);
}

/** Linux gives ports from here on to clients (net.ipv4.ip_local_port_range); IANA's range lies within. */
const FIRST_EPHEMERAL_PORT = 32_768;

const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
/** Bounded as addresses are: whoever writes a thousand ports behind each other must not have them masked one at a time. */
const ADDRESS = String.raw`(?:${IPV4}|\[?(?:[0-9a-fA-F]{0,4}:){2,8}(?:${IPV4}|[0-9a-fA-F]{0,4})\]?)`;
const RANDOM = 'bcdfghjklmnpqrstvwxz2456789';

const masks: readonly Mask[] = [
  // 2026-11-21T21:31:56.182619956Z, 2026-11-21 21:31:56 +0000
  {
    pattern:
      /(?<![\w.])\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?(?![\w])/g,
    replacement: '<time>',
  },
  { pattern: /(?<![\w.:])\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?![\w:])/g, replacement: '<time>' },
  // Pods' uids have underscores in the names of their cgroups.
  {
    pattern:
      /(?<![0-9A-Za-z])(pod)?[0-9a-fA-F]{8}([-_])[0-9a-fA-F]{4}\2[0-9a-fA-F]{4}\2[0-9a-fA-F]{4}\2[0-9a-fA-F]{12}(?![0-9A-Za-z])/g,
    replacement: (_, pod = '') => `${pod}<uuid>`,
  },
  // Connections: client->server. The client's port means nothing; the server's stays, even a high one.
  {
    pattern: new RegExp(`(?<![\\w.:])(${ADDRESS}):(\\d{1,5})->(${ADDRESS}):(\\d{1,5})(?![\\w])`, 'g'),
    replacement: (_, client, clientPort, server, serverPort) => {
      if (isEphemeral(clientPort!)) return `${client}:<port>->${server}:${serverPort}`;
      const shown = isEphemeral(serverPort!) ? '<port>' : serverPort;
      return `${client}:${clientPort}->${server}:${shown}`;
    },
  },
  // An endpoint alone; behind or before an arrow it was decided above.
  {
    pattern: new RegExp(`(?<![\\w.:>])(${ADDRESS}):(\\d{5})(?![\\w]|->)`, 'g'),
    replacement: (whole, address, port) => (isEphemeral(port!) ? `${address}:<port>` : whole!),
  },
  {
    pattern: /(?<![A-Za-z])((?:[clr]?port|(?:client|local|remote|source|src)_?port))([=:] ?)(\d{5})(?!\w)/gi,
    replacement: (whole, key, between, port) => (isEphemeral(port!) ? `${key}${between}<port>` : whole!),
  },
  // Image digests, container ids (also short ones), uids without dashes, addresses, epoch times: long digits, whole words.
  { pattern: /(?<![0-9A-Za-z])0x[0-9a-fA-F]{6,16}(?![0-9A-Za-z])/g, replacement: '<address>' },
  {
    pattern: /(?<![0-9A-Za-z.])(?:[0-9a-f]{12,128}|[0-9A-F]{12,128}|\d{10,})(?![0-9A-Za-z])/g,
    replacement: '<id>',
  },
  // How Docker calls containers of Kubernetes: the last number counts restarts.
  { pattern: /(k8s_[^\s_]+_[^\s_]+_[^\s_]+_<(?:id|uuid)>)_\d+(?!\w)/g, replacement: '$1_<n>' },
  // Pods of ReplicaSets: NAME-HASH-SUFFIX.
  {
    pattern: new RegExp(
      `(?<![0-9A-Za-z_.-])([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)-(?:[${RANDOM}]{6,10}|\\d{8,10})-[${RANDOM}]{5}(?![0-9A-Za-z-])`,
      'g',
    ),
    replacement: '$1-<pod>',
  },
  { pattern: /\/proc\/\d+(?:\/task\/\d+)?(?!\w)/g, replacement: '/proc/<pid>' },
  { pattern: /\/dev\/pts\/\d+(?!\w)/g, replacement: '/dev/pts/<n>' },
  { pattern: /(?<!\w)(socket|pipe|mnt|net|pid|ipc|uts|user|cgroup):\[\d+\]/g, replacement: '$1:[<n>]' },
  // pid=41, ppid: 40, proc.vpid=1, (pid 41), session_id=7, exe_ino=123, tty=34816
  {
    pattern:
      /(?<![A-Za-z])((?:(?:pp|[vpatslc])?(?:pid|tid|pgid)|sid|session_?id|i?node?_?number|inode|ino)(?:\[\d+\])?)(=|: ?| (?=\d))-?\d+(?![\w.])/gi,
    replacement: '$1$2<n>',
  },
  // 0 is no terminal, which means something; which of them it is doesn't.
  {
    pattern: /(?<![A-Za-z])((?:tty|terminal))(=|: ?)[1-9]\d*(?!\w)/gi,
    replacement: '$1$2<n>',
  },
];

const MOST_PASSES = 16;

/** Texts that were masked lately: most outputs come again and again. */
const MOST_KEPT = 512;
const kept = new Map<string, string>();

/**
 * Removes from a text what is different each time and says nothing about what happened: process ids, container ids, hashes,
 * uids, times, ports of clients, random ends of pods' names. Programs, paths, users, addresses and servers' ports stay.
 */
export function maskIds(text: string): string {
  const known = kept.get(text);
  if (known !== undefined) return known;
  let masked = maskOnce(text);
  // What one mask leaves can be what another looks for (an address whose neighbour was masked). It comes to an end: every
  // replacement leaves fewer characters outside of the brackets than it found. Only what was made for it takes long.
  for (let pass = 1; pass < MOST_PASSES; pass += 1) {
    const next = maskOnce(masked);
    if (next === masked) break;
    masked = next;
  }
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
  kept.set(text, masked);
  return masked;
}

function maskOnce(text: string): string {
  return masks.reduce(
    (masked, { pattern, replacement }) =>
      masked.replace(pattern, replacement as (...groups: string[]) => string),
    text,
  );
}

function isEphemeral(port: string): boolean {
  return Number(port) >= FIRST_EPHEMERAL_PORT && Number(port) <= 65_535;
}
