import { AUDIT_SOURCE, type AuditContext, createAuditContext, readAuditInput } from '@seawall/kube';
import {
  type ActionDecision,
  countingMatches,
  createScopeCache,
  decideActions,
  type GuardState,
  type OffenceFacts,
  occurrenceKey,
  type ResolvedPolicy,
  severityOfPriority,
} from '@seawall/policies';
import { type CompilableRule, createOutputFormat, type FieldCatalogue, textFromBytes } from '@seawall/rules';
import type { Workload } from '@seawall/store';
import { type AlertFactory, createAlertFactory } from '../alert/create-alerts.ts';
import { errors } from '../errors.ts';
import type { Sighting } from '../hot-loop/messages.ts';
import type { NodeIdentity } from '../hot-loop/workload-of.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import { AUDIT_EVENT_TYPE } from '../replay/replay-audit.ts';
import type { RunningSet } from '../rule-set/load-running-set.ts';
import type { AuditAccessSettings } from './access.ts';
import { type AuditServerOptions, createAuditServer, type PostResult } from './audit-server.ts';

/** Takes Kubernetes audit events from API servers and finds what they break. */
export interface AuditIntake {
  /** Where it listens: `https://127.0.0.1:9765/k8s-audit`. */
  readonly url: string;
  /** Goes on with other rules and policies. */
  replace(set: RunningSet, generation: number): void;
  status(): AuditStatus;
  close(): Promise<void>;
}

/** What came in since the start. */
export interface AuditStatus {
  readonly events: number;
  /** What was no event, in requests that were taken or not. */
  readonly faults: number;
  readonly posts: ReadonlyMap<PostResult, number>;
}

export interface AuditIntakeOptions {
  /** `ADDRESS:PORT`; port 0 takes a free one. */
  readonly listen: string;
  /** Who may post; everybody where nothing is asked for. */
  readonly access?: AuditAccessSettings;
  /** The longest request that is taken, in bytes. */
  readonly longestBody?: number;
  readonly node: NodeIdentity;
  readonly catalogue: FieldCatalogue<AuditContext>;
  readonly set: RunningSet;
  readonly generation: number;
  readonly guards: GuardState;
  /** Stores what was found; the sender is answered when that is done, so that it sends again what was not. */
  onSightings(sightings: readonly Sighting[]): Promise<void>;
  /** Whether so much waits for the store that senders are to come again later. */
  isFull(): boolean;
  readonly log: AuditServerOptions['log'];
}

/** API servers send again within seconds what was not answered. */
const MOST_REMEMBERED = 4096;
/** API servers cut their batches at 10 MiB unless told otherwise (--audit-webhook-truncate-max-batch-size). */
const LONGEST_BODY = 16 * 1024 * 1024;
/** A request with more than this that is no event is of no API server. */
const MOST_FAULTS = 1000;
/** Fields that say which event it was and where. */
const ORIGIN = '*%ka.auditid %ka.stage %ka.target.namespace %ka.target.resource %ka.target.name';

/** Rules and policies made ready to run. */
interface Running {
  readonly set: RunningSet;
  readonly generation: number;
  readonly factories: readonly AlertFactory<AuditContext>[];
  readonly matcher: ReturnType<typeof createCompiledMatcher<AuditContext>>;
  readonly scopes: ReturnType<typeof createScopeCache>;
}

/** @throws agent/LISTEN_FAILED, agent/FILE_UNREADABLE, agent/AUDIT_ACCESS_INVALID */
export async function createAuditIntake(options: AuditIntakeOptions): Promise<AuditIntake> {
  const { node, catalogue, guards } = options;
  const context = createAuditContext(node.node);
  const origin = createOutputFormat(ORIGIN, catalogue);
  let running = prepare(options.set, options.generation);
  /** Occurrences whose actions were decided lately: an event that is sent again is not acted on again. */
  const decided = new Set<string>();
  let events = 0;
  let faults = 0;

  function prepare(set: RunningSet, generation: number): Running {
    const rules = set.rules.filter(({ source }) => source === AUDIT_SOURCE);
    return {
      set,
      generation,
      factories: rules.map((rule) => createAlertFactory(rule, catalogue, { isIsoTime: false })),
      matcher: createCompiledMatcher(rules as readonly CompilableRule<AuditContext>[], {
        catalogue,
        isFirstOnly: false,
      }),
      scopes: createScopeCache(set.policies),
    };
  }

  function sight(count: number): readonly Sighting[] {
    const { set, generation, factories, matcher, scopes } = running;
    const time = context.event.timestamp;
    const alerts = Array.from(matcher.matches.subarray(0, count), (rule) =>
      factories[rule].create(context, time, node.node),
    );
    const { event, workload } = originOf();
    const rules = alerts.map(({ rule }) => rule);
    return countingMatches(set.policies, scopes.decisionFor(workload, true), rules).map(
      ({ policy, rule }) => {
        const key = occurrenceKey(event, { name: rule, source: AUDIT_SOURCE }, policy.name);
        const facts: OffenceFacts = {
          occurrence: key,
          time,
          workload,
          process: undefined,
          containerInitPid: undefined,
          cgroups: { unified: undefined, freezer: undefined },
          initExecutable: undefined,
        };
        const alert = alerts[rules.indexOf(rule)];
        return {
          alert,
          severity: policy.severity ?? severityOfPriority(alert.priority),
          policy: policy.name,
          generation,
          event,
          workload,
          ancestry: [],
          isStateComplete: true,
          isUndecided: false,
          actions: decideOnce(policy, facts).map((decision) => ({
            decision,
            outcome: undefined,
            latencyMilliseconds: undefined,
            reactionMilliseconds: undefined,
          })),
        };
      },
    );
  }

  function decideOnce(policy: ResolvedPolicy, facts: OffenceFacts): readonly ActionDecision[] {
    const { occurrence } = facts;
    if (decided.has(occurrence)) return [];
    decided.add(occurrence);
    if (decided.size > MOST_REMEMBERED) decided.delete(decided.values().next().value as string);
    return decideActions(policy, facts, guards);
  }

  function originOf(): { readonly event: string; readonly workload: Workload } {
    const { values } = origin.json(context);
    const text = (field: string): string | undefined => {
      const value = values.get(field);
      return typeof value === 'string' && value !== '' ? textFromBytes(value) : undefined;
    };
    const isPod = text('ka.target.resource') === 'pods';
    return {
      event: `audit/${text('ka.auditid') ?? context.event.timestamp}/${text('ka.stage') ?? ''}`,
      workload: {
        node: node.node,
        cluster: node.cluster,
        namespace: text('ka.target.namespace'),
        pod: isPod ? text('ka.target.name') : undefined,
        podLabels: {},
        container: undefined,
      },
    };
  }

  /** @throws agent/AUDIT_REQUEST_UNREADABLE, and what reading the body throws */
  async function take(body: AsyncIterable<Uint8Array>): Promise<void> {
    const sightings: Sighting[] = [];
    const seen = { events: 0, faults: 0 };
    let firstFault: string | undefined;
    try {
      for await (const item of readAuditInput(body)) {
        if (item.kind === 'fault') {
          faults += 1;
          seen.faults += 1;
          const { line, column, reason } = item.fault;
          firstFault ??= `line ${line}, column ${column}: ${reason}`;
          if (seen.faults > MOST_FAULTS) break;
          continue;
        }
        events += 1;
        seen.events += 1;
        context.event = item.event;
        if (context.firstTimestamp === 0n) context.firstTimestamp = item.event.timestamp;
        const { matcher } = running;
        const isWanted = matcher.wanted[AUDIT_EVENT_TYPE] !== 0;
        const count = isWanted ? matcher.evaluate(context, AUDIT_EVENT_TYPE) : 0;
        if (count > 0) sightings.push(...sight(count));
      }
    } finally {
      // Also of a request that broke off: its actions were decided, and would not be again when it is sent anew.
      if (sightings.length > 0) await options.onSightings(sightings);
    }
    // A fault among events is passed over: sent again, it would be one again.
    if (seen.events === 0 || seen.faults > MOST_FAULTS) {
      throw errors.create('AUDIT_REQUEST_UNREADABLE', { reason: firstFault ?? 'it is empty' });
    }
  }

  const server = await createAuditServer({
    listen: options.listen,
    access: options.access ?? {},
    longestBody: options.longestBody ?? LONGEST_BODY,
    isFull: options.isFull,
    take,
    log: options.log,
  });
  return {
    url: server.url,
    replace(set, generation) {
      running = prepare(set, generation);
    },
    status: () => ({ events, faults, posts: server.posts() }),
    close: server.close,
  };
}
