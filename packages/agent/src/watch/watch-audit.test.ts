import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuditCatalogue } from '@seawall/kube';
import { type LoadOptions, loadRules } from '@seawall/rules';
import type { Alert } from '../alert/alert.ts';
import { alertJson, alertText, defaultAlertJsonOptions } from '../alert/render.ts';
import { createAuditWatch } from './watch-audit.ts';

const catalogue = createAuditCatalogue();

const event = (verb: string) =>
  `{"kind":"Event","auditID":"x","verb":"${verb}","user":{"username":"änn"},"stageTimestamp":"2026-11-21T21:31:46.5Z"}`;

const rules = `
- rule: Everything
  desc: d
  condition: ka.verb exists
  output: verb=%ka.verb by %ka.user.name from %ka.sourceips
  priority: NOTICE
  source: k8s_audit
  tags: [b, a]
- rule: Creation
  desc: d
  condition: ka.verb = create
  output: created
  priority: ERROR
  source: k8s_audit
`;

async function watch(lines: readonly string[], isFirstOnly: boolean, options: LoadOptions = {}) {
  const { ruleSet } = loadRules([{ name: 'rules.yaml', content: rules }], [catalogue], options);
  const alerts: Alert[] = [];
  const faults: string[] = [];
  const audit = createAuditWatch({
    rules: ruleSet!.rules,
    isFirstOnly,
    isIsoTime: true,
    hostname: 'here',
    input: (async function* () {
      for (const line of lines) yield Buffer.from(`${line}\n`);
    })(),
    catalogue,
    onAlert: (alert) => alerts.push(alert),
    onFault: ({ line, column, reason }) => faults.push(`${line}:${column} ${reason}`),
  });
  await audit.run();
  return { alerts, faults, report: audit.report() };
}

test('every matching rule alerts, in the order of the rules, or only the first', async () => {
  const names = (alerts: readonly Alert[]) => alerts.map(({ rule }) => rule);
  const lines = [event('get'), event('create')];
  assert.deepEqual(names((await watch(lines, false)).alerts), ['Everything', 'Everything', 'Creation']);
  assert.deepEqual(names((await watch(lines, true)).alerts), ['Everything', 'Everything']);
});

test('an alert reads as Falco prints it, fields without a value as <NA> and null', async () => {
  const { alerts } = await watch([event('get')], true);
  assert.equal(alertText(alerts[0]), '2026-11-21T21:31:46.500000000+0000: Notice verb=get by änn from <NA>');
  assert.equal(
    alertJson(alerts[0], defaultAlertJsonOptions),
    '{"hostname":"here","output":"2026-11-21T21:31:46.500000000+0000: Notice verb=get by änn from <NA>",' +
      '"output_fields":{"evt.time.iso8601":1795296706500000000,"ka.sourceips":null,"ka.user.name":"änn","ka.verb":"get"},' +
      '"priority":"Notice","rule":"Everything","source":"k8s_audit","tags":["a","b"],"time":"2026-11-21T21:31:46.500000000Z"}',
  );
});

test('what an output says in other letters than ASCII is shown as it stands in the rule file', async () => {
  const format = 'geöffnet „%ka.verb“ 本 wait‥ done';
  const { alerts } = await watch([event('get')], true, { extraOutput: [{ format }] });
  assert.match(alertText(alerts[0]), / geöffnet „get“ 本 wait‥ done$/);
  assert.match(alertJson(alerts[0], defaultAlertJsonOptions), / geöffnet „get“ 本 wait‥ done"/);
});

test('fields are added as they are or as text, outputs are added to', async () => {
  const { alerts } = await watch([event('create')], true, {
    extraOutput: [{ format: 'num=%evt.num' }, { format: 'never', source: 'syscall' }],
    extraFields: [
      { name: 'evt.num', format: '%evt.num', isRaw: true },
      { name: 'who', format: 'user %ka.user.name', isRaw: false },
    ],
  });
  const [{ message, fields }] = alerts;
  assert.match(message, / num=1$/);
  assert.equal(fields.get('evt.num'), 1);
  assert.equal(fields.get('who'), Buffer.from('user änn').toString('latin1'));
});

test('events are accounted for, faults are told', async () => {
  const { report, faults } = await watch([event('get'), 'noise', event('create')], false);
  assert.deepEqual(faults, ['2:1 expected a value']);
  assert.deepEqual(
    [report.accounting.seen, report.accounting.evaluated, report.accounting.filtered],
    [2, 2, 0],
  );
});
