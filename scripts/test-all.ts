/** `node scripts/test-all.ts [vitest options...]`: every test, with the images and PostgreSQL. Start it by scripts/with-docker.ts. */
import path from 'node:path';

import { runInTurn } from './support/run-with.ts';

const script = (name: string) => path.join(import.meta.dirname, name);

process.exitCode = await runInTurn([
  [process.execPath, script('build-images.ts')],
  [process.execPath, script('with-postgres.ts'), 'vitest', 'run', ...process.argv.slice(2)],
]);
