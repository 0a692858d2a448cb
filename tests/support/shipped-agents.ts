import path from 'node:path';

import { codexCliAgent } from '../../src/agent/codex-cli/codex-cli.ts';
import { outlineAgent } from '../../src/agent/outline/outline.ts';
import type { Agent } from '../../src/agent/port.ts';
import { packagePaths } from '../../src/lib/package-paths.ts';

const PACKAGE = path.resolve(import.meta.dirname, '../..');

/** Every adapter of this package, set up so that nothing outside this machine is asked. */
export function shippedAgents(): readonly Agent[] {
  return [
    outlineAgent({
      nodePath: process.execPath,
      version: '0.0.0',
      readPaths: packagePaths(process.execPath, PACKAGE),
    }),
    codexCliAgent({
      searchPath: '/usr/bin:/bin',
      packageDirectory: PACKAGE,
      program: undefined,
      apiKey: 'sk-test-nobody',
      model: undefined,
      profile: undefined,
      operatorHome: '/nonexistent',
      environmentName: undefined,
      baseUrl: 'http://127.0.0.1:1/v1',
      networkEnv: {},
    }),
  ];
}
