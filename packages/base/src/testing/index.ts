export { until } from './until.ts';
export { closeWithTest, killWithTest, listenWithTest } from './with-test.ts';
