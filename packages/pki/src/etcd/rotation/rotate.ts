import type { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errors } from '../../errors.ts';
import { applyChanges, type FileChange, publicMode, secretMode } from '../../files/change.ts';
import { readBytes, readCertificateFile } from '../../read/certificates.ts';
import type { KeyAccess } from '../authorities.ts';
import { authorityKeyPath, type Cluster, openCluster, whileChanging } from '../cluster.ts';
import {
  type AuthorityName,
  authorityCertificatePath,
  authorityNames,
  type Leaf,
  leavesOf,
} from '../layout.ts';
import { trustFiles } from '../leaf-files.ts';
import type { Check } from '../report.ts';
import { checkPhases } from './live-phases.ts';
import { isRotating, type RotationState, readState, rotationDirectory, statePath } from './state.ts';
import { type Phase, phaseAt, type Step, stepsOf } from './steps.ts';

export interface RotationOrder extends KeyAccess {
  readonly directory: string;
  readonly now: number;
  /** The operator's word for what no handshake can show: that the clients follow. */
  readonly isConfirmed?: boolean | undefined;
  /** Skip the handshakes before the change: for members that this machine cannot reach. */
  readonly isLiveSkipped?: boolean | undefined;
  readonly timeoutMilliseconds?: number | undefined;
}

/** What a `step` or `rollback` did. */
export interface RotationProgress {
  readonly step: Step;
  readonly position: number;
  readonly total: number;
  readonly isGoingBack: boolean;
  /** True when an interrupted step was finished, and no other begun. */
  readonly isResumed: boolean;
  /** True when the rotation is over: done, or taken back. */
  readonly isOver: boolean;
  /** The files that were changed, relative to the cluster's directory. */
  readonly paths: readonly string[];
}

/** Where a rotation stands. */
export interface RotationStatus {
  readonly state: RotationState;
  readonly steps: readonly Step[];
  /** How the members answer now, against what the position says; empty when not asked. */
  readonly checks: readonly Check[];
}

/**
 * Says where the rotation stands, with the members asked unless told not to.
 * @throws pki/NO_ROTATION
 */
export async function rotationStatus(order: RotationOrder): Promise<RotationStatus> {
  const cluster = openCluster(order.directory);
  const state = readState(cluster.directory);
  const steps = stepsOf(cluster.description);
  const checks = order.isLiveSkipped ? [] : await checkPhases(cluster, state, steps, order, []);
  return { state, steps, checks };
}

/**
 * Does the next step (or, where one was interrupted, finishes that one): first the members must answer as the steps so far demand, then the step's files and the state change together.
 * @throws pki/NO_ROTATION, pki/ROTATION_NOT_READY, pki/CONFIRMATION_NEEDED, pki/ROTATION_INCOMPLETE, and those of `applyChanges`
 */
export function stepForward(order: RotationOrder): Promise<RotationProgress> {
  return whileChanging(order.directory, async (cluster, hasRecovered) => {
    const resumed = hasRecovered ? resumedProgress(cluster) : undefined;
    if (resumed) return resumed;
    const state = readState(cluster.directory);
    const steps = stepsOf(cluster.description);
    const step = steps[state.position]!;
    if (step.kind.startsWith('confirm') && !order.isConfirmed) {
      throw errors.create('CONFIRMATION_NEEDED', { step: step.id, toDo: step.toDo });
    }
    refuseIncomplete(cluster, state);
    const changed = steps[state.position]?.unit;
    await refuseUnready(cluster, state, steps, order, state.isGoingBack ? changed : undefined);
    const next = { ...state, position: state.position + 1, isGoingBack: false };
    const isOver = step.kind === 'retire';
    const changes = isOver
      ? retireFiles(cluster, state, order)
      : [
          ...phaseFiles(cluster, state, step.unit, phaseAt(steps, next.position, step.unit ?? '')),
          stateFile(next),
        ];
    applyChanges(cluster.directory, changes);
    return progress(step, steps, next, isOver, changes);
  });
}

/**
 * Takes the last step back; at the beginning, ends the rotation as if it had never been. What the last step asked for outside may not have
 * happened yet, so that step's unit is not asked; after that, each step back waits for the one before it like a step forward.
 * @throws as `stepForward`
 */
export function stepBack(order: RotationOrder): Promise<RotationProgress> {
  return whileChanging(order.directory, async (cluster, hasRecovered) => {
    const resumed = hasRecovered ? resumedProgress(cluster) : undefined;
    if (resumed) return resumed;
    const state = readState(cluster.directory);
    const steps = stepsOf(cluster.description);
    const last = steps[state.position - 1];
    await refuseUnready(cluster, state, steps, order, state.isGoingBack ? undefined : last?.unit);
    if (last === undefined) {
      const changes = abandonFiles(cluster, order);
      applyChanges(cluster.directory, changes);
      return progress(steps[0]!, steps, { ...state, isGoingBack: true }, true, changes);
    }
    const next = { ...state, position: state.position - 1, isGoingBack: true };
    const phase = phaseAt(steps, next.position, last.unit ?? '');
    const changes = [...phaseFiles(cluster, state, last.unit, phase), stateFile(next)];
    applyChanges(cluster.directory, changes);
    return progress(last, steps, next, false, changes);
  });
}

/** What an interrupted step came to, now that its change is finished; undefined when it was the plan that was interrupted. */
function resumedProgress(cluster: Cluster): RotationProgress | undefined {
  const { directory, description } = cluster;
  const steps = stepsOf(description);
  const isOver = !isRotating(directory);
  const state = isOver ? undefined : readState(directory);
  const position = state?.position ?? steps.length;
  const isGoingBack = state?.isGoingBack ?? false;
  const step = steps[isGoingBack ? position : position - 1];
  if (step === undefined) return undefined;
  const changes = state
    ? phaseFiles(cluster, state, step.unit, phaseAt(steps, position, step.unit ?? ''))
    : [];
  const paths = changes.map(({ path }) => path);
  return { step, position, total: steps.length, isGoingBack, isResumed: true, isOver, paths };
}

function progress(
  step: Step,
  steps: readonly Step[],
  { position, isGoingBack }: RotationState,
  isOver: boolean,
  changes: readonly FileChange[],
): RotationProgress {
  const paths = changes.map(({ path }) => path).filter((path) => !path.startsWith(rotationDirectory));
  return { step, position, total: steps.length, isGoingBack, isResumed: false, isOver, paths };
}

/** @throws pki/ROTATION_NOT_READY */
async function refuseUnready(
  cluster: Cluster,
  state: RotationState,
  steps: readonly Step[],
  order: RotationOrder,
  excusedUnit: string | undefined,
): Promise<void> {
  if (order.isLiveSkipped) return;
  const checks = await checkPhases(cluster, state, steps, order, excusedUnit ? [excusedUnit] : []);
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  if (failed.length === 0) return;
  const last = steps[state.position - 1];
  throw errors.create('ROTATION_NOT_READY', {
    reasons: failed.map(({ subject, message }) => `${subject}: ${message}`).join('; '),
    toDo: last?.toDo ?? 'bring the cluster to health first',
    lastStep: last?.id,
    checks: failed,
  });
}

/** With an external signer, the new certificates arrive by `import`. @throws pki/ROTATION_INCOMPLETE */
function refuseIncomplete({ directory, description }: Cluster, state: RotationState): void {
  const missing = rotatedLeaves(description, state).filter(
    (leaf) => !existsSync(join(directory, rotationDirectory, 'new', leaf.certificatePath)),
  );
  if (missing.length > 0) {
    throw errors.create('ROTATION_INCOMPLETE', { ids: missing.map(({ id }) => id).join(', ') });
  }
}

/** The leaves that change with the rotated authorities. */
export function rotatedLeaves(
  description: Cluster['description'],
  state: Pick<RotationState, 'authorities'>,
): Leaf[] {
  return leavesOf(description).filter(({ authority }) => state.authorities.includes(authority));
}

/** A unit's files as a phase wants them. */
function phaseFiles(
  { directory, description }: Cluster,
  state: RotationState,
  unit: string | undefined,
  phase: Phase,
): FileChange[] {
  if (unit === undefined) return [];
  const material = join(directory, rotationDirectory);
  const trusted = (name: AuthorityName): X509Certificate[] => {
    const current = readCertificateFile(join(directory, authorityCertificatePath(name)));
    if (!state.authorities.includes(name)) return current;
    const fresh = readCertificateFile(join(material, 'new', authorityCertificatePath(name)));
    return { old: current, both: [...current, ...fresh], new: fresh }[phase.trust];
  };
  const trust = { peers: trusted('peers'), clients: trusted('clients') };
  const copies = rotatedLeaves(description, state)
    .filter((leaf) => leaf.unit === unit)
    .flatMap((leaf) => [
      copy(join(material, phase.leaves), leaf.certificatePath, publicMode),
      copy(join(material, phase.leaves), leaf.keyPath, secretMode),
    ]);
  return [...trustFiles(description, trust, true, (each) => each === unit), ...copies];
}

/** The end: the new authorities take the place of the old ones, with their probes; the rotation's folder goes. */
function retireFiles(
  { directory, description }: Cluster,
  state: RotationState,
  access: KeyAccess,
): FileChange[] {
  const fresh = join(directory, rotationDirectory, 'new');
  const isApart = description.keyKeeping === 'apart';
  if (isApart && access.authorityDirectory === undefined) throw errors.create('AUTHORITY_DIRECTORY_NEEDED');
  const changes: FileChange[] = [];
  for (const name of state.authorities) {
    changes.push(copy(fresh, authorityCertificatePath(name), publicMode));
    if (description.keyKeeping !== 'external') {
      const apart = isApart ? access.authorityDirectory : undefined;
      const source = newKeyPath(directory, name, apart);
      const contents = readBytes(join(directory, source)).toString('latin1');
      const path = authorityKeyPath(directory, name, apart);
      changes.push({ path, contents, mode: secretMode, mayReplace: true });
      if (isApart) changes.push({ path: source, contents: null, mode: 0, mayReplace: true });
    }
    for (const path of [`probes/expired-${name}`, `probes/server-only-${name}`]) {
      if (!existsSync(join(fresh, `${path}.crt`))) continue;
      changes.push(copy(fresh, `${path}.key`, secretMode), copy(fresh, `${path}.crt`, publicMode));
    }
  }
  changes.push({ path: rotationDirectory, contents: null, mode: 0, mayReplace: true });
  return changes;
}

function abandonFiles({ directory, description }: Cluster, access: KeyAccess): FileChange[] {
  const changes: FileChange[] = [{ path: rotationDirectory, contents: null, mode: 0, mayReplace: true }];
  if (description.keyKeeping !== 'apart') return changes;
  if (access.authorityDirectory === undefined) throw errors.create('AUTHORITY_DIRECTORY_NEEDED');
  for (const name of authorityNames) {
    const path = newKeyPath(directory, name, access.authorityDirectory);
    changes.push({ path, contents: null, mode: 0, mayReplace: true });
  }
  return changes;
}

/** Where the new key of an authority waits for the rotation's end. */
export function newKeyPath(directory: string, name: AuthorityName, apart: string | undefined): string {
  if (apart === undefined) return `${rotationDirectory}/new/authorities/${name}.key`;
  return authorityKeyPath(directory, name, join(apart, 'new'));
}

export function stateFile(state: RotationState): FileChange {
  return { path: statePath, contents: `${JSON.stringify(state)}\n`, mode: publicMode, mayReplace: true };
}

function copy(from: string, path: string, mode: number): FileChange {
  return { path, contents: readBytes(join(from, path)).toString('latin1'), mode, mayReplace: true };
}
