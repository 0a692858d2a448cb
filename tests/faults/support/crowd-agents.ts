import type { Agent } from '../../../src/agent/port.ts';
import { killAgent, type KillAgentOptions } from './kill-agent.ts';

/** Two that do the same, one of them with a gateway. */
export function crowdAgents(options: Omit<KillAgentOptions, 'needsNetwork'>): readonly Agent[] {
  const sealed = killAgent(options);
  const reaching = { ...killAgent({ ...options, needsNetwork: true }), name: 'reaching' };
  return [sealed, reaching];
}
