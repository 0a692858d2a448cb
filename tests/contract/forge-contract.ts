import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';

import type { DraftPr, Forge } from '../../src/forge/port.ts';

/** A forge under test and a way to see what it did. */
export interface ForgeBench {
  readonly forge: Forge;
  /** A repository the forge serves. */
  readonly repository: string;
  /** What a person sees who opens the address. */
  readonly read: (url: string) => Promise<string>;
  /** Addresses of all pull requests there are. */
  readonly list: () => Promise<readonly string[]>;
}

/** What every forge promises about pull requests. */
export function forgeContract(name: string, openBench: () => Promise<ForgeBench>): void {
  describe(`forge contract on ${name}`, () => {
    let bench: ForgeBench;
    let request: DraftPr;

    beforeEach(async () => {
      bench = await openBench();
      request = draftPr(bench.repository);
    });

    it('serves its repositories and has a name', () => {
      expect(bench.forge.serves(bench.repository)).toBe(true);
      expect(bench.forge.name).toMatch(/^[a-z]+$/u);
    });

    it('creates a draft at an address where it can be read', async () => {
      const { url, isNew } = await bench.forge.ensureDraftPr(request);
      expect(isNew).toBe(true);
      expect(URL.canParse(url)).toBe(true);
      const text = await bench.read(url);
      for (const part of [request.title, request.branch, request.baseBranch, request.body, ...request.labels])
        expect(text).toContain(part);
    });

    it('finds the draft of a run again', async () => {
      const { url } = await bench.forge.ensureDraftPr(request);
      expect(await bench.forge.ensureDraftPr(request)).toEqual({ url, isNew: false });
      expect(await bench.list()).toEqual([url]);
    });

    it('brings title, labels and body up to date where they are', async () => {
      const { url } = await bench.forge.ensureDraftPr(request);
      const next = { ...request, title: 'Another title', labels: ['other'], body: 'Another body.' };
      expect(await bench.forge.ensureDraftPr(next)).toEqual({ url, isNew: false });
      const text = await bench.read(url);
      for (const part of [next.title, 'other', next.body]) expect(text).toContain(part);
      for (const part of [request.title, ...request.labels, request.body]) expect(text).not.toContain(part);
    });

    it('keeps runs apart', async () => {
      const first = await bench.forge.ensureDraftPr(request);
      const second = await bench.forge.ensureDraftPr({ ...request, runId: randomUUID(), branch: 'spec/b' });
      expect(second.isNew).toBe(true);
      expect((await bench.list()).toSorted()).toEqual([first.url, second.url].toSorted());
    });

    it('leaves one whole draft when several ask at once', async () => {
      const bodies = Array.from(
        { length: 8 },
        (_, number) => `Body ${number}. ${'text '.repeat(20_000)}end.`,
      );
      const drafts = await Promise.all(bodies.map((body) => bench.forge.ensureDraftPr({ ...request, body })));
      expect(await bench.list()).toEqual([drafts[0]!.url]);
      const text = await bench.read(drafts[0]!.url);
      expect(bodies.filter((body) => text.includes(body))).toHaveLength(1);
    });
  });
}

/** A draft with something in every field. */
export function draftPr(repository: string): DraftPr {
  return {
    runId: randomUUID(),
    repository,
    baseBranch: 'trunk',
    branch: 'spec/a-feature',
    title: 'Specify größe',
    labels: ['specification', 'needs-review'],
    body: '## What was asked\n\nAn *important* thing.\n',
  };
}
