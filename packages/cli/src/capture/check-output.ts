import { closeSync, openSync, readSync, realpathSync, statSync, unlinkSync } from 'node:fs';
import { BEGINNING_LENGTH, canBeCapture } from '@seawall/events';
import { errors } from '../errors.ts';
import { fileReasonOf } from '../input/file-reason.ts';

/**
 * Makes sure that a capture can be written to this path, before anything is done that takes long. What is there stays as it is.
 * @throws cli/FILE_UNWRITABLE; cli/NOT_A_CAPTURE where the file has other contents, such as a configuration: a capture replaces captures only.
 */
export function checkCaptureOutput(path: string): void {
  const facts = look(path, () => statSync(path, { throwIfNoEntry: false }));
  if (facts === undefined) {
    look(path, () => closeSync(openSync(path, 'a')));
    // Whether there will be a capture is not known yet. The name may be a link to what was not there.
    unlinkSync(realpathSync(path));
    return;
  }
  // Opening a pipe would wait for its reader.
  if (facts.isFile() || facts.isDirectory()) look(path, () => closeSync(openSync(path, 'r+')));
  if (facts.isFile() && facts.size > 0 && !canBeCapture(look(path, () => beginningOf(path)))) {
    throw errors.create('NOT_A_CAPTURE', { path });
  }
}

function beginningOf(path: string): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(BEGINNING_LENGTH);
    return bytes.subarray(0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

function look<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isAbsent ? 'there is no such folder' : fileReasonOf(error);
    throw errors.create('FILE_UNWRITABLE', { path, reason }, error);
  }
}
