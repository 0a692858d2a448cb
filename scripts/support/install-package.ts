import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';

/** Install what the package in this directory pins, unless that was done since its lock file changed. */
export function installPackage(directory: string): void {
  if (isInstalled(directory)) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: directory, stdio: 'inherit' });
}

/** npm leaves a copy of the lock file behind when it is done. */
function isInstalled(directory: string): boolean {
  const installed = statSync(path.join(directory, 'node_modules/.package-lock.json'), {
    throwIfNoEntry: false,
  });
  return (installed?.mtimeMs ?? 0) > statSync(path.join(directory, 'package-lock.json')).mtimeMs;
}
