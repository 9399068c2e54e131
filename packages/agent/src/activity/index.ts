export {
  type ActivityCollector,
  type ActivityCollectorOptions,
  createActivityCollector,
} from './collector.ts';
export { observingMatcher } from './observing-matcher.ts';
