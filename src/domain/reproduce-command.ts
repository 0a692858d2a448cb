import { neutralise } from './markdown.ts';
import type { RunRequest } from './run.ts';

/** Where the reader of a command has to save the spec text first, when it does not fit the command itself. */
export const SPEC_TEXT_FILE = 'spec-text.md';

const INLINE_MAX_LENGTH = 160;
const SAFE_ARGUMENT = /^[A-Za-z0-9_@%+=:,./-]+$/u;

/** The command that asks for the same again, ready for a POSIX shell, and whether it needs `SPEC_TEXT_FILE`. */
export function reproduceCommand(request: RunRequest): {
  readonly command: string;
  readonly needsFile: boolean;
} {
  const { specText } = request;
  // Text a pull request would have to change cannot be quoted exactly, and long text makes no readable command.
  const fits = specText.length <= INLINE_MAX_LENGTH && !/\p{Cc}/u.test(specText);
  const needsFile = !fits || neutralise(specText) !== specText;
  const options: readonly (readonly string[])[] = [
    ['--repo', request.repository],
    ['--base', request.baseBranch],
    request.feature === null ? [] : ['--feature', request.feature],
    ['--agent', request.agent],
    ['--sandbox', request.sandbox],
    request.allowUnconfined ? ['--allow-unconfined'] : [],
    ...Object.entries(request.runtimeEnvironment).map(variable),
    ...request.secretNames.map((name) => ['--secret', name]),
    request.onClarification === 'continue' ? ['--on-clarification', 'continue'] : [],
    needsFile ? ['--spec', SPEC_TEXT_FILE] : ['--text', specText],
  ];
  return { command: ['spec-automation', 'run', ...options.flat().map(quoteArgument)].join(' '), needsFile };
}

/** A value that a pull request would have to change is left for the reader to fill in. */
function variable([name, value]: readonly [string, string]): readonly string[] {
  return ['--env', `${name}=${neutralise(value) === value ? value : '...'}`];
}

/** One word of a command for a POSIX shell. */
export function quoteArgument(argument: string): string {
  if (SAFE_ARGUMENT.test(argument)) return argument;
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
