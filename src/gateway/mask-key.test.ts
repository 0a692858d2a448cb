import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keyMask } from './mask-key.ts';

const KEY = 'sk-proj-q7Xw2ZpL9vTn4RbYc8KdM3hJ';
const newMask = keyMask(KEY);

function pass(text: string, size: number, mask = newMask()): string {
  const bytes = Buffer.from(text);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(mask.write(bytes.subarray(at, at + size)));
  return Buffer.concat([...out, mask.end()]).toString();
}

describe('the key in an answer', () => {
  it.each([
    ['as it is', KEY],
    ['twice', `${KEY}${KEY}`],
    ['in base64', Buffer.from(KEY.slice('sk-proj-'.length)).toString('base64')],
    ['in hex', Buffer.from(KEY.slice('sk-proj-'.length)).toString('hex')],
    ['for a URL', encodeURIComponent(KEY)],
    ['backwards', Array.from(KEY).toReversed().join('')],
  ])('is masked %s, however the answer is cut', (_what, form) => {
    for (const size of [1, 2, 3, 7, 64, 1_000]) {
      const answer = pass(`before é ${form} after`, size);
      expect(answer).toContain('***REDACTED***');
      expect(answer).toMatch(/^before é .* after$/u);
      expect(answer).not.toContain(form.slice(-12, -3));
    }
  });

  it('changes nothing else, not even what looks like a secret', () => {
    const text = 'postgres://user:pw@localhost AKIAQ3EGZ7MXW2RTKV5B sk-proj-other q7Xw2ZpL9';
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 9 }), (noise, size) => {
        expect(pass(text + noise, size)).toBe(Buffer.from(text + noise).toString());
      }),
      { numRuns: 200 },
    );
  });

  it('holds back only what may be its beginning', () => {
    const mask = newMask();
    expect(Buffer.from(mask.write(Buffer.from('data: {"a":1}\n\n'))).toString()).toBe('data: {"a":1}\n\n');
    expect(Buffer.from(mask.write(Buffer.from('x sk-proj-q7'))).toString()).toBe('x ');
    expect(Buffer.from(mask.write(Buffer.from(' \n'))).toString()).toBe('sk-proj-q7 \n');
  });

  it('is left alone when there is none, or it is a word', () => {
    for (const key of [undefined, 'test', 'local-dev'])
      expect(pass('test local-dev', 3, keyMask(key)())).toBe('test local-dev');
  });
});
