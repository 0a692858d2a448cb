import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';

import {
  pullRequestMarker,
  requestMarker,
  textParts,
  withTextMark,
} from '../../src/domain/pull-request-marks.ts';
import type { DraftPr, EnsuredPr, Forge, ForgeConnection } from '../../src/forge/port.ts';
import { digestParts } from '../../src/lib/digest-parts.ts';

/** A forge under test and a way to see what it did. */
export interface ForgeBench {
  readonly forge: Forge;
  /** A repository the forge serves, with base branch `trunk`. */
  readonly repository: string;
  /** Push a branch a pull request could come from. */
  readonly pushBranch: (branch: string) => Promise<unknown>;
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
    let connection: ForgeConnection;

    beforeEach(async () => {
      bench = await openBench();
      request = draftPr({});
      await bench.pushBranch(request.branch);
      connection = await open(bench);
    });

    const ensure = (draft: DraftPr): Promise<EnsuredPr> => connection.ensureDraftPr(draft);

    it('serves its repositories, has a name and what it takes to publish', () => {
      expect(bench.forge.serves(bench.repository)).toBe(true);
      expect(bench.forge.name).toMatch(/^[a-z]+$/u);
      bench.forge.checkSettings();
      bench.forge.demandAllowed(bench.repository);
    });

    it('says who it is', async () => {
      expect(await bench.forge.diagnose()).not.toBe('');
    });

    it('creates a draft at an address where it can be read', async () => {
      const { url, isNew, isOpen, warnings } = await ensure(request);
      expect({ isNew, isOpen, warnings }).toEqual({ isNew: true, isOpen: true, warnings: [] });
      expect(URL.canParse(url)).toBe(true);
      const text = await bench.read(url);
      for (const part of [request.title, request.branch, request.baseBranch, request.body, ...request.labels])
        expect(text).toContain(part);
    });

    it('finds the draft of a run again, and of no other', async () => {
      expect(await connection.findPr(request)).toBeUndefined();
      const { url } = await ensure(request);
      expect(await ensure(request)).toMatchObject({ url, isNew: false });
      expect(await connection.findPr(request)).toEqual({ url, isOpen: true });
      expect(await connection.findPr({ runId: randomUUID(), branch: 'spec_automation/x' })).toBeUndefined();
      expect(await bench.list()).toEqual([url]);
    });

    it('brings title and body up to date where they are, and adds labels', async () => {
      const { url } = await ensure(request);
      const next = draftPr({ ...request, title: 'Another title', labels: ['other'], text: 'Another body.' });
      expect(await ensure(next)).toMatchObject({ url, isNew: false });
      const text = await bench.read(url);
      for (const part of [next.title, 'other', next.body]) expect(text).toContain(part);
      for (const part of [request.title, request.body]) expect(text).not.toContain(part);
    });

    it('keeps runs apart', async () => {
      const first = await ensure(request);
      const other = draftPr({ branch: 'spec_automation/20260102/b' });
      await bench.pushBranch(other.branch);
      const second = await ensure(other);
      expect(second.isNew).toBe(true);
      expect((await bench.list()).toSorted()).toEqual([first.url, second.url].toSorted());
    });

    it('leaves one whole draft when several ask at once', async () => {
      const drafts = Array.from({ length: 8 }, (_, number) =>
        draftPr({ ...request, text: `Body ${number}. ${'text '.repeat(10_000)}end.` }),
      );
      const results = await Promise.all(drafts.map(ensure));
      expect(await bench.list()).toEqual([results[0]!.url]);
      const text = await bench.read(results[0]!.url);
      expect(drafts.filter(({ body }) => text.includes(body.trim()))).toHaveLength(1);
    });
  });
}

/** Log in to publish. */
export function open({
  forge,
  repository,
}: Pick<ForgeBench, 'forge' | 'repository'>): Promise<ForgeConnection> {
  return forge.connect({ repository, purpose: 'publish', signal: new AbortController().signal });
}

/** A draft with something in every field, marked as the engine marks it. */
export function draftPr(
  given: Partial<Omit<DraftPr, 'body'>> & { readonly text?: string; readonly digest?: string },
): DraftPr {
  const { text = '## What was asked\n\nAn *important* thing.', digest = 'd1', ...fields } = given;
  const draft = {
    runId: randomUUID(),
    baseBranch: 'trunk',
    branch: 'spec_automation/20260102/a',
    title: 'Specify größe',
    labels: ['specification', 'needs-review'],
    ...fields,
  };
  const body = `${pullRequestMarker(draft.runId)}\n${requestMarker(digest)}\n${text}\n`;
  return { ...draft, body: withTextMark(body, digestParts(textParts(draft.title, body))) };
}
