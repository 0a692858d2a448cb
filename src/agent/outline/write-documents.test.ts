import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { surveyTree } from './survey.ts';
import { writeDocuments } from './write-documents.ts';

function makeFolder(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'outline-write-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

const DOCUMENT = { path: 'specs/001-x/spec.md', content: 'new\n' };

describe('writing documents', () => {
  it('names what it wrote, and writes nothing that is the same', () => {
    const root = makeFolder();
    expect(writeDocuments(root, [DOCUMENT])).toEqual([DOCUMENT.path]);
    expect(writeDocuments(root, [DOCUMENT])).toEqual([]);
    expect(readdirSync(path.join(root, 'specs/001-x'))).toEqual(['spec.md']);
  });

  it('refuses a folder that is a link to another place', () => {
    const [root, outside] = [makeFolder(), makeFolder()];
    symlinkSync(outside, path.join(root, 'specs'));
    expect(() => writeDocuments(root, [DOCUMENT])).toThrow('specs is in the way');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('replaces a link in place of a document instead of writing through it', () => {
    const [root, outside] = [makeFolder(), makeFolder()];
    writeFileSync(path.join(outside, 'kept.md'), 'kept');
    mkdirSync(path.join(root, 'specs/001-x'), { recursive: true });
    symlinkSync(path.join(outside, 'kept.md'), path.join(root, DOCUMENT.path));
    writeDocuments(root, [DOCUMENT]);
    expect(readFileSync(path.join(outside, 'kept.md'), 'utf8')).toBe('kept');
    expect(lstatSync(path.join(root, DOCUMENT.path)).isSymbolicLink()).toBe(false);
  });
});

describe('a survey beyond its limits', () => {
  it('keeps the top of the tree, and says that it was cut', () => {
    const root = makeFolder();
    mkdirSync(path.join(root, 'a/b'), { recursive: true });
    for (const name of ['a/b/deep.ts', 'a/x.ts', 'z.ts']) writeFileSync(path.join(root, name), '');
    const limits = { maxPaths: 2, maxFileBytes: 10, maxReadBytes: 10, maxManifests: 1 };
    const tree = surveyTree(root, limits);
    expect(tree.isCut).toBe(true);
    expect(tree.files.map((file) => file.path)).toEqual(['a/x.ts', 'z.ts']);
  });

  it('does not count the lines of files that are too large or not text', () => {
    const root = makeFolder();
    writeFileSync(path.join(root, 'large.ts'), 'x\n'.repeat(600_000));
    writeFileSync(path.join(root, 'binary.ts'), '\0\n');
    writeFileSync(path.join(root, 'text.ts'), 'a\nb');
    expect(surveyTree(root).files.map(({ lines }) => lines)).toEqual([null, null, 2]);
  });
});
