import type { Usage } from '../read/chain.ts';
import { isDnsName, type Member } from './members.ts';

/** The two authorities: who may be a peer, and who may be a client (or the server that clients meet). */
export const authorityNames = ['peers', 'clients'] as const;
export type AuthorityName = (typeof authorityNames)[number];

export const layoutNames = ['seawall', 'kubeadm'] as const;
export type LayoutName = (typeof layoutNames)[number];

/** What a leaf is for. `gateway` is the client pair with which etcd 3.5 and later dials itself. */
export type Purpose = 'peer' | 'server' | 'gateway' | 'apiserver' | 'healthcheck' | 'client';

/** A named client beside those that every member has: a backup job, an API server on a machine of its own. */
export interface NamedClient {
  readonly name: string;
  readonly commonName: string;
}

/** What decides which files there are. */
export interface Shape {
  readonly layout: LayoutName;
  readonly members: readonly Member[];
  readonly clients: readonly NamedClient[];
  readonly hasGatewayClient: boolean;
}

/** One certificate with its key: what it says and where it lies (paths relative to the cluster's directory). */
export interface Leaf {
  /** `members/etcd-a/peer`, `clients/backup`. */
  readonly id: string;
  readonly purpose: Purpose;
  readonly authority: AuthorityName;
  /** The folder that is copied to a machine as a whole: `members/etcd-a`, `clients/backup`. */
  readonly unit: string;
  readonly commonName: string;
  readonly usages: readonly Usage[];
  readonly names: readonly string[];
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** What a unit trusts: the bundle of an authority's certificates. */
export interface TrustBundle {
  readonly unit: string;
  readonly authority: AuthorityName;
  readonly path: string;
}

/** File names within a member's folder; kubeadm's are those of `/etc/kubernetes/pki`. */
export const memberFiles = {
  seawall: {
    peer: 'peer',
    server: 'server',
    gateway: 'gateway-client',
    apiserver: 'apiserver-client',
    healthcheck: 'healthcheck-client',
    peers: 'peer-ca.crt',
    clients: 'ca.crt',
  },
  kubeadm: {
    peer: 'etcd/peer',
    server: 'etcd/server',
    gateway: 'etcd/gateway-client',
    apiserver: 'apiserver-etcd-client',
    healthcheck: 'etcd/healthcheck-client',
    peers: 'etcd/peer-ca.crt',
    clients: 'etcd/ca.crt',
  },
} as const satisfies Record<LayoutName, Record<Exclude<Purpose, 'client'> | AuthorityName, string>>;

const loopbackNames = ['localhost', '127.0.0.1', '::1'];

/** Every leaf of a cluster, in a fixed order. */
export function leavesOf(shape: Shape): Leaf[] {
  return [
    ...shape.members.flatMap((member) => memberLeaves(member, shape)),
    ...shape.clients.map(namedClientLeaf),
  ];
}

/** Every trust bundle of a cluster. */
export function trustBundlesOf(shape: Shape): TrustBundle[] {
  const files = memberFiles[shape.layout];
  const ofMembers = shape.members.flatMap(({ name }) =>
    authorityNames.map((authority) => ({
      unit: `members/${name}`,
      authority,
      path: `members/${name}/${files[authority]}`,
    })),
  );
  const ofClients = shape.clients.map(({ name }) => ({
    unit: `clients/${name}`,
    authority: 'clients' as const,
    path: `clients/${name}/ca.crt`,
  }));
  return [...ofMembers, ...ofClients];
}

/** The folders that are copied to machines. */
export function unitsOf(shape: Shape): string[] {
  return [
    ...shape.members.map(({ name }) => `members/${name}`),
    ...shape.clients.map(({ name }) => `clients/${name}`),
  ];
}

export function authorityCertificatePath(authority: AuthorityName): string {
  return `authorities/${authority}.crt`;
}

/**
 * A peer both serves and dials, so it has both usages; its names are its own addresses, because etcd compares them with the address that
 * a peer comes from. The server's certificate has client usage too unless there is a gateway pair: etcd's JSON gateway dials the server
 * with it, and does so over loopback when it listens everywhere. Clients have no names: they'd only tie them to an address.
 */
function memberLeaves(member: Member, shape: Shape): Leaf[] {
  const files = memberFiles[shape.layout];
  const own = [...member.addresses];
  if (isDnsName(member.name) && !own.includes(member.name.toLowerCase())) own.push(member.name.toLowerCase());
  const leaf = (
    purpose: Exclude<Purpose, 'client'>,
    contents: Pick<Leaf, 'commonName' | 'usages' | 'names'>,
  ) => ({
    id: `members/${member.name}/${purpose}`,
    purpose,
    authority: purpose === 'peer' ? ('peers' as const) : ('clients' as const),
    unit: `members/${member.name}`,
    certificatePath: `members/${member.name}/${files[purpose]}.crt`,
    keyPath: `members/${member.name}/${files[purpose]}.key`,
    ...contents,
  });
  const serverUsages: Usage[] = shape.hasGatewayClient ? ['serverAuth'] : ['serverAuth', 'clientAuth'];
  const client = (commonName: string) => ({ commonName, usages: ['clientAuth'] as const, names: [] });
  const leaves: Leaf[] = [
    leaf('peer', { commonName: member.name, usages: ['serverAuth', 'clientAuth'], names: own }),
    leaf('server', {
      commonName: member.name,
      usages: serverUsages,
      names: [...new Set([...own, ...loopbackNames])],
    }),
  ];
  if (shape.hasGatewayClient) leaves.push(leaf('gateway', client('etcd-gateway')));
  leaves.push(leaf('apiserver', client('kube-apiserver-etcd-client')));
  leaves.push(leaf('healthcheck', client('kube-etcd-healthcheck-client')));
  return leaves;
}

function namedClientLeaf({ name, commonName }: NamedClient): Leaf {
  return {
    id: `clients/${name}`,
    purpose: 'client',
    authority: 'clients',
    unit: `clients/${name}`,
    commonName,
    usages: ['clientAuth'],
    names: [],
    certificatePath: `clients/${name}/client.crt`,
    keyPath: `clients/${name}/client.key`,
  };
}
