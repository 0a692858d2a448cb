import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Install the pinned agent CLIs of `agents/<name>`, which the agent tests and the benchmark need and nothing else does. */
const AGENTS = path.resolve(import.meta.dirname, '..', 'agents');

for (const name of readdirSync(AGENTS)) {
  const directory = path.join(AGENTS, name);
  if (isInstalled(directory)) continue;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: directory, stdio: 'inherit' });
}

/** npm leaves a copy of the lock file behind when it is done. */
function isInstalled(directory: string): boolean {
  const installed = statSync(path.join(directory, 'node_modules/.package-lock.json'), {
    throwIfNoEntry: false,
  });
  return (installed?.mtimeMs ?? 0) > statSync(path.join(directory, 'package-lock.json')).mtimeMs;
}
