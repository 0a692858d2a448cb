import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const APT_GET = '/usr/bin/apt-get';
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/** Whether packages of the system can be installed: as root on Debian and what came of it. */
export const canInstall = process.getuid?.() === 0 && existsSync(APT_GET);

/** Whether this release has a package. */
function aptKnows(name: string): boolean {
  return spawnSync('apt-cache', ['show', name]).status === 0;
}

/** Install packages, and of `ifKnown` those that this release has. Nothing is ever removed for them. */
export function aptInstall(packages: readonly string[], ifKnown: readonly string[] = []): void {
  execFileSync(APT_GET, ['update', '-qq'], { stdio: 'inherit', env });
  const names = [...packages, ...ifKnown.filter(aptKnows)];
  execFileSync(APT_GET, ['install', '-y', '-qq', '--no-install-recommends', '--no-remove', ...names], {
    stdio: 'inherit',
    env,
  });
}
