import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { installPackage } from './support/install-package.ts';

/** Install GitHub's OpenAPI description, which the tests of what the GitHub adapter sends need and nothing else does. */
const HOME = path.resolve(import.meta.dirname, '..', 'tests', 'openapi');
const DESCRIPTIONS = path.join(HOME, 'node_modules', '@octokit', 'openapi', 'generated');
const KEPT = 'api.github.com.json';

installPackage(HOME);
// The others are 370 MB that nobody reads.
for (const name of readdirSync(DESCRIPTIONS)) if (name !== KEPT) rmSync(path.join(DESCRIPTIONS, name));
