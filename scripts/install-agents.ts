import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Install the pinned agent CLIs of `agents/<name>`, which the agent tests and the benchmark need and nothing else does. */
const AGENTS = path.resolve(import.meta.dirname, '..', 'agents');

for (const name of readdirSync(AGENTS)) {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: path.join(AGENTS, name), stdio: 'inherit' });
}
