import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openStore, type Store } from '@seawall/store';
import { readConfiguration } from '../configuration/read-configuration.ts';
import { startAgent } from './agent.ts';
import type { Agent } from './options.ts';

/** Where the configurations of a file of tests lie, and all that their agents write. */
export const root = mkdtempSync(join(tmpdir(), 'seawall-agent-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Writes a configuration of that name, and files beside it, into `root`; gives its path. */
export function settings(
  name: string,
  files: Readonly<Record<string, string>>,
  lines: readonly string[],
): string {
  const folder = join(root, name);
  rmSync(folder, { recursive: true, force: true });
  const path = join(`${folder}.yaml`);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(root, file), content);
  const common = [
    `store: { path: '${name}/store.db' }`,
    `captures: { directory: '${name}/captures', before: 5s }`,
    "http: { listen: '127.0.0.1:0' }",
  ];
  writeFileSync(path, [...common, ...lines].join('\n'));
  return path;
}

/** Starts an agent that ends with the tests. */
export async function start(path: string, logged: string[] = [], onWatching = () => {}): Promise<Agent> {
  const agent = await startAgent({
    configuration: readConfiguration(path),
    environment: {},
    onWatching,
    log: (level, message) => logged.push(`${level} ${message}`),
  });
  after(agent.stop);
  return agent;
}

/** Asks the store of the configuration of that name. */
export async function withStore<Result>(
  name: string,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = openStore({ path: join(root, name, 'store.db'), access: 'read' });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
