import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** The recording as another cluster would have made it, and what was its own. */
export interface OtherCluster {
  /** What its files begin with. */
  readonly recording: string;
  /** Names, ids and addresses that the recording had and the other cluster has not. */
  readonly own: readonly string[];
}

interface Metadata {
  readonly items: readonly {
    readonly id: string;
    readonly status: {
      readonly metadata: { readonly name: string; readonly uid?: string; readonly namespace?: string };
      readonly labels?: Readonly<Record<string, string>>;
      readonly network?: { readonly ip?: string };
    };
  }[];
}

/** Parts of names that say what a pod is: they stay, what is around them goes. */
const KEPT = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kube-dns',
  'kube-system',
  'dnsmasq',
  'etcd',
];

/**
 * Rewrites a recording: container ids, pod names and uids, the node's name, its address and those of pods, the
 * application's namespace and registry become others, everywhere (in the events as well, where texts keep their length,
 * so that the file stays whole).
 */
export function otherCluster(recording: string): OtherCluster {
  const metadata = gunzipSync(readFileSync(`${recording}.containers.json.gz`)).toString();
  const { items }: Metadata = JSON.parse(metadata);
  const replacements = new Map<string, string>();
  const renew = (text: string | undefined): void => {
    if (text === undefined || text.length < 4 || KEPT.includes(text) || replacements.has(text)) return;
    replacements.set(text, renewed(text));
  };
  for (const { id, status } of items) {
    renew(id);
    renew(status.metadata.uid);
    renew(status.labels?.['io.kubernetes.pod.uid']);
    renew(status.metadata.namespace === undefined ? undefined : status.metadata.name);
    renew(status.labels?.['io.kubernetes.pod.name']);
  }
  for (const [from, to] of [
    ['node1', 'cp-07'],
    ['192.168.56.11', '10.193.77.142'],
    ['10.244.0.', '172.31.7.'],
    ['registry.shop.example', 'images.corp.invalid.x'],
    ['acmetools', 'otherones'],
  ]) {
    replacements.set(from!, to!);
  }
  const ordered = [...replacements].sort(([one], [other]) => other.length - one.length);
  const folder = mkdtempSync(join(tmpdir(), 'seawall-other-cluster-'));
  const target = join(folder, 'recording');
  const rewriteText = (text: string): string =>
    ordered.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const events = gunzipSync(readFileSync(`${recording}.scap.gz`)).toString('latin1');
  const sameLength = ordered.filter(([from, to]) => from.length === to.length);
  const rewritten = sameLength
    .reduce((all, [from, to]) => all.replaceAll(from, to), events)
    .replaceAll(bytesOf('192.168.56.11'), bytesOf('10.193.77.142'));
  writeFileSync(`${target}.scap.gz`, gzipSync(Buffer.from(rewritten, 'latin1'), { level: 1 }));
  writeFileSync(`${target}.containers.json.gz`, gzipSync(modernised(rewriteText(metadata))));
  const audit = gunzipSync(readFileSync(`${recording}.audit.jsonl.gz`)).toString();
  writeFileSync(`${target}.audit.jsonl.gz`, gzipSync(rewriteText(audit)));
  writeFileSync(`${target}.timeline.json`, rewriteText(readFileSync(`${recording}.timeline.json`, 'utf8')));
  // A word that anybody may use (a pod was called toolbox) is no mark of this recording.
  return { recording: target, own: ordered.map(([from]) => from).filter((text) => /[\d.-]/.test(text)) };
}

/** Today's registry, and images without the processor in their name. */
function modernised(text: string): string {
  return text.replaceAll('k8s.gcr.io/', 'registry.k8s.io/').replaceAll('-amd64:', ':');
}

/** Another text of the same length and kind: letters and digits are drawn anew, what says the component stays. */
function renewed(text: string): string {
  const kept =
    KEPT.filter((part) => text.startsWith(`${part}-`)).sort((a, b) => b.length - a.length)[0] ?? '';
  const isHexadecimal = /^[0-9a-f-]+$/.test(text);
  const alphabet = isHexadecimal ? '0123456789abcdef' : 'bcdfghjklmnpqrstvwxz2456789';
  const random = randomBytes(text.length);
  return [...text]
    .map((letter, index) =>
      index < kept.length || !/[a-z0-9]/.test(letter) ? letter : alphabet[random[index]! % alphabet.length],
    )
    .join('');
}

/** An address as events carry it, as a byte string. */
function bytesOf(address: string): string {
  return String.fromCharCode(...address.split('.').map(Number));
}
