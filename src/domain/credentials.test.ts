import { expect, it } from 'vitest';

import { auditVariables, sourceOfSecret, withVariables } from './credentials.ts';

const KEY = { name: 'CODEX_API_KEY', source: 'setting CODEX_API_KEY', isSecret: true };
const PROXY = { name: 'HTTPS_PROXY', source: 'setting HTTPS_PROXY', isSecret: true };
const TOKEN = { name: 'GITHUB_TOKEN', source: 'setting GITHUB_TOKEN', isSecret: true };
const HOME = { name: 'HOME', source: 'sandbox', isSecret: false, goesTo: 'sandbox' } as const;

it('an audit lists what was handed out, what the host uses, and the secrets nobody got', () => {
  const handed = [HOME, { ...KEY, goesTo: 'gateway' } as const];
  const known = [
    { ...PROXY, usedBy: ['host git'] as const },
    { ...KEY, usedBy: [] },
    { ...TOKEN, usedBy: [] },
    { name: 'NO_PROXY', source: 'setting NO_PROXY', isSecret: false, usedBy: [] },
  ];
  expect(auditVariables(handed, known)).toEqual([
    ...handed,
    { ...PROXY, goesTo: 'host git' },
    { ...TOKEN, goesTo: 'nowhere' },
  ]);
});

it('what a forge says of its variables takes the place of what was known of them', () => {
  const known = [
    { ...PROXY, usedBy: [] },
    { ...TOKEN, usedBy: [] },
  ];
  const ofForge = [{ ...TOKEN, usedBy: ['host git', 'forge'] as const, note: 'strong' }];
  const all = withVariables(known, ofForge);
  expect(all).toEqual([known[0], ...ofForge]);
  expect(auditVariables([], all).slice(0, 2)).toEqual([
    { ...TOKEN, goesTo: 'host git', note: 'strong' },
    { ...TOKEN, goesTo: 'forge', note: 'strong' },
  ]);
});

it('a secret of a run is known by the variable that holds it', () => {
  const source = sourceOfSecret('REGISTRY_TOKEN');
  expect(source).toBe('environment SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN');
  const known = { name: 'SPEC_AUTOMATION_SECRET_REGISTRY_TOKEN', source, isSecret: true, usedBy: [] };
  const handed = { name: 'REGISTRY_TOKEN', source, isSecret: true, goesTo: 'sandbox' } as const;
  expect(auditVariables([handed], [known])).toEqual([handed]);
});
