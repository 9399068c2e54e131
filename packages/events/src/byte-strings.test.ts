import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byteStringAt, internedTextAt, textEnd } from './byte-strings.ts';

/** Few letters and NULs, so that texts repeat, begin alike and end early. */
const text = fc.array(fc.constantFrom(0, 0x61, 0x61, 0x62, 0xff), { maxLength: 110 });

test('a text that is kept is the text that the bytes hold, wherever they lie', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), fc.nat(7), (texts, offset) => {
      for (const one of [...texts, ...texts]) {
        const bytes = Uint8Array.from([...new Array(offset).fill(0x63), ...one, 0x63]);
        const data = new DataView(bytes.buffer);
        const end = offset + one.length;
        assert.equal(
          internedTextAt(bytes, data, offset, one.length),
          byteStringAt(bytes, offset, textEnd(bytes, offset, end)),
        );
      }
    }),
  );
});
