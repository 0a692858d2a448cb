import type { Agent } from '../agent/port.ts';
import { appError } from '../domain/app-error.ts';
import type { Sandbox, Wall } from '../sandbox/port.ts';

/** The version a run will use: of this machine's agent, or of the one in the sandbox's image. @throws `agent_unavailable` */
export async function agentVersionAt(
  agent: Agent,
  { surroundings }: Sandbox,
  { agentVersions }: Wall,
): Promise<string> {
  if (surroundings.programs === 'host') return agent.detectVersion();
  const version = agentVersions?.[agent.name];
  if (version !== undefined) return version;
  throw appError('agent_unavailable', {
    agent: agent.name,
    problem: 'the job image does not hold it',
    install: 'npm run images:build',
    setting: 'SPEC_AUTOMATION_JOB_IMAGE',
  });
}
