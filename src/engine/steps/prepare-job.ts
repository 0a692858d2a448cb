import { auditVariables, withVariables, type HandedVariable } from '../../domain/credentials.ts';
import { REDACTED } from '../../domain/redact.ts';
import type { Wall } from '../../sandbox/port.ts';
import { agentVersionAt } from '../agent-version.ts';
import { demandSecrets, handedVariables } from '../agent-variables.ts';
import { forgeOf } from '../forge-access.ts';
import { saveArtifact } from '../save-artifact.ts';
import { agentOf, sandboxOf, type RunSession } from '../run-session.ts';
import type { Step } from '../run-phase.ts';

/** Allocate the workspace, find the agent and what it needs, and write down which variables will be handed to whom. */
export const prepareJob: Step<'prepare_job'> = {
  phase: 'prepare_job',
  async run(session, { log }) {
    const { deps, run } = session;
    const workspace = await deps.workspaces.allocate(run.id);
    const agent = agentOf(session);
    const sandbox = sandboxOf(session);
    await agent.checkSettings();
    demandSecrets(session);
    const forge = forgeOf(session);
    if (!run.dryRun) forge.checkSettings();
    const wall = await sandbox.preflight();
    const [agentVersion, gitVersion] = await Promise.all([
      agentVersionAt(agent, sandbox, wall),
      deps.git.detectVersion(),
    ]);
    const content = credentialAudit(session, wall);
    await saveArtifact(session, {
      name: 'credential-audit.json',
      type: 'environment_info',
      phase: 'prepare_job',
      content,
    });

    log.out(`Workspace ${workspace.root}`);
    log.out(`Agent ${agent.name} ${agentVersion}, git ${gitVersion}`);
    for (const line of describeCredentials(handedVariables(session))) log.out(line);
    return { output: { agentVersion, gitVersion } };
  },
};

function describeCredentials(variables: readonly HandedVariable[]): readonly string[] {
  const credentials = variables.filter(({ isSecret }) => isSecret);
  if (credentials.length === 0) return ['No credential is handed out'];
  return (['sandbox', 'gateway'] as const).flatMap((place) => {
    const names = credentials.filter(({ goesTo }) => goesTo === place).map(({ name }) => name);
    return names.length === 0 ? [] : [`Handed to the ${place}: ${names.join(', ')}`];
  });
}

/** Which variables were handed to whom, from where, and which of them are credentials; also those nobody got. Never a value. */
function credentialAudit(session: RunSession, wall: Wall): string {
  const { deps, run } = session;
  const known = withVariables(deps.credentials.known, forgeOf(session).variables);
  const variables = auditVariables(handedVariables(session), known);
  const audit = {
    run_id: run.id,
    agent: run.agent,
    sandbox: run.sandbox,
    wall: wall.description,
    is_confined: wall.isConfined,
    variables: variables.map(handed),
    credentials: variables.filter(({ isSecret }) => isSecret).map(handed),
  };
  return `${JSON.stringify(audit, null, 2)}\n`;
}

function handed({ name, source, goesTo, note }: HandedVariable) {
  return { name, source, went_to: goesTo, value: REDACTED, ...(note === undefined ? {} : { note }) };
}
