import { INPUT_REASONS } from './input-reasons.ts';
import { environment, failure, outcome, transient } from './reason-rows.ts';
import type { Reason, RowContext } from './reason-rows.ts';

export type { Reason, ReasonKind } from './reason-rows.ts';

/**
 * Every way a request or a run can end other than `succeeded`, as one table.
 *
 * `kind` decides the exit code and who has to act; `retry` tells the engine whether trying the same phase again
 * can help; `text` says what failed on what; `remedy` says what to do next. `{name}` marks a value the thrower supplies.
 * `docs/errors.md` is generated from this table.
 */
export const REASONS = {
  // -- input: the caller has to change the request
  ...INPUT_REASONS,

  // -- environment: the machine or the installation has to change
  agent_unavailable: environment(
    "Agent '{agent}' cannot be used: {problem}.",
    'Install it with: {install}; or say where it is with {setting}; or pass --agent outline, which needs nothing.',
  ),
  credential_invalid: environment(
    '{setting}, which {who} needs, cannot be used: {problem}.',
    'Set {setting} to the key or token alone, as whoever issued it shows it.',
  ),
  credential_missing: environment(
    'There is no {what}, which {who} needs.',
    'Set {setting} in the environment of whatever works on runs, or {instead}.',
  ),
  database_unreachable: environment(
    'The database cannot be reached: {problem}.',
    'Check that the server runs and that SPEC_AUTOMATION_DATABASE_URL is right.',
  ),
  demo_damaged: environment(
    'The sample repository {directory} is damaged: {problem}.',
    'Remove that folder and run spec-automation demo again, which makes it anew.',
  ),
  disk_reserve: environment(
    '{directory} has {free_bytes} bytes free, below the reserve of {reserve_bytes}.',
    'Free some space (spec-automation cleanup removes expired evidence) or lower SPEC_AUTOMATION_DISK_RESERVE_BYTES.',
  ),
  forge_unavailable: environment(
    "'{repository}' names a repository at a forge this installation cannot talk to.",
    'Pass a path or a URL git can clone.',
  ),
  gateway_unavailable: environment(
    'The gateway cannot serve {socket}: {problem}.',
    'Check that the folders of the socket and of the records are there and may be written.',
  ),
  git_unavailable: environment(
    'A usable git was not found: {problem}.',
    'Install git {minimum} or newer and make sure it is on PATH.',
  ),
  home_not_writable: environment(
    'The state directory {directory} cannot be written: {problem}.',
    'Free some space if the disk is full, correct its permissions, or point SPEC_AUTOMATION_HOME at a directory you own.',
  ),
  image_missing: environment(
    'The job image {image} cannot be used: {problem}.',
    'Build it with: npm run images:build; or name one that is there with SPEC_AUTOMATION_JOB_IMAGE (nothing is pulled while runs work); or pass --sandbox process, which needs none.',
  ),
  node_unavailable: environment('Node {version} is too old.', 'Install Node {minimum} or newer.'),
  output_unwritable: environment(
    'Standard output cannot be written: {problem}.',
    'Free some space or send the output elsewhere; what the command did is done and need not be repeated.',
  ),
  repository_foreign: environment(
    'Repository {repository} belongs to another user, so git is not let into it: its hooks and settings could run programs.',
    'Run spec-automation as the user who owns it, make it yours with chown -R, or name a clone of your own.',
  ),
  sandbox_unavailable: environment(
    "Sandbox '{sandbox}' cannot start: {problem}.",
    'Run spec-automation doctor to see what is missing.',
  ),
  state_busy: environment(
    'The state in {directory} stayed locked by another process for {waited_ms} ms.',
    'Try again; if it persists, find the process that holds the file with: fuser {directory}/state.db',
  ),
  state_damaged: environment(
    'The database {path} is damaged: {problem}.',
    'Move the file away (it is not deleted for you) and start again, or restore it from a backup.',
  ),
  state_newer: environment(
    'The state in {location} was written by a newer version ({problem}).',
    'Upgrade spec-automation, or point SPEC_AUTOMATION_HOME at another directory.',
  ),
  state_unlockable: environment(
    'The file system of {directory} cannot lock files safely: {problem}.',
    'Point SPEC_AUTOMATION_HOME at a local disk, or use PostgreSQL through SPEC_AUTOMATION_DATABASE_URL.',
  ),
  unconfined_agent: environment(
    "Agent '{agent}' runs code that a model or the repository chooses, and sandbox '{sandbox}' has no wall to hold it: {problem}.",
    'Install bubblewrap (apt-get install bubblewrap) and see spec-automation doctor, or pass --allow-unconfined: the agent can then read and change whatever this user can.',
  ),

  // -- failure: the run ended `failed`
  agent_failed: failure(
    "Agent '{agent}' did not finish: {problem}.",
    'Read the end of {phase}.stderr.log, then retry the run.',
  ),
  base_branch_gone: failure(
    "Base branch '{branch}' of {repository} is not there any more.",
    'Put it back, then go on with: spec-automation runs retry {run_id} --from commit_push; or run again with another --base.',
  ),
  branch_has_foreign_commits: failure(
    "Somebody else's commits are on branch '{branch}' of {repository}, and nothing overwrites them.",
    'Keep them and publish beside them by setting SPEC_AUTOMATION_ON_FOREIGN_COMMITS=next_branch, or delete that branch; then go on with: spec-automation runs retry {run_id} --from commit_push',
  ),
  budget_exceeded: failure(
    "Agent '{agent}' used up what a run may take of its model in phase {phase}: {budget}.",
    'Look in egress.jsonl for what it asked; raise SPEC_AUTOMATION_MAX_MODEL_REQUESTS, SPEC_AUTOMATION_MAX_TOKENS or SPEC_AUTOMATION_MAX_COST_USD if that was not too much, then go on with: spec-automation runs retry {run_id}',
  ),
  clone_denied: failure(
    'Cloning {repository} was refused: {problem}.',
    'Check that the repository exists and that this account may read it.',
  ),
  clone_failed: transient(
    'Cloning {repository} failed: {problem}.',
    'Check the network and the repository, then retry the run.',
  ),
  disk_quota: failure(
    "Agent '{agent}' wrote more files or bytes than a sandbox gives it in phase {phase} and was stopped.",
    'Read the end of {phase}.stdout.log for what it wrote; raise SPEC_AUTOMATION_WORKSPACE_MAX_BYTES if it needs that much, then retry.',
  ),
  draft_refused: failure(
    'Repository {repository} takes no draft pull requests, and no other is ever opened: {problem}.',
    'Make the repository public or its plan one with draft pull requests, then go on with: spec-automation runs retry {run_id} --from open_pr',
  ),
  execution_lost: transient(
    "What agent '{agent}' did in phase {phase} cannot be known: its supervisor was killed.",
    'Look for what kills processes on this machine (memory is the usual cause), then retry the run.',
  ),
  feature_conflict: failure(
    'Feature folder {feature} cannot be used: {problem}.',
    'Pick another folder with --feature, or leave it out.',
  ),
  forge_denied: failure(
    "Forge '{forge}' refused to {action} {repository}: {problem}.",
    'Give the login read and write access to contents and pull requests of this repository (docs/forges.md), then go on with: spec-automation runs retry {run_id}',
  ),
  forge_refused: failure(
    "Forge '{forge}' would not {action} {repository}: {problem}.",
    'See what the repository demands of branches and pull requests, then go on with: spec-automation runs retry {run_id}',
  ),
  forge_unauthorized: failure(
    "Forge '{forge}' does not accept the login, to {action} {repository}: {problem}.",
    'Check that {setting} is whole, has not run out and was not revoked, then go on with: spec-automation runs retry {run_id}',
  ),
  forge_unreachable: transient(
    "Forge '{forge}' could not be asked to {action} {repository}: {problem}.",
    'Check the network and whether the forge has trouble, then go on with: spec-automation runs retry {run_id}',
  ),
  gateway_lost: transient(
    "The gateway between agent '{agent}' and its model ended in phase {phase}.",
    'Look for what ends containers on this machine (memory, or somebody), then go on with: spec-automation runs retry {run_id}',
  ),
  internal: failure(
    'Something unexpected happened: {problem}.',
    'Retry the run; if it happens again, report it with the output of spec-automation doctor --json.',
  ),
  lease_lost: failure(
    'Another process took over run {run_id}.',
    'Nothing to do here; follow it with: spec-automation runs show {run_id}',
  ),
  model_failed: failure(
    "The model of agent '{agent}' failed: {problem}.",
    'Check the name of the model (CODEX_MODEL), what the key may use, and whether its provider has trouble; then go on with: spec-automation runs retry {run_id}',
  ),
  model_quota_exhausted: failure(
    "The account of agent '{agent}' has no quota left at its model: {problem}.",
    'Add credit or raise the limit at the provider of the model, then go on with: spec-automation runs retry {run_id}',
  ),
  model_rate_limited: transient(
    "The model of agent '{agent}' gets too many requests: {problem}.",
    'Wait a few minutes, or let fewer runs work at the same time (SPEC_AUTOMATION_CONCURRENCY), then go on with: spec-automation runs retry {run_id}',
  ),
  model_unauthorized: failure(
    "The model of agent '{agent}' refused the key: {problem}.",
    'Check that the key (CODEX_API_KEY) is the right one, is still valid and may use the model, then go on with: spec-automation runs retry {run_id}',
  ),
  model_unreachable: failure(
    "Agent '{agent}' cannot reach its model: {problem}.",
    'Check the network, the proxy (HTTPS_PROXY) and the address of the model (CODEX_BASE_URL), then go on with: spec-automation runs retry {run_id}',
  ),
  no_output: failure(
    "Agent '{agent}' finished but {document} is not acceptable: {problem}.",
    'Read {phase}.stdout.log; retry with --notes to tell the agent what was missing.',
  ),
  out_of_memory: failure(
    "Agent '{agent}' needed more memory than a sandbox gives it in phase {phase} and was killed.",
    'Read the end of {phase}.stdout.log for what it did; raise SPEC_AUTOMATION_CONTAINER_MEMORY_BYTES if it needs that much, then retry.',
  ),
  output_limit: failure(
    "Agent '{agent}' wrote more than the sandbox keeps and was stopped.",
    'Read the end of {phase}.stdout.log for what it repeats, then retry the run.',
  ),
  policy_refused: failure(
    'The result cannot be published: {problem}.',
    'Only plain files below {allowed} may change; retry the run with --notes to tell the agent so.',
  ),
  push_base_rewritten: failure(
    'The history of {repository} was rewritten below what this run stands on: {problem}.',
    'Let the run begin at the base branch as it now is: spec-automation runs retry {run_id} --from git_clone',
  ),
  push_conflict: failure(
    "Branch '{branch}' in {repository} leaves no room for the branch of this run.",
    'Delete or rename that branch, then retry with: spec-automation runs retry {run_id} --from commit_push',
  ),
  push_denied: failure(
    'Pushing to {repository} was refused: {problem}.',
    'Give this account write access (or fix the repository hook that refused), then retry with: spec-automation runs retry {run_id} --from commit_push',
  ),
  push_failed: transient(
    'Pushing to {repository} failed: {problem}.',
    'Check the network, then retry with: spec-automation runs retry {run_id} --from commit_push',
  ),
  push_protected: failure(
    "Pushing to branch '{branch}' of {repository} was refused by a rule of the repository: {problem}.",
    'Let this account create and update such branches in the protection rules and rulesets of the repository, then go on with: spec-automation runs retry {run_id} --from commit_push',
  ),
  push_secret_blocked: failure(
    'The push protection of {repository} took something in the result for a secret: {problem}.',
    'Look at changes.patch of the run: if it is a secret, change it and retry the run with --notes to keep it out; if not, allow it at the forge and go on with: spec-automation runs retry {run_id} --from commit_push',
  ),
  push_too_large: failure(
    'The result is larger than {repository} takes: {problem}.',
    'Look at diff-summary.txt of the run for what is large, and retry the run with --notes to keep it out; or raise the limit at the forge and go on with: spec-automation runs retry {run_id} --from commit_push',
  ),
  push_unauthorized: transient(
    'The login was refused while pushing to {repository}: {problem}.',
    'Check that the token is the right one, has not run out and may write to the repository, then go on with: spec-automation runs retry {run_id} --from commit_push',
  ),
  push_workflow_denied: failure(
    'The token may not change workflows of {repository}: {problem}.',
    'Give the token the workflow scope (for an app: the permission workflows), then go on with: spec-automation runs retry {run_id} --from commit_push',
  ),
  rate_limited: transient(
    "Forge '{forge}' takes no more requests for now, to {action} {repository}: {problem}. It may be asked again from {until} on.",
    'Nothing to do while the run waits. If it gave up, go on after that time with: spec-automation runs retry {run_id}',
  ),
  repository_archived: failure(
    'Repository {repository} is archived, so nothing can be pushed to it.',
    'Unarchive it at the forge, then go on with: spec-automation runs retry {run_id} --from commit_push',
  ),
  repository_gone: failure(
    'Repository {repository} is not there any more, or cannot be read.',
    'Put it back where it was, then retry with: spec-automation runs retry {run_id} --from commit_push',
  ),
  secret_in_output: failure(
    'The result holds what looks like a secret, so nothing was pushed: {places}.',
    'Find out how the agent came by it, change the secret, and retry the run with --notes to keep such values out. If the text is an ordinary word, choose a secret that is no word; spec-automation doctor says which settings hold one too simple.',
  ),
  stalled: failure(
    "Agent '{agent}' said nothing for {limit_s} seconds in phase {phase} and was stopped.",
    'Read the end of {phase}.stdout.log for what it waited for; raise SPEC_AUTOMATION_STALL_TIMEOUT_S if it only thinks long, then retry.',
  ),
  timeout: failure(
    "Agent '{agent}' ran longer than the {limit_s} seconds phase {phase} may take and was stopped.",
    'Shorten the spec text or raise SPEC_AUTOMATION_PHASE_TIMEOUT_S, then retry.',
  ),

  // -- outcome: the run ended, and nothing is wrong
  cancelled: outcome(
    'The run was cancelled.',
    'Continue at the first unfinished phase with: spec-automation runs retry {run_id}',
  ),
  clarification_needed: outcome(
    'The agent left {count} question(s) open, so nothing was pushed.',
    'Answer them in clarifications.md and go on with: spec-automation runs retry {run_id} --answers clarifications.md',
  ),
  no_diff: outcome(
    'Nothing changed: {why}.',
    'To have the documents written anew: {anew}. For a new feature, give another spec text and leave --feature out.',
  ),
  pull_request_closed: outcome(
    'Pull request {url} of this run was closed, and a closed one stays closed: nothing was pushed.',
    'Where it was not merged, open it again and go on with: spec-automation runs retry {run_id} --from commit_push. Else start a new run.',
  ),
} as const satisfies Record<string, Reason>;

/** A code of the closed list. */
export type ReasonCode = keyof typeof REASONS;

/**
 * The values a code's text and remedy need, by placeholder name. `run_id` may be left out by code that does not know the
 * run: whoever does fills it in (`fillRunId`).
 */
export type ReasonContext<Code extends ReasonCode> = RowContext<(typeof REASONS)[Code]>;

/** True for a string that is a code of the table. */
export function isReasonCode(value: string): value is ReasonCode {
  return Object.hasOwn(REASONS, value);
}
