import type { Bench } from './bench.ts';
import { engineBench } from './engine.ts';
import { overheadBench } from './overhead.ts';
import { storeBench } from './store.ts';

/** Every benchmark, in the order of the page. */
export const BENCHES: readonly Bench[] = [overheadBench, engineBench, storeBench];
