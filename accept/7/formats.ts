import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assessNode,
  createMemoryTree,
  defaultSite,
  makeReport,
  parseSite,
  toJunit,
  toSarif,
} from '@seawall/posture';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { validateXML } from 'xmllint-wasm';
import { hardenedNode } from '../../packages/posture/src/fixtures/hardened.ts';
import { weaknesses } from '../../packages/posture/src/fixtures/weaknesses.ts';
import type { AcceptanceResult } from '../row.ts';

export const title = 'SARIF and JUnit validate against their schemas';

const folder = join(import.meta.dirname, 'schemas');

export async function run(): Promise<AcceptanceResult> {
  const schema = JSON.parse(readFileSync(join(folder, 'sarif-schema-2.1.0.json'), 'utf8'));
  // Both packages are CommonJS: what they export stands under `default` of their default.
  const Ajv = AjvDraft04.default ?? AjvDraft04;
  const ajv = new Ajv({ strict: false });
  (addFormats.default ?? addFormats)(ajv as never);
  const validate = ajv.compile(schema);
  const xsd = readFileSync(join(folder, 'junit-10.xsd'), 'utf8');
  const faults: string[] = [];
  const reports = makeReports();
  for (const [name, report] of reports) {
    if (!validate(toSarif(report, '1.0.0'))) faults.push(`${name}: SARIF ${ajv.errorsText(validate.errors)}`);
    const result = await validateXML({
      xml: [{ fileName: 'report.xml', contents: toJunit(report) }],
      schema: [{ fileName: 'junit.xsd', contents: xsd }],
    });
    if (!result.valid)
      faults.push(`${name}: JUnit ${result.errors.map(({ message }) => message).join('; ')}`);
  }
  // A validator that accepts everything would prove nothing.
  const isStrict = !validate({ version: '2.1.0', runs: [{ results: [{}] }] });
  return {
    figure: `${reports.length} reports in both formats, ${faults.length} faults${faults.length > 0 ? `: ${faults.join(' | ').slice(0, 1500)}` : ''}`,
    passed: faults.length === 0 && isStrict,
  };
}

function makeReports() {
  const now = Date.UTC(2026, 5, 1);
  const hardened = hardenedNode();
  const everythingWeak = weaknesses({ expired: 'x', weak: 'x', foreign: 'x' }).reduce((entries, weakness) => {
    try {
      return weakness.apply(entries);
    } catch {
      // Two weaknesses may claim the same place; the first to come has it.
      return entries;
    }
  }, hardened);
  const odd = {
    ...hardened,
    '/var/lib/kubelet/config.yaml': { text: 'readOnlyPort: 10255\nclusterDomain: "<&\\u0001\\ud83d>"\n' },
  };
  const site = parseSite(
    'exceptions: [{check: kubelet-read-only-port, owner: anna, reason: "a <b> & c", expires: 2030-01-01}]',
    'site.yaml',
  );
  const cases = [
    ['nothing', {}, defaultSite],
    ['hardened', hardened, defaultSite],
    ['everything weak', everythingWeak, defaultSite],
    ['odd characters and an exception', odd, site],
  ] as const;
  return cases.flatMap(([name, entries, chosen]) =>
    (['1.12', '1.11', '1.10'] as const).map((benchmark) => {
      const node = { tree: createMemoryTree(entries), processes: [], now };
      return [
        `${name}, ${benchmark}`,
        makeReport(assessNode(node, { benchmark, site: chosen }), 'node', now),
      ] as const;
    }),
  );
}
