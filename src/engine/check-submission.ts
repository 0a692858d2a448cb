import { appError } from '../domain/app-error.ts';
import { runtimeEnvironmentProblem } from '../domain/runtime-environment.ts';
import type { Deps } from './deps.ts';
import { demandNoSecretsAsked } from './secret-scan.ts';
import type { Submission } from './submit-run.ts';

const EXTERNAL_REF_MAX_LENGTH = 255;

/**
 * What can be told from the words of a request alone. Secrets come first, so that no message repeats one.
 * @throws `secret_in_request`, `agent_unknown`, `sandbox_unknown`, `request_invalid`
 */
export function checkSubmission(deps: Deps, submission: Submission): void {
  const { specText, externalRef, repository, author, runtimeEnvironment = {}, secretNames = [] } = submission;
  demandNoSecretsAsked(deps.redactor, {
    'spec text': specText,
    external_ref: externalRef,
    repository,
    base_branch: submission.baseBranch,
    feature: submission.feature,
    author: author === undefined ? undefined : `${author.name}\n${author.email}`,
    runtime_environment: Object.entries(runtimeEnvironment).flat().join('\n'),
    secret_names: secretNames.join('\n'),
  });
  checkNames(deps, submission);
  checkEnvironment(deps, submission);
}

function checkNames({ agents, sandboxes }: Deps, { agent, sandbox, externalRef }: Submission): void {
  if (!agents.has(agent)) throw appError('agent_unknown', { agent, known: [...agents.keys()].join(', ') });
  if (!sandboxes.has(sandbox))
    throw appError('sandbox_unknown', { sandbox, known: [...sandboxes.keys()].join(', ') });
  if (
    externalRef !== undefined &&
    (externalRef.length > EXTERNAL_REF_MAX_LENGTH || /\p{Cc}/u.test(externalRef))
  ) {
    throw appError('request_invalid', {
      field: 'external_ref',
      problem: `it is longer than ${EXTERNAL_REF_MAX_LENGTH} characters or holds a control character`,
    });
  }
}

/** Also refused: what the sandbox sets itself, and a credential the agent has from the settings. @throws `request_invalid` */
function checkEnvironment(
  { agents, sandboxes, credentials }: Deps,
  { agent, sandbox: name, runtimeEnvironment: variables = {}, secretNames = [] }: Submission,
): void {
  const sandbox = sandboxes.get(name);
  const ofAgent = sandbox === undefined ? [] : (agents.get(agent)?.variables(sandbox.surroundings) ?? []);
  const taken = new Set([
    ...(sandbox?.variableNames ?? []),
    ...ofAgent.filter(({ isSecret }) => isSecret).map((variable) => variable.name),
  ]);
  const asked = [...Object.keys(variables), ...secretNames];
  const clash = asked.find((variable) => taken.has(variable));
  const problem =
    runtimeEnvironmentProblem({ variables, secretNames }, credentials.settableNames) ??
    (clash === undefined ? undefined : `${clash}: agent ${agent} has it from elsewhere`);
  if (problem !== undefined) throw appError('request_invalid', { field: 'runtime_environment', problem });
}
