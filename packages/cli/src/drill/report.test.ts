import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DrillReport, drillSteps, type StepReport } from '@seawall/agent/drills';
import { runSeawall } from '../../../../conformance/regression/run-seawall.ts';
import { createPalette } from '../terminal/color.ts';
import { isPassed, reportJson, reportJunit, reportText } from './report.ts';

function stepReport(index: number, outcome: StepReport['outcome']): StepReport {
  const isRaised = outcome === 'raised';
  return {
    step: drillSteps[index]!,
    outcome,
    rules: isRaised ? ['A rule & more'] : [],
    latencyMilliseconds: isRaised ? 12.4 : undefined,
    acted: 'no',
    policies: isRaised
      ? [
          { policy: 'etcd', mode: 'enforce', isDryRun: false, actions: ['kill', 'notify'] },
          { policy: 'all', mode: 'shadow', isDryRun: true, actions: [] },
        ]
      : [],
    reason: outcome === 'skipped' ? 'the image lacks one of nc' : '',
  };
}

const report: DrillReport = {
  container: 'c'.repeat(64),
  steps: [stepReport(0, 'raised'), stepReport(1, 'missed'), stepReport(2, 'skipped')],
  before: [],
  after: [],
};

test('a drill passes when all that was played was raised', () => {
  assert.equal(isPassed(report), false);
  assert.equal(isPassed({ ...report, steps: [stepReport(0, 'raised'), stepReport(2, 'skipped')] }), true);
  assert.equal(isPassed({ ...report, steps: [stepReport(2, 'skipped')] }), false);
});

test('the report is a table, JSON and JUnit', () => {
  const text = reportText(report, createPalette(false));
  assert.match(text, /^shell +raised +12 ms +no +A rule & more$/m);
  assert.match(
    reportText(report, createPalette(false), true),
    /^shell +raised +12 ms +no +etcd \(enforce: kill, notify\), all \(shadow, dry run\) +A rule & more$/m,
  );
  assert.match(text, /^1 raised, 1 missed, 1 skipped; 0 alerts before, 0 after$/m);
  assert.deepEqual(
    JSON.parse(reportJson(report)).steps.map(
      ({ step, outcome }: { step: string; outcome: string }) => `${step} ${outcome}`,
    ),
    ['shell raised', 'image missed', 'secret skipped'],
  );
  const junit = reportJunit(report);
  assert.match(junit, /<testsuites name="seawall drill" tests="4" failures="1" errors="0">/);
  assert.match(junit, /<testcase name="shell" classname="seawall.drill" time="0.012"\/>/);
  assert.match(
    junit,
    /<testcase name="secret"[^>]*><skipped message="the image lacks one of nc"\/><\/testcase>/,
  );
});

test('the steps are listed, and running takes one container to play in', async () => {
  const listed = await runSeawall(['drill', 'list']);
  assert.equal(listed.exitCode, 0);
  assert.equal(listed.stdout.trimEnd().split('\n').length, drillSteps.length + 1);
  const nowhere = await runSeawall(['drill', 'run', '--rules', 'rules']);
  assert.match(nowhere.stderr, /one of --image IMAGE/);
  const unknown = await runSeawall(['drill', 'run', '--rules', 'rules', '--step', 'shel']);
  assert.match(unknown.stderr, /is it shell\?/);
});
