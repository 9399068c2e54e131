import { eventTypeOfSymbol, readString } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { field, type InspectorField } from './field.ts';

const INVALID_ID = 0xffff_ffff;
const CONTAINER_EVENT = eventTypeOfSymbol('CONTAINER_JSON_2_E').id;
const ASYNCHRONOUS_EVENT = eventTypeOfSymbol('ASYNCEVENT_E').id;

/** The user that the thread runs as, and the one who logged in. */
export const userFields: readonly InspectorField[] = [
  field({
    name: 'user.uid',
    type: 'uint32',
    format: 'id',
    dependsOn: ['process'],
    description: 'User id.',
    extract: ({ process }) => process?.uid,
  }),
  field({
    name: 'user.name',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'user', 'container'],
    description:
      'User name, by the user database of the container or else of the host; for container events the user that the container was configured with.',
    extract(context) {
      const { process, tables } = context;
      if (process === undefined) return undefined;
      return configuredUser(context) || nameOr(tables.userName(process, process.uid), process.uid, 'root');
    },
  }),
  field({
    name: 'user.homedir',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'user'],
    description: 'Home directory of the user.',
    extract: ({ process, tables }) =>
      process && nameOr(tables.userHomeDirectory(process, process.uid), process.uid, '/root'),
  }),
  field({
    name: 'user.shell',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'user'],
    description: 'Login shell of the user.',
    extract: ({ process, tables }) => process && (tables.userShell(process, process.uid) ?? '<NA>'),
  }),
  field({
    name: 'user.loginuid',
    type: 'int64',
    format: 'id',
    dependsOn: ['process'],
    description:
      'Id of the user who logged in (audit uid), which su and sudo leave as it is; -1 for what no login started.',
    extract: ({ process }) => process && (process.loginUid === INVALID_ID ? -1 : process.loginUid),
  }),
  field({
    name: 'user.loginname',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'user'],
    description: 'Name of the user who logged in (audit uid).',
    extract: ({ process, tables }) =>
      process && nameOr(tables.userName(process, process.loginUid), process.loginUid, 'root'),
  }),
];

/** The group that the thread runs as. */
export const groupFields: readonly InspectorField[] = [
  field({
    name: 'group.gid',
    type: 'uint32',
    format: 'id',
    dependsOn: ['process'],
    description: 'Group id.',
    extract: ({ process }) => process?.gid,
  }),
  field({
    name: 'group.name',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'user'],
    description: 'Group name.',
    extract: ({ process, tables }) =>
      process && nameOr(tables.groupName(process, process.gid), process.gid, 'root'),
  }),
];

function nameOr(name: string | undefined, id: number, ofRoot: string): string {
  return name ?? (id === 0 ? ofRoot : '<NA>');
}

function configuredUser({ view, container }: EventContext): string {
  const isContainerEvent =
    view.type === CONTAINER_EVENT ||
    (view.type === ASYNCHRONOUS_EVENT && readString(view, 1) === 'container');
  return isContainerEvent ? (container?.user ?? '') : '';
}
