import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/**
 * Where the data lies that is not part of the repository (conformance vectors, captures): `SEAWALL_SHARED`, or
 * `../shared` beside the checkout. Undefined where there is none: tests that need it then skip aloud.
 * @throws Error when SEAWALL_SHARED is set and there is no such folder.
 */
export function locateShared(...path: string[]): string | undefined {
  const configured = process.env.SEAWALL_SHARED;
  const folder = configured ? resolve(configured) : join(root, '..', 'shared');
  if (!existsSync(folder)) {
    if (configured) throw new Error(`SEAWALL_SHARED is ${configured}, but there is no such folder`);
    return undefined;
  }
  return join(folder, ...path);
}
