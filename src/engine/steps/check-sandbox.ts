import { appError } from '../../domain/app-error.ts';
import type { Step } from '../run-phase.ts';
import { agentOf, sandboxOf } from '../run-session.ts';

/** Make sure the sandbox could start an agent now, and that its wall is as strong as the agent needs. */
export const checkSandbox: Step<'start_job_container'> = {
  phase: 'start_job_container',
  async run(session, { log }) {
    const sandbox = sandboxOf(session);
    const agent = agentOf(session);
    const wall = await sandbox.preflight();
    log.out(`Sandbox ${sandbox.name}: ${wall.description}`);
    if (agent.runsForeignCode && !wall.isConfined) {
      if (!session.run.allowUnconfined) {
        throw appError('unconfined_agent', {
          agent: agent.name,
          sandbox: sandbox.name,
          problem: wall.description,
        });
      }
      log.err(`Agent ${agent.name} runs without a wall, as the operator allowed`);
    }
    const { run, workspace } = session;
    const { needsNetwork, model } = agent;
    sandbox.prepare({ runId: run.id, stateDirectory: workspace.executions, needsNetwork, model });
    return { output: { sandbox: sandbox.name } };
  },
};
