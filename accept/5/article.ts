import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { containerdMissing, startContainerd } from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';
import { type FindingGroup, openStore } from '@seawall/store';
import { SMTPServer } from 'smtp-server';
import type { AcceptanceResult } from '../row.ts';
import { ETCD_IMAGE, etcdCommand, hasEnded, openShell, runEtcdPod } from '../support/etcd-container.ts';
import { until } from '../support/until.ts';
import { type AgentProcess, startAgentProcess, untilReady } from './support/agent-process.ts';

export const title =
  'article 2’s scenario: a shell in an etcd container under the etcd policy: container killed, finding as the article shows it, email and Slack message delivered';

const ROOT = join(import.meta.dirname, '..', '..');

const runTool = promisify(execFile);

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const missing = containerdMissing();
  if (missing !== false) return { skipped: missing };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const mails: string[] = [];
  const slack: string[] = [];
  const mailServer = await receiveMail(mails);
  const slackServer = await receiveSlack(slack);
  const containerd = await startContainerd();
  let agent: AgentProcess | undefined;
  try {
    const pod = await runEtcdPod(containerd, folder);
    agent = startAgentProcess(writeSettings(folder, containerd.socket, mailServer.port, slackServer.port));
    await untilReady(agent);
    const order = { image: ETCD_IMAGE, command: etcdCommand('/tmp/data', 42379) };
    const etcd = await pod.runContainer('etcd', order);
    const faults: string[] = [];
    const check = (holds: boolean, what: string): void => {
      if (!holds) faults.push(what);
    };
    await wait(2000);
    const early = (await groupsIn(folder)).map(({ output }) => output);
    check(early.length === 0, `there are findings before anything happened: ${early.join(' | ')}`);

    const begun = performance.now();
    // The article types ls at a shell's prompt; the shell is what is expelled.
    await openShell(containerd, etcd.id);
    const isGone = await until(() => hasEnded(containerd, etcd.id));
    const took = performance.now() - begun;
    check(isGone, 'the container goes on');
    await until(async () => mails.length > 0 && slack.length > 0);
    check(mails.length > 0, 'no email arrived');
    check(slack.length > 0, 'no Slack message arrived');
    const groups = await groupsIn(folder);
    for (const { output } of groups) {
      process.stderr.write(`${output}\n`);
    }
    const shell = groups.find(({ output }) => output.startsWith('Unauthorized process (sh '));
    check(shell !== undefined, `no finding of the shell: ${groups.map(({ output }) => output).join(' | ')}`);
    const shown = shell === undefined ? '' : await show(folder, shell.id);
    const wanted = ['High', etcd.id.slice(0, 12), 'etcd', ETCD_IMAGE.replace(/:.*/, ''), '1 unique output'];
    for (const part of wanted) {
      check(shown.toLowerCase().includes(part.toLowerCase()), `findings show does not tell ${part}`);
    }
    check(
      slack.some((message) => message.includes('Unauthorized process')),
      'Slack is not told what happened',
    );
    check(
      mails.some((message) => message.includes('Unauthorized process')),
      'the email does not tell what happened',
    );
    process.stderr.write(`${shown}\n`);
    await pod.remove();
    return {
      figure:
        faults.length === 0
          ? `killed ${Math.round(took)} ms after the shell was asked for; ${groups.length} finding(s), ${mails.length} email(s), ${slack.length} Slack message(s)`
          : faults.join('; '),
      passed: faults.length === 0,
    };
  } finally {
    agent?.process.kill('SIGTERM');
    await agent?.ended;
    await containerd.stop();
    mailServer.close();
    slackServer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The example as it is, but for where its channels are. */
function writeSettings(folder: string, socket: string, mailPort: number, slackPort: number): string {
  cpSync(join(ROOT, 'examples', 'policies', 'etcd.yaml'), join(folder, 'etcd.yaml'));
  const secret = join(folder, 'slack-webhook');
  writeFileSync(secret, `http://127.0.0.1:${slackPort}/services/T0/B0/secret\n`);
  const policies = readFileSync(join(folder, 'etcd.yaml'), 'utf8')
    .replace('host: smtp.example.org', `host: 127.0.0.1\n    port: ${mailPort}\n    security: none`)
    .replace(/^ {4}user: seawall\n {4}password:.*\n/m, '')
    .replace('/etc/seawall/slack-webhook', secret);
  writeFileSync(join(folder, 'etcd.yaml'), policies);
  writeFileSync(join(folder, 'none.yaml'), '- macro: never_used\n  condition: (evt.num < 0)\n');
  const path = join(folder, 'seawall.yaml');
  writeFileSync(
    path,
    `rules: [none.yaml]
policies: [etcd.yaml]
source: { runtimes: [{ kind: cri, socket: '${socket}' }, { kind: containerd, socket: '${socket}' }] }
store: { path: store/seawall.db }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
`,
  );
  return path;
}

async function groupsIn(folder: string): Promise<readonly FindingGroup[]> {
  const store = openStore({ path: join(folder, 'store', 'seawall.db'), access: 'read' });
  const { items } = await store.groups({}, { limit: 100 });
  await store.close();
  return items;
}

async function show(folder: string, id: number): Promise<string> {
  const main = join(ROOT, 'packages', 'cli', 'src', 'main.ts');
  const words = [main, 'findings', 'show', String(id), '--store', join(folder, 'store', 'seawall.db')];
  const { stdout } = await runTool(process.execPath, [...process.execArgv, ...words]);
  return stdout;
}

interface Receiver {
  readonly port: number;
  close(): void;
}

async function receiveMail(mails: string[]): Promise<Receiver> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      text(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.server.address() as AddressInfo).port, close: () => server.close() };
}

async function receiveSlack(messages: string[]): Promise<Receiver> {
  const server = createServer((request, response) => {
    text(request).then((body) => {
      messages.push(body);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
