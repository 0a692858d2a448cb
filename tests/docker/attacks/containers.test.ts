import { attackSuite } from './attack-suite.ts';
import { ESCAPES } from './table/escape.ts';
import { FILES } from './table/files.ts';
import { IMAGES } from './table/images.ts';
import { POLICY } from './table/policy.ts';
import { SECRETS } from './table/secrets.ts';

await attackSuite([...SECRETS, ...IMAGES, ...ESCAPES, ...FILES, ...POLICY]);
