import type { Agent } from '../../agent/port.ts';
import { REDACTED } from '../../domain/redact.ts';
import type { Run } from '../../domain/run.ts';
import type { Sandbox, Wall } from '../../sandbox/port.ts';
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

    const wall = await sandbox.preflight();
    const content = credentialAudit({ run, agent, sandbox, wall });
    await saveArtifact(session, {
      name: 'credential-audit.json',
      type: 'environment_info',
      phase: 'prepare_job',
      content,
    });

    log.out(`Workspace ${workspace.root}`);
    log.out(`Agent ${agent.name} ${agentVersion}, git ${gitVersion}`);
    const credentials = agent.variables.filter(({ isSecret }) => isSecret).map(({ name }) => name);
    log.out(
      credentials.length === 0
        ? 'No credential is handed out'
        : `Handed to the agent: ${credentials.join(', ')}`,
    );
    return { output: { agentVersion, gitVersion } };
  },
};

/** Which variables the agent gets, from where, and which of them are credentials; never a value. */
function credentialAudit(parts: {
  readonly run: Run;
  readonly agent: Agent;
  readonly sandbox: Sandbox;
  readonly wall: Wall;
}): string {
  const { run, agent, sandbox, wall } = parts;
  const audit = {
    run_id: run.id,
    agent: agent.name,
    sandbox: sandbox.name,
    wall: wall.description,
    is_confined: wall.isConfined,
    variables: [
      ...sandbox.variableNames.map((name) => ({ name, source: 'sandbox' })),
      { name: 'SPECIFY_FEATURE_DIRECTORY', source: 'run' },
      ...agent.variables,
    ].map(handed),
    credentials: agent.variables.filter(({ isSecret }) => isSecret).map(handed),
  };
  return `${JSON.stringify(audit, null, 2)}\n`;
}

function handed({ name, source }: { readonly name: string; readonly source: string }) {
  return { name, source, went_to: 'sandbox', value: REDACTED };
}
