import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Install bubblewrap where it is missing and this may be done: the tests of the wall need it. */
const APT_GET = '/usr/bin/apt-get';
const folders = (process.env['PATH'] ?? '').split(path.delimiter);

if (!folders.some((folder) => existsSync(path.join(folder, 'bwrap')))) {
  if (process.getuid?.() !== 0 || !existsSync(APT_GET)) {
    console.error('bubblewrap is missing: install it with your package manager.');
    process.exit(1);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync(APT_GET, ['update', '-qq'], { stdio: 'inherit', env });
  execFileSync(APT_GET, ['install', '-y', '-qq', '--no-install-recommends', 'bubblewrap'], {
    stdio: 'inherit',
    env,
  });
}
