import type { Bench } from './bench.ts';
import { cloneBench } from './clone.ts';
import { engineBench } from './engine.ts';
import { firstResultBench } from './first-result.ts';
import { overheadBench } from './overhead.ts';
import { redactorBench } from './redactor.ts';
import { storeBench } from './store.ts';

/** Every benchmark, in the order of the page. */
export const BENCHES: readonly Bench[] = [
  overheadBench,
  engineBench,
  firstResultBench,
  storeBench,
  redactorBench,
  cloneBench,
];
