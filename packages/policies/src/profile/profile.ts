import { parseIpv4, parseIpv6 } from '@seawall/rules';
import { Document, isMap, isSeq } from 'yaml';
import { z } from 'zod';

/** What one pod may do. A behaviour that is left out is not guarded; an empty list allows nothing. */
export interface PodProfile {
  /** The pod's name without what Kubernetes adds to it; `_` may stand for `-`, as in `kube_dns`. */
  readonly podname: string;
  /** `kube-system` where none is given. */
  readonly namespace?: string;
  /** Names of programs that may be started. */
  readonly proc?: readonly string[];
  /** Directories, with all that is below them, and files that may be opened to be written. */
  readonly write_dir?: readonly string[];
  /** Names of programs that may open connections. */
  readonly outbound_proc?: readonly string[];
  /** Names of programs that may open a TCP port. */
  readonly listen_proc?: readonly string[];
  /** As `write_dir`, for reading; what may be written may be read as well. */
  readonly read_dir?: readonly string[];
  /** Addresses and networks that may be connected to. */
  readonly peers?: readonly string[];
  /** TCP ports that may be opened. */
  readonly ports?: readonly number[];
  /** Repositories, `repository:tag`, or digests `sha256:...` that the pod's containers may come from. */
  readonly images?: readonly string[];
}

/** The pods of a cluster that are guarded, in the order of their file. */
export type Profile = readonly PodProfile[];

export const DEFAULT_NAMESPACE = 'kube-system';

const podnamePattern = /^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/;

/** Why a text can't be a name of a program, as the kernel keeps it; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'a name can’t be empty';
  if (name.includes('/')) {
    return `a program goes by its name here, not by its path: ${name.slice(name.lastIndexOf('/') + 1)}`;
  }
  return characterProblem(name);
}

/** Why a text can't be an allowed path; undefined when it can. */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return `a path begins with a slash: /${path}`;
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) return 'a path goes straight down: without . and ..';
  return characterProblem(path);
}

/** Why a text can't be an address or a network; undefined when it can. */
export function peerProblem(peer: string): string | undefined {
  const [address, prefix, ...rest] = peer.split('/');
  if (address!.includes(':') && address!.includes('.'))
    return 'write the IPv6 address without dots: Falco takes none';
  const length = (parseIpv4(address!) ?? parseIpv6(address!))?.length;
  if (length === undefined || rest.length > 0) {
    return 'write an address or a network: 10.96.0.1, 10.0.0.0/8 or fd00::/8';
  }
  if (prefix === undefined) return undefined;
  const isLength = /^(?:0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= length * 8;
  if (!isLength) return `behind the slash stands a number up to ${length * 8}`;
  return length === 16 && prefix === '0'
    ? 'Falco takes no IPv6 network of length 0: write ::/1 and 8000::/1'
    : undefined;
}

/** Why a text can't be an image; undefined when it can. */
export function imageProblem(image: string): string | undefined {
  if (image.includes('@')) {
    const digest = image.slice(image.indexOf('@') + 1);
    return `write the repository, or the digest alone: ${digest}`;
  }
  if (image.startsWith('sha256:')) {
    return /^sha256:[0-9a-f]{64}$/.test(image) ? undefined : 'behind sha256: stand 64 digits, 0-9 and a-f';
  }
  return /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/.test(image)
    ? undefined
    : 'write a repository (k8s.gcr.io/etcd), one with its tag, or a digest (sha256:...)';
}

/** Why a number can't be a port; undefined when it can. */
export function portProblem(port: number): string | undefined {
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? undefined : 'ports are 1 to 65535';
}

/** Why a text can't be the name of a pod; undefined when it can. */
export function podnameProblem(name: string): string | undefined {
  if (!podnamePattern.test(name) || name.length > 253)
    return 'a podname has lower case letters, digits, _ - and . between them';
  return name === 'host' ? 'host is what processes outside of containers go by' : undefined;
}

function characterProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'it holds a NUL, which no name or path can';
  if (text.includes('\uFFFD') || !text.isWellFormed()) return 'it holds what is not UTF-8';
  return /\p{Cc}/u.test(text) ? 'it holds a control character' : undefined;
}

/** `false` is how the file says "none". */
function allowList<Item extends z.ZodType>(item: Item, example: string) {
  const list = z.array(item, { error: `write a list, such as ${example}, or false for none` });
  return z.preprocess((value) => (value === false ? [] : value), list).optional();
}

function textItem(problemOf: (text: string) => string | undefined, what: string) {
  return z
    .string({ error: `${what} is a text: put it in quotes` })
    .superRefine((text, context) => addProblem(context, problemOf(text)));
}

function addProblem(context: z.RefinementCtx, problem: string | undefined): void {
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
}

const programs = () => allowList(textItem(nameProblem, 'a name'), '[etcd]');
const paths = () => allowList(textItem(pathProblem, 'a path'), '[/var/lib/etcd]');

const namespacePattern = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

export const podProfileSchema = z
  .strictObject(
    {
      podname: z
        .string({
          error: ({ input }) => (input === undefined ? 'the podname is missing' : 'a podname is a text'),
        })
        .superRefine((name, context) => addProblem(context, podnameProblem(name))),
      namespace: z
        .string({ error: 'a namespace is a text' })
        .regex(namespacePattern, { error: 'a namespace has lower case letters, digits, and - between them' })
        .optional(),
      proc: programs(),
      write_dir: paths(),
      outbound_proc: programs(),
      listen_proc: programs(),
      read_dir: paths(),
      peers: allowList(textItem(peerProblem, 'a peer').transform(plainPeer), '[10.96.0.1, 10.0.0.0/8]'),
      ports: allowList(
        z
          .number({ error: 'a port is a number' })
          .superRefine((port, context) => addProblem(context, portProblem(port))),
        '[2379, 2380]',
      ),
      images: allowList(textItem(imageProblem, 'an image'), '[k8s.gcr.io/etcd]'),
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type' ? 'write podname: NAME and what it may do' : undefined,
    },
  )
  .superRefine((pod, context) => {
    const isGuarded = Object.entries(pod).some(
      ([key, value]) => key !== 'podname' && key !== 'namespace' && value !== undefined,
    );
    if (!isGuarded)
      addProblem(context, 'it says nothing of what the pod may do: add proc, write_dir or the like');
  });

/** A network of one address is that address. */
export function plainPeer(peer: string): string {
  const whole = peer.includes(':') ? '/128' : '/32';
  return peer.endsWith(whole) ? peer.slice(0, -whole.length) : peer;
}

/** @returns the profile as the short YAML that people write: a list in one line each, `false` for none. */
export function renderProfile(profile: Profile): string {
  const document = new Document(
    profile.map((pod) =>
      Object.fromEntries(
        Object.entries(pod).map(([key, value]) => [
          key,
          Array.isArray(value) && value.length === 0 ? false : value,
        ]),
      ),
    ),
  );
  if (isSeq(document.contents)) {
    document.contents.items.forEach((pod, index) => {
      if (!isMap(pod)) return;
      pod.spaceBefore = index > 0;
      for (const { value } of pod.items) if (isSeq(value)) value.flow = true;
    });
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
