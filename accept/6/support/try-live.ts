import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startWatching } from '../../4/support/watching.ts';
import { type AlertLedger, createAlertLedger, type PrintedAlert } from './alert-ledger.ts';
import type { ArticleCase } from './article-cases.ts';
import { CASE_NAMESPACE, type CaseContainer, type CaseRuntime } from './case-container.ts';

const NAMES = join(import.meta.dirname, '../../../rules/compat/names-of-2017.yaml');
/** Milliseconds: rules that match whatever happens take their time on a machine where much does. */
const LONGEST_WAIT = 60_000;
const POLL = 50;
const FAULTS_TOLD = 3;

/**
 * Watches this machine, as a person would with `seawall watch`, by rules of an article and our names of 2017, and does in
 * a container what the case is about.
 * @param rules as the article prints them.
 * @returns why the rule does not count as fired; nothing where it does.
 */
export async function tryLive(
  runtime: CaseRuntime,
  one: ArticleCase,
  rules: string,
  folder: string,
): Promise<readonly string[]> {
  const file = join(folder, 'article.yaml');
  writeFileSync(file, rules);
  const { allowedImage } = one;
  // Before the watch, so that on a machine with much else to do nobody still has to say what they are.
  const container = runtime.run(one);
  const quiet = allowedImage === undefined ? container : runtime.run({ ...one, image: allowedImage });
  const ledger = createAlertLedger();
  try {
    const watching = await startWatching(
      [
        ...['--rules', NAMES, file, '--meaning', '2017', '--runtime', runtime.address],
        ...['--output', 'json', '--summary', 'none'],
      ],
      ledger.add,
    );
    try {
      return await tryCase(one, container, quiet, ledger);
    } finally {
      await watching.end();
    }
  } finally {
    container.remove();
    if (quiet !== container) quiet.remove();
  }
}

async function tryCase(
  one: ArticleCase,
  container: CaseContainer,
  quiet: CaseContainer,
  ledger: AlertLedger,
): Promise<readonly string[]> {
  const failure = quiet.exec(one.allowed);
  if (failure !== undefined) return [`what is allowed could not be done: ${failure}`];
  const begun = new Date().toISOString();
  const ending = container.exec(one.forbidden) ?? 'exit code 0';
  const says = one.says.replace('CONTAINER', container.id).replace('NAME', container.name);
  const found = await untilRaised(() =>
    ledger.of(one.rule, container.id).find(({ output }) => output.includes(says)),
  );
  const early = [...new Set([container.id, quiet.id])]
    .flatMap((id) => ledger.of(one.rule, id))
    .filter(({ output, time }) => time < begun && !RUNTIME.test(output))
    .map(({ output }) => `raised before anything happened: ${output}`)
    .slice(0, FAULTS_TOLD);
  if (found === undefined)
    return [...early, `does not fire: ${says} (${one.forbidden.join(' ')}: ${ending})`];
  return [...early, ...wrongFields(found, one, container)];
}

/** While runc prepares a process it is in the container, and rules of 2017 without a scope don't leave it out. */
const RUNTIME = /runc(?::\[[^\]]*\])? init/;

async function untilRaised(find: () => PrintedAlert | undefined): Promise<PrintedAlert | undefined> {
  const end = performance.now() + LONGEST_WAIT;
  for (;;) {
    const found = find();
    if (found !== undefined || performance.now() > end) return found;
    await wait(POLL);
  }
}

function wrongFields(
  { output_fields: fields }: PrintedAlert,
  { image }: ArticleCase,
  { id, name, pod }: CaseContainer,
): readonly string[] {
  const [repository, tag] = image.split(/:(?=[^:]*$)/);
  const expected = {
    'container.id': id,
    'container.name': name,
    'container.image.repository': repository,
    'container.image.tag': tag,
    'k8s.pod.name': pod,
    'k8s.ns.name': CASE_NAMESPACE,
  };
  return Object.entries(expected)
    .filter(([field, value]) => fields[field] !== value)
    .map(([field, value]) => `${field} is ${fields[field]}, not ${value}`);
}
