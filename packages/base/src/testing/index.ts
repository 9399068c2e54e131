export { until } from './until.ts';
export { killWithTest, listenWithTest } from './with-test.ts';
