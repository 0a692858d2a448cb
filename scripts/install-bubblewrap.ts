import { existsSync } from 'node:fs';
import path from 'node:path';

import { aptInstall, canInstall } from './support/apt.ts';
import { fail } from './support/fail.ts';

/** Install bubblewrap where it is missing and this may be done: the tests of the wall need it. */
const folders = (process.env['PATH'] ?? '').split(path.delimiter);

if (!folders.some((folder) => existsSync(path.join(folder, 'bwrap')))) {
  if (!canInstall) fail('bubblewrap is missing.', 'Install it with your package manager.');
  aptInstall(['bubblewrap']);
}
