export { exampleProcess } from './example-process.ts';
