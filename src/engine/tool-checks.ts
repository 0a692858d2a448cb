import type { Agent } from '../agent/port.ts';
import { toAppError } from '../domain/app-error.ts';
import type { Sandbox } from '../sandbox/port.ts';
import { agentVersionAt } from './agent-version.ts';
import type { Check } from './check-readiness.ts';

/** What may be used, and what will be when nobody says otherwise. */
export interface ToolPlan {
  readonly sandboxes: readonly Sandbox[];
  readonly agents: readonly Agent[];
  /** `undefined` takes the first this machine offers. */
  readonly sandbox: string | undefined;
  /** Agents that have to be there; the others may. */
  readonly neededAgents: readonly string[];
}

/** A check for each sandbox and each agent. What runs do not need without being told so may be missing: the check says it is. */
export async function toolChecks(plan: ToolPlan): Promise<readonly Check[]> {
  const presence = await Promise.all(plan.sandboxes.map((sandbox) => sandbox.isPresent()));
  const chosen =
    plan.sandboxes.find(({ name }) => name === plan.sandbox) ??
    plan.sandboxes.find((_, index) => presence[index]);
  return [
    ...plan.sandboxes.map((sandbox) => ({
      name: `sandbox ${sandbox.name}`,
      look: () =>
        unlessSpare(sandbox === chosen, async () => {
          const { description } = await sandbox.preflight();
          return sandbox === chosen ? `${description} (used by runs that name none)` : description;
        }),
    })),
    ...plan.agents.map((agent) => ({
      name: `agent ${agent.name}`,
      look: () => unlessSpare(plan.neededAgents.includes(agent.name), () => lookAt(agent, chosen)),
    })),
  ];
}

async function lookAt(agent: Agent, sandbox: Sandbox | undefined): Promise<string> {
  const version =
    sandbox === undefined || sandbox.surroundings.programs === 'host'
      ? await agent.detectVersion()
      : await agentVersionAt(agent, sandbox, await sandbox.preflight());
  await agent.checkSettings();
  return `${version}: ${agent.description}`;
}

async function unlessSpare(isNeeded: boolean, look: () => Promise<string>): Promise<string> {
  try {
    return await look();
  } catch (thrown) {
    if (isNeeded) throw thrown;
    const { message, remedy } = toAppError(thrown);
    return `not set up, and not needed so far. ${message} ${remedy}`;
  }
}
