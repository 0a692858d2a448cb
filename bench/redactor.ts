import { MEGABYTE, measureSpeed, PIECE_BYTES, readCorpus } from '../proof/redactor-speed.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';

const CORPUS_MB = 20;
const QUICK_CORPUS_MB = 2;
const SECRETS = [0, 5, 50];

/** What every byte an agent prints costs on its way to a log. */
export const redactorBench: Bench = {
  name: 'redactor',
  title: 'The redactor',
  async run({ isQuick }: BenchOptions): Promise<BenchResult> {
    const { bytes, files } = readCorpus((isQuick ? QUICK_CORPUS_MB : CORPUS_MB) * MEGABYTE);
    const rows = SECRETS.map((secrets) => {
      const { best, median } = measureSpeed(bytes, secrets);
      return [String(secrets), `${median.toFixed(0)} MB/s`, `${best.toFixed(0)} MB/s`];
    });
    return {
      header: ['SECRETS', 'MEDIAN OF 7', 'BEST OF 7'],
      rows,
      notes: [
        `${(bytes.length / MEGABYTE).toFixed(1)} MB of source text in ${files} files, in pieces of ${PIECE_BYTES / 1024} KiB, for each second of processor time. Target: 50 MB/s with five secrets.`,
      ],
    };
  },
};
