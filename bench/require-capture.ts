import { isSeawallError } from '@seawall/base';
import { readCapture } from '@seawall/events';
import type { Usage } from '../scripts/usage.ts';

/** @returns the path of a capture, refused where there is none: before minutes of measuring, and in one line. */
export async function requireCapture(usage: Usage, path: string): Promise<string> {
  try {
    const sections = readCapture(usage.file(path));
    await sections.next();
    await sections.return();
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    usage.refuse(error.message);
  }
  return path;
}
