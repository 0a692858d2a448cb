import { input, type Reason } from './reason-rows.ts';

/** The reasons of kind `input`: a part of the table of `REASONS`. */
export const INPUT_REASONS = {
  agent_unknown: input("Agent '{agent}' is not known.", 'Use one of: {known}.'),
  answers_invalid: input(
    'The answers could not be used: {problem}.',
    'Fill in the "Answer:" lines of clarifications.md (runs artifacts --get clarifications.md) and pass that file with --answers.',
  ),
  artifact_not_found: input(
    "Run {run_id} has no artifact named '{name}'.",
    'List what it has with: spec-automation runs artifacts {run_id}',
  ),
  base_branch_invalid: input(
    'Base branch {branch} cannot be used: {problem}.',
    'Give the plain name of an existing branch, such as main.',
  ),
  base_branch_missing: input(
    "Repository {repository} has no branch '{branch}'.",
    'Pass an existing branch with --base. Branches seen: {known}.',
  ),
  base_branch_needed: input(
    'Repository {repository} has no default branch: its HEAD is detached, or names a branch that is not there.',
    'Name the branch to start from with --base. Branches seen: {known}.',
  ),
  cancel_not_applicable: input(
    'Run {run_id} cannot be cancelled: it already ended as {status}.',
    'Nothing to do; see spec-automation runs show {run_id}',
  ),
  feature_invalid: input(
    'Feature {feature} cannot be used: {problem}.',
    'Name a folder below specs/ by letters, digits, dots, dashes and underscores, such as 003-user-login.',
  ),
  feature_not_found: input(
    "Branch '{branch}' has no feature folder specs/{feature}.",
    'Leave --feature out to start a new feature, or name one of: {known}.',
  ),
  gateway_config_invalid: input(
    'The configuration of the gateway cannot be used: {field}: {problem}.',
    'Pass one JSON document on standard input, as docs/gateway.md shows it.',
  ),
  input_unreadable: input(
    "Cannot read '{path}': {problem}.",
    'Check the path and its permissions, or pass - to read standard input.',
  ),
  repository_empty: input(
    'Repository {repository} has no commits.',
    'Make a first commit on the base branch, then run again.',
  ),
  repository_invalid: input(
    'Repository {repository} cannot be used: {problem}.',
    'Give a path, a file:// URL or an https:// URL without user name and password in it.',
  ),
  repository_not_allowed: input(
    'Repository {repository} is not one this installation works on.',
    'Name one of: {known}; or have it added to GITHUB_REPOS.',
  ),
  repository_not_found: input(
    "'{repository}' is not a git repository.",
    'Check the path; run git init and make a first commit if the folder is new.',
  ),
  repository_subfolder: input(
    "'{repository}' is a folder in a repository, not a repository itself.",
    "Name its top folder: --repo '{top}'.",
  ),
  request_invalid: input('{field}: {problem}.', 'Correct {field} and send the request again.'),
  retry_not_applicable: input(
    'Run {run_id} cannot be retried: {problem}.',
    'See its state with: spec-automation runs show {run_id}',
  ),
  run_not_found: input(
    "No run has the id '{run_id}'.",
    'List the known runs with: spec-automation runs list',
  ),
  sandbox_unknown: input("Sandbox '{sandbox}' is not known.", 'Use one of: {known}.'),
  secret_in_request: input(
    'The request holds what looks like a secret, so nothing was stored: {place}.',
    'Take it out, and change the secret if others may have seen the text.',
  ),
  setting_invalid: input(
    'Setting {name}: {problem}.',
    'See docs/configuration.md for every setting and its form.',
  ),
  spec_binary: input('The spec text holds a NUL byte, so it is not text.', 'Pass a UTF-8 text file.'),
  spec_empty: input('The spec text is empty.', 'Describe what to build and why in a sentence or more.'),
  spec_encoding: input(
    'The spec text is not valid UTF-8 (first bad byte at offset {offset}).',
    'Convert the file to UTF-8, for example with: iconv -t UTF-8',
  ),
  spec_too_large: input(
    'The spec text has more than {limit_bytes} bytes, which is the limit.',
    'Shorten it, or link to the long material from the text.',
  ),

  usage_invalid: input(
    'The command line cannot be used: {problem}.',
    'Call the command with --help for what it takes.',
  ),
} as const satisfies Record<string, Reason>;
