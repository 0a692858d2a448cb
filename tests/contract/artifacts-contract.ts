import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Artifacts } from '../../src/artifacts/port.ts';

/** An empty store of evidence, its clock, and a way to hurt it. */
export interface ArtifactsBench {
  readonly artifacts: Artifacts;
  /** Let time pass. */
  readonly age: (ms: number) => void;
  /** Replace what is kept under a hash. */
  readonly damage: (sha256: string, bytes: Uint8Array) => Promise<void>;
}

const HOUR_MS = 60 * 60_000;
const NOTHING = new Set<string>();

/** What every store of evidence promises, wherever it keeps the bytes. */
export function artifactsContract(name: string, open: () => Promise<ArtifactsBench>): void {
  describe(`artifacts contract on ${name}`, () => {
    it('gives back what was put, by its hash', async () => {
      const { artifacts } = await open();
      const bytes = Buffer.from([0, 255, 10, 13, 0]);
      const kept = await artifacts.put(bytes);
      expect(kept).toEqual({ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: 5 });
      expect(await artifacts.get(kept.sha256)).toEqual(bytes);
    });

    it('keeps nothing as well as something', async () => {
      const { artifacts } = await open();
      const { sha256, sizeBytes } = await artifacts.put(new Uint8Array());
      expect(sizeBytes).toBe(0);
      expect((await artifacts.get(sha256))?.byteLength).toBe(0);
    });

    it('keeps the same bytes once, also when many put them at the same time', async () => {
      const { artifacts, age } = await open();
      const bytes = Buffer.alloc(300_000, 'same');
      const kept = await Promise.all(Array.from({ length: 16 }, () => artifacts.put(bytes)));
      expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(1);
      expect(await artifacts.get(kept[0]!.sha256)).toEqual(bytes);
      age(2 * HOUR_MS);
      const counted = await artifacts.collectGarbage({ referenced: NOTHING, isDryRun: true });
      expect(counted).toEqual({ files: 1, bytes: bytes.byteLength });
    });

    it('knows nothing of bytes nobody put, and nothing under what is not a hash', async () => {
      const { artifacts } = await open();
      const { sha256 } = await artifacts.put(Buffer.from('x'));
      expect(await artifacts.get('0'.repeat(64))).toBeUndefined();
      const weird = [
        '',
        sha256.toUpperCase(),
        `${sha256}\n`,
        `../${sha256.slice(0, 2)}/${sha256}`,
        sha256.slice(1),
      ];
      for (const hash of [...weird, '../../../../etc/hosts', 'toString', '\0'.repeat(64)]) {
        expect(await artifacts.get(hash)).toBeUndefined();
        expect(() => artifacts.locate(hash)).toThrow('not a sha256');
      }
    });

    it.each<[string, (bytes: Buffer) => Buffer]>([
      ['shortened', (bytes) => bytes.subarray(0, 3)],
      ['emptied', () => Buffer.alloc(0)],
      ['changed with its length kept', (bytes) => Buffer.alloc(bytes.byteLength, '?')],
    ])('denies bytes that were %s, and heals them when they are put again', async (_how, hurt) => {
      const { artifacts, damage } = await open();
      const bytes = Buffer.from('the evidence');
      const { sha256 } = await artifacts.put(bytes);
      await damage(sha256, hurt(bytes));
      expect(await artifacts.get(sha256)).toBeUndefined();
      await artifacts.put(bytes);
      expect(await artifacts.get(sha256)).toEqual(bytes);
    });

    describe('garbage collection', () => {
      it('removes what is old and not referenced, and says how much that was', async () => {
        const { artifacts, age } = await open();
        const [wanted, unwanted] = [
          await artifacts.put(Buffer.from('wanted')),
          await artifacts.put(Buffer.from('unwanted')),
        ];
        age(2 * HOUR_MS);
        const young = await artifacts.put(Buffer.from('young'));
        const choice = { referenced: new Set([wanted.sha256]), isDryRun: false };
        expect(await artifacts.collectGarbage(choice)).toEqual({ files: 1, bytes: 8 });
        expect(await artifacts.get(unwanted.sha256)).toBeUndefined();
        expect(await artifacts.get(wanted.sha256)).toBeDefined();
        expect(await artifacts.get(young.sha256)).toBeDefined();
        expect(await artifacts.collectGarbage(choice)).toEqual({ files: 0, bytes: 0 });
      });

      it('leaves old bytes alone that were just put again', async () => {
        const { artifacts, age } = await open();
        const { sha256 } = await artifacts.put(Buffer.from('again'));
        age(2 * HOUR_MS);
        await artifacts.put(Buffer.from('again'));
        await artifacts.collectGarbage({ referenced: NOTHING, isDryRun: false });
        expect(await artifacts.get(sha256)).toBeDefined();
      });

      it('never takes bytes away from a put that is under way', async () => {
        const { artifacts, age } = await open();
        const contents = Array.from({ length: 60 }, (_, index) => Buffer.from(`content ${index}`));
        await Promise.all(contents.map((bytes) => artifacts.put(bytes)));
        age(2 * HOUR_MS);
        const collecting = [1, 2].map(() =>
          artifacts.collectGarbage({ referenced: NOTHING, isDryRun: false }),
        );
        const kept = await Promise.all(contents.map((bytes) => artifacts.put(bytes)));
        await Promise.all(collecting);
        for (const { sha256 } of kept) expect(await artifacts.get(sha256)).toBeDefined();
      });

      it('only counts in a dry run', async () => {
        const { artifacts, age } = await open();
        const { sha256 } = await artifacts.put(Buffer.from('counted'));
        age(2 * HOUR_MS);
        const counted = await artifacts.collectGarbage({ referenced: NOTHING, isDryRun: true });
        expect(counted).toEqual({ files: 1, bytes: 7 });
        expect(await artifacts.get(sha256)).toBeDefined();
      });

      it('of a store that was never used finds nothing', async () => {
        const { artifacts } = await open();
        expect(await artifacts.collectGarbage({ referenced: NOTHING, isDryRun: false })).toEqual({
          files: 0,
          bytes: 0,
        });
      });
    });
  });
}
