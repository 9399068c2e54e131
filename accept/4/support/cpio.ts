/** A file, or without bytes a folder. */
export interface ArchivedFile {
  readonly path: string;
  readonly bytes?: Buffer;
}

const FOLDER = 0o040755;
const PROGRAM = 0o100755;
const END = 'TRAILER!!!';

/** An archive as Linux starts with (Documentation/driver-api/early-userspace/buffer-format.rst: "newc"). */
export function createArchive(files: readonly ArchivedFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, { path, bytes }] of [...files, { path: END, bytes: undefined }].entries()) {
    const isEnd = path === END;
    const mode = isEnd ? 0 : bytes === undefined ? FOLDER : PROGRAM;
    const name = Buffer.from(`${path}\0`);
    // inode, mode, user, group, links, time, size, device (4 numbers), length of the name, check
    const numbers = [index + 1, mode, 0, 0, 1, 0, bytes?.length ?? 0, 0, 0, 0, 0, name.length, 0];
    const header = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}`;
    parts.push(padded(Buffer.concat([Buffer.from(header), name])), padded(bytes ?? Buffer.alloc(0)));
  }
  return Buffer.concat(parts);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
