import { z } from 'zod';
import { durationText } from './duration.ts';
import { quietHours } from './quiet-hours.ts';
import { routing } from './routing.ts';
import { secretReference } from './secret.ts';
import { headerTemplates, webhookBody } from './template.ts';

/** One place that findings are told to, as its file or custom resource describes it. */
export interface NotificationChannel {
  /** `metadata.name`: what policies and the outbox call it. */
  readonly name: string;
  readonly spec: NotificationChannelSpec;
}

const plainUrl = z
  .url({ protocol: /^https?$/, error: 'write a URL: https://...' })
  .refine((url) => !/^[a-z]+:\/\/[^/]*@/i.test(url), {
    error: 'a URL with a password in it is a secret: say fromFile: PATH or fromEnvironment: NAME',
  });

/** URLs of which the path is what lets one in are secrets; others may be written down. */
const urlOrSecret = z.union([plainUrl, secretReference], {
  error: 'write a URL, or where it is read from if it is secret: fromFile: PATH or fromEnvironment: NAME',
});

const path = z.string().startsWith('/', { error: 'write the whole path: /etc/...' });

const tls = z.strictObject({
  /** PEM file of the authorities to trust instead of the system's. */
  authorities: path.optional(),
  /** PEM files of the certificate to show, and its key. */
  certificate: path.optional(),
  key: path.optional(),
  /** The name to expect in the server's certificate, where it is not that of the host. */
  serverName: z.string().min(1).optional(),
});

const address = z
  .string()
  .regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/, { error: 'write one address: name@example.org' });

const email = z
  .strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65535).optional(),
    /** `starttls` (the default) insists on it; `tls` speaks TLS from the start; `none` is for relays on this machine. */
    security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
    user: z.string().min(1).optional(),
    password: secretReference.optional(),
    from: address,
    to: z.array(address).min(1, { error: 'name at least one receiver' }),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: 'user and password go together',
  })
  .refine(({ security, password }) => security !== 'none' || password === undefined, {
    error: 'without TLS the password would be readable on the way: use security: starttls or tls',
  });

const slack = z.strictObject({
  /** The incoming webhook's URL: whoever knows it can post. */
  url: secretReference,
});

const webhook = z.strictObject({
  url: urlOrSecret,
  method: z.enum(['POST', 'PUT']).default('POST'),
  headers: headerTemplates.optional(),
  /** What is sent, with `{{name}}` where values go; the whole notice as JSON when left out. */
  body: webhookBody.optional(),
  /** Signs each message: header `Seawall-Signature`. */
  signingSecret: secretReference.optional(),
});

const victorOps = z.strictObject({
  apiKey: secretReference,
  routingKey: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+$/, { error: 'a routing key has letters, digits, _ . and -' }),
  endpoint: plainUrl.default('https://alert.victorops.com/integrations/generic/20131114/alert'),
});

const pagerDuty = z.strictObject({
  /** Of the service's integration "Events API v2". */
  routingKey: secretReference,
  endpoint: plainUrl.default('https://events.pagerduty.com/v2/enqueue'),
});

const retry = z.strictObject({
  /** How long one attempt may take. */
  timeout: durationText.default('10s'),
  /** Attempts n waits between 0 and `first` times 2 to the n, but never longer than `longest`. */
  first: durationText.default('2s'),
  longest: durationText.default('10m'),
  /** After so many attempts, or when it is so old, a message is a dead letter. */
  attempts: z.int().min(1).max(1000).default(100),
  maximumAge: durationText.default('24h'),
});

const limits = z.strictObject({
  /** At most so many messages in that time; what comes beyond is gathered into one digest. */
  messages: z.int().min(1).max(10_000).default(20),
  per: durationText.default('10m'),
});

const kinds = ['email', 'slack', 'webhook', 'victorOps', 'pagerDuty'] as const;

export type ChannelKind = (typeof kinds)[number];

/** The `spec` of `kind: NotificationChannel`. Its output is its input with defaults filled in: nothing is transformed. */
export const notificationChannelSpec = z
  .strictObject({
    email: email.optional(),
    slack: slack.optional(),
    webhook: webhook.optional(),
    victorOps: victorOps.optional(),
    pagerDuty: pagerDuty.optional(),
    /** What this channel takes of what policies send to it; everything when left out. */
    routing: routing.optional(),
    /** When it is left in peace: what doesn't pass waits until the end. */
    quietHours: z.array(quietHours).optional(),
    rateLimit: limits.prefault({}),
    /** How often a flood, or what quiet hours held back, is summed up. */
    digestEvery: durationText.default('10m'),
    /** After the first message about a group: at most one summary in this time. Policies may say otherwise. */
    summaryEvery: durationText.default('1h'),
    /** Whether it is told when a person acknowledges or resolves; by default those are that keep incidents, and webhooks. */
    decisions: z.boolean().optional(),
    retry: retry.prefault({}),
    tls: tls.optional(),
    /** `environment` follows HTTPS_PROXY, HTTP_PROXY and NO_PROXY; `none` goes straight. Email always goes straight. */
    proxy: z.enum(['environment', 'none']).default('environment'),
  })
  .refine((spec) => kinds.filter((kind) => spec[kind] !== undefined).length === 1, {
    error: `a channel is of one kind: write exactly one of ${kinds.join(', ')}`,
  })
  .refine(({ tls: files }) => (files?.certificate === undefined) === (files?.key === undefined), {
    path: ['tls'],
    error: 'certificate and key go together',
  });

export type NotificationChannelSpec = z.infer<typeof notificationChannelSpec>;

/** Which of the five kinds a channel is. */
export function kindOf(spec: NotificationChannelSpec): ChannelKind {
  return kinds.find((kind) => spec[kind] !== undefined) as ChannelKind;
}

/** Whether a channel is told what people decide about findings. */
export function takesDecisions(spec: NotificationChannelSpec): boolean {
  if (spec.decisions !== undefined) return spec.decisions;
  return spec.pagerDuty !== undefined || spec.victorOps !== undefined || spec.webhook !== undefined;
}
