import { describe, expect, it } from 'vitest';

import { isListed, slugKey, slugOf } from './slug.ts';

const SERVER = 'https://github.com';

describe('the name of a repository at GitHub', () => {
  it.each([
    ['https://github.com/acme/shop', 'acme/shop'],
    ['https://GitHub.com/Acme/Shop.js', 'acme/shop.js'],
    ['https://github.com/acme_emu/-_.', 'acme_emu/-_.'],
  ])('of %s is %s', (url, key) => {
    const slug = slugOf(SERVER, url);
    expect(slug && slugKey(slug)).toBe(key);
  });

  it.each([
    'https://github.com',
    'https://github.com/acme',
    'https://github.com/acme/',
    'https://github.com/acme/shop/',
    'https://github.com/acme/shop/pulls',
    'https://github.com/acme/..',
    'https://github.com/-acme/shop',
    'https://github.com/acme/shop?x',
    'https://github.com/acme/sh%6Fp',
    'https://github.com.evil.example/acme/shop',
    'https://github.comacme/shop/x',
    'https://evil.example/github.com/acme/shop',
    '/srv/acme/shop',
  ])('is not in %s', (url) => {
    expect(slugOf(SERVER, url)).toBeUndefined();
  });

  it('is allowed by itself or with all of its owner', () => {
    const slug = { owner: 'Acme', name: 'shop' };
    expect(
      [['acme/SHOP'], ['acme/*'], ['acme/other'], ['*/shop'], []].map((list) => isListed(slug, list)),
    ).toEqual([true, true, false, false, false]);
  });
});
