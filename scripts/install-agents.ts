import { readdirSync } from 'node:fs';
import path from 'node:path';

import { installPackage } from './support/install-package.ts';

/** Install the pinned agent CLIs of `agents/<name>`, which the agent tests and the benchmark need and nothing else does. */
const AGENTS = path.resolve(import.meta.dirname, '..', 'agents');

for (const name of readdirSync(AGENTS)) installPackage(path.join(AGENTS, name));
