import { type Shape, unitsOf } from '../layout.ts';

/**
 * The order that never breaks a connection: everybody trusts both authorities before anybody presents a certificate of the new one, and
 * nobody drops the old one before everybody presents the new.
 */
export type StepKind =
  | 'trust-both'
  | 'confirm-trust'
  | 'new-leaves'
  | 'confirm-leaves'
  | 'trust-new'
  | 'retire';

export interface Step {
  /** `trust-both members/etcd-a`, unique in its plan. */
  readonly id: string;
  readonly kind: StepKind;
  /** The folder that it changes; undefined for confirmations and the end. */
  readonly unit: string | undefined;
  /** What has to happen outside, once the files are written. */
  readonly toDo: string;
}

/** What a unit trusts and presents. */
export interface Phase {
  readonly trust: 'old' | 'both' | 'new';
  readonly leaves: 'old' | 'new';
}

/** The whole plan; the same cluster always gives the same one. */
export function stepsOf(shape: Shape): Step[] {
  const units = unitsOf(shape);
  const each = (kind: StepKind, toDo: (unit: string) => string): Step[] =>
    units.map((unit) => ({ id: `${kind} ${unit}`, kind, unit, toDo: toDo(unit) }));
  return [
    ...each('trust-both', restartText),
    {
      id: 'confirm-trust',
      kind: 'confirm-trust',
      unit: undefined,
      toDo: 'every client (each kube-apiserver too) must have been restarted with its new ca.crt; then give --confirmed',
    },
    ...each('new-leaves', (unit) =>
      isMember(unit)
        ? `copy ${unit} to its machine; etcd reads certificates anew at each handshake, no restart is needed`
        : `copy ${unit} to where it is used`,
    ),
    {
      id: 'confirm-leaves',
      kind: 'confirm-leaves',
      unit: undefined,
      toDo: 'every client must present its new certificate; then give --confirmed',
    },
    ...each('trust-new', restartText),
    {
      id: 'retire',
      kind: 'retire',
      unit: undefined,
      toDo: 'nothing: the old authorities and their keys are gone from here; remove copies that are kept elsewhere',
    },
  ];
}

/** Where a unit stands once so many steps are done. */
export function phaseAt(steps: readonly Step[], position: number, unit: string): Phase {
  const done = steps.slice(0, position).filter((step) => step.unit === unit);
  const has = (kind: StepKind) => done.some((step) => step.kind === kind);
  return {
    trust: has('trust-new') ? 'new' : has('trust-both') ? 'both' : 'old',
    leaves: has('new-leaves') ? 'new' : 'old',
  };
}

function isMember(unit: string): boolean {
  return unit.startsWith('members/');
}

function restartText(unit: string): string {
  return isMember(unit)
    ? `copy ${unit} to its machine and restart etcd there (only this member), and the kube-apiserver beside it`
    : `copy ${unit} to where it is used and restart that client`;
}
