import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..', 'src');
const CAPABILITIES = [
  'agent',
  'artifacts',
  'forge',
  'git',
  'prompt',
  'queue',
  'sandbox',
  'store',
  'workspace',
] as const;

/** A place in the tree, as far as the rules tell places apart. `<capability>/port` is every capability's interface. */
type Layer = string;

/** What each layer may import besides itself. A port sees `domain` only; an adapter never sees another capability. */
const ALLOWED: Readonly<Record<Layer, readonly Layer[]>> = {
  domain: [],
  lib: [],
  port: ['domain'],
  config: ['domain', 'lib'],
  contract: ['domain'],
  ...Object.fromEntries(
    CAPABILITIES.map((capability) => [capability, ['domain', 'lib', `${capability}/port`]]),
  ),
  gateway: ['domain', 'lib'],
  engine: ['domain', 'lib', 'port'],
  'spec-automation.ts': ['domain', 'contract', 'engine', 'port'],
  'version.ts': [],
  'compose.ts': [
    'domain',
    'lib',
    'port',
    'config',
    'contract',
    'engine',
    'gateway',
    ...CAPABILITIES,
    'spec-automation.ts',
    'version.ts',
  ],
  'index.ts': ['domain', 'config', 'contract', 'compose.ts', 'spec-automation.ts'],
  cli: ['domain', 'lib', 'config', 'contract', 'compose.ts', 'spec-automation.ts', 'version.ts'],
};

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
);

describe('the architecture', () => {
  it('lets imports go one way only', () => {
    const edges = files.flatMap(importsOf);
    expect(edges.length).toBeGreaterThan(200);
    expect(
      edges.filter(({ from, to }) => !isAllowed(from, to)).map(({ from, to }) => `${from} -> ${to}`),
    ).toEqual([]);
  });

  it('has a port in every capability folder and no file in an unknown place', () => {
    expect(CAPABILITIES.filter((capability) => !files.includes(`${capability}/port.ts`))).toEqual([]);
    expect(files.filter((file) => !(layerOf(file) in ALLOWED) && !file.endsWith('/port.ts'))).toEqual([]);
  });

  it('keeps the domain free of node, npm packages, clocks and chance', () => {
    const impure = files
      .filter((file) => file.startsWith('domain/'))
      .filter((file) => /from '(?!\.)|Date\.now|new Date\(\)|Math\.random|process\./u.test(read(file)));
    expect(impure).toEqual([]);
  });

  it('names vendors only in their adapters', () => {
    const vendors: readonly (readonly [RegExp, RegExp])[] = [
      [/from '(kysely|pg|node:sqlite)/u, /^store\/kysely\//u],
      [/from 'commander'|from '@bomb\.sh\/tab|from 'log-update'/u, /^cli\//u],
      [/from 'node:child_process'/u, /^sandbox\/process\//u],
      [/from 'execa'/u, /^lib\/exec\.ts$/u],
      [/from '(?:@fastify\/reply-from|ipaddr\.js)'/u, /^gateway\//u],
    ];
    for (const [vendor, home] of vendors) {
      const users = files.filter((file) => vendor.test(read(file)));
      expect(users.length).toBeGreaterThan(0);
      expect(users.filter((file) => !home.test(file))).toEqual([]);
    }
  });

  it('tells the story of a run in at most 60 lines of one function each', () => {
    const story = read('engine/execute-run.ts');
    expect(story.split('\n').length).toBeLessThanOrEqual(100);
    expect(story).toMatch(
      /prepareJob[\s\S]*checkSandbox[\s\S]*cloneBase[\s\S]*discover[\s\S]*runAgent[\s\S]*commitPush[\s\S]*openPr/u,
    );
  });
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function importsOf(file: string): readonly { readonly from: string; readonly to: string }[] {
  const targets = [...read(file).matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/gu)].map(
    (match) => match[1] ?? '',
  );
  return targets.map((target) => ({ from: file, to: path.join(path.dirname(file), target) }));
}

function layerOf(file: string): Layer {
  return file.includes('/') ? (file.split('/')[0] ?? file) : file;
}

function isAllowed(from: string, to: string): boolean {
  const [source, target] = [layerOf(from), layerOf(to)];
  const isPort = to.endsWith('/port.ts');
  if (from.endsWith('/port.ts')) return target === 'domain';
  if (source === target) return true;
  const allowed = ALLOWED[source] ?? [];
  return isPort ? allowed.includes('port') || allowed.includes(`${target}/port`) : allowed.includes(target);
}
