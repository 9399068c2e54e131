import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 not to make objects old at birth where those made before them lasted. The descriptors found at the start
 * last, and what V8 learns of them is wrong for all that come later: dead ones then lie among the old until the heap
 * has grown by a hundred megabytes, and keep young ones alive. Holds for the whole process.
 */
export function makeObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
