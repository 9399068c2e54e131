import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { errors } from '../errors.ts';
import type { NotificationChannelSpec } from './channel.ts';

/**
 * What a connection needs of the files that `tls` names; they are read for each message, so that renewed ones count.
 * @throws policies/CHANNEL_FILE_UNREADABLE
 */
export function tlsOptions(tls: NotificationChannelSpec['tls']): ConnectionOptions {
  if (tls === undefined) return {};
  const { authorities, certificate, key, serverName } = tls;
  return {
    ...(authorities === undefined ? {} : { ca: read(authorities) }),
    ...(certificate === undefined ? {} : { cert: read(certificate) }),
    ...(key === undefined ? {} : { key: read(key) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it can’t be read';
    throw errors.create('CHANNEL_FILE_UNREADABLE', { path, reason }, error);
  }
}
