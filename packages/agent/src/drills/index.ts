export { namedContainer, type OwnContainerOrder, ownContainer } from './container-shell.ts';
export {
  type DrillOptions,
  type DrillReport,
  type DrillTarget,
  type HeardAlert,
  playDrill,
  type StepReport,
} from './play.ts';
export type { PolicyAnswer } from './policy-answer.ts';
export { type LiveDrillOptions, runDrill } from './run-drill.ts';
export { type DrillStep, drillSteps } from './steps.ts';
