import { z } from 'zod';
import { errors } from './errors.ts';
import { readYaml } from './node/yaml.ts';
import { schemaProblem } from './schema-problem.ts';

/*
 * What no file on a node can tell is asked for once, in the site file, not for each check from a person: how people sign in,
 * which limits the site holds to be right, and which failures are accepted, by whom and until when.
 */
const exceptionSchema = z.strictObject({
  check: z.string().min(1),
  owner: z.string().min(1),
  reason: z.string().min(1),
  expires: z.iso.date(),
  instance: z.string().optional(),
});

const siteSchema = z.strictObject({
  values: z
    .strictObject({
      usersSignInWith: z
        .array(
          z.enum([
            'oidc',
            'webhook',
            'client-certificate',
            'service-account-token',
            'bootstrap-token',
            'cloud',
          ]),
        )
        .min(1)
        .optional(),
      requestTimeoutSeconds: z.number().positive().optional(),
      terminatedPodThreshold: z.number().int().positive().optional(),
      minimumEventsPerSecond: z.number().int().nonnegative().optional(),
      podProcessLimit: z.number().int().positive().optional(),
      hostnameOverrideIsNeeded: z.boolean().optional(),
      etcdDataOwner: z.string().optional(),
      certificateDaysLeft: z.number().int().positive().optional(),
    })
    .optional(),
  exceptions: z.array(exceptionSchema).optional(),
});

/** What the site decided: values that checks need, and accepted failures. */
export interface Site {
  readonly values: {
    /** How people (not machines) sign in to the cluster; undefined until somebody says it. */
    readonly usersSignInWith?: readonly string[];
    readonly requestTimeoutSeconds: number;
    readonly terminatedPodThreshold: number;
    readonly minimumEventsPerSecond: number;
    /** Undefined: any limit will do. */
    readonly podProcessLimit?: number;
    readonly hostnameOverrideIsNeeded: boolean;
    /** `user:group` of etcd's data directory; undefined: `etcd:etcd`, or whoever etcd runs as when not root. */
    readonly etcdDataOwner?: string;
    /** Certificates with fewer days left fail. */
    readonly certificateDaysLeft: number;
  };
  readonly exceptions: readonly Exception[];
}

/** A failure that somebody answers for until a day. */
export interface Exception {
  /** The id of a check, or a CIS number. */
  readonly check: string;
  readonly owner: string;
  readonly reason: string;
  /** The last day (`YYYY-MM-DD`, UTC) on which it holds. */
  readonly expires: string;
  /** Only for instances whose label holds this text. */
  readonly instance?: string;
}

/** What holds when no site file is given. */
export const defaultSite: Site = {
  values: {
    requestTimeoutSeconds: 300,
    terminatedPodThreshold: 12500,
    minimumEventsPerSecond: 5,
    hostnameOverrideIsNeeded: false,
    certificateDaysLeft: 30,
  },
  exceptions: [],
};

/**
 * Reads a site file (YAML). Throws `posture/BAD_SITE_FILE` with the first thing wrong in it.
 * @param path named in messages.
 */
export function parseSite(text: string, path: string): Site {
  const document = readYaml(text);
  if (document.kind !== 'found') {
    throw errors.create('BAD_SITE_FILE', {
      path,
      reason: document.kind === 'unreadable' ? document.reason : 'empty',
    });
  }
  const result = siteSchema.safeParse(document.value.value ?? {});
  if (!result.success) {
    throw errors.create('BAD_SITE_FILE', { path, reason: schemaProblem(result.error) }, result.error);
  }
  const { values = {}, exceptions = [] } = result.data;
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return {
    values: { ...defaultSite.values, ...given },
    exceptions: exceptions.map(({ instance, ...rest }) =>
      instance === undefined ? rest : { ...rest, instance },
    ),
  };
}
