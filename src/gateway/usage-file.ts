import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

import type { BudgetFigures } from './budget.ts';

/** Where the figures of a run outlive its gateway. */
export interface UsageFile {
  /** Write the figures of this moment or later ones. Never fails: what counts is the memory of a gateway that lives. */
  save(): Promise<void>;
}

const FILE_NAME = 'usage.json';
const count = z.int().nonnegative();

const Figures = z.object({
  requests: count,
  input_tokens: count,
  cached_input_tokens: count,
  output_tokens: count,
  cost_usd: z.number().nonnegative().nullable(),
  exceeded: z.enum(['requests', 'tokens', 'cost_usd']).nullable(),
  upstream_errors: count,
  estimated_requests: count.default(0),
});

/**
 * What an earlier gateway of this run counted; `undefined` when there was none.
 * @throws when the file cannot be understood: starting from nothing would give a run its budget again
 */
export async function readFigures(directory: string): Promise<BudgetFigures | undefined> {
  const text = await readFile(path.join(directory, FILE_NAME), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : Figures.parse(JSON.parse(text));
}

/** Keep the file of a folder up to date; whoever reads it sees one whole document. */
export function usageFile(directory: string, figures: () => BudgetFigures): UsageFile {
  const file = path.join(directory, FILE_NAME);
  const write = async () => {
    await writeFile(`${file}.part`, `${JSON.stringify(figures())}\n`, { mode: 0o640 });
    await rename(`${file}.part`, file);
  };
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const writeAfter = async (earlier: Promise<void>) => {
    await earlier;
    waiting = undefined;
    await write().catch(() => undefined);
  };
  return {
    save() {
      // One that waits writes what is true when its turn comes, so everybody after it may wait for the same.
      waiting ??= writeAfter(last);
      last = waiting;
      return waiting;
    },
  };
}
