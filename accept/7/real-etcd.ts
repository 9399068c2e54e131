import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assessNode,
  defaultSite,
  openTree,
  PROGRAMS,
  parseTarget,
  probeTarget,
  readProcesses,
} from '@seawall/posture';
import { leaf, makeClusterCertificates } from '../../packages/posture/src/fixtures/certificates.ts';
import { type EtcdOrder, etcdVersion, startEtcd } from '../../packages/posture/src/fixtures/real-etcd.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'a real etcd in 12 configurations from wide open to hardened: every answer right, by flags, environment and file; probes agree';

/** What the checks say, one letter each: in the order of CHECKS below. P: pass, F: fail, N: not applicable. */
const CHECKS = [
  'etcd-tls',
  'etcd-client-auth',
  'etcd-no-auto-tls',
  'etcd-peer-tls',
  'etcd-peer-client-auth',
  'etcd-no-peer-auto-tls',
  'etcd-trusted-ca',
  'etcd-peer-trusted-ca',
  'etcd-authorities-differ',
  'etcd-client-urls',
] as const;

/** Probes of the client port (plain, no certificate, foreign, expired, right, read), then of the peer port (plain, no certificate, foreign). U: unknown, N: no TLS there, or no gateway to read through. */
interface Expectation {
  readonly name: string;
  readonly checks: string;
  readonly probes: string;
  order(paths: Paths): EtcdOrder;
}

interface Paths {
  readonly folder: string;
  readonly tls: readonly string[];
  readonly clientCa: string;
  readonly peerTls: readonly string[];
  readonly peerCa: string;
}

const https = { clientScheme: 'https', peerScheme: 'https' } as const;

/** Written before the first run; a run that differs means that either the list or the program is wrong. */
const EXPECTATIONS: readonly Expectation[] = [
  {
    name: 'wide open on loopback',
    checks: 'FFPFFPFFFP',
    probes: 'FUUUUU FNN',
    order: () => ({ clientScheme: 'http', peerScheme: 'http', flags: [] }),
  },
  {
    name: 'TLS for clients alone, no client certificates',
    checks: 'PFPFFPFFFP',
    probes: 'PFFFPF FNN',
    order: ({ tls }) => ({ clientScheme: 'https', peerScheme: 'http', flags: tls }),
  },
  {
    name: 'automatic TLS for clients',
    checks: 'FFFFFPFFFP',
    probes: 'PFFFPF FNN',
    order: () => ({ clientScheme: 'https', peerScheme: 'http', flags: ['--auto-tls'] }),
  },
  {
    name: 'automatic TLS for both',
    checks: 'FFFFFFFFFP',
    probes: 'PFFFPF PFF',
    order: () => ({ ...https, flags: ['--auto-tls=true', '--peer-auto-tls=true'] }),
  },
  {
    name: 'client certificates asked for, peers open',
    checks: 'PPPFFPPFNP',
    probes: 'PPPPPP FNN',
    order: ({ tls, clientCa }) => ({
      clientScheme: 'https',
      peerScheme: 'http',
      flags: [...tls, '--client-cert-auth', `--trusted-ca-file=${clientCa}`],
    }),
  },
  {
    // etcd asks for certificates as soon as it is given an authority, whatever client-cert-auth says.
    name: 'an authority without client-cert-auth',
    checks: 'PFPFFPPFNP',
    probes: 'PPPPPP FNN',
    order: ({ tls, clientCa }) => ({
      clientScheme: 'https',
      peerScheme: 'http',
      flags: [...tls, '--client-cert-auth=false', `--trusted-ca-file=${clientCa}`],
    }),
  },
  {
    name: 'peers closed, clients open',
    checks: 'FFPPPPFPFP',
    probes: 'FUUUUU PPP',
    order: ({ peerTls, peerCa }) => ({
      clientScheme: 'http',
      peerScheme: 'https',
      flags: [...peerTls, '--peer-client-cert-auth', `--peer-trusted-ca-file=${peerCa}`],
    }),
  },
  {
    name: 'one authority for both',
    checks: 'PPPPPPPPFP',
    probes: 'PPPPPP PPP',
    order: ({ tls, clientCa }) => ({
      ...https,
      flags: [
        ...tls,
        '--client-cert-auth',
        `--trusted-ca-file=${clientCa}`,
        ...tls.map((flag) => flag.replace('--', '--peer-')),
        '--peer-client-cert-auth',
        `--peer-trusted-ca-file=${clientCa}`,
      ],
    }),
  },
  {
    name: 'hardened by flags',
    checks: 'PPPPPPPPPP',
    probes: 'PPPPPP PPP',
    order: (paths) => ({ ...https, flags: hardenedFlags(paths) }),
  },
  {
    name: 'hardened by environment',
    checks: 'PPPPPPPPPP',
    probes: 'PPPPPP PPP',
    order: (paths) => ({
      ...https,
      flags: [],
      environment: Object.fromEntries(
        hardenedFlags(paths).map((flag) => {
          const [name, value = 'true'] = flag.slice(2).split('=');
          return [`ETCD_${name!.toUpperCase().replaceAll('-', '_')}`, value];
        }),
      ),
    }),
  },
  {
    name: 'hardened by file',
    checks: 'PPPPPPPPPP',
    probes: 'PPPPPP PPP',
    order: (paths) => ({
      ...https,
      flags: [],
      makeFile: (urls) => writeFile(paths, 'hard.yaml', urls, true),
    }),
  },
  {
    name: 'open by file, with hardening flags that the file makes etcd ignore',
    checks: 'PFPPFPFFFP',
    probes: 'PFFFPF PFF',
    order: (paths) => ({
      ...https,
      flags: ['--client-cert-auth=true', '--peer-client-cert-auth=true'],
      makeFile: (urls) => writeFile(paths, 'open.yaml', urls, false),
    }),
  },
];

function hardenedFlags({ tls, clientCa, peerTls, peerCa }: Paths): string[] {
  return [
    ...tls,
    '--client-cert-auth=true',
    `--trusted-ca-file=${clientCa}`,
    ...peerTls,
    '--peer-client-cert-auth=true',
    `--peer-trusted-ca-file=${peerCa}`,
  ];
}

function writeFile(
  { folder, tls, peerTls, clientCa, peerCa }: Paths,
  name: string,
  urls: { client: string; peer: string; data: string },
  isHard: boolean,
): string {
  const path = join(folder, name);
  const side = (flags: readonly string[], authority: string) =>
    [
      ...flags.map((flag) => `  ${flag.replace(/^--(?:peer-)?/, '').replace('=', ': ')}`),
      ...(isHard ? ['  client-cert-auth: true', `  trusted-ca-file: ${authority}`] : []),
    ].join('\n');
  writeFileSync(
    path,
    `name: default
data-dir: ${urls.data}
enable-grpc-gateway: true
listen-client-urls: ${urls.client}
advertise-client-urls: ${urls.client}
listen-peer-urls: ${urls.peer}
initial-advertise-peer-urls: ${urls.peer}
initial-cluster: default=${urls.peer}
client-transport-security:
${side(tls, clientCa)}
peer-transport-security:
${side(peerTls, peerCa)}
`,
  );
  return path;
}

const letterOf: Readonly<Record<string, string>> = {
  PASS: 'P',
  FAIL: 'F',
  UNKNOWN: 'U',
  'NOT APPLICABLE': 'N',
};

export async function run(): Promise<AcceptanceResult> {
  const version = etcdVersion();
  if (version === undefined) return { skipped: 'etcd is not installed (apt-get install etcd-server)' };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-real-etcd-'));
  try {
    const now = Date.now();
    const { etcdClients, etcdPeers } = await makeClusterCertificates(now);
    const put = (name: string, text: string) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const server = await leaf(etcdClients, 'etcd', ['serverAuth', 'clientAuth'], now);
    const peer = await leaf(etcdPeers, 'etcd', ['serverAuth', 'clientAuth'], now);
    const paths: Paths = {
      folder,
      tls: [`--cert-file=${put('s.crt', server.certificate)}`, `--key-file=${put('s.key', server.key)}`],
      clientCa: put('ca.crt', etcdClients.certificate.toString()),
      peerTls: [
        `--peer-cert-file=${put('p.crt', peer.certificate)}`,
        `--peer-key-file=${put('p.key', peer.key)}`,
      ],
      peerCa: put('peer-ca.crt', etcdPeers.certificate.toString()),
    };
    const client = await leaf(etcdClients, 'apiserver', ['clientAuth'], now);
    const expired = await leaf(etcdClients, 'apiserver', ['clientAuth'], now, -1);
    const wrong: string[] = [];
    for (const expectation of EXPECTATIONS) {
      const etcd = await startEtcd(expectation.order(paths));
      try {
        const tree = openTree('/');
        const processes = readProcesses(PROGRAMS, tree).filter(({ pid }) => pid === etcd.pid);
        const { results } = assessNode(
          { tree, processes, now, isLive: true },
          { benchmark: '1.12', site: defaultSite, only: CHECKS },
        );
        const checks = CHECKS.map(
          (id) => letterOf[results.find(({ check }) => check.id === id)?.decision.status ?? ''] ?? '-',
        ).join('');
        const options = { timeoutMilliseconds: 3000, now };
        const onClient = await probeTarget(parseTarget(`etcd=127.0.0.1:${etcd.clientPort}`), {
          ...options,
          client,
          expired,
        });
        const onPeer = await probeTarget(parseTarget(`etcd-peer=127.0.0.1:${etcd.peerPort}`), options);
        const probes = [onClient, onPeer]
          .map((side) => side.map(({ status }) => letterOf[status]).join(''))
          .join(' ');
        if (checks !== expectation.checks)
          wrong.push(`${expectation.name}: checks ${checks}, expected ${expectation.checks}`);
        if (probes !== expectation.probes)
          wrong.push(`${expectation.name}: probes ${probes}, expected ${expectation.probes}`);
      } finally {
        await etcd.stop();
      }
    }
    const answers = EXPECTATIONS.length * (CHECKS.length + 9);
    return {
      figure: `etcd ${version}, ${EXPECTATIONS.length} configurations, ${answers} answers, ${wrong.length} configurations differ${wrong.length > 0 ? `: ${wrong.join('; ')}` : ''}`,
      passed: wrong.length === 0,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
