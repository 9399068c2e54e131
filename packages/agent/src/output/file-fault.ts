import { dirname } from 'node:path';

/** An error that says which file can't be written, why, and what to do. */
export function fileFault(path: string, error: unknown): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const texts: Readonly<Record<string, string>> = {
    ENOENT: `there is no folder ${dirname(path)}: make it`,
    ENOTDIR: `${dirname(path)} is no folder: name another file`,
    EISDIR: 'it is a folder: name a file',
    EACCES: 'that is not permitted: let the agent write there',
    EPERM: 'that is not permitted: let the agent write there',
    EROFS: 'its file system is read-only: name a file elsewhere',
    ENOSPC: 'no space is left on the device: make room',
    EDQUOT: 'its quota is used up: make room',
    ENXIO: 'nobody reads from it: start what does',
    EPIPE: 'nobody reads from it any more: start what does',
  };
  const reason = texts[code];
  return new Error(`${path} can not be written: ${reason === undefined ? message : `${reason} (${code})`}`, {
    cause: error,
  });
}
