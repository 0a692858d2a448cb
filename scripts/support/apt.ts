import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const APT_GET = '/usr/bin/apt-get';
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/** Whether packages of the system can be installed: as root on Debian and what came of it. */
export const canInstall = process.getuid?.() === 0 && existsSync(APT_GET);

/** Install packages. Those of `ifKnown` come along on releases that have them. */
export function aptInstall(packages: readonly string[], ifKnown: readonly string[] = []): void {
  execFileSync(APT_GET, ['update', '-qq'], { stdio: 'inherit', env });
  const known = ifKnown.filter((name) => spawnSync('apt-cache', ['show', '--quiet=0', name]).status === 0);
  execFileSync(APT_GET, ['install', '-y', '-qq', '--no-install-recommends', ...packages, ...known], {
    stdio: 'inherit',
    env,
  });
}
