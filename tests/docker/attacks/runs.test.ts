import { attackSuite } from './attack-suite.ts';
import { RUNS } from './table/runs.ts';

await attackSuite(RUNS);
