import { randomBytes } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryDirectory } from './support/git-repository.ts';
import { TOKEN_KINDS, TRANSFORMS } from './support/secret-transforms.ts';
import { sweep } from './support/sweep.ts';

const CANARY = { name: 'canary', value: 'q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQiW0xB' };
const FORMS = TRANSFORMS.filter(({ name }) => name !== 'gzip');

describe('a sweep', () => {
  it.each(FORMS.map(({ name, apply }) => [name, apply] as const))(
    'finds a canary %s, and nothing where there is none',
    async (_name, apply) => {
      const around = randomBytes(1000);
      const content = Buffer.concat([around, apply(CANARY.value), around]);
      const { hits } = await sweep({ texts: { here: content, there: around } }, [CANARY]);
      expect(hits.length).toBeGreaterThan(0);
      expect(new Set(hits.map(({ place }) => place))).toEqual(new Set(['here']));
      expect(hits[0]?.offset).toBeGreaterThanOrEqual(around.length);
    },
  );

  it('finds eight characters of it, and not seven', async () => {
    const { hits } = await sweep(
      { texts: { eight: `x ${CANARY.value.slice(10, 18)} x`, seven: `x ${CANARY.value.slice(10, 17)} x` } },
      [CANARY],
    );
    expect(hits).toEqual([{ place: 'eight', canary: 'canary', form: 'as it is', offset: 2 }]);
  });

  it('tells kinds of tokens by what is theirs alone', async () => {
    for (const { name, prefix, make } of TOKEN_KINDS) {
      const canary = { name, value: make(), publicPrefix: prefix };
      const { hits } = await sweep({ texts: { own: `: ${canary.value}`, other: `: ${make()}` } }, [canary]);
      expect(new Set(hits.map(({ place }) => place))).toEqual(new Set(['own']));
    }
  });

  it('looks into every file below a directory, at names and across the pieces they are read in', async () => {
    const directory = await temporaryDirectory();
    await mkdir(path.join(directory, 'a', 'b'), { recursive: true });
    const beginning = Buffer.alloc(4 * 1024 * 1024 - 20, 'x');
    await writeFile(
      path.join(directory, 'a', 'b', 'big'),
      Buffer.concat([beginning, Buffer.from(CANARY.value)]),
    );
    await writeFile(path.join(directory, 'a', CANARY.value), '');
    await symlink('nowhere', path.join(directory, 'a', 'link'));
    const { hits, files, bytes } = await sweep({ directories: [directory] }, [CANARY]);
    const places = hits
      .filter(({ form }) => form === 'as it is')
      .map(({ place }) => path.relative(directory, place));
    expect(places.toSorted()).toEqual(
      [
        path.join('a', 'b', 'big'),
        path.relative(directory, `the name of ${path.join(directory, 'a', CANARY.value)}`),
      ].toSorted(),
    );
    expect(files).toBe(5);
    expect(bytes).toBeGreaterThan(beginning.length);
  });

  it('throws for a file it cannot read and a canary too short to look for', async () => {
    const nowhere = path.join(await temporaryDirectory(), 'nowhere');
    await expect(sweep({ files: [nowhere] }, [CANARY])).rejects.toThrow('ENOENT');
    await expect(sweep({}, [{ name: 'short', value: 'sk-12345678', publicPrefix: 'sk-' }])).rejects.toThrow(
      'short',
    );
  });

  it('searches a hundred megabytes and finds nothing that is not there', async () => {
    const text = Buffer.from(randomBytes(12 * 1024 * 1024).toString('base64'));
    const colours = Buffer.from('\u001B[31mred\u001B[0m %20 \\x41 &#65; '.repeat(500_000));
    const texts = {
      noise: Buffer.concat([text, text, text, text]),
      colours,
      more: colours,
      bytes: randomBytes(10 * 1024 * 1024),
    };
    const canaries = TOKEN_KINDS.map(({ name, prefix, make }) => ({
      name,
      value: make(),
      publicPrefix: prefix,
    }));
    const { hits, bytes } = await sweep({ texts }, canaries);
    expect(hits).toEqual([]);
    expect(bytes).toBeGreaterThan(100_000_000);
  });
});
