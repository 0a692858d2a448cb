import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

import { ATTACKS, ELSEWHERE, GIT_THREATS, THREATS } from '../docker/attacks/attacks.ts';

const ALL = [...GIT_THREATS, ...THREATS];
const ROOT = path.resolve(import.meta.dirname, '../..');

it('each threat is tried by an attack, or by a test that exists', () => {
  const tried = new Set([...ATTACKS, ...ELSEWHERE].map(({ id }) => id));
  expect(ALL.filter((id) => !tried.has(id))).toEqual([]);
  expect(ELSEWHERE.filter(({ file }) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

it('no two attacks have the same name', () => {
  const names = ATTACKS.map(({ id, attempted }) => `${id} ${attempted}`);
  expect(names.length).toBe(new Set(names).size);
});

it('each threat has a row in the page about security', () => {
  const page = readFileSync(path.join(ROOT, 'docs/security.md'), 'utf8');
  const listed = new Set([...page.matchAll(/^\| (T-\d\d) \|/gmu)].map(([, id]) => id));
  expect(ALL.filter((id) => !listed.has(id))).toEqual([]);
});
