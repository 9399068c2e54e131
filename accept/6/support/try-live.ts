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
  const ledger = createAlertLedger();
  const watching = await startWatching(
    [
      ...['--rules', NAMES, file, '--meaning', '2017', '--runtime', runtime.address],
      ...['--output', 'json', '--summary', 'none'],
    ],
    ledger.add,
  );
  try {
    return await tryCase(runtime, one, ledger);
  } finally {
    await watching.end();
  }
}

async function tryCase(
  runtime: CaseRuntime,
  one: ArticleCase,
  ledger: AlertLedger,
): Promise<readonly string[]> {
  const { allowedImage } = one;
  const quiet = runtime.run(allowedImage === undefined ? one : { ...one, image: allowedImage });
  let container = quiet;
  try {
    const failure = quiet.exec(one.allowed);
    if (failure !== undefined) return [`what is allowed could not be done: ${failure}`];
    const begun = new Date().toISOString();
    if (allowedImage !== undefined) container = runtime.run(one);
    const ending = container.exec(one.forbidden) ?? 'exit code 0';
    const says = one.says.replace('CONTAINER', container.id).replace('NAME', container.name);
    const found = await untilRaised(() =>
      ledger.of(one.rule, container.id).find(({ output }) => output.includes(says)),
    );
    const early = ledger
      .of(one.rule, quiet.id)
      .filter(({ output, time }) => time < begun && !isOfRuntime(output))
      .map(({ output }) => `raised before anything happened: ${output}`)
      .slice(0, FAULTS_TOLD);
    if (found === undefined)
      return [...early, `does not fire: ${says} (${one.forbidden.join(' ')}: ${ending})`];
    return [...early, ...wrongFields(found, one, container)];
  } finally {
    container.remove();
    if (container !== quiet) quiet.remove();
  }
}

/** While runc prepares a container it is in it, and writes there: rules of 2017 without a scope don't leave it out. */
function isOfRuntime(output: string): boolean {
  return output.includes('command=runc:[');
}

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
