import { describe, expect, it } from 'vitest';

import { parseObjectLine } from './parse-object-line.ts';

describe('parseObjectLine', () => {
  it.each([
    ['{"type":"finished"}', { type: 'finished' }],
    ['  \t{"a":[1]} \r', { a: [1] }],
  ])('reads %j', (line, expected) => {
    expect(parseObjectLine(line)).toEqual(expected);
  });

  it.each(['', ' ', 'words', '{"half":', '{not json}', '[{"a":1}]', '"{"', '42', 'null', 'x {"a":1}'])(
    'finds nothing in %j',
    (line) => {
      expect(parseObjectLine(line)).toBeUndefined();
    },
  );
});
