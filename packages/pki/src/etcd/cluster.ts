import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { recoverChanges } from '../files/change.ts';
import { whileLocked } from '../files/lock.ts';
import { keyAlgorithmNames } from '../issue/algorithms.ts';
import { readBytes } from '../read/certificates.ts';
import { damageText } from '../schema-problems.ts';
import { type AuthorityName, layoutNames } from './layout.ts';
import { memberSchema } from './members.ts';

/** The file that describes a cluster's certificates; beside it lie the certificates. */
export const descriptionPath = 'pki.json';

/**
 * Where the authorities' keys are: here in the open (0600), here under a passphrase, in a directory kept apart (an offline medium), or with
 * somebody else, who signs requests.
 */
export const keyKeepingNames = ['plain', 'encrypted', 'apart', 'external'] as const;
export type KeyKeeping = (typeof keyKeepingNames)[number];

const descriptionSchema = z.object({
  version: z.literal(1),
  /** etcd's `--initial-cluster-token`, and part of the authorities' names. */
  clusterName: z.string(),
  layout: z.enum(layoutNames),
  members: z.array(memberSchema).min(1),
  clients: z.array(z.object({ name: z.string(), commonName: z.string() })),
  hasGatewayClient: z.boolean(),
  algorithm: z.enum(keyAlgorithmNames),
  leafDays: z.number().positive(),
  authorityDays: z.number().positive(),
  keyKeeping: z.enum(keyKeepingNames),
  /** Milliseconds since the epoch: a clock that says less than this has been set back. */
  createdAt: z.number(),
});

/** What `init` was told, kept for everything after it. */
export type ClusterDescription = Readonly<z.infer<typeof descriptionSchema>>;

/** A cluster's directory with what its description says. */
export interface Cluster {
  readonly directory: string;
  readonly description: ClusterDescription;
}

/**
 * Reads the description under a directory.
 * @throws pki/NOT_INITIALISED, pki/BAD_DESCRIPTION, pki/FILE_UNREADABLE
 */
export function openCluster(directory: string): Cluster {
  const path = join(directory, descriptionPath);
  let text: string;
  try {
    text = readBytes(path).toString('utf8');
  } catch (error) {
    if ((error as { code?: string }).code !== 'pki/FILE_MISSING') throw error;
    throw errors.create('NOT_INITIALISED', { directory }, error);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw errors.create('BAD_DESCRIPTION', { path, reason: (cause as Error).message }, cause);
  }
  const read = descriptionSchema.safeParse(content);
  if (!read.success)
    throw errors.create('BAD_DESCRIPTION', { path, reason: damageText(read.error) }, read.error);
  return { directory, description: read.data };
}

/**
 * Runs an action that changes the cluster's files: locked, with an interrupted change finished first.
 * @param action is told whether there was one to finish.
 */
export function whileChanging<Value>(
  directory: string,
  action: (cluster: Cluster, hasRecovered: boolean) => Promise<Value>,
): Promise<Value> {
  openCluster(directory);
  return whileLocked(directory, async () => {
    const hasRecovered = recoverChanges(directory);
    return action(openCluster(directory), hasRecovered);
  });
}

export function describeAsText(description: ClusterDescription): string {
  return `${JSON.stringify(description, undefined, 2)}\n`;
}

/** Where an authority's key lies, relative to the cluster's directory: `apart` is the directory of keys kept apart. */
export function authorityKeyPath(
  directory: string,
  authority: AuthorityName,
  apart: string | undefined,
): string {
  if (apart === undefined) return `authorities/${authority}.key`;
  return relative(resolve(directory), resolve(apart, `${authority}.key`));
}

/** The member of that name. @throws pki/NO_SUCH_MEMBER */
export function findMember({ description }: Cluster, name: string): ClusterDescription['members'][number] {
  const member = description.members.find((each) => each.name === name);
  if (member === undefined) {
    throw errors.create('NO_SUCH_MEMBER', {
      name,
      names: description.members.map((each) => each.name).join(', '),
    });
  }
  return member;
}
