import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errors } from '../../errors.ts';
import { damageText } from '../../schema-problems.ts';
import { authorityNames } from '../layout.ts';

/** Everything about a rotation lies under this folder of the cluster's directory, until it is over. */
export const rotationDirectory = 'rotation';
export const statePath = `${rotationDirectory}/state.json`;

const stateSchema = z.object({
  version: z.literal(1),
  /** Which authorities are replaced. */
  authorities: z.array(z.enum(authorityNames)).min(1),
  /** How many steps of the plan have been done: the steps follow from the cluster's description. */
  position: z.number().int().min(0),
  /** True from a `rollback` until the next `step`. */
  isGoingBack: z.boolean(),
  startedAt: z.number(),
});

export type RotationState = Readonly<z.infer<typeof stateSchema>>;

/** The nameless peer that asks members whether they trust an authority, from whatever machine the rotation runs on. */
export function acceptedProbePath(side: 'old' | 'new'): string {
  return `${rotationDirectory}/${side}/probes/accepted-peers`;
}

export function isRotating(directory: string): boolean {
  return existsSync(join(directory, statePath));
}

/**
 * Reads how far a rotation has come.
 * @throws pki/NO_ROTATION, pki/BAD_DESCRIPTION
 */
export function readState(directory: string): RotationState {
  if (!isRotating(directory)) throw errors.create('NO_ROTATION');
  const path = join(directory, statePath);
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw errors.create('BAD_DESCRIPTION', { path, reason: damageText(cause) }, cause);
  }
}
