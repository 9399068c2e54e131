import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CaptureWriter, createCaptureWriter } from '@seawall/events';
import { probeSupport } from '@seawall/probe';
import type { Rule } from '@seawall/rules';
import type { Alert } from '../alert/alert.ts';
import { plainWatchOptions, rulesOf } from '../testing/plain-watch.ts';
import { withoutLosses } from '../testing/without-losses.ts';
import { createCaptureWatch } from '../watch/watch-capture.ts';
import { kernelFilterFor } from './kernel-filter.ts';
import { createLiveWatch } from './watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;

/** What the program printed. */
type Facts = Readonly<Record<string, string>>;

if (skip !== false) {
  test('descriptors that come over sockets', { skip }, () => undefined);
} else {
  const RECEIVER = 'proc.exe = pass and proc.args startswith receive';
  let folder: string;
  let capture: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'seawall-received-'));
    capture = join(folder, 'live.scap');
    const source = join(import.meta.dirname, '..', 'testing', 'pass.c');
    assert.equal(spawnSync('cc', ['-static', '-o', join(folder, 'pass'), source]).status, 0);
    for (const name of ['file', 'inside', 'last']) writeFileSync(join(folder, name), 'some text\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Watches the program, without a loss, and gives what it printed with what was alerted of it. */
  function watchProgram(rules: readonly Rule[], isUnfiltered: boolean) {
    return withoutLosses(async () => {
      rmSync(join(folder, 'socket'), { force: true });
      const alerts: Alert[] = [];
      const controller = new AbortController();
      let printed = '';
      let writer: CaptureWriter | undefined;
      const watch = createLiveWatch({
        ...plainWatchOptions,
        rules,
        isUnfiltered,
        signal: controller.signal,
        onAlert: (alert) => alerts.push(alert),
        onStart() {
          writer = createCaptureWriter(capture);
          const child = spawn(join(folder, 'pass'), [folder], { stdio: ['ignore', 'pipe', 'inherit'] });
          child.stdout.setEncoding('utf8').on('data', (text: string) => {
            printed += text;
          });
          child.on('close', (status) => {
            assert.equal(status, 0);
            controller.abort();
          });
        },
        onSection: (section) => writer?.write(section),
      });
      await watch.run();
      await writer?.close();
      const { accounting } = watch.report();
      assert.equal(accounting.seen, accounting.evaluated + accounting.filtered + accounting.dropped);
      const facts: Facts = Object.fromEntries(
        printed
          .trim()
          .split('\n')
          .map((line) => line.split(' ')),
      );
      return { alerts, facts, dropped: accounting.dropped };
    });
  }

  async function replay(rules: readonly Rule[]): Promise<readonly Alert[]> {
    const alerts: Alert[] = [];
    const watch = createCaptureWatch({
      ...plainWatchOptions,
      rules,
      input: capture,
      inputName: capture,
      onAlert: (alert) => alerts.push(alert),
    });
    await watch.run();
    return alerts;
  }

  /** What rules see of the receiver's reading and writing, as the program's own facts have it. */
  function expectedUses({ server, client, pipe, datagrams }: Facts): readonly string[] {
    const connection = `127.0.0.1:${client}->127.0.0.1:${server}`;
    return [
      `read file ${folder}/file`,
      `write ipv4 ${connection}`,
      // The accepted end of the same connection: names go from client to server whoever has them.
      `write ipv4 ${connection}`,
      `read pipe pipe:[${pipe}]`,
      'write event anon_inode:[eventfd]',
      'write memfd /memfd:shared (deleted)',
      `write unix ADDRESSES ${folder}/socket`,
      `read file ${folder}/inside`,
      `read ipv4 127.0.0.1:${server}`,
      `recvfrom ipv4 127.0.0.1:${datagrams}`,
      `read file ${folder}/last`,
    ];
  }

  for (const isUnfiltered of [false, true]) {
    const how = isUnfiltered ? 'live without a filter' : 'live';
    test(`what comes over a socket has its name from its first use on, ${how} and in the recording`, async () => {
      const rules = rulesOf(
        [`evt.type in (read, write, recvfrom) and ${RECEIVER} and fd.name != /dev/null`],
        '|%evt.type %fd.type %fd.name',
      );
      const { alerts, facts } = await watchProgram(rules, isUnfiltered);
      assert.deepEqual(messagesOf(alerts), expectedUses(facts));
      assert.deepEqual(await replay(rules), alerts);
    });
  }

  test('where the tables do without files, what came over a socket is no socket that had its number before', async () => {
    const rules = rulesOf(
      [`evt.type in (dup, dup2) and fd.type in (ipv4, ipv6, unix) and ${RECEIVER}`],
      '|%fd.name',
    );
    assert.ok(kernelFilterFor(rules, plainWatchOptions.catalogue).omitsFiles);
    const { alerts, facts } = await watchProgram(rules, false);
    const connection = `127.0.0.1:${facts.client}->127.0.0.1:${facts.server}`;
    assert.deepEqual(messagesOf(alerts), [
      connection,
      connection,
      `ADDRESSES ${folder}/socket`,
      `127.0.0.1:${facts.server}`,
      `127.0.0.1:${facts.datagrams}`,
    ]);
    assert.deepEqual(await replay(rules), alerts);
  });
}

function messagesOf(alerts: readonly Alert[]): readonly string[] {
  return alerts.map(({ message }) =>
    message.slice(message.indexOf('|') + 1).replace(/[0-9a-f]{8,}->[0-9a-f]{8,}/, 'ADDRESSES'),
  );
}
