import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createCaptureWriter, readCapture, type WriteOptions } from '@seawall/events';
import type { AcceptanceResult } from '../row.ts';

export const title =
  '`capture copy` of the 16 captures and of the large one reads back equal; with --compat sysdig 0.41 prints the same lines';

/** Everything that a line of sysdig's can tell of an event without a plugin; `*` prints lines that lack some of it. */
const FORMAT =
  '*%evt.num %evt.rawtime %evt.cpu %thread.tid %evt.dir %evt.type %evt.info %fd.name %fd.type %proc.name %proc.exepath ' +
  '%proc.cmdline %proc.cwd %proc.pname %user.name';

/** The command that runs sysdig 0.41, e.g. `chroot DIR sysdig`: its words, and a folder that both sides see. */
interface Sysdig {
  readonly command: readonly string[];
  /** What a path starts with that sysdig, in its chroot, doesn't see. */
  readonly root: string;
}

export async function run(): Promise<AcceptanceResult> {
  const shared = process.env.SEAWALL_SHARED ?? join(import.meta.dirname, '../../../shared');
  const folder = join(shared, 'conformance/captures');
  if (!existsSync(folder)) return { skipped: `${folder} is absent (SEAWALL_SHARED)` };
  const words = process.env.SEAWALL_SYSDIG?.split(' ').filter((word) => word !== '');
  if (words === undefined) {
    return { skipped: 'SEAWALL_SYSDIG names no command that runs sysdig 0.41 (e.g. "chroot DIR sysdig")' };
  }
  const sysdig: Sysdig = { command: words, root: words[0] === 'chroot' ? words[1]! : '' };
  const scratch = mkdtempSync(
    sysdig.root === '' ? join(tmpdir(), 'seawall-') : join(sysdig.root, 'tmp/seawall-'),
  );
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.scap'));
    const paths = [...files.sort().map((file) => join(folder, file)), join(shared, 'captures/large.scap.gz')];
    const faults: string[] = [];
    let lines = 0;
    for (const path of paths) {
      const result = await compare(path, scratch, sysdig);
      lines += result.lines;
      faults.push(...result.faults.map((fault) => `${basename(path)}: ${fault}`));
    }
    const figure = `${paths.length} captures, ${lines} lines of sysdig compared${faults.map((fault) => `; ${fault}`).join('')}`;
    return { figure, passed: faults.length === 0 };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function compare(
  path: string,
  scratch: string,
  sysdig: Sysdig,
): Promise<{ readonly lines: number; readonly faults: readonly string[] }> {
  const original = join(scratch, 'original.scap');
  const copy = join(scratch, 'copy.scap');
  copyFileSync(path, original);
  const faults: string[] = [];
  const before = await digestOf(original);
  for (const compression of ['none', 'gzip'] as const) {
    await copyCapture(original, copy, { compression });
    if ((await digestOf(copy)) !== before) faults.push(`the copy (${compression}) reads differently`);
  }
  await copyCapture(original, copy, { compatibility: 'sysdig-0.41' });
  const expected = await linesOf(original, sysdig);
  const actual = await linesOf(copy, sysdig);
  if (actual.digest !== expected.digest)
    faults.push(`sysdig prints ${actual.count} lines, ${expected.count} for the original, or others`);
  return { lines: expected.count, faults };
}

async function copyCapture(from: string, to: string, options: WriteOptions): Promise<void> {
  const writer = createCaptureWriter(to, options);
  for await (const section of readCapture(from)) await writer.write(section);
  await writer.close();
}

/** Over all that a capture holds: each table entry, each event with its number, CPU, flags and bytes. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const section of readCapture(path)) {
    if (section.kind !== 'events') {
      if (section.kind !== 'header') hash.update(JSON.stringify(section, plainValue));
      continue;
    }
    const { batch } = section;
    for (let index = 0; index < batch.count; index++) {
      const offset = batch.offsets[index]!;
      const length = batch.data.getUint32(offset + 16, true);
      hash.update(`${batch.numbers[index]} ${batch.cpus[index]} ${batch.flags?.[index]} `);
      hash.update(batch.bytes.subarray(offset, offset + length));
    }
  }
  return hash.digest('hex');
}

function plainValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** What sysdig prints for the capture, on both outputs, and how it ends. */
async function linesOf(
  path: string,
  sysdig: Sysdig,
): Promise<{ readonly digest: string; readonly count: number }> {
  const [program, ...words] = sysdig.command;
  const hash = createHash('sha256');
  const child = spawn(program!, [...words, '-r', path.slice(sysdig.root.length), '-p', FORMAT], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [count, complaints] = await Promise.all([countLines(child, hash), textOf(child.stderr)]);
  const code = await ended;
  if (code !== 0) throw new Error(`${sysdig.command.join(' ')} ended with ${code}: ${complaints}`);
  return { digest: hash.digest('hex'), count };
}

async function countLines(
  child: ChildProcessByStdio<null, Readable, Readable>,
  hash: ReturnType<typeof createHash>,
): Promise<number> {
  let count = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    hash.update(chunk);
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  }
  return count;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}
