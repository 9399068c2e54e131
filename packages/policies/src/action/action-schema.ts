import { z } from 'zod';
import { durationText, millisecondsOf } from '../channel/duration.ts';
import type { Place } from '../policy/policy.ts';
import { isCall, unknownCall } from './calls.ts';
import type { PolicyAction } from './wanted.ts';

const MEBIBYTE = 1024 * 1024;

const labelName =
  /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

const notify = z
  .strictObject({ type: z.literal('notify') })
  .describe('Tells the policy’s channels; the same as listing channels.');

const capture = z
  .strictObject({
    type: z.literal('capture'),
    before: durationText.default('10s').describe('From so long before the finding ...'),
    after: durationText.default('20s').describe('... to so long after it.'),
    extent: z
      .enum(['container', 'all'], { error: 'write container or all' })
      .default('container')
      .describe('Only the container’s events, or all of the node’s.'),
    maximumMebibytes: z
      .int({ error: 'write a whole number of mebibytes' })
      .min(1, { error: 'a capture takes at least 1 MiB' })
      .max(4096, { error: 'at most 4096 MiB are kept of one capture' })
      .default(64)
      .describe('The capture ends early when it is that big.'),
  })
  .describe('Keeps the events around the finding as a capture file.');

const pause = z
  .strictObject({
    type: z.literal('pause'),
    for: durationText.default('5m').describe('A paused container goes on by itself after so long.'),
  })
  .describe('Freezes the container; undone by hand, or by itself after a time.');

const stop = z
  .strictObject({
    type: z.literal('stop'),
    grace: durationText.default('10s').describe('What the container gets to end by itself.'),
  })
  .describe('Asks the container to end, and ends it after a grace.');

const kill = z.strictObject({ type: z.literal('kill') }).describe('Kills the container.');

const killProcess = z
  .strictObject({ type: z.literal('kill-process') })
  .describe('Kills the offending process alone.');

const label = z
  .strictObject({
    type: z.literal('label'),
    labels: z
      .record(
        z.string().regex(labelName, { error: 'that is no name of a Kubernetes label' }),
        z
          .string({ error: 'a label’s value is a text: put it in quotes' })
          .regex(labelValue, { error: 'a label’s value has letters, digits, - _ and . only, at most 63' }),
        { error: 'write labels as { quarantine: "true" }' },
      )
      .refine((record) => Object.keys(record).length > 0, { error: 'no label is written' }),
  })
  .describe('Sets labels of the pod through the API server.');

const isolate = z
  .strictObject({ type: z.literal('isolate') })
  .describe('Cuts the pod off the network by a label and a network policy.');

const deny = z
  .strictObject({
    type: z.literal('deny'),
    programsOtherThan: z
      .array(z.string().startsWith('/', { error: 'write the program’s whole path: /usr/bin/...' }), {
        error: 'write a list of paths: [/usr/local/bin/etcd]',
      })
      .min(1, { error: 'an empty list would forbid every program: name those that may be started' })
      .describe('The only programs that may be started.')
      .optional(),
    calls: z
      .array(
        z
          .string({ error: 'write the system call’s name: ptrace' })
          .regex(/^[a-z][a-z0-9_]*$/, { error: 'write the system call’s name: ptrace', abort: true })
          .refine(isCall, { error: ({ input }) => unknownCall(String(input)) }),
      )
      .describe('System calls that are forbidden.')
      .default([]),
    ports: z
      .array(z.int().min(1).max(65535, { error: 'ports are 1 to 65535' }))
      .describe('Ports that may not be connected to, nor be sent datagrams.')
      .default([]),
    files: z
      .array(
        z.string().startsWith('/', { error: 'write the whole path: /etc/shadow, or /root/ for a folder' }),
      )
      .describe('Files that may not be opened; with / at the end, everything in that folder.')
      .default([]),
  })
  .refine(
    ({ programsOtherThan, calls, ports, files }) =>
      programsOtherThan !== undefined || calls.length + ports.length + files.length > 0,
    { error: 'it forbids nothing: add programsOtherThan, calls, ports or files' },
  )
  .describe('Lets the kernel refuse what is forbidden, before it happens.');

/** All kinds of actions, in the order of the documentation. */
export const actionTypes = [
  'notify',
  'capture',
  'pause',
  'stop',
  'kill',
  'kill-process',
  'label',
  'isolate',
  'deny',
] as const satisfies readonly PolicyAction['type'][];

/** An element of `spec.actions` as it is written. */
export const actionSchema = z.discriminatedUnion(
  'type',
  [notify, capture, pause, stop, kill, killProcess, label, isolate, deny],
  { error: `write an action with its type: { type: kill }; types are ${actionTypes.join(', ')}` },
);

/** @param action what `actionSchema` has accepted. */
export function createAction(action: z.output<typeof actionSchema>, place: Place): PolicyAction {
  switch (action.type) {
    case 'capture':
      return {
        type: 'capture',
        beforeMilliseconds: millisecondsOf(action.before),
        afterMilliseconds: millisecondsOf(action.after),
        extent: action.extent,
        maximumBytes: action.maximumMebibytes * MEBIBYTE,
        place,
      };
    case 'pause':
      return { type: 'pause', forMilliseconds: millisecondsOf(action.for), place };
    case 'stop':
      return { type: 'stop', graceMilliseconds: millisecondsOf(action.grace), place };
    case 'deny':
      return { ...action, programsOtherThan: action.programsOtherThan, place };
    default:
      return { ...action, place };
  }
}
