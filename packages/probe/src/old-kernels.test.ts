import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildOnce, probeRecipe } from './build.ts';
import { loadLoader } from './loader.ts';
import { probeSupport } from './support.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;

test('the form for older kernels has the same programs, and the checks of newer ones let it pass too', {
  skip,
}, () => {
  const [programs, older] = [false, true].map((isForOldKernels) => {
    const folder = buildOnce(probeRecipe(isForOldKernels));
    const loader = loadLoader(join(folder, 'loader.node'));
    const probe = loader.open(join(folder, 'probe.bpf.o'), { ring: 4096, scratches: loader.possibleCpus() });
    try {
      if (isForOldKernels) loader.load(probe);
      return loader.programs(probe);
    } finally {
      loader.close(probe);
    }
  });
  assert.ok(older.length > 100);
  assert.deepEqual(older, programs);
});
