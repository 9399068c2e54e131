import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Not part of what the package offers: the row looks at its inside.
import { postgresql } from '../../packages/store/src/dialect.ts';
import { migrations, migrationTable } from '../../packages/store/src/schema/migrations.ts';
import { everyQuery } from '../../packages/store/src/testing/every-query.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'the query layer is ready for PostgreSQL: a real server makes the tables and prepares every query';

export async function run(): Promise<AcceptanceResult> {
  const binaries = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  if (binaries === undefined) return { skipped: 'PostgreSQL is not installed' };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-postgresql-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  // The server refuses to run as root.
  const serverUser =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  const call = (words: readonly string[], input = ''): { status: number | null; text: string } => {
    const [program, ...parameters] = [...serverUser, ...words];
    const { status, stdout, stderr, error } = spawnSync(program, parameters, {
      input,
      encoding: 'utf8',
      cwd: folder,
      timeout: 60_000,
      // A server that goes on would keep its pipes open.
      stdio: words[0].endsWith('pg_ctl') ? ['pipe', 'ignore', 'ignore'] : 'pipe',
    });
    if (error !== undefined) throw error;
    return { status, text: `${stdout ?? ''}${stderr ?? ''}` };
  };
  try {
    const made = call([join(binaries, 'initdb'), '-D', data, '-A', 'trust', '-U', 'seawall', '-E', 'UTF8']);
    if (made.status !== 0) return { skipped: `initdb failed: ${made.text.slice(-300)}` };
    const options = `-c listen_addresses= -c fsync=off -k ${folder}`;
    call([join(binaries, 'pg_ctl'), '-D', data, '-l', join(folder, 'log'), '-w', '-o', options, 'start']);
    /** What is wrong with a text; undefined when it ran. */
    const faultOf = (text: string): string | undefined => {
      const { status, text: said } = call(
        ['psql', '-h', folder, '-U', 'seawall', '-d', 'postgres', '-q', '-v', 'ON_ERROR_STOP=1'],
        text,
      );
      return status === 0 ? undefined : said.trim();
    };

    const tables = [
      migrationTable(postgresql),
      ...migrations.flatMap(({ statements }) => statements(postgresql)),
    ];
    const queries = [...everyQuery(postgresql)];
    const faults = [
      faultOf(tables.map((statement) => `${statement};\n`).join('')),
      ...queries.map(([name, query]) => {
        const fault = faultOf(`PREPARE query AS ${query.compile().sql};\n`);
        return fault && `${name}: ${fault}`;
      }),
    ].filter((fault) => fault !== undefined);
    const figure =
      faults.length === 0
        ? `${tables.length} statements run, ${queries.length} queries prepared, no error`
        : `${faults.length} errors: ${faults.slice(0, 20).join('; ')}`;
    return { figure, passed: faults.length === 0 };
  } finally {
    if (existsSync(join(data, 'postmaster.pid')))
      call([join(binaries, 'pg_ctl'), '-D', data, '-m', 'immediate', 'stop']);
    rmSync(folder, { recursive: true, force: true });
  }
}
