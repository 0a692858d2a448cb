import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestParts } from './digest-parts.ts';

describe('digestParts', () => {
  it('is sha256 over each text after its length', () => {
    const written = createHash('sha256').update('2\né0\n').digest('hex');
    expect(digestParts(['é', ''])).toBe(written);
  });

  it('differs for lists that differ only in where a text ends', () => {
    expect(digestParts(['ab', 'c'])).not.toBe(digestParts(['a', 'bc']));
    expect(digestParts(['a'])).not.toBe(digestParts(['a', '']));
    expect(digestParts(['1\na'])).not.toBe(digestParts(['', 'a']));
  });

  it('is the same for equal lists only', () => {
    const parts = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const areEqual = JSON.stringify(one) === JSON.stringify(other);
        expect(digestParts(one) === digestParts(other)).toBe(areEqual);
      }),
    );
  });
});
