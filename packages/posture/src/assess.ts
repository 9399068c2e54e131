import {
  type Benchmark,
  type Check,
  type Decision,
  notApplicable,
  type Subject,
  unknown,
} from './checks/check.ts';
import { checksOf, findChecks } from './checks/table.ts';
import { computeEffectiveConfiguration, type EffectiveConfiguration } from './effective/compute.ts';
import type { ComponentName } from './effective/facts.ts';
import { errors } from './errors.ts';
import type { Node } from './node/instance.ts';
import { discoverInstances } from './node/instances.ts';
import type { Exception, Site } from './site.ts';

/** What one check said about one instance. */
export interface Result {
  readonly check: Check;
  /** The number in the chosen benchmark; undefined for checks that no benchmark has. */
  readonly cis?: string;
  /** The instance's label; the component's name when there is none. */
  readonly instance: string;
  readonly decision: Decision;
  /** With FAIL: who accepted it. An exception that has run out is not here. */
  readonly accepted?: Exception;
  /** What was asked about; undefined when the component isn't on the node. */
  readonly subject?: Subject;
}

/** A node's assessment: what was found, and what every check said. */
export interface Assessment {
  readonly benchmark: Benchmark;
  readonly configurations: readonly EffectiveConfiguration[];
  readonly results: readonly Result[];
  /** Places that could not be looked into. */
  readonly gaps: readonly string[];
  /** Exceptions past their day, and exceptions that matched nothing that fails. */
  readonly staleExceptions: readonly Exception[];
}

export interface AssessmentOptions {
  readonly benchmark: Benchmark;
  readonly site: Site;
  /** Only these components; all when left out. */
  readonly components?: readonly ComponentName[];
  /** Ids or CIS numbers; a section's number stands for all in it. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

/**
 * Looks at a node and asks every chosen check about every instance that it concerns.
 * Throws `posture/NO_SUCH_CHECK` for a name in `only` or `skip` that no check has.
 */
export function assessNode(node: Node, options: AssessmentOptions): Assessment {
  const chosen = chooseChecks(options);
  const { instances, gaps } = discoverInstances(node);
  const configurations = instances.map(computeEffectiveConfiguration);
  const used = new Set<Exception>();
  const results = chosen.flatMap((check): Result[] => {
    const cis = check.cis[options.benchmark];
    const shared = { check, ...(cis === undefined ? {} : { cis }) };
    const concerned = configurations.filter(({ instance }) => instance.component === check.component);
    if (concerned.length === 0) {
      const decision =
        gaps.length === 0
          ? notApplicable(`no ${check.component} on this node`)
          : unknown(`whether ${check.component} is here (could not read ${gaps.join('; ')})`);
      return [{ ...shared, instance: check.component, decision }];
    }
    return concerned.map((configuration) => {
      const subject: Subject = { node, site: options.site, configurations, configuration };
      const decision = check.rule.decide(subject);
      const { label } = configuration.instance;
      const accepted =
        decision.status === 'FAIL' ? findException(options.site, check, cis, label, node.now) : undefined;
      if (accepted !== undefined) used.add(accepted);
      return {
        ...shared,
        instance: label,
        decision,
        subject,
        ...(accepted === undefined ? {} : { accepted }),
      };
    });
  });
  return {
    benchmark: options.benchmark,
    configurations,
    results,
    gaps,
    staleExceptions: options.site.exceptions.filter((exception) => !used.has(exception)),
  };
}

function chooseChecks({ benchmark, components, only, skip }: AssessmentOptions): readonly Check[] {
  const all = checksOf(benchmark);
  const named = (names: readonly string[]): Set<Check> =>
    new Set(
      names.flatMap((name) => {
        const matches = findChecks(name, all);
        if (matches.length === 0) throw errors.create('NO_SUCH_CHECK', { id: name });
        return matches;
      }),
    );
  const wanted = only === undefined || only.length === 0 ? undefined : named(only);
  const unwanted = named(skip ?? []);
  return all.filter(
    (check) =>
      (wanted === undefined || wanted.has(check)) &&
      !unwanted.has(check) &&
      (components === undefined || components.length === 0 || components.includes(check.component)),
  );
}

function findException(
  site: Site,
  check: Check,
  cis: string | undefined,
  label: string,
  now: number,
): Exception | undefined {
  const today = new Date(now).toISOString().slice(0, 10);
  return site.exceptions.find(
    (exception) =>
      (exception.check === check.id || exception.check === cis) &&
      exception.expires >= today &&
      (exception.instance === undefined || label.includes(exception.instance)),
  );
}

/** How many results have each status; accepted failures are counted apart. */
export function countResults(results: readonly Result[]): Readonly<Record<string, number>> {
  const counts = { PASS: 0, FAIL: 0, ACCEPTED: 0, UNKNOWN: 0, 'NOT APPLICABLE': 0 };
  for (const { decision, accepted } of results) {
    counts[accepted === undefined ? decision.status : 'ACCEPTED'] += 1;
  }
  return counts;
}

/** True for results that should make a pipeline stop. */
export function isFailing({ decision, accepted }: Result): boolean {
  return decision.status === 'FAIL' && accepted === undefined;
}
