import path from 'node:path';

import { outlineAgent } from '../../src/agent/outline/outline.ts';
import type { Agent } from '../../src/agent/port.ts';

const PACKAGE = path.resolve(import.meta.dirname, '../..');

/** Every adapter of this package, set up so that nothing outside this machine is asked. */
export function shippedAgents(): readonly Agent[] {
  return [outlineAgent({ nodePath: process.execPath, version: '0.0.0', packageDirectory: PACKAGE })];
}
