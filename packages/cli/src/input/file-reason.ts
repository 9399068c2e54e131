import { reasonOf } from '@seawall/base';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file is as large as it may become',
  EIO: 'the device reports an error (EIO)',
};

/** Why a file can not be read or written, from what the system said of it. */
export function fileReasonOf(error: unknown): string {
  const { code } = error as { code?: string };
  return REASONS[code ?? ''] ?? reasonOf(error);
}
