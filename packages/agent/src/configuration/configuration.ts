import { defaultEtcdNamespaces, durationText } from '@seawall/policies';
import type { RuleMeaning } from '@seawall/rules';
import { z } from 'zod';
import { outputsConfig } from '../output/configuration.ts';

const path = z.string().min(1);

const patterns = z.array(z.string().min(1));

const LAST_PORT = 65_535;

const SAY_ADDRESS = 'write address and port: 127.0.0.1:9764';

const listenAddress = z
  .string({ error: SAY_ADDRESS })
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/, { error: SAY_ADDRESS })
  .refine((address) => Number(address.slice(address.lastIndexOf(':') + 1)) <= LAST_PORT, {
    error: `the last port is ${LAST_PORT}`,
  });

const source = z
  .strictObject({
    /** A recording to read instead of this machine; it is read from where the last run came to. */
    capture: path.optional(),
    /** What is known of the containers in the recording: JSON of the runtime's answers. */
    containers: path.optional(),
    /** Sockets of container runtimes; the usual places when left out. */
    runtimes: z
      .array(z.strictObject({ kind: z.enum(['cri', 'containerd', 'docker', 'podman']), socket: path }))
      .optional(),
    /** Bytes of the ring between kernel and agent, a power of two. */
    ringMebibytes: z.int().min(1).max(1024).default(8),
  })
  .refine(({ capture, containers }) => capture !== undefined || containers === undefined, {
    path: ['containers'],
    error: 'that is for recordings: watching live, the runtimes are asked',
  });

const store = z.strictObject({
  path: path.default('/var/lib/seawall/seawall.db'),
  /** Findings longer ago than this are deleted. */
  keepFor: durationText.default('90d'),
  /** When it is bigger than this, old findings are deleted: the less urgent, the sooner. */
  maximumMebibytes: z.int().min(16).default(4096),
});

const captures = z.strictObject({
  directory: path.default('/var/lib/seawall/captures'),
  /** How much of the past is kept for captures. */
  before: durationText.default('10s'),
  /** Memory for it: with very many events it holds less than `before`. */
  memoryMebibytes: z.int().min(1).max(1024).default(16),
  /** A capture ends when it is as big as this. */
  maximumMebibytes: z.int().min(1).default(100),
  keepFor: durationText.default('30d'),
  keepMebibytes: z.int().min(1).default(2048),
});

const http = z.strictObject({
  /** Metrics, health and readiness. */
  listen: listenAddress.default('127.0.0.1:9764'),
});

const audit = z
  .strictObject({
    /** Where the API server's audit webhook sends its events: http://ADDRESS/k8s-audit, https with a certificate */
    listen: listenAddress,
    /** PEM files, read again when they change. With them it speaks TLS. */
    certificate: path.optional(),
    key: path.optional(),
    /** PEM file: only whoever shows a certificate of one of these authorities may post. */
    clientAuthorities: path.optional(),
    /** And of those only these common names. */
    clientNames: z.array(z.string().min(1)).min(1).optional(),
    /** Only whoever sends a line of that file as bearer token may post. */
    token: z.strictObject({ fromFile: path }).optional(),
    /** The longest request that is taken. */
    maximumMebibytes: z.int().min(1).max(256).default(16),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    error: 'certificate and key belong together: write both',
  })
  .refine(
    ({ certificate, clientAuthorities }) => certificate !== undefined || clientAuthorities === undefined,
    {
      path: ['clientAuthorities'],
      error: 'client certificates are shown over TLS: write certificate and key as well',
    },
  )
  .refine(
    ({ clientNames, clientAuthorities }) => clientNames === undefined || clientAuthorities !== undefined,
    {
      path: ['clientNames'],
      error: 'names are those of client certificates: write clientAuthorities as well',
    },
  );

const notifications = z.strictObject({
  /** How long an agent that has read a recording to its end goes on trying to tell what it found. */
  finishWithin: durationText.default('30s'),
});

const limits = z.strictObject({
  /** Memory of the whole process; above it the agent gives up what it can, then starts anew. */
  memoryMebibytes: z.int().min(128).default(512),
  /** CPU time, in percent of one CPU over ten seconds; above it fewer events are looked at, and said so. */
  cpuPercent: z.int().min(5).max(6400).default(100),
  /** Findings that may wait for the store; further ones are counted and left out. */
  waitingFindings: z.int().min(100).default(20_000),
});

const etcd = z.strictObject({
  /** https://ADDRESS:2379 of every member: asked whether a member may be stopped without losing quorum. */
  endpoints: z.array(z.url()).min(1),
  authorities: path,
  certificate: path,
  key: path,
  /** Whether etcd is asked for its members or the endpoints are all there are: for where its JSON gateway is off. */
  members: z.enum(['ask', 'endpoints']).default('ask'),
  /** Where its members run as pods. */
  namespaces: z
    .array(z.string().min(1))
    .min(1)
    .default([...defaultEtcdNamespaces]),
});

const kubernetes = z.strictObject({
  /** Read anew for each request. In a pod with a service account it can be left out. */
  kubeconfig: path.optional(),
  /** Whether policies and rule sets that the API server keeps count beside those in files. */
  policies: z.boolean().default(false),
});

/** Rules, and of which time they are. */
export interface RuleSource {
  /** A rule file, or a folder of them. */
  readonly path: string;
  readonly meaning: RuleMeaning;
}

const meaning = z
  .union([z.literal(['today', '2017']), z.literal(2017)], { error: 'write today or 2017' })
  .default('today')
  .transform((written): RuleMeaning => (written === 2017 ? '2017' : written));

const ruleSource = z
  .union([path, z.strictObject({ path, meaning })], {
    error: 'write a path, or path and meaning: { path: old, meaning: 2017 }',
  })
  .transform(
    (written): RuleSource => (typeof written === 'string' ? { path: written, meaning: 'today' } : written),
  );

const SAY_RULES = 'write the rule files and folders of them, such as rules: [rules]';

/** `seawall.yaml`: what the agent is told. Everything but `rules` has a default that suits a node. */
export const agentConfiguration = z.strictObject(
  {
    /** The node's name in findings; the machine's when left out. */
    node: z.string().min(1).optional(),
    cluster: z.string().min(1).optional(),
    /** Rule files and folders of them, in the order to load them; each may be of another time. */
    rules: z
      .array(ruleSource, {
        error: ({ input }) => (input === undefined ? `rules is missing: ${SAY_RULES}` : SAY_RULES),
      })
      .min(1, { error: SAY_RULES }),
    /** Policies, rule sets and channels: files and folders. Without any, every enabled rule alerts everywhere. */
    policies: z.array(path).default([]),
    /** Which policies count for an event that several have rules for. */
    policyMatching: z.enum(['all', 'first']).default('all'),
    source: source.prefault({}),
    store: store.prefault({}),
    captures: captures.prefault({}),
    notifications: notifications.prefault({}),
    outputs: outputsConfig.optional(),
    http: http.prefault({}),
    audit: audit.optional(),
    etcd: etcd.optional(),
    /** The API server where policies label and isolate pods, and may lie. */
    kubernetes: kubernetes.optional(),
    /** What no action ever touches, besides Seawall itself, pid 1 and kernel threads: patterns with `*` and `?`. */
    neverTouch: z
      .strictObject({
        /** Paths of executables outside of containers. */
        programs: patterns,
        containers: patterns,
        images: patterns,
        namespaces: patterns,
      })
      .partial()
      .prefault({}),
    /**
     * Whether what containers do is kept as well (programs, files by folder, peers, ports), for `seawall profile learn --store`. It
     * takes more events from the kernel than rules alone do.
     */
    activity: z.boolean().default(false),
    /** Whether files of rules and policies are watched, and changes taken over. SIGHUP does it in any case. */
    watchFiles: z.boolean().default(true),
    limits: limits.prefault({}),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'write keys and what they mean, such as rules: [rules]' : undefined,
  },
);

export type AgentConfiguration = z.infer<typeof agentConfiguration>;
