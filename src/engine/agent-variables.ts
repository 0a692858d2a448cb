import { appError } from '../domain/app-error.ts';
import { sourceOfSecret, type HandedVariable } from '../domain/credentials.ts';
import { SECRET_PREFIX, secretValueProblem } from '../domain/runtime-environment.ts';
import { agentOf, outputOf, sandboxOf, type RunSession } from './run-session.ts';

const FEATURE_DIRECTORY = 'SPECIFY_FEATURE_DIRECTORY';

/** Every variable the agent of a run gets, and from where. What the run sets takes the place of a plain value of the settings. */
export function handedVariables(session: RunSession): readonly HandedVariable[] {
  const { run } = session;
  const sandbox = sandboxOf(session);
  const ofAgent = agentOf(session)
    .variables(sandbox.surroundings)
    .filter(({ name, isSecret }) => isSecret || run.runtimeEnvironment[name] === undefined);
  return [
    ...sandbox.variableNames.map((name) => plain(name, 'sandbox')),
    plain(FEATURE_DIRECTORY, 'run'),
    ...ofAgent,
    ...Object.keys(run.runtimeEnvironment).map((name) => plain(name, 'run')),
    ...run.secretNames.map(
      (name) => ({ name, source: sourceOfSecret(name), isSecret: true, goesTo: 'sandbox' }) as const,
    ),
  ];
}

/** The environment of an agent besides what its sandbox sets; `own` is what its adapter asks for. @throws as `demandSecrets` */
export function agentEnvironment(
  session: RunSession,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const asked = { ...session.run.runtimeEnvironment, ...demandSecrets(session) };
  const handed = new Set(handedVariables(session).map(({ name, source }) => `${name} ${source}`));
  const kept = Object.entries(own).filter(
    ([name]) => asked[name] === undefined || !handed.has(`${name} run`),
  );
  return {
    ...asked,
    ...Object.fromEntries(kept),
    [FEATURE_DIRECTORY]: outputOf(session, 'discover').featureDirectory,
  };
}

function plain(name: string, source: string): HandedVariable {
  return { name, source, isSecret: false, goesTo: 'sandbox' };
}

/**
 * The secrets a run names, as this worker knows them. Another worker may have begun the run, so every phase that needs them asks.
 * @throws `credential_missing`, `credential_invalid`
 */
export function demandSecrets({ deps, run }: RunSession): Readonly<Record<string, string>> {
  const { runSecrets } = deps.credentials;
  return Object.fromEntries(
    run.secretNames.map((name) => {
      const value = runSecrets[name];
      const names = { who: `agent '${run.agent}'`, setting: `${SECRET_PREFIX}${name}` };
      if (value === undefined) {
        const instead = `submit the run without secret ${name}`;
        throw appError('credential_missing', {
          ...names,
          what: `secret ${name}`,
          instead,
        });
      }
      const problem = secretValueProblem(value);
      if (problem !== undefined) throw appError('credential_invalid', { ...names, problem });
      return [name, value];
    }),
  );
}
