import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

/** Runs a file of one test that fails, as `npm test` runs files. @returns what it said, when it has ended. */
async function runFailing(body: string): Promise<string> {
  const script = `import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { killWithTest, listenWithTest } from ${JSON.stringify(new URL('with-test.ts', import.meta.url).href)};
test('fails', async () => { ${body} throw new Error('as it should'); });`;
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(code, 1, said);
  assert.match(said, /as it should/);
  return said;
}

test('a server and those connected to it end with a test that fails', async () => {
  await runFailing(`const port = await listenWithTest(createServer());
await new Promise((resolve) => connect(port, '127.0.0.1', resolve).on('error', () => {}));`);
});

test('a process ends with a test that fails', async () => {
  const said = await runFailing(
    "const child = killWithTest(spawn('sleep', ['1000'])); console.log('pid=' + child.pid);",
  );
  const pid = Number(/pid=(\d+)/.exec(said)![1]);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});
