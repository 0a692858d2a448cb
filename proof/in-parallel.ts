import type { ProofOptions } from './proof.ts';

const SAID_EVERY = 20;

/** Do the same with every item, several at a time; results in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  options: { readonly workers: number; readonly say: ProofOptions['say'] },
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      results.set(index, await work(item));
      if (results.size % SAID_EVERY === 0) options.say(`${results.size} of ${items.length}`);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, worker));
  return items.flatMap((_, index) => results.get(index) ?? []);
}
