export {
  type Accounting,
  type AccountingReport,
  createAccounting,
  type EventCounts,
} from './accounting.ts';
export type { Alert, AlertValue } from './alert/alert.ts';
export { type AlertJsonOptions, alertJson, alertText, defaultAlertJsonOptions } from './alert/render.ts';
export { containerInfoOf } from './containers.ts';
export {
  createDropWatch,
  type DropAction,
  type DropNotice,
  type DropPolicy,
  type DropWatch,
  defaultDropPolicy,
  type SourceCounts,
} from './drops.ts';
export { errors as agentErrors } from './errors.ts';
export type { Matcher } from './replay/matcher.ts';
export { AUDIT_EVENT_TYPE, type AuditReplay, replayAudit } from './replay/replay-audit.ts';
export { type CaptureReplay, replayCapture } from './replay/replay-capture.ts';
export { type SelectionStep, selectRules } from './select-rules.ts';
