import { REDACTED } from '../../domain/redact.ts';
import { saveArtifact } from '../save-artifact.ts';
import { agentOf, sandboxOf } from '../run-session.ts';
import type { Step } from '../run-phase.ts';

/** Allocate the workspace, find the agent, and write down which variables will be handed to whom. */
export const prepareJob: Step<'prepare_job'> = {
  phase: 'prepare_job',
  async run(session, { log }) {
    const { deps, run } = session;
    const workspace = await deps.workspaces.allocate(run.id);
    const agent = agentOf(session);
    const sandbox = sandboxOf(session);
    const [agentVersion, gitVersion] = await Promise.all([agent.detectVersion(), deps.git.detectVersion()]);

    const audit = {
      run_id: run.id,
      agent: agent.name,
      sandbox: sandbox.name,
      variables: [
        ...sandbox.variableNames.map((name) => ({ name, source: 'sandbox', value: REDACTED })),
        { name: 'SPECIFY_FEATURE_DIRECTORY', source: 'run', value: REDACTED },
      ],
      // No part of this version hands a credential to anybody; what is listed here is everything a later one would.
      credentials: [],
    };
    const content = `${JSON.stringify(audit, null, 2)}\n`;
    await saveArtifact(session, {
      name: 'credential-audit.json',
      type: 'environment_info',
      phase: 'prepare_job',
      content,
    });

    log.out(`Workspace ${workspace.root}`);
    log.out(`Agent ${agent.name} ${agentVersion}, git ${gitVersion}`);
    log.out('No credential is needed and none is handed out.');
    return { output: { agentVersion, gitVersion } };
  },
};
