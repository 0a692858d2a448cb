import { attackSuite } from './attack-suite.ts';
import { OUTPUT } from './table/output.ts';
import { RESOURCES } from './table/resources.ts';

await attackSuite([...RESOURCES, ...OUTPUT]);
