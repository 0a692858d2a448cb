import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { helpTexts, stalePages } from '../scripts/generate-docs.ts';
import { PHASE_STATUSES, PHASES } from '../src/domain/phases.ts';
import { REASONS } from '../src/domain/reasons.ts';
import { canTransition, RUN_STATUSES } from '../src/domain/run.ts';
import { MINIMUM_NODE, VERSION } from '../src/version.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT }).toSorted();
const CODES = Object.keys(REASONS);

describe('the pages', () => {
  it('that are generated are fresh', () => {
    expect(stalePages()).toEqual([]);
  });

  it('link to files and headings that exist', () => {
    const links = PAGES.flatMap(linksOf);
    expect(links.length).toBeGreaterThan(50);
    expect(
      links.filter(({ from, to }) => !isThere(from, to)).map(({ from, to }) => `${from}: ${to}`),
    ).toEqual([]);
  });

  it('can all be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      const targets = linksOf(page).map(({ to }) => path.join(path.dirname(page), to.replace(/#.*/u, '')));
      for (const target of targets) if (PAGES.includes(target)) reached.add(target);
    }
    expect(PAGES.filter((page) => !reached.has(page) && page !== 'AGENTS.md')).toEqual([]);
  });

  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = PAGES.flatMap((page) => matches(read(page), /\bnpm run (?:-s )?([a-z][\w:]*)/gu));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('stay short where readers begin', () => {
    expect(lineCount('README.md')).toBeLessThanOrEqual(150);
    expect(lineCount('AGENTS.md')).toBeLessThanOrEqual(120);
  });
});

describe('reasons', () => {
  it('are each thrown somewhere', () => {
    const sources = sourceFiles()
      .filter((file) => file !== 'src/domain/reasons.ts')
      .map(read)
      .join('\n');
    const isThrown = (code: string) =>
      new RegExp(`(?:appError\\(\\s*|code: |\\?\\? )'${code}'`, 'u').test(sources);
    expect(CODES.filter((code) => !isThrown(code))).toEqual([]);
  });

  it('and headings of the error page are the same', () => {
    expect(matches(read('docs/errors.md'), /^### (\w+)$/gmu).toSorted()).toEqual(CODES.toSorted());
  });

  it('are called by their names in the failure modes', () => {
    const known = new Set<string>([
      ...CODES,
      ...RUN_STATUSES,
      ...PHASE_STATUSES,
      ...PHASES.map(({ name }) => name),
    ]);
    const seen = failureRows().flatMap(([, whatYouSee = '']) =>
      matches(whatYouSee, /`([a-z]+(?:_[a-z]+)*)`/gu),
    );
    expect(seen.filter((word) => !known.has(word))).toEqual([]);
  });
});

describe('the failure modes', () => {
  it('name tests that exist', () => {
    const rows = failureRows();
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((cells) => !namesTest(cells.at(-1) ?? '')).map((cells) => cells.at(-1))).toEqual([]);
  });
});

describe('decision records', () => {
  const names = globSync('docs/decisions/[0-9]*.md', { cwd: ROOT }).toSorted();

  it('are numbered from 1 without a gap, in file name and title', () => {
    const numbers = names.map((name) => [
      Number(/(\d{4})-[a-z0-9-]+\.md$/u.exec(name)?.[1]),
      Number(/^# (\d+)\. /u.exec(read(name))?.[1]),
    ]);
    expect(numbers).toEqual(names.map((_, index) => [index + 1, index + 1]));
  });

  it('have their four parts on less than a page', () => {
    for (const name of names) {
      expect(matches(read(name), /^## (.+)$/gmu)).toEqual([
        'Context',
        'Decision',
        'Rejected',
        'Consequences',
      ]);
      expect(lineCount(name)).toBeLessThanOrEqual(60);
    }
  });

  it('are all in the index, in order', () => {
    const listed = matches(read('docs/decisions/README.md'), /\]\((\d{4}-[^)]+)\)/gu);
    expect(listed).toEqual(names.map((name) => path.basename(name)));
  });
});

describe('the glossary', () => {
  const entries = read('CONTEXT.md')
    .split(/\n(?=\*\*)/u)
    .slice(1);
  const avoided = entries
    .flatMap((entry) => matches(entry, /^\*Avoid\*: (.+)$/gmu))
    .flatMap((list) => list.split(', '));

  it('says for every word what to avoid', () => {
    expect(entries.length).toBeGreaterThan(40);
    expect(
      entries.filter((entry) => !/^\*\*[^*]+\*\*: \S[\s\S]*\n\*Avoid\*: [\w ,-]+\n/u.test(entry)),
    ).toEqual([]);
  });

  it('has every capability', () => {
    const ports = globSync('src/*/port.ts', { cwd: ROOT });
    expect(ports.length).toBeGreaterThan(5);
    expect(ports.filter((port) => !read('CONTEXT.md').includes(`\`${port}\``))).toEqual([]);
  });

  it('is kept to in headings and in the help of the command line', () => {
    const headings = PAGES.flatMap((page) => headingsOf(page).map((text) => [page, text] as const));
    const helps = [...helpTexts()];
    expect(helps.length).toBeGreaterThan(10);
    const word = new RegExp(`\\b(?:${avoided.join('|')})s?\\b`, 'giu');
    const found = [...headings, ...helps].flatMap(([place, text]) =>
      [...text.matchAll(word)].map(([hit]) => `${place}: ${hit}`),
    );
    // `tasks` is the name of a Spec Kit command and its document.
    expect(found.filter((hit) => !hit.endsWith(': tasks'))).toEqual([]);
  });
});

describe('what the pages say about the code', () => {
  it('is true of the version', () => {
    expect(VERSION).toBe(JSON.parse(read('package.json')).version);
    expect(JSON.parse(read('package.json')).engines.node).toBe(`>=${MINIMUM_NODE.replace(/\.0$/u, '')}`);
  });

  it('is true of the statuses of a run', () => {
    const diagram =
      /### Run statuses\s+```mermaid([\s\S]*?)```/u.exec(read('docs/architecture.md'))?.[1] ?? '';
    const drawn = [...diagram.matchAll(/^ {2}(\w+) --> (\w+)/gmu)].map(([, from, to]) => `${from} -> ${to}`);
    const legal = RUN_STATUSES.flatMap((from) =>
      RUN_STATUSES.filter((to) => canTransition(from, to)).map((to) => `${from} -> ${to}`),
    );
    expect(drawn.toSorted()).toEqual(legal.toSorted());
  });

  it('is the code of the example agent', () => {
    const block = /```ts\n([\s\S]*?)```/u.exec(read('docs/adding-an-agent.md'))?.[1];
    expect(block).toBe(read('examples/custom-agent/agent.ts'));
  });

  it('is what the example program prints', () => {
    const output = execFileSync(process.execPath, ['examples/local-run/main.ts'], {
      cwd: ROOT,
      // A machine may have a Docker daemon, and no job image.
      env: { ...process.env, SPEC_AUTOMATION_SANDBOX: 'process' },
      encoding: 'utf8',
    });
    expect(output).toMatch(
      /open_pr done[\s\S]*succeeded: spec_automation\/\d{8}\/[0-9a-f]{8}\n[\s\S]*\/tasks\.md/u,
    );
  });
});

it('no file holds a path of the machine it was written on', () => {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(path.join(ROOT, file)));
  expect(files.length).toBeGreaterThan(100);
  // Put together here, so that this file does not hold them; `/work` alone is the workspace root of containers.
  const places = ['root', 'work/main', 'work/shared'].map((place) => `/${place}/`);
  const own = [`${ROOT}/`, `${homedir()}/`].filter((place) => place.split('/').length > 3);
  const patterns = [...places, ...own].map((place) => place.replaceAll(/[^\w/]/gu, '.'));
  const paths = new RegExp(`(?<![\\w.-])(?:${patterns.join('|')})`, 'u');
  expect(files.filter((file) => paths.test(read(file)))).toEqual([]);
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function lineCount(file: string): number {
  return read(file).trimEnd().split('\n').length;
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function sourceFiles(): readonly string[] {
  return globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'));
}

/** A page without its code blocks, where a `#` is no heading and brackets are no links. */
function proseOf(page: string): string {
  return read(page).replaceAll(/^```[\s\S]*?^```$/gmu, '');
}

function headingsOf(page: string): readonly string[] {
  return matches(proseOf(page), /^#+ (.+)$/gmu);
}

function linksOf(page: string): readonly { readonly from: string; readonly to: string }[] {
  return matches(proseOf(page), /\]\(([^)\s]+)\)/gu)
    .filter((to) => !/^[a-z]+:/u.test(to))
    .map((to) => ({ from: page, to }));
}

function isThere(from: string, to: string): boolean {
  const [file = '', anchor] = to.split('#');
  const target = file === '' ? from : path.join(path.dirname(from), file);
  if (target.startsWith('..') || !existsSync(path.join(ROOT, target))) return false;
  return anchor === undefined || headingsOf(target).map(anchorOf).includes(anchor);
}

/** The anchor a forge gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/gu, '-');
}

/** The cells of each row of the tables in the failure modes, heads and rules left out. */
function failureRows(): readonly (readonly string[])[] {
  const lines = read('docs/failure-modes.md').split('\n');
  return lines
    .filter((line) => line.startsWith('| ') && !line.startsWith('| what breaks') && !line.startsWith('| ---'))
    .map((line) => line.slice(2, -2).split(' | '));
}

/** True for "`file`" or "`file` › `name`" when the file exists and holds the name. */
function namesTest(cell: string): boolean {
  const [, file, name = ''] = /^`([^`]+)`(?: › `(.+)`)?$/u.exec(cell) ?? [];
  return file !== undefined && existsSync(path.join(ROOT, file)) && read(file).includes(name);
}
