export {
  type Accounting,
  type AccountingReport,
  createAccounting,
  type EventCounts,
} from './accounting.ts';
export type { Alert, AlertValue } from './alert/alert.ts';
export { type AlertJsonOptions, alertJson, alertText, defaultAlertJsonOptions } from './alert/render.ts';
export { containerInfoOf } from './containers.ts';
export { type SelectionStep, selectRules } from './select-rules.ts';
