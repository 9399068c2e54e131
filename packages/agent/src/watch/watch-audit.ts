import { hostname as machineHostname } from 'node:os';
import { type AuditContext, type AuditInputFault, createAuditContext, readAuditInput } from '@seawall/kube';
import type { CompilableRule, FieldCatalogue } from '@seawall/rules';
import { createAccounting } from '../accounting.ts';
import { createAlertFactory } from '../alert/create-alerts.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import { replayAudit } from '../replay/replay-audit.ts';
import type { Watch, WatchOptions } from './options.ts';

export interface AuditWatchOptions extends WatchOptions {
  /** The audit log's bytes, unpacked. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly catalogue: FieldCatalogue<AuditContext>;
  /** Something in the input was no audit event. */
  onFault(fault: AuditInputFault): void;
}

/** Events between two reports of progress. */
const EVENTS_BETWEEN_REPORTS = 256;

/** Makes ready to send Kubernetes audit events through rules. `run` throws what reading the input throws. */
export function createAuditWatch(options: AuditWatchOptions): Watch {
  const { rules, catalogue, isIsoTime } = options;
  const factories = rules.map((rule) => createAlertFactory<AuditContext>(rule, catalogue, { isIsoTime }));
  const matcher = createCompiledMatcher(rules as readonly CompilableRule<AuditContext>[], {
    catalogue,
    isFirstOnly: options.isFirstOnly,
  });
  const accounting = createAccounting(1);
  const hostname = options.hostname ?? machineHostname();
  let eventCount = 0;
  return {
    run: () =>
      replayAudit({
        items: readAuditInput(options.input),
        context: createAuditContext(hostname),
        matcher,
        accounting,
        onFault: options.onFault,
        onMatches(context, matches, count) {
          for (let index = 0; index < count; index += 1) {
            options.onAlert(factories[matches[index]].create(context, context.event.timestamp, hostname));
          }
        },
        onEvent() {
          eventCount += 1;
          if (eventCount % EVENTS_BETWEEN_REPORTS === 0) options.onProgress?.(eventCount);
        },
      }),
    report: () => ({ accounting: accounting.report(), merged: 0, unknown: 0 }),
  };
}
