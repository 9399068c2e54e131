import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { reasonOf } from '@seawall/base';
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
} from '@seawall/policies';
import { type CompilableRule, createOutputFormat, type FieldCatalogue, textFromBytes } from '@seawall/rules';
import type { Workload } from '@seawall/store';
import { type AlertFactory, createAlertFactory } from '../alert/create-alerts.ts';
import { errors } from '../errors.ts';
import type { Sighting } from '../hot-loop/messages.ts';
import type { NodeIdentity } from '../hot-loop/workload-of.ts';
import { startListening } from '../http/listen.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import { AUDIT_EVENT_TYPE } from '../replay/replay-audit.ts';
import type { RunningSet } from '../rule-set/load-running-set.ts';

/** Takes Kubernetes audit events from API servers and finds what they break. */
export interface AuditIntake {
  /** Where it listens: `127.0.0.1:9765`. */
  readonly address: string;
  /** Goes on with other rules and policies. */
  replace(set: RunningSet, generation: number): void;
  status(): { readonly events: number; readonly faults: number };
  close(): Promise<void>;
}

export interface AuditIntakeOptions {
  /** `ADDRESS:PORT`; port 0 takes a free one. */
  readonly listen: string;
  readonly node: NodeIdentity;
  readonly catalogue: FieldCatalogue<AuditContext>;
  readonly set: RunningSet;
  readonly generation: number;
  readonly guards: GuardState;
  /** Stores what was found; the sender is answered when that is done, so that it sends again what was not. */
  onSightings(sightings: readonly Sighting[]): Promise<void>;
  /** Whether so much waits for the store that senders are to come again later. */
  isFull(): boolean;
}

/** What the API server posts its batches to. */
const PATH = '/k8s-audit';
/** API servers send again within seconds what was not answered. */
const MOST_REMEMBERED = 4096;
/** API servers cut their batches at 10 MiB unless told otherwise (--audit-webhook-truncate-max-batch-size). */
const LONGEST_BODY = 16 * 1024 * 1024;
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

/** @throws agent/LISTEN_FAILED */
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
        return {
          alert: alerts[rules.indexOf(rule)],
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

  async function take(request: IncomingMessage): Promise<void> {
    const sightings: Sighting[] = [];
    try {
      for await (const item of readAuditInput(upTo(LONGEST_BODY, request))) {
        if (item.kind === 'fault') {
          faults += 1;
          continue;
        }
        events += 1;
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
  }

  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== PATH) answer(response, 404, `post audit events to ${PATH}\n`);
    else if (request.method !== 'POST') answer(response, 405, 'only POST is taken here\n');
    else if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY) {
      answer(response, 413, `${errors.create('AUDIT_REQUEST_TOO_LONG', { bytes: LONGEST_BODY }).message}\n`);
    } else if (options.isFull())
      answer(response, 503, 'too many findings wait for the store: send it again\n');
    else {
      take(request).then(
        () => answer(response, 200, ''),
        (error: unknown) => answer(response, 500, `${reasonOf(error)}\n`),
      );
    }
  });
  const { address, close } = await startListening(server, options.listen);
  return {
    address,
    replace(set, generation) {
      running = prepare(set, generation);
    },
    status: () => ({ events, faults }),
    close,
  };
}

/** The chunks as they come. @throws agent/AUDIT_REQUEST_TOO_LONG when they are more than so many bytes. */
async function* upTo(bytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > bytes) throw errors.create('AUDIT_REQUEST_TOO_LONG', { bytes });
    yield chunk;
  }
}

function answer(response: ServerResponse, code: number, body: string): void {
  response.writeHead(code, { 'content-type': 'text/plain' });
  response.end(body);
}
