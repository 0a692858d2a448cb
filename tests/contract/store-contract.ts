import { describe, expect, it } from 'vitest';
import { storeKit, type StoreBench } from '../support/store-kit.ts';
import { leasesContract } from './store-leases.ts';
import { recordsContract } from './store-records.ts';
import { requestsContract } from './store-requests.ts';
import { runsContract } from './store-runs.ts';

/** What every store promises, whatever it keeps its rows in. */
export function storeContract(name: string, openBench: () => Promise<StoreBench>): void {
  describe(`store contract on ${name}`, () => {
    const kit = storeKit(openBench);

    it('does nothing when the tables are there already', async () => {
      expect(await kit.store.migrate()).toEqual([]);
    });

    runsContract(kit);
    leasesContract(kit);
    recordsContract(kit);
    requestsContract(kit);
  });
}
