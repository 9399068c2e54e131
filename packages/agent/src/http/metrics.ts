import { eventType } from '@seawall/events';
import { priorities } from '@seawall/rules';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DaemonStatus } from '../daemon/status.ts';
import { addPriorities, type PriorityCounts, sumOf } from '../ledger/rank.ts';

/** One metric: what Prometheus is told of it, and where its values come from. */
export interface MetricDescription {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  /** The values now, each with its labels in the order of `labels`. */
  values(status: DaemonStatus): Iterable<readonly [value: number, ...labels: string[]]>;
}

/** Every metric that is read off the status; docs/metrics.md is generated from this table. */
export const metricTable: readonly MetricDescription[] = [
  {
    name: 'seawall_events_total',
    kind: 'counter',
    help: 'Events by type and by what became of them: evaluated, filtered or dropped. Their sum is what was seen.',
    labels: ['type', 'fate'],
    *values({ hotLoop }) {
      for (const [type, counts] of hotLoop.accounting.byType) {
        const name = eventType(type)?.name ?? String(type);
        yield [counts.evaluated, name, 'evaluated'];
        yield [counts.filtered, name, 'filtered'];
        yield [counts.dropped, name, 'dropped'];
      }
    },
  },
  {
    name: 'seawall_findings_total',
    kind: 'counter',
    help: 'Findings: matches of rules that a policy has for that workload.',
    labels: [],
    values: ({ hotLoop }) => [[hotLoop.findings]],
  },
  {
    name: 'seawall_findings_shed_total',
    kind: 'counter',
    help: 'Findings that were left out because too many were waiting for the store (the lowest give way first), or their policy was long gone by then, by priority.',
    labels: ['priority'],
    values: ({ hotLoop, ledger }) => valuesOf(addPriorities(hotLoop.shed, ledger.shed)),
  },
  {
    name: 'seawall_matches_out_of_scope_total',
    kind: 'counter',
    help: 'Matches of rules that no policy has for that workload.',
    labels: [],
    values: ({ hotLoop }) => [[hotLoop.outOfScope]],
  },
  {
    name: 'seawall_hot_loop_running',
    kind: 'gauge',
    help: '1 while events are being looked at.',
    labels: [],
    values: ({ hotLoop }) => [[hotLoop.state === 'running' ? 1 : 0]],
  },
  {
    name: 'seawall_findings_stored_total',
    kind: 'counter',
    help: 'Findings that are in the store.',
    labels: [],
    values: ({ ledger }) => [[ledger.stored]],
  },
  {
    name: 'seawall_findings_waiting',
    kind: 'gauge',
    help: 'Findings on their way to the store.',
    labels: [],
    values: ({ ledger }) => [[ledger.waiting]],
  },
  {
    name: 'seawall_store_failures_total',
    kind: 'counter',
    help: 'Commits that failed; they are tried again.',
    labels: [],
    values: ({ ledger }) => [[ledger.failures]],
  },
  {
    name: 'seawall_store_bytes',
    kind: 'gauge',
    help: 'Size of the store.',
    labels: [],
    values: ({ store }) => (store === undefined ? [] : [[store.bytes]]),
  },
  {
    name: 'seawall_notifications',
    kind: 'gauge',
    help: 'Notifications by state: waiting, or dead (given up, to be sent again by hand).',
    labels: ['state'],
    values: ({ store }) =>
      store === undefined
        ? []
        : [
            [store.waiting, 'waiting'],
            [store.dead, 'dead'],
          ],
  },
  {
    name: 'seawall_rules',
    kind: 'gauge',
    help: 'Rules that run.',
    labels: [],
    values: ({ reload }) => [[reload.rules]],
  },
  {
    name: 'seawall_policies',
    kind: 'gauge',
    help: 'Policies that run.',
    labels: [],
    values: ({ reload }) => [[reload.policies]],
  },
  {
    name: 'seawall_reloads_total',
    kind: 'counter',
    help: 'Changes of rules and policies on disk, by whether they were taken over.',
    labels: ['result'],
    values: ({ reload }) => [
      [reload.accepted, 'accepted'],
      [reload.refusals, 'refused'],
    ],
  },
  {
    name: 'seawall_reload_pending',
    kind: 'gauge',
    help: '1 while what is on disk is refused, so that something older runs.',
    labels: [],
    values: ({ reload }) => [[reload.refused === undefined ? 0 : 1]],
  },
  {
    name: 'seawall_actions_total',
    kind: 'counter',
    help: 'Actions by kind and result: done, failed, refused or dry-run.',
    labels: ['kind', 'result'],
    *values({ actions }) {
      for (const { kind, result, count } of actions.counts) yield [count, kind, result];
    },
  },
  {
    name: 'seawall_guards',
    kind: 'gauge',
    help: 'Containers that policies deny something: those that are wanted to be guarded, those that are, and those whose start is waited for.',
    labels: ['state'],
    values: ({ enforcement: { wanted, set, expected } }) => [
      [wanted, 'wanted'],
      [set, 'set'],
      [expected, 'expected'],
    ],
  },
  {
    name: 'seawall_denials_total',
    kind: 'counter',
    help: 'What the kernel refused since policies asked for it, by what became of the news: told, shed since too many findings were waiting, or lost since there were too many at once.',
    labels: ['fate'],
    values: ({ enforcement: { told, shed, lost } }) => [
      [told, 'told'],
      [shed, 'shed'],
      [lost, 'lost'],
    ],
  },
  {
    name: 'seawall_audit_events_total',
    kind: 'counter',
    help: 'Events that API servers posted, by fate: read, or fault for what was no event.',
    labels: ['fate'],
    *values({ audit }) {
      if (audit === undefined) return;
      yield [audit.events, 'read'];
      yield [audit.faults, 'fault'];
    },
  },
  {
    name: 'seawall_audit_posts_total',
    kind: 'counter',
    help: 'Requests to the audit intake by result: taken, or refused as unauthorized (also where no TLS came about), too-long, unreadable, busy or misdirected (not a POST, or to another path), broken-off by the sender, or failed.',
    labels: ['result'],
    *values({ audit }) {
      for (const [result, count] of audit?.posts ?? []) yield [count, result];
    },
  },
  {
    name: 'seawall_output_lines_total',
    kind: 'counter',
    help: 'Alerts by output and by what became of them: written, failed, or shed since too many were waiting.',
    labels: ['output', 'fate'],
    *values({ outputs }) {
      for (const { name, written, failed, shed } of outputs) {
        yield [written, name, 'written'];
        yield [failed, name, 'failed'];
        yield [sumOf(shed), name, 'shed'];
      }
    },
  },
  {
    name: 'seawall_output_shed_total',
    kind: 'counter',
    help: 'Alerts that an output left out since too many were waiting, by priority: the lowest give way first.',
    labels: ['output', 'priority'],
    *values({ outputs }) {
      for (const { name, shed } of outputs) {
        for (const [count, priority] of valuesOf(shed)) yield [count, name, priority];
      }
    },
  },
  {
    name: 'seawall_output_waiting',
    kind: 'gauge',
    help: 'Alerts that wait for an output.',
    labels: ['output'],
    *values({ outputs }) {
      for (const { name, waiting } of outputs) yield [waiting, name];
    },
  },
  {
    name: 'seawall_output_failing',
    kind: 'gauge',
    help: '1 while what is written to an output fails; it is tried again.',
    labels: ['output'],
    *values({ outputs }) {
      for (const { name, isFailing } of outputs) yield [isFailing ? 1 : 0, name];
    },
  },
];

/** With a value of zero where there is none: who asks for a rate misses the first one otherwise. */
function valuesOf(counts: PriorityCounts): Iterable<readonly [value: number, priority: string]> {
  return priorities.map((priority, index) => [counts[index], priority] as const);
}

/** What is measured while it happens. */
export interface Measurements {
  /**
   * From the event's time to the end of an action, and from when the event was read to the end of what was done at once:
   * milliseconds.
   */
  observeAction(kind: string, latencyMilliseconds: number, reactionMilliseconds: number | undefined): void;
  /** One commit into the store: milliseconds. */
  observeCommit(milliseconds: number): void;
}

export interface Metrics extends Measurements {
  readonly contentType: string;
  /** In Prometheus's text format. */
  render(status: DaemonStatus): Promise<string>;
}

const ACTION_LATENCY = 'seawall_action_latency_seconds';
const ACTION_REACTION = 'seawall_action_reaction_seconds';
const COMMIT_TIME = 'seawall_store_commit_seconds';

/** Name, kind and help of the histograms, for the documentation. */
export const histogramTable = [
  {
    name: ACTION_LATENCY,
    help: 'From the offending event to the end of what was done about it, by kind of action.',
    labels: ['kind'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
  },
  {
    name: ACTION_REACTION,
    help: 'From when the offending event was read to the end of what the kernel was told to do at once, by kind of action.',
    labels: ['kind'],
    buckets: [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
  },
  {
    name: COMMIT_TIME,
    help: 'How long a commit into the store takes.',
    labels: [],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  },
] as const;

/** Metrics of one agent, with those of its process (`process_*`, `nodejs_*`). */
export function createMetrics(): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const collectors = metricTable.map((description) => ({
    description,
    metric: createMetric(description, register),
  }));
  const [latency, reaction, commit] = histogramTable.map(
    ({ name, help, labels, buckets }) =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [register] }),
  );
  return {
    contentType: register.contentType,
    observeAction(kind, latencyMilliseconds, reactionMilliseconds) {
      latency.observe({ kind }, latencyMilliseconds / 1000);
      if (reactionMilliseconds !== undefined) reaction.observe({ kind }, reactionMilliseconds / 1000);
    },
    observeCommit: (milliseconds) => commit.observe(milliseconds / 1000),
    render(status) {
      for (const { description, metric } of collectors) {
        metric.reset();
        for (const [value, ...labels] of description.values(status)) {
          const named = Object.fromEntries(description.labels.map((label, index) => [label, labels[index]]));
          metric.inc(named, value);
        }
      }
      return register.metrics();
    },
  };
}

function createMetric({ name, kind, help, labels }: MetricDescription, register: Registry): Counter | Gauge {
  const settings = { name, help, labelNames: [...labels], registers: [register] };
  return kind === 'counter' ? new Counter(settings) : new Gauge(settings);
}
